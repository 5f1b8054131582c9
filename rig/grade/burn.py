"""Burn: the paper gets more light where the negative has one zone, which darkens it there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta

from rig.grade.recipe import Recipe, ZoneGain
from rig.grade.strokes import Spot

VERSION = 1


@dataclass(frozen=True, slots=True)
class Burn:
    """Darkens one zone, feathered beyond it. Stops are counted as the hand gives them: more is darker. The zone is read
    on the negative (rig/grade/mask.py)."""

    stops: Annotated[
        float, Meta(ge=0, le=3, description="how much darker", extra={"unit": "stops", "label": "burn"})
    ] = 0.0
    zone: Annotated[float, Meta(ge=0, le=10, description="the zone it holds", extra={"unit": "zone"})] = 8.0
    feather: Annotated[
        float, Meta(ge=0.25, le=3, description="softness of the zone's edge", extra={"unit": "zones"})
    ] = 1.0
    place: Annotated[Spot | None, Meta(description="only there; none: wherever that zone is")] = None

    def fold(self, recipe: Recipe) -> Recipe:
        """Add a zone gain of negative stops."""
        if self.stops == 0.0:
            return recipe
        place = self.place.place() if self.place else None
        gain = ZoneGain(-self.stops, self.zone, self.feather, place)
        return replace(recipe, zones=(*recipe.zones, gain))
