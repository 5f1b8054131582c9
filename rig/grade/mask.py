"""The dodging mask: what each zone gain does at each place, as lines EV = a * zone + b at an eighth of the size.

Two guided filters (K. He, J. Sun, X. Tang, Guided image filtering, 2013): the first flattens the zones into a map in
which a thing has one zone, the second ties the map's gains to the picture's own edges. "In the zone" always means the
map's zone, never the pixel's own. The slope is clamped so that no gradient turns round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from rig.grade.bearings import AS_AIMED, Bearings
from rig.grade.recipe import Place, ZoneGain, ZoneScale, smoothstep

Plane: TypeAlias = NDArray[np.float32]
Gain: TypeAlias = ZoneGain | ZoneScale

MAP_RADIUS, MAP_EPS = 6, 0.15
EDGE_RADIUS, EDGE_EPS = 4, 0.1
LOWEST_SLOPE = -0.5
SMOOTH_S = 0.15
LONGEST_GAP_S = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """EV = clip(a * zone + b, low, high); a, b float32, (ceil(h / 8), ceil(w / 8)), bilinear between; zone 0..10 as
    each pixel of the negative has it. low <= 0 <= high, one of them 0."""

    low: float
    high: float
    a: Plane
    b: Plane


class Mask:
    """Makes the lines of each frame, smoothed over time: no flicker, whatever the frame rate. Its state is one
    picture's lines, in parts of a stop, so that a turned knob acts at once; a new aim starts afresh."""

    def __init__(self) -> None:
        self._t_ns = 0
        self._key: object = None
        self._lines: list[tuple[Plane, Plane]] = []

    def reset(self) -> None:
        """Forget the frames before."""
        self._lines = []

    def update(
        self, zones: Plane, t_ns: int, gains: Sequence[Gain], bearings: Bearings = AS_AIMED, every: int = 1
    ) -> tuple[Line, ...]:
        """The lines of this frame: one for all that lightens, one for all that darkens, where there is any.

        zones: the negative's at an eighth of the size (rig.zones.small_zones). Frames in order of time. every: make
        the mask of every so many frames only, and keep it for those between.
        """
        key = (zones.shape, tuple(_aim(gain) for gain in gains))
        fresh = _lines(zones - np.float32(5.0 + bearings.light_ev), gains)
        keep = self._keep(t_ns) if self._lines and key == self._key else 0.0
        if keep > 0.0:
            for (a, b), (old_a, old_b) in zip(fresh, self._lines, strict=True):
                cv2.addWeighted(a, 1.0 - keep, old_a, keep, 0.0, dst=a)
                cv2.addWeighted(b, 1.0 - keep, old_b, keep, 0.0, dst=b)
        self._t_ns, self._key, self._lines = t_ns, key, fresh
        lines = []
        for sign in (1.0, -1.0):
            chosen = [(gain, line) for gain, line in zip(gains, fresh, strict=True) if gain.stops * sign > 0.0]
            if not chosen:
                continue
            a, b = np.zeros_like(zones), np.zeros_like(zones)
            total = 0.0
            for gain, (of_a, of_b) in chosen:
                stops: Any = np.float32(gain.stops)
                if gain.place is not None:
                    stops = stops * ellipse(gain.place, bearings.centre(gain.place), zones.shape)
                a += stops * of_a
                b += stops * of_b
                total += gain.stops
            b -= a * np.float32(5.0 + bearings.light_ev)
            lines.append(Line(min(total, 0.0), max(total, 0.0), a, b))
        return tuple(lines)

    def _keep(self, t_ns: int) -> float:
        """The share of the lines before that stays: none after a gap, all of it for the same frame again."""
        gap_s = (t_ns - self._t_ns) / 1e9
        return float(np.exp(-gap_s / SMOOTH_S)) if 0.0 <= gap_s <= LONGEST_GAP_S else 0.0


def ellipse(place: Place, centre: tuple[float, float], shape: tuple[int, ...]) -> Plane:
    """The share 0..1 of each small pixel: 1 within half its height, 0 from one and a half on; as wide as high."""
    rows, columns = shape
    x = (np.arange(columns, dtype=np.float32) + 0.5 - centre[0] * columns)[None, :]
    y = (np.arange(rows, dtype=np.float32) + 0.5 - centre[1] * rows)[:, None]
    radius = np.hypot(x, y) / np.float32(0.5 * place.height * rows)
    return np.asarray(1.0 - smoothstep(radius - np.float32(0.5)), np.float32)


def _aim(gain: Gain) -> object:
    """What a gain is, but for its stops."""
    return (gain.zone, gain.feather) if isinstance(gain, ZoneGain) else tuple(g / gain.stops for g in gain.gains)


def _lines(zones: Plane, gains: Sequence[Gain]) -> list[tuple[Plane, Plane]]:
    """Slope and offset of each gain's weight 0..1 over the zone, counted from V."""
    mean, square = _box(zones, MAP_RADIUS), _box(zones * zones, MAP_RADIUS)
    variance = np.maximum(square - mean * mean, 0.0)
    slope = variance / (variance + np.float32(MAP_EPS))
    zone_map = _box(slope, MAP_RADIUS) * zones + _box((1.0 - slope) * mean, MAP_RADIUS)

    mean, square = _box(zones, EDGE_RADIUS), _box(zones * zones, EDGE_RADIUS)
    variance = np.maximum(square - mean * mean, 0.0) + np.float32(EDGE_EPS)
    fits = []
    for gain in gains:
        weight = gain.weight(zone_map + np.float32(5.0))
        weight_mean = _box(weight, EDGE_RADIUS)
        fits.append(((_box(zones * weight, EDGE_RADIUS) - mean * weight_mean) / variance, weight_mean))
    slopes = _clamped([fit for fit, _ in fits], gains)
    lines = []
    for clamped, (_, weight_mean) in zip(slopes, fits, strict=True):
        lines.append((_box(clamped, EDGE_RADIUS), _box(weight_mean - clamped * mean, EDGE_RADIUS)))
    return lines


def _clamped(slopes: list[NDArray[Any]], gains: Sequence[Gain]) -> list[Plane]:
    """Slopes such that EV falls by at most half a stop a zone: each gain's, and the sum where several fall."""
    lowest = np.float32(LOWEST_SLOPE)
    evs: list[Plane] = [np.maximum(slope * np.float32(g.stops), lowest) for slope, g in zip(slopes, gains, strict=True)]
    if len(evs) > 1:
        falling = [np.minimum(ev, np.float32(0.0)) for ev in evs]
        share = lowest / np.minimum(sum(falling[1:], falling[0]), lowest)
        evs = [np.maximum(ev, fall * share) for ev, fall in zip(evs, falling, strict=True)]
    return [ev / np.float32(g.stops) for ev, g in zip(evs, gains, strict=True)]


def _box(plane: NDArray[Any], radius: int) -> Plane:
    size = 2 * radius + 1
    return np.asarray(cv2.blur(plane, (size, size), borderType=cv2.BORDER_REFLECT), np.float32)
