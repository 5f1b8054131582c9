"""The recipe as tables for one colour: what the fast engine looks up instead of computing it for each pixel.

Compiled whenever the look changes, which while a knob or a route moves is at every frame. So the tables come in parts
that are kept as long as what they are made from stays.

Dither is in the tables, where it costs next to nothing: one rounds up from a quarter of a code, another from three
quarters. Tables by one byte belong to even and odd columns, those by two bytes to even and odd lines. A smooth tone is
then right to a quarter of a code on the average, and a whole code stays what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.colour import rgb_to_yuv_matrix
from drivers.readings import Bytes8, Colour
from rig.grade.balance import Balance, balance
from rig.grade.dither import OF_CHROMA
from rig.grade.recipe import CurvePart, Recipe, Toning
from rig.grade.tone import tint, tone
from rig.zones import luma_of_codes

# The formulas are evaluated at every fourth EV byte and interpolated between (0.12 codes off at most, with all stops of
# everything; 0.003 with one stop). 0 EV lies on such a byte, exactly, so that nothing changes where nothing is done.
EVERY = 4
STEPS = 252  # from all burnt to all dodged; with 0 EV moved up to the next fourth byte, 255 is the last one needed
# The range of EV is rounded up to half stops: within one, a moving dodge or burn changes no table.
BRACKET = 0.5
FINENESS = 4  # the same for the range of chroma's gain, in steps an octave
GRAINS = 4.0  # standard deviations of grain: what its tile keeps
PLAIN, DITHERED = (0.5,), (0.25, 0.75)
CHROMA_DITHERED = tuple(0.5 + OF_CHROMA * (phase - 0.5) for phase in DITHERED)

Phases = tuple[Bytes8, ...]  # one table, or one for even and one for odd lines or columns


@dataclass(frozen=True, slots=True)
class EvScale:
    """Local EV as a byte: EV = (byte - zero) * step. grain: steps to either side that are kept for it."""

    step: float = 1.0
    zero: int = 0
    grain: int = 0

    @classmethod
    def of(cls, recipe: Recipe) -> EvScale | None:
        """The scale of all zones, edges and grain of a recipe; None where it has none."""
        stops = [gain.stops for gain in recipe.zones] + [stop for edge in recipe.edges for stop in edge.bounds()]
        grain = 0.0 if recipe.grain is None else GRAINS * recipe.grain.stops
        if not stops and not grain:
            return None
        down, up = (
            BRACKET * ceil((grain + sum(max(sign * s, 0.0) for s in stops)) / BRACKET - 1e-9) for sign in (-1.0, 1.0)
        )
        step = (down + up or BRACKET) / STEPS
        return cls(step, EVERY * ceil(down / step / EVERY - 1e-9), round(grain / step))

    def knots(self) -> NDArray[np.float64]:
        """(65, 1): the EV of bytes 0, 4, ... 256."""
        return np.asarray((np.arange(0, 257, EVERY) - self.zero) * self.step, np.float64)[:, None]


@dataclass(frozen=True, slots=True, eq=False)
class ToneTables:
    """What a pixel is looked up in. A pair of bytes (low, high) is the index low + 256 * high.

    luma: printed Y by Y, or by (Y, EV) where there is a scale. gain: chroma's gain as a byte, likewise, such that
    gain + luma / 256 is it (the mean of both, as one number, is then its mean), a gain of 1 being ``unit``; None where
    it is the same everywhere. chroma: then the printed U or V by U or V. chroma_gain: then the gain, 0 where no colour
    is left; else what one of ``gain`` is.
    """

    luma: Phases
    gain: Phases | None = None
    unit: int = 1
    chroma: Phases = ()
    chroma_gain: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """A recipe's. scale: of local EV; None where there is none. tints: what a printed Y adds to and takes from U, adds
    to and takes from V, four bytes; None without toning. luma_stays, chroma_stays: the tables change nothing."""

    scale: EvScale | None
    tone: ToneTables
    balance: Balance | None
    tints: tuple[NDArray[np.int32], ...] | None = None
    luma_stays: bool = False
    chroma_stays: bool = False


def compile_tables(recipe: Recipe, colour: Colour, dithers: bool = True) -> Tables:
    """The tables of a recipe for frames of that colour."""
    scale = EvScale.of(recipe)
    phases = DITHERED if dithers else PLAIN
    tone = _tone_tables(recipe.ev, scale, recipe.curve, recipe.saturation, colour, phases)
    codes = np.arange(256)
    return Tables(
        scale,
        tone,
        balance(recipe.gains, recipe.half, recipe.film, colour) if recipe.turns_colour else None,
        None if recipe.toning is None else _tints(recipe.toning, colour, phases),
        luma_stays=scale is None and all(np.array_equal(luma, codes) for luma in tone.luma),
        chroma_stays=tone.gain is None and tone.chroma_gain == 1.0,
    )


@lru_cache(maxsize=4)
def _tone_tables(
    ev: float,
    scale: EvScale | None,
    curve: tuple[CurvePart, ...],
    saturation: float,
    colour: Colour,
    phases: tuple[float, ...],
) -> ToneTables:
    evs = ev + (scale.knots() if scale else np.zeros((1, 1)))
    toned, gains64 = tone(luma_of_codes(colour)[None, :], evs, curve, saturation, colour.transfer)
    zero, span = (16.0, 219.0) if colour.range == "limited" else (0.0, 255.0)
    luma = _codes(_between((toned * span + zero).astype(np.float32)), phases)
    if saturation == 0.0:
        return ToneTables(luma)
    if float(np.ptp(gains64)) == 0.0:
        gain = float(gains64[0, 0])
        values = np.float32(128.0) + (np.arange(256, dtype=np.float32) - np.float32(128.0)) * np.float32(gain)
        return ToneTables(
            luma, chroma=_codes(values, CHROMA_DITHERED if phases == DITHERED else phases), chroma_gain=gain
        )
    octaves = np.ceil(np.log2(max(float(gains64.max()), 1e-3)) * FINENESS - 1e-9) / FINENESS
    unit = max(int(255.0 / 2.0**octaves), 1)
    gains = _between((gains64 * unit).astype(np.float32)).ravel()
    return ToneTables(
        luma,
        tuple(
            _codes(gains - below * np.float32(1.0 / 256.0), (phase,))[0]
            for below, phase in zip(luma, phases, strict=True)
        ),
        unit,
        chroma_gain=1.0 / unit,
    )


@lru_cache(maxsize=4)
def _tints(toning: Toning, colour: Colour, phases: tuple[float, ...]) -> tuple[NDArray[np.int32], ...]:
    added = 255.0 * tint(luma_of_codes(colour), toning, colour) @ rgb_to_yuv_matrix(colour)[1:, :3].T
    tables = []
    for phase in phases:
        codes = np.clip(np.floor(added + phase), -255, 255)
        both = np.stack([codes, -codes], axis=-1).reshape(256, 4)
        tables.append(np.ascontiguousarray(np.maximum(both, 0.0), np.uint8).view("<i4").ravel())
    return tuple(tables)


def _between(knots: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of every EV byte, (256, 256), from the rows at the knots; one row stays as it is."""
    if knots.shape[0] == 1:
        return knots
    part = (np.arange(EVERY, dtype=np.float32) / np.float32(EVERY))[None, :, None]
    rows = part * (knots[1:] - knots[:-1])[:, None, :]
    rows += knots[:-1, None, :]
    return np.asarray(rows.reshape(256, 256))


def _codes(values: NDArray[np.floating[Any]], phases: tuple[float, ...]) -> Phases:
    """Rounded to codes, one after the other, up from each of these parts of a code; the values are overwritten."""
    np.clip(values, 0, 255, out=values)
    return tuple((values + np.float32(1.0 - phase)).astype(np.uint8).ravel() for phase in phases)
