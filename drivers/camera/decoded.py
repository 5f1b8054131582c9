"""A picture as PyAV decodes it, whatever its format, to I420 and the colour tags that say how to read it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from drivers.colour import from_rgb, planes
from drivers.pool import FramePool
from drivers.readings import Bytes8, Colour

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.plane import VideoPlane

# FFmpeg's AVColorSpace, AVColorRange and AVColorTransferCharacteristic (libavutil/pixfmt.h), as H.273 numbers them.
_SPC_RGB, _SPC_709, _SPC_UNSPECIFIED, _SPC_601 = 0, 1, 2, (4, 5, 6)
_RANGE_FULL = 2
_TRC_SRGB = 13
# swscale's own numbers of the matrices (SWS_CS_*), where they differ from AVColorSpace.
_SWS = {"bt709": 1, "bt601": 5}
_SWS_BY_SPC = {7: 7, 9: 9, 10: 9}  # SMPTE 240M, BT.2020
_YUV = ("yuv", "nv", "p0", "p2", "p4", "uyvy", "uyyv", "yvyu", "yuyv", "y2", "xv", "vuy", "ayuv")


def colour_of(frame: VideoFrame, transfer: int = 2) -> Colour:
    """The tags of a decoded picture; ``transfer`` is the stream's AVColorTransferCharacteristic.

    Unspecified matrix: BT.709 from 720 rows on, else BT.601, as players do. Unspecified range: limited. Matrices that a
    Frame has no word for (BT.2020, SMPTE 240M) and RGB become BT.709: to_i420 converts the values.
    """
    curve = "srgb" if transfer == _TRC_SRGB else "bt709"
    if not _is_yuv(frame):
        return Colour("bt709", "limited", "srgb" if transfer in (2, _TRC_SRGB) else "bt709")
    space = int(frame.colorspace)
    small = min(frame.height, frame.width) < 720
    if space in _SPC_601 or (space in (_SPC_RGB, _SPC_UNSPECIFIED) and small):
        matrix = "bt601"
    else:
        matrix = "bt709"
    full = int(frame.color_range) == _RANGE_FULL or frame.format.name.startswith("yuvj")
    return Colour(matrix, "full" if full else "limited", curve)  # type: ignore[arg-type]


def to_i420(frame: VideoFrame, colour: Colour, pool: FramePool) -> Bytes8:
    """Copy a decoded picture into I420 of that colour (the one colour_of gave), upright, odd sizes cropped to even.

    8-bit 4:2:0 is copied as it is; other YUV formats go through swscale with range and matrix unchanged (SMPTE 240M and
    BT.2020 through to BT.709); RGB, grey and palettes go through 8-bit RGB. pool: whose memory it goes to.
    """
    if not _is_yuv(frame):
        rgb = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
        height, width = rgb.shape[0] & ~1, rgb.shape[1] & ~1
        pixels = from_rgb(np.ascontiguousarray(rgb[:height, :width]), colour, pool)
        return _upright(pixels, quarter_turns(frame), pool)
    space = int(frame.colorspace)
    name = frame.format.name
    if name not in ("yuv420p", "yuvj420p") or space in _SWS_BY_SPC:
        # Ranges are declared the same on both sides, so that swscale leaves them alone. It takes the old yuvj formats
        # for full range whatever is declared, and some versions take others for limited: each keeps its own kind.
        old_full = name.startswith("yuvj")
        span = 2 if old_full else 1
        matrix = _SWS[colour.matrix]
        frame = frame.reformat(
            format="yuvj420p" if old_full else "yuv420p",
            src_colorspace=_SWS_BY_SPC.get(space, matrix),
            dst_colorspace=matrix,
            src_color_range=span,
            dst_color_range=span,
        )
    return _upright(_copy(frame, pool), quarter_turns(frame), pool)


def quarter_turns(frame: VideoFrame) -> int:
    """How often the picture has to be turned by 90 degrees, counter-clockwise, to stand upright (0 to 3).

    From the display matrix, as FFmpeg's av_display_rotation_get reads it (libavutil/display.c).
    """
    from av.sidedata.sidedata import Type

    side = frame.side_data.get(Type.DISPLAYMATRIX)  # type: ignore[call-overload]
    if side is None:
        return 0
    m = np.frombuffer(bytes(side), np.int32)[:9].astype(np.float64)
    across, down = math.hypot(m[0], m[3]), math.hypot(m[1], m[4])
    if not across or not down:
        return 0
    return round(-math.degrees(math.atan2(m[1] / down, m[0] / across)) / 90) % 4


def _is_yuv(frame: VideoFrame) -> bool:
    return frame.format.name.startswith(_YUV) and int(frame.colorspace) != _SPC_RGB


def _plane(plane: VideoPlane, height: int, width: int) -> Bytes8:
    rows: Bytes8 = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
    return rows[:height, :width]


def _copy(frame: VideoFrame, pool: FramePool) -> Bytes8:
    height, width = frame.height & ~1, frame.width & ~1
    pixels = pool.take((height * 3 // 2, width))
    y, u, v = planes(pixels)
    y[:] = _plane(frame.planes[0], height, width)
    u[:] = _plane(frame.planes[1], height // 2, width // 2)
    v[:] = _plane(frame.planes[2], height // 2, width // 2)
    return pixels


def _upright(pixels: Bytes8, turns: int, pool: FramePool) -> Bytes8:
    if not turns:
        return pixels
    y, u, v = (np.rot90(plane, turns) for plane in planes(pixels))
    turned = pool.take((y.shape[0] * 3 // 2, y.shape[1]))
    for there, plane in zip(planes(turned), (y, u, v), strict=True):
        there[:] = plane
    return turned


def resized(pixels: Bytes8, height: int, width: int, pool: FramePool) -> Bytes8:
    """The picture at another (even) size: a clip may change its size half way, a Camera does not."""
    other = pool.take((height * 3 // 2, width))
    for there, plane in zip(planes(other), planes(pixels), strict=True):
        cv2.resize(plane, (there.shape[1], there.shape[0]), dst=there, interpolation=cv2.INTER_AREA)
    return other
