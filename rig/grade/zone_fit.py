"""What a picture's zones say to every gain: the zone that each thing lies in, and lines a * zone + b along its edges.

Both are guided filters (K. He, J. Sun, X. Tang, Guided image filtering, 2013) with three changes that keep halos away.
For the map, windows count the more, the flatter they are: next to an edge those win that do not reach across it, as in
M. Nagao, T. Matsuyama, Edge preserving smoothing, 1979. The fit leaves out what lies on an edge and belongs to neither
side. And its windows count by their contrast: a line that an edge has shaped beats a flat one. Windows are of pairs of
small pixels (K. He, J. Sun, Fast guided filter, 2015): means of squares and products lose nothing by being halved. The
slope of a line is clamped so that no gradient turns round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Protocol, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from rig.grade.recipe import ZoneGain, ZoneScale

Plane: TypeAlias = NDArray[np.float32]
Gain: TypeAlias = ZoneGain | ZoneScale

# Radii in pairs of small pixels. The map reaches twice its own, all together 4 + 1 + 1 pairs, 96 pixels beyond a pair:
# what enters further away moves nothing here.
MAP_RADIUS, FIT_RADIUS, LINE_RADIUS = 2, 1, 1
EDGE = 0.6  # variance, in zones squared, at which a window is as much an edge as it is a texture
FLAT = 0.01  # variance at which a window counts an eighth of a flat one
LEAST_SURE = 0.003  # of what lies in no flat window: little beside what does, all there is where a thing is narrow
LEAST_CONTRAST = 0.003  # variance
STEEPEST = 0.8  # a zone, of a line's own stops
LOWEST_SLOPE = -0.8  # EV a zone, of both lines together: at -1 what was an edge is gone, beyond it has turned round
MIDDLE = 5.0
LOWEST, STEPS_A_ZONE, STEPS = -4.0, 256, 4096


@dataclass(frozen=True, slots=True, eq=False)
class Ev:
    """What all gains of one sign do, by pairs: EV a zone, EV at the fit's centre, and all stops together, not 0."""

    slope: Plane
    level: Plane
    stops: float


class Fit(Protocol):
    """What the mask asks of a picture: ZoneFit's, or an engine's own."""

    @property
    def centre(self) -> Plane:
        """The zone from V around each pair, which ``line`` is given at."""

    def line(self, gain: Gain) -> tuple[Plane, Plane]:
        """As ZoneFit.line."""

    def planes(self, evs: Sequence[Ev], middle: float) -> list[tuple[Plane, Plane]]:
        """As ZoneFit.planes."""


class ZoneFit:
    """Of one picture. zones: counted from V, float32 (rows, columns); all else at half of that size, rounded up."""

    def __init__(self, zones: Plane) -> None:
        self.zones = zones
        halved, squares = _halved(zones), _halved(zones * zones)
        slope, offset, sure = _map_lines(halved, squares)
        self._steps = _steps(_map(zones, slope, offset))
        self._sure = sure
        self._count = _box(sure, FIT_RADIUS)
        self._mean = _box(sure * halved, FIT_RADIUS) / self._count
        self._contrast = _box(sure * squares, FIT_RADIUS) / self._count
        self._contrast -= self._mean * self._mean
        np.maximum(self._contrast, np.float32(0.0), out=self._contrast)
        self._contrast += np.float32(LEAST_CONTRAST)
        self._total = _box(self._contrast, LINE_RADIUS)
        self.centre = _box(self._contrast * self._mean, LINE_RADIUS) / self._total

    def line(self, gain: Gain) -> tuple[Plane, Plane]:
        """Of the share 0..1 of its stops that a gain gives: the slope a zone, and the value at ``centre``."""
        share = share_table(aim(gain)).take(self._steps, mode="clip")
        mean = _box(self._sure * _halved(share), FIT_RADIUS) / self._count
        together = _box(self._sure * _halved(share * self.zones), FIT_RADIUS) / self._count
        together -= mean * self._mean
        return _box(together, LINE_RADIUS) / self._total, _box(self._contrast * mean, LINE_RADIUS) / self._total

    def planes(self, evs: Sequence[Ev], middle: float) -> list[tuple[Plane, Plane]]:
        """At the size of the zones, of each of at most two: slope a zone, clamped, and EV at zone 0. middle: the zone
        that zones are counted from here."""
        size = (self.zones.shape[1], self.zones.shape[0])
        found = []
        for slope, ev in zip(clamped(evs), evs, strict=True):
            level = ev.level - slope * (self.centre + np.float32(middle))
            a, b = (cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in (slope, level))
            found.append((np.asarray(a, np.float32), np.asarray(b, np.float32)))
        return found


def clamped(evs: Sequence[Ev]) -> list[Plane]:
    """Slopes no steeper than their stops allow, and such that EV falls by at most LOWEST_SLOPE where both fall."""
    lowest, none = np.float32(LOWEST_SLOPE), np.float32(0.0)
    slopes = []
    for ev in evs:
        most = np.float32(STEEPEST * abs(ev.stops))
        slopes.append(np.minimum(np.maximum(ev.slope, max(-most, lowest)), most))
    if len(slopes) == 2:
        falls = [np.minimum(slope, none) for slope in slopes]
        share = lowest / np.minimum(falls[0] + falls[1], lowest)
        slopes = [np.maximum(slope, fall * share) for slope, fall in zip(slopes, falls, strict=True)]
    return slopes


def zone_map(zones: Plane) -> Plane:
    """The zone that each small pixel lies in, from V, smoothed but for edges; zones from V too."""
    slope, offset, _ = _map_lines(_halved(zones), _halved(zones * zones))
    return _map(zones, slope, offset)


def aim(gain: Gain) -> Gain:
    """What a gain is but for its stops and its place: the same for every stroke on a zone."""
    if isinstance(gain, ZoneGain):
        return replace(gain, stops=1.0, place=None)
    return ZoneScale(tuple(each / gain.stops for each in gain.gains))


def _map_lines(halved: Plane, squares: Plane) -> tuple[Plane, Plane, Plane]:
    """Of each pair: the map's slope and offset over the zone, and how sure it is, above 0."""
    mean = _box(halved, MAP_RADIUS)
    variance = _box(squares, MAP_RADIUS)
    variance -= mean * mean
    np.maximum(variance, np.float32(0.0), out=variance)
    weight = variance * np.float32(1.0 / FLAT)
    weight += np.float32(1.0)
    weight = np.float32(1.0) / (weight * weight * weight)
    variance *= variance
    edge = weight * variance / (variance + np.float32(EDGE * EDGE))
    sure = _box(weight, MAP_RADIUS)
    slope, offset = _box(edge, MAP_RADIUS), _box((weight - edge) * mean, MAP_RADIUS)
    return slope / sure, offset / sure, sure + np.float32(LEAST_SURE)


def _map(zones: Plane, slope: Plane, offset: Plane) -> Plane:
    size = (zones.shape[1], zones.shape[0])
    # every pixel of a pair is in the same windows: enlarged without a bend, or edges would leak
    found = np.asarray(cv2.resize(slope, size, interpolation=cv2.INTER_NEAREST), np.float32)
    found *= zones
    found += np.asarray(cv2.resize(offset, size, interpolation=cv2.INTER_NEAREST), np.float32)
    return found


def _steps(zone_map: Plane) -> NDArray[np.intp]:
    zone_map += np.float32(MIDDLE - LOWEST)
    zone_map *= np.float32(STEPS_A_ZONE)
    return zone_map.astype(np.intp)


@lru_cache(maxsize=64)
def share_table(gain: Gain) -> Plane:
    """(STEPS,), read-only: its share of its stops at every 1 / STEPS_A_ZONE of a zone, from LOWEST on."""
    table = gain.weight(LOWEST + (np.arange(STEPS) + 0.5) / STEPS_A_ZONE).astype(np.float32)
    table.flags.writeable = False
    return np.asarray(table)


def _halved(plane: NDArray[Any]) -> Plane:
    rows, columns = plane.shape
    size = (-(-columns // 2), -(-rows // 2))
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


def _box(plane: NDArray[Any], radius: int) -> Plane:
    size = 2 * radius + 1
    return np.asarray(cv2.blur(plane, (size, size), borderType=cv2.BORDER_REFLECT), np.float32)
