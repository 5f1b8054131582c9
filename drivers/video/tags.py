"""The colour of a frame as the tags of a video stream (code points of ITU-T H.273, as FFmpeg numbers them)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.readings import Colour

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext

_MATRIX = {"bt709": 1, "bt601": 6}  # 6: SMPTE 170M, the matrix of ITU-R BT.601
_RANGE = {"limited": 1, "full": 2}
_TRANSFER = {"bt709": 1, "srgb": 13}  # 13: IEC 61966-2-1
_PRIMARIES_BT709 = 1  # those of sRGB too


def put_tags(context: VideoCodecContext, colour: Colour) -> None:
    """Tag what this context encodes."""
    context.colorspace = _MATRIX[colour.matrix]
    context.color_range = _RANGE[colour.range]
    context.color_trc = _TRANSFER[colour.transfer]
    context.color_primaries = _PRIMARIES_BT709


def tags_of(context: VideoCodecContext) -> tuple[int, int, int, int]:
    """Matrix, range, transfer, primaries as the stream carries them."""
    return int(context.colorspace), int(context.color_range), int(context.color_trc), int(context.color_primaries)


def tags_for(colour: Colour) -> tuple[int, int, int, int]:
    """What tags_of() gives for a stream of this colour."""
    return _MATRIX[colour.matrix], _RANGE[colour.range], _TRANSFER[colour.transfer], _PRIMARIES_BT709
