"""Saturation: how far colours are from the grey of their own luma."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta

from rig.grade.recipe import Recipe

VERSION = 1


@dataclass(frozen=True, slots=True)
class Saturation:
    """0 is black and white, 1 leaves the colours as they are, 2 doubles them."""

    saturation: Annotated[
        float, Meta(ge=0, le=2, description="0 is black and white", extra={"unit": "", "label": "saturation"})
    ] = 1.0

    def fold(self, recipe: Recipe) -> Recipe:
        """Multiply the saturation."""
        return replace(recipe, saturation=recipe.saturation * self.saturation)
