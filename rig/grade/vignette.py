"""Vignette: the edges of the print burnt in, as a printer does to keep the eye in the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta

from rig.grade.recipe import EdgeGain, Recipe

VERSION = 1


@dataclass(frozen=True, slots=True)
class Vignette:
    """Darkens towards the corners, where all of its stops are reached."""

    stops: Annotated[
        float, Meta(ge=0, le=2, description="how much darker the corners get", extra={"unit": "stops"})
    ] = 0.0
    size: Annotated[
        float,
        Meta(ge=0, le=0.9, description="how far out it begins", extra={"unit": "of the half diagonal"}),
    ] = 0.4

    def fold(self, recipe: Recipe) -> Recipe:
        """Add an edge gain of negative stops."""
        if self.stops == 0.0:
            return recipe
        return replace(recipe, edges=(*recipe.edges, EdgeGain(-self.stops, self.size)))
