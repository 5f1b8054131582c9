"""The table of the Numba engine: printed luma, and the gain of chroma, by luma code and EV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.readings import Colour
from rig.grade.luma_curve import curve_table
from rig.grade.mask import Line
from rig.grade.numba_compile import Kernels
from rig.grade.numba_layout import (
    GAIN_MOST,
    KNOTS,
    LEAST_UNITY,
    MOST_UNITY,
    RISE_MOST,
    RISE_SHIFT,
    UNITS_A_KNOT,
)
from rig.grade.recipe import Recipe
from rig.grade.tone import KNEE
from rig.zones import TRANSFERS, luma_of_codes

MARGIN = 2  # knots beyond both ends
LEAST_STEP = 0.015  # stops from knot to knot: gains are the nearest knot's, within half a percent
# The range of EV is rounded up to half stops: within one, a moving dodge or burn changes no table.
BRACKET = 0.5
GRAIN_AT_MOST = 127.0 / 32.0  # standard deviations


@dataclass(frozen=True, slots=True)
class EvScale:
    """Local EV in units: EV = (units / UNITS_A_KNOT - zero) * step, zero being a knot."""

    step: float
    zero: int
    knots: int

    @property
    def units(self) -> float:
        """Of a stop."""
        return UNITS_A_KNOT / self.step

    @classmethod
    def of(cls, recipe: Recipe, lines: Sequence[Line]) -> EvScale:
        """The scale of everything that gives a place EV of its own."""
        bounds = [(line.low, line.high) for line in lines] + [edge.bounds() for edge in recipe.edges]
        if recipe.grain is not None:
            bounds.append((-GRAIN_AT_MOST * recipe.grain.stops, GRAIN_AT_MOST * recipe.grain.stops))
        if not bounds:
            return cls(1.0, 0, 1)
        down = BRACKET * ceil(-sum(low for low, _ in bounds) / BRACKET - 1e-9)
        up = BRACKET * ceil(sum(high for _, high in bounds) / BRACKET - 1e-9)
        step = max((down + up) / (KNOTS - 2 * MARGIN - 2), LEAST_STEP)
        zero = ceil(down / step - 1e-9) + MARGIN
        return cls(step, zero, zero + ceil(up / step - 1e-9) + MARGIN)


@dataclass(frozen=True, slots=True)
class ToneUnits:
    """rise: what the part of an EV between knots is multiplied by, so that a rise has RISE_SHIFT bits behind the
    point. unity: bits of a gain of 1."""

    rise: int
    unity: int


class ToneTable:
    """Owns the table (uint32, (256 * 128,), see numba_kernels.pack) and what it is made in. It holds the newest recipe;
    what it is asked for again costs nothing."""

    def __init__(self, kernels: Kernels) -> None:
        self._kernels = kernels
        self._key: object = None
        self._units = ToneUnits(1, 0)
        self._lumas = np.zeros((256, KNOTS), np.float32)
        self._gains = np.zeros((256, KNOTS), np.float32)
        self._table: NDArray[np.uint32] = np.zeros(256 * KNOTS, np.uint32)
        self.table = self._table.view()
        self.table.flags.writeable = False

    def fill(self, recipe: Recipe, scale: EvScale, colour: Colour) -> ToneUnits:
        """Make the table the recipe's, for frames of that colour."""
        key = (recipe.ev, recipe.curve, scale, colour)
        if key != self._key:
            most_rise, most_gain = self._kernels.tones(*self.arguments(recipe, scale, colour))
            unity = max(LEAST_UNITY, min(MOST_UNITY, floor(log2(GAIN_MOST / max(most_gain, 1e-3)))))
            bits = max(0, min(RISE_SHIFT, floor(log2(RISE_MOST / max(most_rise, 1e-3)))))
            self._kernels.pack(*self.packing(scale.knots, bits, unity))
            self._key, self._units = key, ToneUnits(1 << (RISE_SHIFT - bits), unity)
        return self._units

    def arguments(self, recipe: Recipe, scale: EvScale, colour: Colour) -> tuple[Any, ...]:
        """Of the kernel ``tones``."""
        offset, exponent, slope, toe = TRANSFERS[colour.transfer]
        span, black = (219.0, 16.0) if colour.range == "limited" else (255.0, 0.0)
        evs = recipe.ev + (np.arange(scale.knots) - scale.zero) * scale.step
        transfer = (offset, exponent, slope, toe, KNEE, span, black)
        curve = curve_table(recipe.curve, colour.transfer)
        return (luma_of_codes(colour), 2.0 ** (evs / exponent), transfer, *curve, self._lumas, self._gains)

    def packing(self, knots: int, bits: int, unity: int) -> tuple[Any, ...]:
        """Of the kernel ``pack``."""
        return self._lumas, self._gains, knots, np.float32(2**bits), np.float32(2**unity), self._table
