"""Zones without the sensor's noise: what holds still is averaged over time, what moves is as it is."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Plane: TypeAlias = NDArray[np.float32]

SMOOTH_S = 0.2
LONGEST_GAP_S = 1.0
MOVED = 0.4  # zones; noise stays below, and a difference as small as this hardly shows in what a mask makes of it
SPARSE = (slice(None, None, 3), slice(None, None, 3))  # enough of a picture to know it by
CUT = 1.0  # zones; where most of the picture moved by more, it is another picture


class SteadyZones:
    """Owns one picture's zones. Frames in order of time; smoothing by a time constant, whatever their rate."""

    def __init__(self) -> None:
        self._t_ns = 0
        self._zones: Plane | None = None

    def reset(self) -> None:
        """Forget the frames before."""
        self._zones = None

    def take(self, zones: Plane, t_ns: int) -> Plane:
        """This frame's zones, steadied; a new array, which nobody changes."""
        steady = zones
        if self._zones is not None and self.follows(zones, t_ns):
            keep = self._keep(t_ns)
            steady = self._zones - zones
            stays = steady * steady
            stays *= np.float32(-keep / (MOVED * MOVED))
            stays += np.float32(keep)
            steady *= np.maximum(stays, np.float32(0.0), out=stays)
            steady += zones
        self._t_ns, self._zones = t_ns, steady
        return steady

    def follows(self, zones: Plane, t_ns: int) -> bool:
        """True where this frame is of the same picture as the one before: no gap, no cut."""
        if self._zones is None or self._zones.shape != zones.shape or self._keep(t_ns) == 0.0:
            return False
        moved = np.abs(zones[SPARSE] - self._zones[SPARSE]) > CUT
        return bool(np.count_nonzero(moved) * 2 <= moved.size)

    def _keep(self, t_ns: int) -> float:
        """The share of the zones before that stays where nothing moved: none after a gap, all for the same frame."""
        gap_s = (t_ns - self._t_ns) / 1e9
        return float(np.exp(-gap_s / SMOOTH_S)) if 0.0 <= gap_s <= LONGEST_GAP_S else 0.0
