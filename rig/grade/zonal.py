"""Zones: a gain in stops for each of zones 0 to X of the negative."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Annotated

from msgspec import Meta

from rig.grade.recipe import Recipe, ZoneScale

VERSION = 1


def _of(zone: str) -> Meta:
    return Meta(ge=-2, le=2, description=f"light of zone {zone}", extra={"unit": "stops", "label": f"zone {zone}"})


@dataclass(frozen=True, slots=True)
class Zones:
    """Each zone's own light, linear between their middles, read on the mask's zone map as dodge and burn are.

    The negative's white is zone 7 1/2: it gets the most of what VIII, IX and X say.
    """

    z0: Annotated[float, _of("0")] = 0.0
    z1: Annotated[float, _of("I")] = 0.0
    z2: Annotated[float, _of("II")] = 0.0
    z3: Annotated[float, _of("III")] = 0.0
    z4: Annotated[float, _of("IV")] = 0.0
    z5: Annotated[float, _of("V")] = 0.0
    z6: Annotated[float, _of("VI")] = 0.0
    z7: Annotated[float, _of("VII")] = 0.0
    z8: Annotated[float, _of("VIII")] = 0.0
    z9: Annotated[float, _of("IX")] = 0.0
    z10: Annotated[float, _of("X")] = 0.0

    def fold(self, recipe: Recipe) -> Recipe:
        """Add what lightens as one gain and what darkens as another: each is clamped on its own."""
        stops = [float(getattr(self, each.name)) for each in fields(self)]
        for sign in (1.0, -1.0):
            gains = [s if s * sign > 0.0 else 0.0 for s in stops]
            gains[8:] = [max(gains[8:], key=abs)] * 3
            if any(gains):
                recipe = replace(recipe, zones=(*recipe.zones, ZoneScale(tuple(gains))))
        return recipe
