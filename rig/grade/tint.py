"""Tint: green against magenta, across the line on which temperature moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta

from rig.grade.recipe import Recipe

VERSION = 1
STOPS_OF_GREEN = 0.25


@dataclass(frozen=True, slots=True)
class Tint:
    """+1 takes a quarter of a stop of green light out of the print (magenta); -1 adds as much (green)."""

    tint: Annotated[
        float, Meta(ge=-1, le=1, description="- is greener, + more magenta", extra={"unit": "", "label": "tint"})
    ] = 0.0

    def fold(self, recipe: Recipe) -> Recipe:
        """Multiply the gain of green."""
        red, green, blue = recipe.gains
        return replace(recipe, gains=(red, green * 2.0 ** (-STOPS_OF_GREEN * self.tint), blue))
