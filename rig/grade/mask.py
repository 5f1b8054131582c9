"""The dodging mask: what all that lightens and all that darkens does at each place, as lines EV = a * zone + b.

"In the zone" always means the picture's zone map (rig/grade/zone_fit.py), never the pixel's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rig.grade.bearings import AS_AIMED, Bearings
from rig.grade.recipe import Place, smoothstep
from rig.grade.steady_zones import SteadyZones
from rig.grade.zone_fit import MIDDLE, Ev, Fit, Gain, Plane, ZoneFit, aim
from rig.grade.zone_fit import zone_map as map_of


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """EV = clip(a * zone + b, low, high); a, b float32, (ceil(h / 8), ceil(w / 8)), bilinear between; zone 0..10 as
    each pixel of the negative has it. low <= 0 <= high, one of them 0."""

    low: float
    high: float
    a: Plane
    b: Plane


class Mask:
    """Makes the lines of each frame. All it remembers are steadied zones and what was fitted to them: a turned knob,
    another aim and a moved place act at once, and nothing flickers."""

    def __init__(self, fitted: Callable[[Plane], Fit] = ZoneFit) -> None:
        """fitted: an engine's zone_fit; all give the same, at speeds of their own."""
        self._fitted = fitted
        self._steady = SteadyZones()
        self._fit: Fit | None = None
        self._lines: dict[Gain, tuple[Plane, Plane]] = {}
        self._kept = 0

    def reset(self) -> None:
        """Forget the frames before."""
        self._steady.reset()
        self._fit = None

    def update(
        self, zones: Plane, t_ns: int, gains: Sequence[Gain], bearings: Bearings = AS_AIMED, every: int = 1
    ) -> tuple[Line, ...]:
        """The lines of this frame: one for all that lightens, one for all that darkens, where there is any.

        zones: the negative's at an eighth of the size (rig.zones.small_zones). Frames in order of time. every: look at
        the zones of every so many frames only, and keep what they said for those between, unless the picture is cut.
        """
        from_middle = zones - np.float32(MIDDLE + bearings.light_ev)
        self._kept += 1
        fit = self._fit
        if fit is None or self._kept >= every or not self._steady.follows(from_middle, t_ns):
            fit = self._fit = self._fitted(self._steady.take(from_middle, t_ns))
            self._lines, self._kept = {}, 0
        evs = [ev for ev in (self._ev(fit, gains, sign, bearings) for sign in (1.0, -1.0)) if ev is not None]
        planes = fit.planes(evs, MIDDLE + bearings.light_ev)
        return tuple(Line(min(ev.stops, 0.0), max(ev.stops, 0.0), *of) for ev, of in zip(evs, planes, strict=True))

    def _ev(self, fit: Fit, gains: Sequence[Gain], sign: float, bearings: Bearings) -> Ev | None:
        """What all gains of one sign do together."""
        slope: Any = np.float32(0.0)
        level: Any = np.float32(0.0)
        total = 0.0
        for gain in gains:
            if gain.stops * sign <= 0.0:
                continue
            of = aim(gain)
            if of not in self._lines:
                self._lines[of] = fit.line(of)
            stops: Any = np.float32(gain.stops)
            if gain.place is not None:
                stops = stops * ellipse(gain.place, bearings.centre(gain.place), fit.centre.shape)
            slope = slope + stops * self._lines[of][0]
            level = level + stops * self._lines[of][1]
            total += gain.stops
        return Ev(slope, level, total) if total else None


def zone_map(zones: Plane, bearings: Bearings = AS_AIMED) -> Plane:
    """The zone 0..10 that the mask takes each small pixel to lie in, as zones were when they were named."""
    return np.asarray(map_of(zones - np.float32(MIDDLE + bearings.light_ev)) + np.float32(MIDDLE))


def ellipse(place: Place, centre: tuple[float, float], shape: tuple[int, ...]) -> Plane:
    """The share 0..1 of each square of a grid: 1 within half its height, 0 from one and a half on; as wide as high."""
    rows, columns = shape
    x = (np.arange(columns, dtype=np.float32) + 0.5 - centre[0] * columns)[None, :]
    y = (np.arange(rows, dtype=np.float32) + 0.5 - centre[1] * rows)[:, None]
    radius = np.hypot(x, y) / np.float32(0.5 * place.height * rows)
    return np.asarray(1.0 - smoothstep(radius - np.float32(0.5)), np.float32)
