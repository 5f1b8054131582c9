"""The recipe: what all tonal operations of a look fold into, so that the frame is touched once.

Everything that lightens or darkens is a sum of EV (one for the whole picture, one for each zone, one for each place);
then come channel gains in linear light, one luma curve, one saturation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rig.zones import Floats

HALF_A_ZONE = 0.5
LAST_ZONE = 8.0  # white is at zone 7.5 of a negative of 8 bits: an aim beyond VIII means VIII


def smoothstep(x: NDArray[Any]) -> NDArray[Any]:
    """0 up to 0, 1 from 1 on, and 3x^2 - 2x^3 between; in the precision of x."""
    t = np.clip(x, 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))


@dataclass(frozen=True, slots=True)
class ZoneGain:
    """Light added (stops > 0: dodge) or held back (stops < 0: burn) in one zone, feathered over some zones beyond."""

    stops: float
    zone: float
    feather: float

    def weight(self, zone_map: NDArray[Any]) -> NDArray[Any]:
        """How much of it a zone gets: 1 within half a zone of the centre, 0 from half a zone plus the feather on."""
        away = np.abs(zone_map - min(self.zone, LAST_ZONE))
        return np.asarray(1.0 - smoothstep((away - HALF_A_ZONE) / self.feather))


@dataclass(frozen=True, slots=True)
class EdgeGain:
    """Stops added at the picture's corners; ``size`` of the half diagonal, around the middle, stays as it is."""

    stops: float
    size: float

    def ev(self, width: int, height: int, every: int = 1) -> Floats:
        """The stops at each pixel, (height, width); or at the middles of squares ``every`` pixels wide, rounded up."""
        x = (np.arange(-(-width // every)) + 0.5) * (2.0 * every) - width
        y = (np.arange(-(-height // every)) + 0.5) * (2.0 * every) - height
        radius = np.hypot(x[None, :], y[:, None]) / float(np.hypot(width, height))
        return np.asarray(self.stops * smoothstep((radius - self.size) / (1.0 - self.size)))


@dataclass(frozen=True, slots=True)
class Curve:
    """The luma curve: slope 2 ** ``stops_of_slope`` at the grey of the pivot zone; black and white stay."""

    stops_of_slope: float = 0.0
    pivot_zone: float = 5.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """One print, compiled from a look. Red, green, blue ``gains`` multiply linear light; ``ev`` is for every pixel."""

    ev: float = 0.0
    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    zones: tuple[ZoneGain, ...] = ()
    edges: tuple[EdgeGain, ...] = ()
    curve: Curve = Curve()
    saturation: float = 1.0

    @property
    def is_neutral(self) -> bool:
        """True when the print is the negative, byte for byte."""
        return self == NEUTRAL

    @property
    def turns_colour(self) -> bool:
        """True when the channels get different gains."""
        return self.gains != (1.0, 1.0, 1.0)


NEUTRAL = Recipe()
