"""Contrast: the paper's grade, about the grey of one zone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta

from rig.grade.recipe import Curve, Recipe

VERSION = 1


@dataclass(frozen=True, slots=True)
class Contrast:
    """+1 doubles the slope of the luma curve at the pivot, -1 halves it; the pivot, black and white stay."""

    contrast: Annotated[
        float, Meta(ge=-1, le=1, description="hard or soft paper", extra={"unit": "", "label": "contrast"})
    ] = 0.0
    pivot: Annotated[float, Meta(ge=2, le=7, description="the zone that stays", extra={"unit": "zone"})] = 5.0

    def fold(self, recipe: Recipe) -> Recipe:
        """Set the luma curve."""
        return recipe if self.contrast == 0.0 else replace(recipe, curve=Curve(self.contrast, self.pivot))
