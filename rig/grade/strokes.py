"""Strokes: dodges and burns that were made and kept, each with its own zone, place and stops.

Stops are shares of the base exposure, as a printer's seconds are: when the base changes, every stroke changes with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta

from rig.grade.recipe import Place, Recipe, ZoneGain

VERSION = 1
THIRD = 1.0 / 3.0


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in the picture: a soft ellipse about its centre (rig.grade.recipe.Place)."""

    x: Annotated[float, Meta(ge=0, le=1, description="of the width", extra={"unit": "of the width"})] = 0.5
    y: Annotated[float, Meta(ge=0, le=1, description="of the height", extra={"unit": "of the height"})] = 0.5
    height: Annotated[
        float, Meta(ge=0.05, le=2, description="of the ellipse", extra={"unit": "of the picture's height"})
    ] = THIRD
    number: Annotated[int, Meta(ge=0, description="which followed place moves it; 0 stays")] = 0

    def place(self) -> Place:
        """As the recipe has it."""
        return Place(self.x, self.y, self.height, self.number)


@dataclass(frozen=True, slots=True)
class Stroke:
    """One of them: stops above 0 dodge, below 0 burn."""

    stops: Annotated[float, Meta(ge=-3, le=2, description="+ lightens, - darkens", extra={"unit": "stops"})]
    zone: Annotated[float, Meta(ge=0, le=10, description="the zone it works on", extra={"unit": "zone"})]
    feather: Annotated[
        float, Meta(ge=0.25, le=3, description="softness of the zone's edge", extra={"unit": "zones"})
    ] = 1.0
    place: Annotated[Spot | None, Meta(description="only there; none: wherever that zone is")] = None


@dataclass(frozen=True, slots=True)
class Strokes:
    """The strokes that were kept, in the order in which they were made."""

    kept: Annotated[tuple[Stroke, ...], Meta(description="each as [[strokes.kept]]")] = ()

    def fold(self, recipe: Recipe) -> Recipe:
        """Add a zone gain for each."""
        gains = [
            ZoneGain(s.stops, s.zone, s.feather, s.place.place() if s.place else None) for s in self.kept if s.stops
        ]
        return replace(recipe, zones=(*recipe.zones, *gains)) if gains else recipe
