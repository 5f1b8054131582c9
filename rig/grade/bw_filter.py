"""Black and white filter: the print as black and white film sees it through a coloured glass."""

from __future__ import annotations

from colorsys import hsv_to_rgb
from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta

from rig.grade.recipe import Recipe

VERSION = 1


@dataclass(frozen=True, slots=True)
class BwFilter:
    """A glass lets its own colour through and holds the others back: red (0) darkens a blue sky, yellow (60) a little,
    green (120) lightens leaves. Greys stay as they are."""

    strength: Annotated[
        float, Meta(ge=0, le=1, description="0 is colour film, 1 black and white", extra={"unit": ""})
    ] = 0.0
    hue: Annotated[
        float, Meta(ge=0, le=360, description="of the glass: 0 red, 60 yellow, 120 green", extra={"unit": "degrees"})
    ] = 60.0
    density: Annotated[
        float, Meta(ge=0, le=1, description="how much of other colours it holds back", extra={"unit": ""})
    ] = 0.5

    def fold(self, recipe: Recipe) -> Recipe:
        """Set what the film sees, and take the colour out."""
        if self.strength == 0.0:
            return recipe
        glass = hsv_to_rgb(self.hue / 360.0, 1.0, 1.0)
        red, green, blue = (1.0 - self.strength * self.density * (1.0 - part) for part in glass)
        return replace(recipe, film=(red, green, blue), saturation=recipe.saturation * (1.0 - self.strength))
