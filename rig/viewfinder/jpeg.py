"""A print as a JPEG for the page: at most 960 wide, in the right colours whatever the frame's matrix and range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from drivers.colour import planes, yuv_to_rgb_matrix
from drivers.pool import FramePool
from drivers.readings import Bytes8, Colour

MOST_WIDTH = 960
PLANES = 5  # arrays that to_jpeg works with
QUALITY = 80


class ShownPrint(Protocol):
    """What the finder needs of a Print (rig.grade.printer)."""

    @property
    def t_ns(self) -> int:
        """Mid-exposure of the negative."""

    @property
    def index(self) -> int:
        """The camera's number of the frame."""

    @property
    def pixels(self) -> Bytes8:
        """I420, uint8 (height * 3 // 2, width)."""

    @property
    def colour(self) -> Colour:
        """How the code values are to be read."""

    @property
    def newest_edge_ns(self) -> int | None:
        """The newest edge of a knob that went into this print."""

    @property
    def newest_beat_ns(self) -> int | None:
        """The newest beat that went into this print."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One JPEG with the times that let the page show the latency: shown_ns is when the frame loop handed it over."""

    data: bytes
    index: int
    t_ns: int
    shown_ns: int
    edge_ns: int | None
    beat_ns: int | None


def to_jpeg(
    pixels: Bytes8,
    colour: Colour,
    most_width: int = MOST_WIDTH,
    quality: int = QUALITY,
    pool: FramePool | None = None,
) -> bytes:
    """Encode I420 pixels as JPEG (whose own YCbCr is full-range BT.601; the conversion is made here).

    Scaled down in YUV, where there are half the bytes, to at most ``most_width`` pixels. The code values are handed on
    as they are encoded: a browser reads a JPEG without a profile as sRGB. pool (PLANES spare): whose memory is used,
    where pictures keep coming.
    """
    memory = FramePool(PLANES) if pool is None else pool
    y, u, v = planes(pixels)
    height, width = y.shape
    if width > most_width:
        height, width = max(1, round(height * most_width / width)), most_width
    shrink = y.shape[1] / width
    # INTER_AREA is five times dearer and only visibly better from a half on
    way = cv2.INTER_AREA if shrink >= 2 else cv2.INTER_LINEAR
    size = (width, height)
    scaled = []
    for plane in (y, u, v):
        if plane.shape != (height, width):
            part = memory.take((height, width))
            cv2.resize(plane, size, dst=part, interpolation=way if plane is y else cv2.INTER_LINEAR)
            plane = part
        scaled.append(plane)
    merged, bgr = memory.take((height, width, 3)), memory.take((height, width, 3))
    cv2.merge(scaled, dst=merged)
    cv2.transform(merged, np.ascontiguousarray(yuv_to_rgb_matrix(colour)[::-1]), dst=bgr)
    done, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError(f"finder: OpenCV made no JPEG of a print {width} x {height}")
    return bytes(data)


def to_picture(shown: ShownPrint, shown_ns: int, pool: FramePool | None = None) -> Picture:
    """The JPEG of a print, with its times."""
    return Picture(
        data=to_jpeg(shown.pixels, shown.colour, pool=pool),
        index=shown.index,
        t_ns=shown.t_ns,
        shown_ns=shown_ns,
        edge_ns=shown.newest_edge_ns,
        beat_ns=shown.newest_beat_ns,
    )
