"""A print as a JPEG for the page: at most 960 wide, in the right colours whatever the frame's matrix and range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from drivers.colour import planes, yuv_to_rgb_matrix
from drivers.readings import Bytes8, Colour

MOST_WIDTH = 960
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


def to_jpeg(pixels: Bytes8, colour: Colour, most_width: int = MOST_WIDTH, quality: int = QUALITY) -> bytes:
    """Encode I420 pixels as JPEG (whose own YCbCr is full-range BT.601; the conversion is made here).

    Scaled down in YUV, where there are half the bytes, to at most ``most_width`` pixels. The code values are handed on
    as they are encoded: a browser reads a JPEG without a profile as sRGB.
    """
    y, u, v = planes(pixels)
    height, width = y.shape
    if width > most_width:
        height, width = max(1, round(height * most_width / width)), most_width
    shrink = y.shape[1] / width
    # INTER_AREA is five times dearer and only visibly better from a half on
    way = cv2.INTER_AREA if shrink >= 2 else cv2.INTER_LINEAR
    size = (width, height)
    merged = cv2.merge(
        [
            y if shrink == 1 else cv2.resize(y, size, interpolation=way),
            cv2.resize(u, size, interpolation=cv2.INTER_LINEAR),
            cv2.resize(v, size, interpolation=cv2.INTER_LINEAR),
        ]
    )
    to_bgr = np.ascontiguousarray(yuv_to_rgb_matrix(colour)[::-1])
    done, data = cv2.imencode(".jpg", cv2.transform(merged, to_bgr), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError(f"finder: OpenCV made no JPEG of a print {width} x {height}")
    return bytes(data)


def to_picture(shown: ShownPrint, shown_ns: int) -> Picture:
    """The JPEG of a print, with its times."""
    return Picture(
        data=to_jpeg(shown.pixels, shown.colour),
        index=shown.index,
        t_ns=shown.t_ns,
        shown_ns=shown_ns,
        edge_ns=shown.newest_edge_ns,
        beat_ns=shown.newest_beat_ns,
    )
