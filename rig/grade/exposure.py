"""Exposure: more or less light for the whole picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta

from rig.grade.recipe import Recipe

VERSION = 1


@dataclass(frozen=True, slots=True)
class Exposure:
    """+1 EV doubles the linear light; the brightest tones are rolled off, so that white stays white."""

    ev: Annotated[
        float, Meta(ge=-4, le=4, description="light of the whole print", extra={"unit": "EV", "label": "exposure"})
    ] = 0.0

    def fold(self, recipe: Recipe) -> Recipe:
        """Add to the EV of every pixel."""
        return replace(recipe, ev=recipe.ev + self.ev)
