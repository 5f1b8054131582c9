"""The recipe: what all tonal operations of a look fold into, so that the frame is touched once.

Everything that lightens or darkens is a sum of EV (one for the whole picture, one for each zone, one for each place,
grain); then come channel gains in linear light, one luma curve, one saturation, one tint curve; last the finish.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rig.zones import GREY, Floats

HALF_A_ZONE = 0.5
WHITE_ZONE = 5.0 - log2(GREY)  # 7.47, where a negative of 8 bits ends: an aim beyond VIII means VIII
LAST_ZONE = 8.0
MIDDLES = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, WHITE_ZONE)
Triple = tuple[float, float, float]
ALL = slice(None)


def smoothstep(x: NDArray[Any]) -> NDArray[Any]:
    """0 up to 0, 1 from 1 on, and 3x^2 - 2x^3 between; in the precision of x."""
    t = np.clip(x, 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))


@dataclass(frozen=True, slots=True)
class Place:
    """A soft ellipse in the picture. x, y: its centre, 0..1 of width and height. height: of the picture's height.

    number: which of the places that are followed (rig/grade/bearings.py) moves it; 0 stays where it is.
    """

    x: float
    y: float
    height: float
    number: int = 0


@dataclass(frozen=True, slots=True)
class ZoneGain:
    """Light added (stops > 0: dodge) or held back (stops < 0: burn) in one zone, feathered over some zones beyond;
    in the whole picture or in one place of it."""

    stops: float
    zone: float
    feather: float
    place: Place | None = None

    def weight(self, zone_map: NDArray[Any]) -> NDArray[Any]:
        """How much of it a zone gets: 1 within half a zone of the centre, 0 from half a zone plus the feather on."""
        away = np.abs(zone_map - min(self.zone, LAST_ZONE))
        return np.asarray(1.0 - smoothstep((away - HALF_A_ZONE) / self.feather))


@dataclass(frozen=True, slots=True)
class ZoneScale:
    """Light added or held back zone by zone: stops of zones 0..X, all of one sign, linear between their middles.

    White of the negative is zone 7 1/2: there VIII is reached, and IX and X, which lie beyond, are not looked at.
    """

    gains: tuple[float, ...]
    place: Place | None = None

    @property
    def stops(self) -> float:
        """The most of them, with its sign."""
        return max(self.gains, key=abs)

    def weight(self, zone_map: NDArray[Any]) -> NDArray[Any]:
        """The share of ``stops`` that a zone gets, 0..1."""
        shares = np.asarray(self.gains[: len(MIDDLES)]) / self.stops
        return np.asarray(np.interp(zone_map, MIDDLES, shares), zone_map.dtype)


class SpatialGain(Protocol):
    """Stops that depend on the place alone: vignette, split filter. Hashable."""

    def ev(self, width: int, height: int, every: int = 1, rows: slice = ALL) -> Floats:
        """The stops at each pixel, (height, width); or at the middles of squares ``every`` pixels wide, rounded up.

        rows: of these, only some: a huge picture is printed in parts.
        """

    def bounds(self) -> tuple[float, float]:
        """The least and the most of them; 0 lies between."""


@dataclass(frozen=True, slots=True)
class EdgeGain:
    """Stops added at the picture's corners; ``size`` of the half diagonal, around the middle, stays as it is."""

    stops: float
    size: float

    def ev(self, width: int, height: int, every: int = 1, rows: slice = ALL) -> Floats:
        """The stops at each pixel, (height, width); or at the middles of squares ``every`` pixels wide, rounded up."""
        x, y = _from_the_middle(width, height, every, rows)
        radius = np.hypot(x, y) / float(np.hypot(width, height))
        return np.asarray(self.stops * smoothstep((radius - self.size) / (1.0 - self.size)))

    def bounds(self) -> tuple[float, float]:
        """The least and the most of them."""
        return min(self.stops, 0.0), max(self.stops, 0.0)


@dataclass(frozen=True, slots=True)
class Halves:
    """Where a half-frame filter lies. angle: degrees its line is turned clockwise; at 0 the first side is the upper.

    position: of the line from the middle towards the second side, -1..1 of the half diagonal. softness: of the half
    diagonal, over which one side goes over into the other.
    """

    angle: float
    position: float
    softness: float

    def share(self, width: int, height: int, every: int = 1, rows: slice = ALL) -> Floats:
        """The second side's share at each pixel, 0..1; sizes as in EdgeGain.ev."""
        x, y = _from_the_middle(width, height, every, rows)
        turn = np.deg2rad(self.angle)
        along = (y * np.cos(turn) - x * np.sin(turn)) / float(np.hypot(width, height)) - self.position
        least = 2.0 / float(np.hypot(width, height))  # never harder than a pixel
        return np.asarray(smoothstep(along / max(self.softness, least) + 0.5))


@dataclass(frozen=True, slots=True)
class HalfGain:
    """The stops of both sides of a half-frame filter."""

    first: float
    second: float
    halves: Halves

    def ev(self, width: int, height: int, every: int = 1, rows: slice = ALL) -> Floats:
        """The stops at each pixel; sizes as in EdgeGain.ev."""
        return np.asarray(self.first + (self.second - self.first) * self.halves.share(width, height, every, rows))

    def bounds(self) -> tuple[float, float]:
        """The least and the most of them."""
        return min(self.first, self.second, 0.0), max(self.first, self.second, 0.0)


@dataclass(frozen=True, slots=True)
class HalfColour:
    """Linear gains of red, green, blue on both sides of a half-frame filter, on top of the recipe's own."""

    first: Triple
    second: Triple
    halves: Halves


@dataclass(frozen=True, slots=True)
class Grain:
    """Noise in EV. stops: its standard deviation. size: of a grain, in pixels of a picture 1080 high."""

    stops: float
    size: float


@dataclass(frozen=True, slots=True)
class Toning:
    """The tint curve: red, green, blue added (encoded, with no luma of their own) to shadows and highlights.

    middle: the printed luma 0..1 at which one goes over into the other. Black and white stay without a cast.
    """

    shadows: Triple
    highlights: Triple
    middle: float = 0.5

    def shares(self, luma: Floats) -> tuple[Floats, Floats]:
        """How much of the shadows' and of the highlights' colour a printed luma 0..1 takes."""
        u = np.clip(luma, 0.0, 1.0)
        highlights = smoothstep((u - self.middle) / 0.5 + 0.5)
        seen = 1.0 - (2.0 * u - 1.0) ** 4
        return np.asarray((1.0 - highlights) * seen), np.asarray(highlights * seen)


class CurvePart(Protocol):
    """One bend of the luma curve (contrast, points, split grade). Hashable; it never falls."""

    def bend(self, luma: Floats, transfer: str) -> Floats:
        """The luma 0..1 it makes of a luma 0..1."""


class FinishPart(Protocol):
    """A step on the finished colour that is none of the above (CDL, .cube). Hashable."""

    def finish(self, rgb: Floats) -> Floats:
        """Encoded red, green, blue (..., 3) of a print to those of another; 1 is white."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One print, compiled from a look. Red, green, blue ``gains`` multiply linear light; ``ev`` is for every pixel.

    film: how much red, green and blue the film sees, each 0..1, as a filter before black and white film does; luma is
    the encoded channels weighed by the colour's own weights times these, over their sum.
    """

    ev: float = 0.0
    gains: Triple = (1.0, 1.0, 1.0)
    half: HalfColour | None = None
    film: Triple = (1.0, 1.0, 1.0)
    zones: tuple[ZoneGain | ZoneScale, ...] = ()
    edges: tuple[EdgeGain | HalfGain, ...] = ()
    grain: Grain | None = None
    curve: tuple[CurvePart, ...] = ()
    saturation: float = 1.0
    toning: Toning | None = None
    finish: tuple[FinishPart, ...] = ()

    @property
    def is_neutral(self) -> bool:
        """True when the print is the negative, byte for byte."""
        return self == NEUTRAL

    @property
    def turns_colour(self) -> bool:
        """True when the channels get different gains, somewhere, or the film sees them differently."""
        return self.gains != (1.0, 1.0, 1.0) or self.half is not None or self.film != (1.0, 1.0, 1.0)


NEUTRAL = Recipe()


def _from_the_middle(width: int, height: int, every: int, rows: slice) -> tuple[Floats, Floats]:
    """Twice the distance of each pixel (or square) from the picture's middle, in pixels: (1, n), (m, 1)."""
    x = (np.arange(-(-width // every)) + 0.5) * (2.0 * every) - width
    y = (np.arange(-(-height // every)) + 0.5) * (2.0 * every) - height
    return np.asarray(x[None, :]), np.asarray(y[rows, None])
