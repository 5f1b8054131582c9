"""Split filter: the half-frame filter of the old days, one half of the picture through one glass, the other through
another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta

from rig.grade.recipe import HalfColour, HalfGain, Halves, Recipe, Triple
from rig.grade.temperature import daylight_gains
from rig.grade.tint import STOPS_OF_GREEN

VERSION = 1


@dataclass(frozen=True, slots=True)
class SplitFilter:
    """Stops, warmth and tint of each side; at angle 0 the first side is the upper."""

    stops: Annotated[float, Meta(ge=-3, le=3, description="light of the first side", extra={"unit": "stops"})] = 0.0
    mired: Annotated[float, Meta(ge=-100, le=100, description="warmth of the first side", extra={"unit": "mired"})] = (
        0.0
    )
    tint: Annotated[float, Meta(ge=-1, le=1, description="tint of the first side", extra={"unit": ""})] = 0.0
    other_stops: Annotated[float, Meta(ge=-3, le=3, description="light of the other side", extra={"unit": "stops"})] = (
        0.0
    )
    other_mired: Annotated[
        float, Meta(ge=-100, le=100, description="warmth of the other side", extra={"unit": "mired"})
    ] = 0.0
    other_tint: Annotated[float, Meta(ge=-1, le=1, description="tint of the other side", extra={"unit": ""})] = 0.0
    angle: Annotated[
        float, Meta(ge=-180, le=180, description="how far its line is turned, clockwise", extra={"unit": "degrees"})
    ] = 0.0
    position: Annotated[
        float, Meta(ge=-1, le=1, description="of its line from the middle", extra={"unit": "of the half diagonal"})
    ] = 0.0
    softness: Annotated[
        float, Meta(ge=0.05, le=2, description="of its line", extra={"unit": "of the half diagonal"})
    ] = 0.5

    def fold(self, recipe: Recipe) -> Recipe:
        """Add stops by place, and gains for both halves; where both sides are the same, for the whole picture."""
        halves = Halves(self.angle, self.position, self.softness)
        if self.stops == self.other_stops:
            recipe = replace(recipe, ev=recipe.ev + self.stops)
        else:
            recipe = replace(recipe, edges=(*recipe.edges, HalfGain(self.stops, self.other_stops, halves)))
        first, second = _gains(self.mired, self.tint), _gains(self.other_mired, self.other_tint)
        if first != second:
            return replace(recipe, half=HalfColour(first, second, halves))
        red, green, blue = (gain * of_side for gain, of_side in zip(recipe.gains, first, strict=True))
        return replace(recipe, gains=(red, green, blue))


def _gains(mired: float, tint: float) -> Triple:
    red, green, blue = daylight_gains(mired) if mired else (1.0, 1.0, 1.0)
    return red, green * 2.0 ** (-STOPS_OF_GREEN * tint), blue
