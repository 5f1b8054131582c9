"""The painter's tools of the night market: a pinhole view in metres, a canvas of linear light, lamps that light it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Point: TypeAlias = tuple[float, float, float]
Rgb: TypeAlias = tuple[float, float, float]

EYE_M = 1.55  # height of the photographer's eye over the street
HORIZON = 0.46  # where the horizon lies, in picture heights from the top
CENTRE = 0.95  # where the street vanishes, in picture heights from the left of a 16:9 picture
FAR_M = 60.0  # the sky
_SHIFT = 4  # fractional bits of cv2's coordinates
_SPECK = 1.2  # square pixels: what is smaller is not painted
_COARSE = 16  # light is worked out on every sixteenth pixel: it has no edges


def floats(image: object) -> Floats:
    """What OpenCV or NumPy gave, as float32."""
    return np.asarray(image, np.float32)


def upsized(small: Floats, view: View) -> Floats:
    """A coarse image at the view's size."""
    return floats(cv2.resize(small, (view.width, view.height), interpolation=cv2.INTER_LINEAR))


def times(colour: Rgb, factor: float) -> Rgb:
    """A lighter or darker shade."""
    return (colour[0] * factor, colour[1] * factor, colour[2] * factor)


@dataclass(frozen=True, slots=True)
class View:
    """Metres to pixels. X to the right of the street's middle, Y up from the street, Z away from the photographer.

    ``mirror`` looks at the street's reflection: everything hangs below the ground.
    """

    width: int
    height: int
    mirror: bool = False

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels a picture height, across and down; pictures narrower than 4:3 or wider than 16:9 are stretched."""
        return self.width / min(max(self.width / self.height, 4 / 3), 16 / 9), float(self.height)

    @property
    def left(self) -> float:
        """The left edge, in picture heights of the 16:9 picture: a narrower one shows its middle."""
        return 8 / 9 - self.width / self.scale[0] / 2

    def pixel(self, point: Point) -> tuple[float, float]:
        """Where a point of the world is seen."""
        x_m, y_m, z_m = point
        across, down = self.scale
        rise = -y_m if self.mirror else y_m
        return (CENTRE + x_m / z_m - self.left) * across, (HORIZON + (EYE_M - rise) / z_m) * down

    def rays(self, step: int = 1) -> tuple[Floats, Floats]:
        """For every step-th pixel: metres across, and metres up from the eye, a metre away from the eye."""
        across, down = self.scale
        x = (np.arange(step / 2, self.width, step, dtype=np.float32) / across + self.left - CENTRE)[None, :]
        y = (HORIZON - np.arange(step / 2, self.height, step, dtype=np.float32) / down)[:, None]
        return x, -y if self.mirror else y


@dataclass(frozen=True, slots=True)
class Lamp:
    """A light: where, its linear colour, candle power in the picture's own units, and which lamps it flickers with."""

    at: Point
    colour: Rgb
    power: float
    group: int = 0


class Lighting:
    """All lamps at once: how much light arrives at points of the world (inverse squares, softened near a lamp)."""

    def __init__(self, lamps: Sequence[Lamp], ambient: Rgb) -> None:
        self._at: Floats = np.array([lamp.at for lamp in lamps], np.float32).reshape(-1, 3)
        self._colour: Floats = np.array([[lamp.power * c for c in lamp.colour] for lamp in lamps], np.float32)
        self._colour = self._colour.reshape(-1, 3)
        self._ambient = np.asarray(ambient, np.float32)

    def at(self, points: Floats, normal: Floats | None = None) -> Floats:
        """Light (n, 3) at points (n, 3); with a normal, less where it comes in flat (a fifth is left from behind)."""
        away = self._at[None] - points[:, None]
        squared = np.einsum("nlk,nlk->nl", away, away) + np.float32(0.08)
        strength = 1 / squared
        if normal is not None:
            strength *= np.maximum(away @ normal / np.sqrt(squared), 0) * np.float32(0.9) + np.float32(0.1)
        return np.asarray(strength @ self._colour + self._ambient, np.float32)


class Canvas:
    """Linear light seen through a View, with the depth of what is seen and, apart, what shines by itself."""

    def __init__(self, view: View, lighting: Lighting, grain: Floats) -> None:
        self.view = view
        size = (view.height, view.width)
        self.light: Floats = np.zeros((*size, 3), np.float32)
        self.glow: Floats = np.zeros((*size, 3), np.float32)
        self.depth: Floats = np.full(size, FAR_M, np.float32)
        self.lighting = lighting
        self._grain = grain

    def polygon(
        self,
        points: Sequence[Point],
        albedo: Rgb,
        *,
        shine: float = 0.0,
        rough: float = 0.12,
        opacity: float = 1.0,
        gain: float = 1.0,
        flat: float = 0.0,
    ) -> None:
        """A flat piece of the world, lit by the lamps; its first three points may not lie in a line.

        shine: it is a light of that strength, and albedo its colour. rough: how much its texture shows. gain: how much
        of the lamps' light it gets. flat: light it gets all over.
        """
        world = np.array(points, np.float32)
        pixels = np.array([self.view.pixel(p) for p in points], np.float32)
        wide, tall = np.ptp(pixels, axis=0).tolist()
        box = self._box(pixels)
        if box is None or wide * tall < _SPECK:
            return
        x0, y0, x1, y1 = box
        near, far = float(world[:, 2].min()), float(world[:, 2].max())
        z: float | Floats = near
        slope = np.zeros(3, np.float32)
        if far - near > 1e-3 and max(wide, tall) > 4:  # on a plane 1 / z is linear in pixels
            ones = np.column_stack([pixels, np.ones(len(pixels), np.float32)])
            slope = np.linalg.lstsq(ones, 1 / world[:, 2], rcond=None)[0].astype(np.float32)
            z = self._plane(slope, box, 1, (near, far))
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        corners = np.rint((pixels - 0.5 - (x0, y0)) * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, _SHIFT)
        alpha = mask.astype(np.float32) * np.float32(opacity / 255)
        if shine:
            self.lay(box, alpha, z, albedo, shine)
            return
        light = floats(flat)
        if gain:
            light = self._light(world, slope, box, (near, far)) * np.float32(gain) + np.float32(flat)
        texture = 1 + np.float32(rough) * self._grain[y0:y1, x0:x1, None] if rough else np.float32(1)
        self.lay(box, alpha, z, np.asarray(albedo, np.float32) * light * texture)

    def _plane(self, slope: Floats, box: tuple[int, int, int, int], step: int, limits: tuple[float, float]) -> Floats:
        x0, y0, x1, y1 = box
        x = np.arange(x0 + step / 2, x1 + step / 2, step, dtype=np.float32)
        y = np.arange(y0 + step / 2, y1 + step / 2, step, dtype=np.float32)
        inverse = (slope[0] * x + slope[2])[None, :] + (slope[1] * y)[:, None]
        return np.asarray(1 / np.clip(inverse, 1 / limits[1], 1 / limits[0]), np.float32)

    def _light(
        self, world: Floats, slope: Floats, box: tuple[int, int, int, int], limits: tuple[float, float]
    ) -> Floats:
        """Light over the box of a flat piece: worked out on a coarse grid, for light has no edges."""
        eye = np.array([0, -EYE_M if self.view.mirror else EYE_M, 0], np.float32)
        (ax, ay, az), (bx, by, bz) = (world[1] - world[0]).tolist(), (world[2] - world[0]).tolist()
        normal = floats([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])
        length = math.sqrt(float(normal @ normal))
        facing: Floats | None = None
        if length > 1e-9:
            facing = floats(normal / (length if float(normal @ (eye - world[0])) > 0 else -length))
        x0, y0, x1, y1 = box
        wide, tall = x1 - x0, y1 - y0
        if max(wide, tall) <= _COARSE:
            middle = world.mean(0)
            return floats(self.lighting.at(floats(middle[None]), facing)[0])
        step = max(_COARSE, -(-max(wide, tall) // 24))
        z = self._plane(slope, box, step, limits) if slope.any() else None
        across, down = self.view.scale
        x = (np.arange(x0 + step / 2, x1 + step / 2, step, dtype=np.float32) / across + self.view.left - CENTRE)[
            None, :
        ]
        y = (HORIZON - np.arange(y0 + step / 2, y1 + step / 2, step, dtype=np.float32) / down)[:, None]
        if z is None:
            z = np.full((y.shape[0], x.shape[1]), limits[0], np.float32)
        up = EYE_M + y * z
        points = np.stack([x * z, -up if self.view.mirror else up, z], -1).reshape(-1, 3).astype(np.float32)
        coarse = self.lighting.at(points, facing).reshape(*z.shape, 3)
        half = 0.5 / step - 0.5
        matrix = np.array([[1 / step, 0, half], [0, 1 / step, half]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(coarse, matrix, (wide, tall), flags=flags, borderMode=cv2.BORDER_REPLICATE))

    def lay(
        self, box: tuple[int, int, int, int], alpha: Floats, z: float | Floats, colour: Rgb | Floats, shine: float = 0.0
    ) -> None:
        """Lay linear light, (3,) or (h, w, 3), over a box through a mask 0..1; with ``shine`` it is a light itself."""
        x0, y0, x1, y1 = box
        light = self.light[y0:y1, x0:x1]
        glow = self.glow[y0:y1, x0:x1]
        shown = alpha[..., None]
        new = np.asarray(colour, np.float32)
        if shine:
            new = new * np.float32(shine)
            glow += (new - glow) * shown
        else:
            glow -= glow * shown
        light += (new - light) * shown
        depth = self.depth[y0:y1, x0:x1]
        solid = alpha > 0.5
        depth[solid] = z if isinstance(z, float) else z[solid]

    def disc(
        self, centre: Point, radius_m: float, squash: float = 1.0
    ) -> tuple[tuple[int, int, int, int], Floats, Floats] | None:
        """Box and the coordinates -1..1 across and down of a round thing that faces the photographer; None outside."""
        x, y = self.view.pixel(centre)
        across, down = self.view.scale
        rx, ry = radius_m / centre[2] * across, radius_m * squash / centre[2] * down
        box = self._box(np.array([[x - rx, y - ry], [x + rx, y + ry]], np.float32))
        if box is None:
            return None
        x0, y0, x1, y1 = box
        u = (np.arange(x0, x1, dtype=np.float32) + 0.5 - x)[None, :] / rx
        v = (np.arange(y0, y1, dtype=np.float32) + 0.5 - y)[:, None] / ry
        return box, u, -v if self.view.mirror else v

    def ball(
        self, centre: Point, radius_m: float, albedo: Rgb, *, squash: float = 1.0, gain: float = 1.0, spark: float = 0.5
    ) -> None:
        """A fruit, a bowl, a head: round, lit from above, with a small highlight."""
        found = self.disc(centre, radius_m * 1.15, squash)
        if found is None or 4 * (radius_m / centre[2] * self.view.height) ** 2 < _SPECK:
            return
        box, u, v = found[0], found[1] * 1.15, found[2] * 1.15
        r2 = u * u + v * v
        radius_px = max(radius_m / centre[2] * self.view.height, 0.7)
        alpha = np.clip((1 - np.sqrt(r2)) * radius_px + 0.5, 0, 1).astype(np.float32)
        form = 0.22 + 1.1 * np.clip(0.5 - 0.55 * v - 0.28 * u - 0.3 * r2, 0, 1) ** 1.2
        form = form * (0.65 + 0.35 * np.sqrt(np.clip(1 - r2, 0, 1)))
        bright = np.exp(-((u + 0.28) ** 2 + (v + 0.45) ** 2) * 26) * spark
        light = self.lighting.at(np.array([centre], np.float32))[0] * np.float32(gain)
        colour = (np.asarray(albedo, np.float32) * form[..., None] + bright[..., None]) * light
        self.lay(box, alpha, float(centre[2]), colour.astype(np.float32))

    def line(
        self, points: Sequence[Point], width_m: float, albedo: Rgb, *, shine: float = 0.0, flat: float = 0.0
    ) -> None:
        """A rope, a pole, a neon tube: a polyline with a width, at least a pixel (thinner ones fade)."""
        pixels = np.array([self.view.pixel(p) for p in points], np.float32)
        z_m = float(np.mean([p[2] for p in points]))
        width = width_m / z_m * self.view.height
        thin = min(width, 1.0)
        if thin < 0.1:
            return
        half = max(width, 1.0) / 2
        colour: Rgb | Floats = albedo
        if not shine:
            light = self.lighting.at(np.mean(np.array(points, np.float32), 0, keepdims=True))[0]
            colour = np.asarray(albedo, np.float32) * (light * np.float32(0.7) + np.float32(flat))
        box = self._box(np.concatenate([pixels - half - 1, pixels + half + 1]))
        if box is None:
            return
        x0, y0, x1, y1 = box
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        for a, b in pairwise(pixels):
            along = b - a
            length = float(np.hypot(*along))
            if length < 1e-3:
                continue
            side = np.array([-along[1], along[0]], np.float32) / length * half
            ends = along / length * min(half * 0.6, 1.5 if shine else half)
            corners = np.array([a - ends + side, b + ends + side, b + ends - side, a - ends - side], np.float32)
            fixed = np.rint((corners - 0.5 - (x0, y0)) * (1 << _SHIFT)).astype(np.int32)
            cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _SHIFT)
        self.lay(box, mask.astype(np.float32) * np.float32(thin / 255), z_m, colour, shine)

    def _box(self, pixels: NDArray[np.float32]) -> tuple[int, int, int, int] | None:
        left, top = pixels.min(0).tolist()
        right, bottom = pixels.max(0).tolist()
        x0, y0 = max(math.floor(left) - 1, 0), max(math.floor(top) - 1, 0)
        x1, y1 = min(math.ceil(right) + 2, self.view.width), min(math.ceil(bottom) + 2, self.view.height)
        return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None
