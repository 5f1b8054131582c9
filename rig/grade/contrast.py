"""Contrast: the paper's grade, about the grey of one zone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from msgspec import Meta

from rig.grade.recipe import Recipe
from rig.zones import Floats, value_of_zone

VERSION = 1


@dataclass(frozen=True, slots=True)
class Arcs:
    """Slope 2 ** ``stops_of_slope`` at the grey of the pivot zone; black and white stay.

    Two rational arcs (C. Schlick, Fast alternatives to Perlin's bias and gain functions, 1994) that meet at the pivot
    with slope m and end in black and white with slope 1 / m: always rising.
    """

    stops_of_slope: float
    pivot_zone: float

    def bend(self, luma: Floats, transfer: str) -> Floats:
        """The luma it makes of a luma, 0..1."""
        slope = 2.0**self.stops_of_slope
        pivot = value_of_zone(self.pivot_zone, transfer)
        below = luma < pivot
        span = np.where(below, pivot, 1.0 - pivot)
        t = np.where(below, luma, 1.0 - luma) / span
        arc = span * t / (slope + (1.0 - slope) * t)
        return np.asarray(np.where(below, arc, 1.0 - arc), np.float64)


@dataclass(frozen=True, slots=True)
class Contrast:
    """+1 doubles the slope of the luma curve at the pivot, -1 halves it; the pivot, black and white stay."""

    contrast: Annotated[
        float, Meta(ge=-1, le=1, description="hard or soft paper", extra={"unit": "", "label": "contrast"})
    ] = 0.0
    pivot: Annotated[float, Meta(ge=2, le=7, description="the zone that stays", extra={"unit": "zone"})] = 5.0

    def fold(self, recipe: Recipe) -> Recipe:
        """Bend the luma curve."""
        if self.contrast == 0.0:
            return recipe
        return replace(recipe, curve=(*recipe.curve, Arcs(self.contrast, self.pivot)))
