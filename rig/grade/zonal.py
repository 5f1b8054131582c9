"""Zones: a gain in stops for each of zones 0 to X of the negative."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Annotated, TypeAlias

from msgspec import Meta

from rig.grade.recipe import Recipe, ZoneScale

VERSION = 1


def _of(zone: str) -> Meta:
    return Meta(ge=-2, le=2, description=f"light of zone {zone}", extra={"unit": "stops", "label": f"zone {zone}"})


Stops: TypeAlias = float


@dataclass(frozen=True, slots=True)
class Zones:
    """Each zone's own light, linear between their middles, read on the mask's zone map as dodge and burn are."""

    z0: Annotated[Stops, _of("0")] = 0.0
    z1: Annotated[Stops, _of("I")] = 0.0
    z2: Annotated[Stops, _of("II")] = 0.0
    z3: Annotated[Stops, _of("III")] = 0.0
    z4: Annotated[Stops, _of("IV")] = 0.0
    z5: Annotated[Stops, _of("V")] = 0.0
    z6: Annotated[Stops, _of("VI")] = 0.0
    z7: Annotated[Stops, _of("VII")] = 0.0
    z8: Annotated[Stops, _of("VIII")] = 0.0
    z9: Annotated[Stops, _of("IX")] = 0.0
    z10: Annotated[Stops, _of("X")] = 0.0

    def fold(self, recipe: Recipe) -> Recipe:
        """Add what lightens as one gain and what darkens as another: each is clamped on its own."""
        stops = [float(getattr(self, each.name)) for each in fields(self)]
        for scale in (tuple(max(s, 0.0) for s in stops), tuple(min(s, 0.0) for s in stops)):
            if any(scale[:9]):
                recipe = replace(recipe, zones=(*recipe.zones, ZoneScale(scale)))
        return recipe
