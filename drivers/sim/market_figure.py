"""The walker of the night market, drawn: coat, scarf, bag, and an umbrella that the lamps shine through."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from drivers.sim.market_canvas import Floats, Rgb, View, floats
from drivers.sim.market_sprite import Sprite, cut

WALK_Z = 5.0  # metres to the line the walker walks on
_FINE = 2  # drawn twice as large, then made smaller
_LEFT, _RIGHT, _BELOW, _TOP = -0.72, 0.80, -1.15, 2.25  # metres of the cut-out round the walker's feet


class _Cloth:
    """A small canvas in metres round the walker's feet."""

    def __init__(self, across: float, down: float) -> None:
        self.size = (max(round((_TOP - _BELOW) * down), 4), max(round((_RIGHT - _LEFT) * across), 4))
        self._scale = (across, down)
        self.light: Floats = np.zeros((*self.size, 3), np.float32)
        self.alpha: Floats = np.zeros(self.size, np.float32)

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        return (x - _LEFT) * self._scale[0], (_TOP - y) * self._scale[1]

    def patch(self, points: Sequence[tuple[float, float]], colour: Rgb | Floats, opacity: float = 1.0) -> None:
        pixels = np.array([self.pixel(*p) for p in points])
        low = np.maximum(np.floor(pixels.min(0)).astype(int) - 1, 0)
        high = np.minimum(np.ceil(pixels.max(0)).astype(int) + 2, self.size[::-1])
        if (high <= low).any():
            return
        box = np.s_[low[1] : high[1], low[0] : high[0]]
        mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
        cv2.fillPoly(mask, [np.rint((pixels - low) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        shown = mask.astype(np.float32) * np.float32(opacity / 255)
        self.light[box] += (np.asarray(colour, np.float32) - self.light[box]) * shown[..., None]
        self.alpha[box] += (1 - self.alpha[box]) * shown

    def limb(self, points: Sequence[tuple[float, float]], widths: Sequence[float], colour: Rgb) -> None:
        """A tapering limb or rod with round joints."""
        for (ax, ay), (bx, by), wa, wb in zip(points[:-1], points[1:], widths[:-1], widths[1:], strict=True):
            length = math.hypot(bx - ax, by - ay) or 1e-6
            nx, ny = -(by - ay) / length, (bx - ax) / length
            self.patch(
                [
                    (ax + nx * wa, ay + ny * wa),
                    (bx + nx * wb, by + ny * wb),
                    (bx - nx * wb, by - ny * wb),
                    (ax - nx * wa, ay - ny * wa),
                ],
                colour,
            )
            self.round(ax, ay, wa, wa, colour)
            self.round(bx, by, wb, wb, colour)

    def round(self, x: float, y: float, rx: float, ry: float, colour: Rgb) -> None:
        turn = np.linspace(0, 2 * np.pi, 25)[:-1]
        self.patch([(x + rx * math.cos(t), y + ry * math.sin(t)) for t in turn], colour)


def draw(view: View, phase: float) -> Sprite:
    """The walker at a phase 0..1 of the step, facing right, with the reflection in the wet street."""
    across, down = view.scale
    cloth = _Cloth(across / WALK_Z * _FINE, down / WALK_Z * _FINE)
    swing = 2 * math.pi * phase
    legs = [_leg(swing), _leg(swing + math.pi)]
    rise = -min(leg[2][1] for leg in legs)  # whichever foot is lower stands on the street
    coat: Rgb = (0.012, 0.019, 0.040)

    def up(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(x, y + rise) for x, y in points]

    for leg, tone in ((legs[1], 0.7), (legs[0], 1.0)):
        hip, knee, ankle = up(leg)
        cloth.limb([hip, knee, ankle], [0.075, 0.055, 0.036], (0.030 * tone, 0.024 * tone, 0.026 * tone))
        cloth.patch(
            [
                (ankle[0] - 0.055, ankle[1] + 0.03),
                (ankle[0] + 0.05, ankle[1] + 0.03),
                (ankle[0] + 0.15, ankle[1] - 0.045),
                (ankle[0] - 0.06, ankle[1] - 0.045),
            ],
            (0.05, 0.022, 0.015),
        )
    flare = 0.05 * math.sin(swing * 2)
    body = [
        (-0.13, 1.40),
        (-0.045, 1.46),
        (0.055, 1.46),
        (0.125, 1.39),
        (0.145, 1.15),
        (0.13, 0.95),
        (0.20 + flare, 0.56),
        (-0.21 - flare, 0.55),
        (-0.145, 0.95),
        (-0.165, 1.2),
    ]
    cloth.patch(up(body), coat)
    cloth.patch(
        up(
            [
                (0.02, 1.42),
                (0.125, 1.38),
                (0.145, 1.15),
                (0.13, 0.95),
                (0.20 + flare, 0.56),
                (0.10 + flare, 0.56),
                (0.06, 1.0),
            ]
        ),
        (0.045, 0.058, 0.095),
    )
    cloth.round(0.040, 1.585 + rise, 0.088, 0.112, (0.33, 0.18, 0.11))
    cloth.patch(up([(0.11, 1.60), (0.148, 1.565), (0.11, 1.55)]), (0.33, 0.18, 0.11))
    cloth.round(-0.008, 1.622 + rise, 0.094, 0.096, (0.014, 0.010, 0.010))
    cloth.round(-0.085, 1.655 + rise, 0.048, 0.048, (0.014, 0.010, 0.010))
    cloth.patch(up([(-0.085, 1.50), (0.085, 1.49), (0.11, 1.40), (-0.10, 1.39)]), (0.62, 0.32, 0.045))
    cloth.patch(up([(-0.075, 1.43), (-0.02, 1.42), (-0.11 - flare, 1.08), (-0.18 - flare, 1.1)]), (0.52, 0.26, 0.035))
    bag = 0.03 * math.sin(swing)
    cloth.patch(
        up([(-0.20 + bag, 0.98), (-0.03 + bag, 0.98), (-0.01 + bag, 0.72), (-0.22 + bag, 0.72)]), (0.20, 0.10, 0.04)
    )
    cloth.limb(up([(0.0, 1.36), (0.06, 1.12), (0.20, 1.22)]), [0.058, 0.050, 0.036], (0.017, 0.025, 0.048))
    cloth.round(0.215, 1.235 + rise, 0.04, 0.045, (0.34, 0.19, 0.12))
    cloth.limb(up([(0.215, 1.14), (0.13, 1.99)]), [0.011, 0.011], (0.10, 0.05, 0.025))
    _umbrella(cloth, rise)
    return _finish(cloth, view)


def _leg(swing: float) -> list[tuple[float, float]]:
    """Hip, knee, ankle: the thigh swings, the knee bends while the leg comes forward."""
    thigh = 0.44 * math.sin(swing) + 0.05
    shin = thigh - 0.12 - 0.85 * max(math.cos(swing), 0.0) ** 1.6
    knee = (0.44 * math.sin(thigh), 0.90 - 0.44 * math.cos(thigh))
    return [(0.0, 0.90), knee, (knee[0] + 0.43 * math.sin(shin), knee[1] - 0.43 * math.cos(shin))]


def _umbrella(cloth: _Cloth, rise: float) -> None:
    """Oiled paper, lit through by the lamps behind it."""
    middle, low, top, half = 0.12, 1.75 + rise, 2.13 + rise, 0.60
    ribs = 7
    edges = [middle + half * math.sin(math.pi / 2 * (2 * i / ribs - 1)) for i in range(ribs + 1)]

    def along(edge: float, start: float, end: float, count: int) -> list[tuple[float, float]]:
        """Points of the line on the dome from one place of its edge (0) towards its top (1)."""
        turns = [math.pi / 2 * (start + (end - start) * k / (count - 1)) for k in range(count)]
        return [(middle + (edge - middle) * math.cos(w), low + (top - low) * math.sin(w)) for w in turns]

    for i in range(ribs):
        a, b = edges[i], edges[i + 1]
        hem = low + 0.01 - 0.004 * abs(i - 3)
        arc = [(a + (b - a) * k / 6, hem + 0.04 * math.sin(math.pi * k / 6)) for k in range(7)]
        glow = 0.62 + 0.38 * math.cos((i - 2.4) * 0.75)
        cloth.patch(arc + along(b, 0, 1, 9) + along(a, 1, 0, 9), (0.60 * glow, 0.062 * glow, 0.026 * glow))
        for inner, outer, (red, green, blue) in ((0.35, 0.43, (0.78, 0.42, 0.12)), (0.14, 0.17, (0.70, 0.30, 0.08))):
            band = along(a, inner, outer, 3) + along(b, outer, inner, 3)
            cloth.patch(band, (red * glow, green * glow, blue * glow), 0.8)
        rib = along(a, 0, 1, 9)
        cloth.patch([(x - 0.006, y) for x, y in rib] + [(x + 0.006, y) for x, y in rib[::-1]], (0.16, 0.02, 0.012))
    cloth.limb([(middle, top - 0.01), (middle, top + 0.05)], [0.018, 0.010], (0.12, 0.06, 0.03))


def _finish(cloth: _Cloth, view: View) -> Sprite:
    """The right size, light on the edges from the lamps on both sides, and the reflection in the wet street."""
    tall, wide = cloth.size
    size = (max(round(wide / _FINE), 2), max(round(tall / _FINE), 2))
    small = floats(cv2.resize(cloth.light * cloth.alpha[..., None], size, interpolation=cv2.INTER_AREA))
    shown = floats(cv2.resize(cloth.alpha, size, interpolation=cv2.INTER_AREA))
    reach = max(round(0.014 * view.height / WALK_Z), 1)
    level = np.clip(np.linspace(_TOP, _BELOW, size[1], dtype=np.float32)[:, None] / 0.9, 0.25, 1)
    for shift, tone in ((reach, (0.52, 0.21, 0.057)), (-reach, (0.26, 0.13, 0.057))):
        edge = floats(np.clip(shown - np.roll(shown, shift, 1), 0, 1) * level)
        edge = floats(cv2.GaussianBlur(edge, (0, 0), reach * 0.6)) * shown
        small += edge[..., None] * np.asarray(tone, np.float32)
    solid = shown > 0.5
    feet = round(_TOP / (_TOP - _BELOW) * size[1])
    below = size[1] - feet
    source = np.dstack([small, shown])[feet - below : feet][::-1]
    blur = max(view.height / 720, 0.3)
    source = floats(cv2.GaussianBlur(source, (0, 0), 1.2 * blur, sigmaY=4.0 * blur)) * np.float32(0.62)
    fade = np.linspace(1, 0.25, below, dtype=np.float32)[:, None, None]
    both = np.dstack([small, shown])
    under = both[feet:]
    both[feet:] = under + source * fade * (1 - under[..., 3:])
    colour = both[..., :3] / np.maximum(both[..., 3:], 1e-3)
    return cut(colour.astype(np.float32), both[..., 3], solid, (-_LEFT / (_RIGHT - _LEFT) * size[0], float(feet)))
