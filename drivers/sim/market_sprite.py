"""Pieces that move: cut out, kept as I420 code values with their transparency, and laid over a frame in place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.colour import planes, rgb_to_yuv_matrix
from drivers.readings import Bytes8, Colour
from drivers.sim.market_canvas import Floats, floats

COLOUR = Colour()  # BT.709, limited range, sRGB: what the simulated camera gives
NOISE_FLOOR = 6  # frames are put together this much too dark; adding noise, which is 6 on average, makes it good


def to_yuv(light: Floats) -> Floats:
    """Linear light (h, w, 3), white 1, to code values (h, w, 3) of Y, U, V, not yet rounded (sRGB: IEC 61966-2-1)."""
    steps = np.linspace(0, 1, 4096) ** 2
    curve = np.where(steps <= 0.0031308, steps * 12.92, 1.055 * steps ** (1 / 2.4) - 0.055) * 255
    places = np.sqrt(np.clip(light, 0, 1)) * np.float32(4095) + np.float32(0.5)
    rgb = curve.astype(np.float32)[places.astype(np.uint16)]
    return np.asarray(cv2.transform(rgb, rgb_to_yuv_matrix(COLOUR).astype(np.float32)), np.float32)


def to_frame(light: Floats, dither: Floats | float) -> Bytes8:
    """Linear light to I420 pixels, NOISE_FLOOR too low; ``dither`` (-0.5 to 0.5) keeps dark slopes from banding."""
    height, width = light.shape[:2]
    yuv = to_yuv(light) - np.float32(NOISE_FLOOR)
    half = np.asarray(cv2.resize(yuv[..., 1:], (width // 2, height // 2), interpolation=cv2.INTER_AREA))
    pixels = np.empty((height * 3 // 2, width), np.uint8)
    y, u, v = planes(pixels)
    y[:] = np.clip(np.rint(yuv[..., 0] + dither), 0, 255)
    u[:], v[:] = np.rint(half[..., 0]), np.rint(half[..., 1])
    return pixels


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """A cut-out. ``anchor`` is the pixel of it that is put at the place named; code values are multiplied by alpha."""

    full: Bytes8  # (h, w, 2): Y and alpha
    half: Bytes8  # (h / 2, w / 2, 3): U, V and alpha
    solid: Bytes8  # (h, w / 8), packed bits: what belongs to the thing itself, not to its shadow or reflection
    anchor: tuple[float, float]

    def lay(self, frame: Bytes8, x: float, y: float, angle: float = 0.0, hidden: Bytes8 | None = None) -> None:
        """Lay it over I420 pixels, its anchor at (x, y), turned by angle (radians, clockwise) about the anchor.

        hidden: (h, w) of the picture, 255 where something stands before it.
        """
        luma, u, v = planes(frame)
        box = self._box(luma.shape[1], luma.shape[0], x, y)
        if box is None:
            return
        x0, y0, x1, y1 = box
        matrix = self._matrix(x - x0, y - y0, angle)
        size = (x1 - x0, y1 - y0)
        value, alpha = cv2.split(cv2.warpAffine(self.full, matrix, size))
        matrix[:, 2] = (matrix[:, :2] @ (0.5, 0.5) + matrix[:, 2] - 0.5) / 2
        size = (size[0] // 2, size[1] // 2)
        value_u, value_v, alpha_c = cv2.split(cv2.warpAffine(self.half, matrix, size))
        parts = [(luma[y0:y1, x0:x1], value, alpha)]
        half = np.s_[y0 // 2 : y1 // 2, x0 // 2 : x1 // 2]
        parts += [(u[half], value_u, alpha_c), (v[half], value_v, alpha_c)]
        seen = None if hidden is None else cv2.bitwise_not(hidden[y0:y1, x0:x1])
        for there, colour, shown in parts:
            if seen is not None:
                open_here = seen if seen.shape == shown.shape else cv2.resize(seen, size, interpolation=cv2.INTER_AREA)
                colour = cv2.multiply(colour, open_here, scale=1 / 255)
                shown = cv2.multiply(shown, open_here, scale=1 / 255)
            cv2.multiply(there, cv2.bitwise_not(shown), there, scale=1 / 255)
            cv2.add(there, colour, there)

    def stamp(self, height: int, width: int, x: float, y: float, angle: float = 0.0) -> NDArray[np.bool_]:
        """Where the thing itself is in a picture of that size."""
        out = np.zeros((height, width), np.bool_)
        box = self._box(width, height, x, y)
        if box is not None:
            x0, y0, x1, y1 = box
            solid = np.unpackbits(self.solid, axis=1, count=self.full.shape[1]) * np.uint8(255)
            moved = cv2.warpAffine(solid, self._matrix(x - x0, y - y0, angle), (x1 - x0, y1 - y0))
            out[y0:y1, x0:x1] = np.asarray(moved) > 127
        return out

    def turned(self) -> Sprite:
        """The same, seen in a mirror."""
        width = self.full.shape[1]
        full, half = np.ascontiguousarray(self.full[:, ::-1]), np.ascontiguousarray(self.half[:, ::-1])
        solid = np.packbits(np.unpackbits(self.solid, axis=1, count=width)[:, ::-1], axis=1)
        return Sprite(full, half, solid, (width - self.anchor[0], self.anchor[1]))

    def _matrix(self, x: float, y: float, angle: float) -> NDArray[np.float64]:
        c, s = math.cos(angle), math.sin(angle)
        ax, ay = self.anchor
        return np.array([[c, -s, x - c * ax + s * ay], [s, c, y - s * ax - c * ay]])

    def _box(self, width: int, height: int, x: float, y: float) -> tuple[int, int, int, int] | None:
        x0, y0 = math.floor(x - self.anchor[0]) - 4, math.floor(y - self.anchor[1]) - 4
        x1, y1 = x0 + self.full.shape[1] + 8, y0 + self.full.shape[0] + 8
        x0, y0 = max(x0, 0) & ~1, max(y0, 0) & ~1
        x1, y1 = min(x1 + 1, width) & ~1, min(y1 + 1, height) & ~1
        return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def cut(light: Floats, alpha: Floats, solid: NDArray[np.bool_], anchor: tuple[float, float]) -> Sprite:
    """A Sprite of linear light (h, w, 3) that is already what a lens would see, and its alpha 0..1."""
    height, width = alpha.shape
    here = _where(alpha)
    light, alpha, solid = light[here], alpha[here], solid[here]
    anchor = (anchor[0] - here[1].start, anchor[1] - here[0].start)
    height, width = alpha.shape
    light = np.pad(light, ((0, height % 2), (0, width % 2), (0, 0)))
    alpha = np.pad(alpha, ((0, height % 2), (0, width % 2)))
    solid = np.pad(solid, ((0, height % 2), (0, width % 2)))
    size = (alpha.shape[1] // 2, alpha.shape[0] // 2)
    yuv = (to_yuv(light) - np.float32(NOISE_FLOOR)) * alpha[..., None]
    full = np.stack([yuv[..., 0], alpha * 255], -1)
    half = floats(cv2.resize(np.dstack([yuv[..., 1:], alpha * 255]), size, interpolation=cv2.INTER_AREA))
    return Sprite(_bytes(full), _bytes(half), np.packbits(solid, axis=1), anchor)


def _where(alpha: Floats) -> tuple[slice, slice]:
    """The lines and columns in which there is anything, and a little more; both begin at an even one."""
    slices = []
    for axis, size in ((1, alpha.shape[0]), (0, alpha.shape[1])):
        found = np.flatnonzero(alpha.any(axis))
        first, last = (int(found[0]), int(found[-1])) if found.size else (0, 1)
        slices.append(slice(max(first - 4, 0) & ~1, min(last + 4, size)))
    return slices[0], slices[1]


def _bytes(values: NDArray[np.floating[Any]]) -> Bytes8:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
