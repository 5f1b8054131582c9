"""Automatic light, shadow and colour: how much of it, and how fast. What it does with a scene is in
rig/modulation/auto_light.py, which turns the other operations of the look; by itself it folds to nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from rig.grade.recipe import Recipe

VERSION = 1


@dataclass(frozen=True, slots=True)
class Auto:
    """Off at strength 0. Never faster than the eye adapts."""

    strength: Annotated[float, Meta(ge=0, le=1, description="0 is off", extra={"unit": "", "label": "automatic"})] = 0.0
    key: Annotated[
        float, Meta(ge=3, le=7, description="the zone the scene's key is printed on", extra={"unit": "zone"})
    ] = 5.0
    light_s: Annotated[
        float, Meta(ge=0.4, le=60, description="to follow 63 % of a change of light", extra={"unit": "s"})
    ] = 2.0
    colour_s: Annotated[
        float, Meta(ge=2, le=120, description="to follow 63 % of a change of colour", extra={"unit": "s"})
    ] = 8.0

    def fold(self, recipe: Recipe) -> Recipe:
        """Nothing: see above."""
        return recipe
