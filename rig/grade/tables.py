"""The recipe as tables for one colour: what the fast engine looks up instead of computing it for each pixel.

Compiled whenever the look changes, so it has to be cheap: every table is made from at most 65,536 values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.readings import Bytes8, Colour
from rig.grade.recipe import Recipe
from rig.grade.tone import lift, tone, white_on_yuv
from rig.zones import luma_of_codes

# The formulas are evaluated at every fourth EV byte and interpolated between (0.02 codes off at most): a table must be
# quick to make. 0 EV lies on such a byte, exactly, so that nothing changes where nothing is done.
EVERY = 4
STEPS = 252  # from all burnt to all dodged; with 0 EV moved up to the next fourth byte, 255 is the last one needed


@dataclass(frozen=True, slots=True)
class EvScale:
    """Local EV as a byte: EV = (byte - zero) * step."""

    step: float = 1.0
    zero: int = 0

    @classmethod
    def of(cls, recipe: Recipe) -> EvScale | None:
        """The scale of all zones and edges of a recipe; None where it has none."""
        stops = [gain.stops for gain in recipe.zones] + [edge.stops for edge in recipe.edges]
        if not stops:
            return None
        lowest, highest = sum(s for s in stops if s < 0), sum(s for s in stops if s > 0)
        step = (highest - lowest) / STEPS
        return cls(step, EVERY * int(np.ceil(-lowest / step / EVERY - 1e-9)))

    def knots(self) -> NDArray[np.float64]:
        """(65, 1): the EV of bytes 0, 4, ... 256."""
        return np.asarray((np.arange(0, 257, EVERY) - self.zero) * self.step, np.float64)[:, None]


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """White balance on YUV codes: rows of weights of U and V for Y, U, V, and what each code of Y adds to U and V."""

    of_chroma: NDArray[np.float64]
    u_of_luma: NDArray[np.float32]
    v_of_luma: NDArray[np.float32]


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
    ev = recipe.ev + (scale.knots() if scale else np.zeros((1, 1)))
    toned, gains64 = tone(luma_of_codes(colour)[None, :], ev, recipe.curve, recipe.saturation, colour.transfer)
    zero, span = (16.0, 219.0) if colour.range == "limited" else (0.0, 255.0)
    luma, gains = (_between(values.astype(np.float32)) for values in (toned * span + zero, gains64))
    luma_table = _codes(luma).ravel()
    offsets = np.arange(256, dtype=np.float32) - 128.0
    gain_table: Bytes8 | None = None
    chroma: Bytes8 | None
    if recipe.saturation == 0.0:
        chroma = None
    elif float(np.ptp(gains)) == 0.0:
        chroma = _codes(np.float32(128.0) + offsets * gains[0, :1])
    else:
        most = float(gains.max())
        gain_table = _codes(gains * (255.0 / most)).ravel()
        bytes_of_gain = np.arange(256, dtype=np.float32)[:, None] * np.float32(most / 255.0)
        chroma = _codes(128.0 + offsets[None, :] * bytes_of_gain).ravel()
    codes = np.arange(256)
    return Tables(
        scale,
        luma_table,
        gain_table,
        chroma,
        _balance(recipe, colour) if recipe.turns_colour else None,
        luma_stays=scale is None and np.array_equal(luma_table, codes),
        chroma_stays=chroma is not None and np.array_equal(chroma, codes),
    )


def _between(knots: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of every EV byte, (256, 256), from the rows at the knots; one row stays as it is."""
    if knots.shape[0] == 1:
        return knots
    part = (np.arange(EVERY, dtype=np.float32) / EVERY)[None, :, None]
    rise = knots[1:] - knots[:-1]
    return np.asarray(knots[:-1, None, :] + part * rise[:, None, :]).reshape(256, 256)


def _codes(values: NDArray[np.floating[Any]]) -> Bytes8:
    """Rounded to the nearest code; the values are overwritten."""
    np.rint(values, out=values)
    return np.asarray(np.clip(values, 0, 255, out=values), np.uint8)


def _balance(recipe: Recipe, colour: Colour) -> Balance:
    of_chroma, of_grey = white_on_yuv(recipe.gains, colour)
    luma = luma_of_codes(colour)
    lifted = luma + lift(luma, colour.transfer)
    return Balance(of_chroma, *((of_grey[row] * lifted).astype(np.float32) for row in (1, 2)))
