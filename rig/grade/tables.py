"""The recipe as tables for one colour: what the fast engine looks up instead of computing it for each pixel.

Compiled whenever the look changes, which while a knob or a route moves is at every frame. So the tables come in parts
that are kept as long as what they are made from stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.readings import Bytes8, Colour
from rig.grade.balance import Balance, balance
from rig.grade.recipe import CurvePart, Recipe
from rig.grade.tone import tone
from rig.zones import luma_of_codes

# The formulas are evaluated at every fourth EV byte and interpolated between (0.12 codes off at most, with all stops of
# everything; 0.003 with one stop). 0 EV lies on such a byte, exactly, so that nothing changes where nothing is done.
EVERY = 4
STEPS = 252  # from all burnt to all dodged; with 0 EV moved up to the next fourth byte, 255 is the last one needed
# The range of EV is rounded up to half stops: within one, a moving dodge or burn changes no table.
BRACKET = 0.5
FINENESS = 4  # the same for the range of chroma's gain, in steps an octave


@dataclass(frozen=True, slots=True)
class EvScale:
    """Local EV as a byte: EV = (byte - zero) * step."""

    step: float = 1.0
    zero: int = 0

    @classmethod
    def of(cls, recipe: Recipe) -> EvScale | None:
        """The scale of all zones and edges of a recipe; None where it has none."""
        stops = [gain.stops for gain in recipe.zones] + [stop for edge in recipe.edges for stop in edge.bounds()]
        if not stops:
            return None
        down, up = (BRACKET * ceil(sum(max(sign * s, 0.0) for s in stops) / BRACKET) for sign in (-1.0, 1.0))
        step = (down + up) / STEPS
        return cls(step, EVERY * ceil(down / step / EVERY - 1e-9))

    def knots(self) -> NDArray[np.float64]:
        """(65, 1): the EV of bytes 0, 4, ... 256."""
        return np.asarray((np.arange(0, 257, EVERY) - self.zero) * self.step, np.float64)[:, None]


@dataclass(frozen=True, slots=True, eq=False)
class ToneTables:
    """luma: printed Y by Y, or by (Y, EV). gain: chroma's gain, ``unit`` being 1, likewise; None where chroma is the
    same everywhere, and then chroma is the printed U or V by U or V."""

    luma: Bytes8
    gain: Bytes8 | None = None
    unit: int = 1
    chroma: Bytes8 | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """What a pixel is looked up in. A pair of bytes (low, high) is the index low + 256 * high.

    luma: printed Y by Y, or by (Y, EV) where there is a scale. gain: chroma's gain as a byte, likewise; None where
    it is the same everywhere. chroma: printed U or V by (U, gain byte), or by U alone where the gain is the same
    everywhere; None where there is no colour left.
    """

    scale: EvScale | None
    luma: Bytes8
    gain: Bytes8 | None
    chroma: Bytes8 | None
    balance: Balance | None
    luma_stays: bool = False
    chroma_stays: bool = False


def compile_tables(recipe: Recipe, colour: Colour) -> Tables:
    """The tables of a recipe for frames of that colour."""
    scale = EvScale.of(recipe)
    toned = _tone_tables(recipe.ev, scale, recipe.curve, recipe.saturation, colour)
    chroma = toned.chroma if toned.gain is None else _chroma_table(toned.unit)
    codes = np.arange(256)
    return Tables(
        scale,
        toned.luma,
        toned.gain,
        chroma,
        balance(recipe.gains, colour) if recipe.turns_colour else None,
        luma_stays=scale is None and np.array_equal(toned.luma, codes),
        chroma_stays=chroma is not None and np.array_equal(chroma, codes),
    )


@lru_cache(maxsize=4)
def _tone_tables(
    ev: float, scale: EvScale | None, curve: tuple[CurvePart, ...], saturation: float, colour: Colour
) -> ToneTables:
    evs = ev + (scale.knots() if scale else np.zeros((1, 1)))
    toned, gains64 = tone(luma_of_codes(colour)[None, :], evs, curve, saturation, colour.transfer)
    zero, span = (16.0, 219.0) if colour.range == "limited" else (0.0, 255.0)
    luma = _codes(_between((toned * span + zero).astype(np.float32)))
    if saturation == 0.0:
        return ToneTables(luma)
    if float(np.ptp(gains64)) == 0.0:
        offsets = np.arange(256, dtype=np.float32) - np.float32(128.0)
        return ToneTables(luma, chroma=_codes(np.float32(128.0) + offsets * np.float32(gains64[0, 0])))
    octaves = np.ceil(np.log2(float(gains64.max())) * FINENESS - 1e-9) / FINENESS
    unit = int(255.0 / 2.0**octaves)
    return ToneTables(luma, _codes(_between((gains64 * unit).astype(np.float32))), unit)


@lru_cache(maxsize=8)
def _chroma_table(unit: int) -> Bytes8:
    """Printed U or V by (U or V, gain byte), a gain byte of ``unit`` being a gain of 1."""
    gains = np.arange(256, dtype=np.float32)[:, None] / np.float32(unit)
    return _codes(np.float32(128.0) + (np.arange(256, dtype=np.float32) - np.float32(128.0)) * gains)


def _between(knots: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of every EV byte, (256, 256), from the rows at the knots; one row stays as it is."""
    if knots.shape[0] == 1:
        return knots
    part = (np.arange(EVERY, dtype=np.float32) / np.float32(EVERY))[None, :, None]
    rows = part * (knots[1:] - knots[:-1])[:, None, :]
    rows += knots[:-1, None, :]
    return np.asarray(rows.reshape(256, 256))


def _codes(values: NDArray[np.floating[Any]]) -> Bytes8:
    """Rounded to the nearest code, one after the other; the values are overwritten."""
    np.rint(values, out=values)
    return np.asarray(np.clip(values, 0, 255, out=values), np.uint8).ravel()
