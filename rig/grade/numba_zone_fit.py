"""The mask's fit as the Numba engine makes it: what rig/grade/zone_fit.py does with OpenCV, in a fifth of the time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from drivers.readings import Bytes8, Colour
from rig.grade import numba_layout as layout
from rig.grade.numba_compile import Kernels
from rig.grade.numba_places import readonly
from rig.grade.tone import luma_weights
from rig.grade.zone_fit import Ev, Gain, Plane, aim, share_table
from rig.zones import SMALL, zones_of_codes

Taps: TypeAlias = tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int32], NDArray[np.float32]]


class NumbaZoneFit:
    """Of one picture; as ZoneFit, to the rounding of its sums."""

    def __init__(self, kernels: Kernels, zones: Plane, run: bool = True) -> None:
        """run: False makes the arrays only, for their types."""
        self._kernels, self.zones = kernels, readonly(zones, np.float32)
        rows, columns = zones.shape
        self._shape = (-(-rows // 2), -(-columns // 2))
        self._halving = _halving(rows, columns)
        self._planes = np.empty((layout.FIT_PLANES, *self._shape), np.float32)
        self._steps = np.empty(zones.shape, np.uint16)
        self._room = np.zeros((3, columns + 4), np.float32)
        if run:
            kernels.fit_zones(*self.fit_arguments())
        self.centre: Plane = self._planes[layout.FIT_CENTRE]

    def line(self, gain: Gain) -> tuple[Plane, Plane]:
        """Of the share 0..1 of its stops that a gain gives: the slope a zone, and the value at ``centre``."""
        slope, level = np.empty((2, *self._shape), np.float32)
        self._kernels.fit_line(*self.line_arguments(share_table(aim(gain)), slope, level))
        return slope, level

    def planes(self, evs: Sequence[Ev], middle: float) -> list[tuple[Plane, Plane]]:
        """At the size of the zones, of each of at most two: slope a zone, clamped, and EV at zone 0. middle: the zone
        that zones are counted from here."""
        if not evs:
            return []
        asked = np.array([(ev.slope, ev.level) for ev in evs], np.float32)
        stops = np.array([ev.stops for ev in evs], np.float32)
        found = np.empty((len(evs), 2, *self.zones.shape), np.float32)
        self._kernels.enlarge_lines(*self.enlarging(asked, stops, middle, found))
        return [(a, b) for a, b in found]

    def enlarging(
        self, evs: NDArray[np.float32], stops: NDArray[np.float32], middle: float, found: NDArray[np.float32]
    ) -> tuple[Any, ...]:
        """The arguments of the kernel ``enlarge_lines``."""
        doubling = _doubling(*self.zones.shape)
        return evs, stops, self.centre, np.float32(middle), doubling, found, self._room

    def fit_arguments(self) -> tuple[Any, ...]:
        """The arguments of the kernel ``fit_zones``."""
        return self.zones, self._halving, self._planes, self._steps, self._room

    def line_arguments(self, shares: Plane, slope: Plane, level: Plane) -> tuple[Any, ...]:
        """The arguments of the kernel ``fit_line``."""
        return self.zones, self._halving, self._planes, self._steps, shares, slope, level, self._room


def zoning(rgb: Bytes8, colour: Colour) -> tuple[Plane, tuple[Any, ...]]:
    """Room for the zones of encoded red, green, blue (h, w, 3) at an eighth of the size, rounded up, and what the
    kernel ``small_zones_of_rgb`` takes. colour: of a full range."""
    height, width = rgb.shape[:2]
    zones = np.empty((-(-height // SMALL), -(-width // SMALL)), np.float32)
    room = np.empty((2, 3 * width + 24), np.uint16)
    of_codes = readonly(zones_of_codes(colour), np.float32)
    weights = readonly(luma_weights(colour), np.float32)
    return zones, (readonly(rgb, np.uint8).reshape(height, width * 3), weights, of_codes, room, zones)


@lru_cache(maxsize=4)
def _doubling(rows: int, columns: int) -> Taps:
    return (*_doubles(rows), *_doubles(columns))


def _doubles(size: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Of each place on an axis: the pair whose middle lies before it, and how far it is to the next one's, as OpenCV's
    INTER_LINEAR has them."""
    count = -(-size // 2)
    middles = np.clip((np.arange(size) + 0.5) * (count / size) - 0.5, 0, count - 1)
    before = np.floor(middles)
    return before.astype(np.int32), (middles - before).astype(np.float32)


@lru_cache(maxsize=4)
def _halving(rows: int, columns: int) -> Taps:
    return (*_halves(rows), *_halves(columns))


def _halves(size: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Where each half of an axis begins, and the shares of the three from there on that lie in it, as OpenCV's
    INTER_AREA has them."""
    count = -(-size // 2)
    edges = np.arange(count + 1) * (size / count)
    starts = np.minimum(np.floor(edges[:-1] + 1e-9).astype(np.int32), max(size - 1, 0))
    places = starts[:, None] + np.arange(3)
    inside = np.minimum(edges[1:, None], places + 1) - np.maximum(edges[:-1, None], places)
    weights = np.maximum(inside, 0.0) / (size / count)
    weights[weights < 1e-6] = 0.0
    return starts, weights.astype(np.float32)
