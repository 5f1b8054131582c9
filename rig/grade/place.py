"""Place: what lies under the centre spot is placed on a zone by the base exposure; the rest falls where it may.

A. Adams, The Negative, chapter 4: one value is placed, all others fall.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta

from rig.grade.recipe import Recipe

VERSION = 1


@dataclass(frozen=True, slots=True)
class Placed:
    """The zone that the spot had on the negative, and the zone it is placed on. Both the same: nothing is placed."""

    spot: Annotated[float, Meta(ge=0, le=10, description="the spot's zone", extra={"unit": "zone"})] = 5.0
    zone: Annotated[float, Meta(ge=0, le=10, description="the zone it is placed on", extra={"unit": "zone"})] = 5.0

    def fold(self, recipe: Recipe) -> Recipe:
        """Add to the EV of every pixel: one zone is one stop."""
        return replace(recipe, ev=recipe.ev + self.zone - self.spot)
