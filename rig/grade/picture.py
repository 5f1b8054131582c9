"""A Picture: encoded red, green, blue at full size, as stills come, and as the reference prints them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.colour import planes, rgb_to_yuv_matrix, yuv_to_rgb_matrix
from drivers.readings import Colour, Frame
from rig.grade.chroma import enlarge
from rig.zones import GREY, SMALL, Floats, decode

STILL = Colour(range="full")


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """rgb: (h, w, 3), float32 or float64, 1 is white; any size. colour: its luma's weights and its transfer.

    top, whole_height: where it is a part of a taller picture (some rows of it), the first of its rows, and its height.
    """

    rgb: NDArray[Any]
    colour: Colour = STILL
    t_ns: int = 0
    top: int = 0
    whole_height: int | None = None

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.rgb.shape[0])

    @property
    def rows(self) -> slice:
        """Which rows of the whole it holds."""
        return slice(self.top, self.top + self.height)

    @property
    def of_height(self) -> int:
        """Height in pixels of the whole."""
        return self.height if self.whole_height is None else self.whole_height

    def luma(self) -> Floats:
        """(h, w): the negative's own."""
        return np.asarray(self.rgb @ rgb_to_yuv_matrix(Colour(self.colour.matrix, "full"))[0, :3])

    def zones(self) -> Floats:
        """(h, w): the zone 0..10 of each pixel."""
        return zones_of_luma(self.luma(), self.colour.transfer)

    def small_zones(self) -> NDArray[np.float32]:
        """The zones of the picture at an eighth of the size, rounded up, as the mask reads them."""
        size = (-(-self.width // SMALL), -(-self.height // SMALL))
        luma = cv2.resize(self.luma().astype(np.float32), size, interpolation=cv2.INTER_AREA)
        return zones_of_luma(np.asarray(luma), self.colour.transfer).astype(np.float32)


def zones_of_luma(luma: NDArray[Any], transfer: str) -> Floats:
    """The zone 0..10 of a grey of that luma, 0..1."""
    return np.clip(5.0 + np.log2(np.maximum(decode(luma, transfer), 1e-6) / GREY), 0.0, 10.0)


def picture_of(frame: Frame) -> Picture:
    """A frame as a picture, float64; chroma interpolated linearly."""
    y, u, v = planes(frame.pixels)
    size = (frame.width, frame.height)
    up = [enlarge(plane.astype(np.float64), size) for plane in (u, v)]
    matrix = yuv_to_rgb_matrix(frame.colour)
    yuv = np.stack([y.astype(np.float64), *up], axis=-1)
    return Picture(np.asarray((yuv @ matrix[:, :3].T + matrix[:, 3]) / 255.0), frame.colour, frame.t_ns)
