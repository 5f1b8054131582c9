"""Split tone: shadows in one colour, highlights in another, as selenium and gold tone a print."""

from __future__ import annotations

from colorsys import hsv_to_rgb
from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta

from rig.grade.recipe import Recipe, Toning, Triple

VERSION = 1
MOST = 0.2  # of white, what a full strength adds to a channel


@dataclass(frozen=True, slots=True)
class SplitTone:
    """Hue and strength of each; luma, black and white stay."""

    shadow_hue: Annotated[
        float, Meta(ge=0, le=360, description="0 red, 120 green, 240 blue", extra={"unit": "degrees"})
    ] = 220.0
    shadow_strength: Annotated[float, Meta(ge=0, le=1, description="of the shadows' colour", extra={"unit": ""})] = 0.0
    highlight_hue: Annotated[
        float, Meta(ge=0, le=360, description="0 red, 120 green, 240 blue", extra={"unit": "degrees"})
    ] = 40.0
    highlight_strength: Annotated[
        float, Meta(ge=0, le=1, description="of the highlights' colour", extra={"unit": ""})
    ] = 0.0
    balance: Annotated[
        float, Meta(ge=-1, le=1, description="+ gives more of the picture to the highlights", extra={"unit": ""})
    ] = 0.0

    def fold(self, recipe: Recipe) -> Recipe:
        """Set the tint curve."""
        if self.shadow_strength == 0.0 and self.highlight_strength == 0.0:
            return recipe
        shadows, highlights = (
            _colour(self.shadow_hue, self.shadow_strength),
            _colour(self.highlight_hue, self.highlight_strength),
        )
        return replace(recipe, toning=Toning(shadows, highlights, 0.5 - 0.4 * self.balance))


def _colour(hue: float, strength: float) -> Triple:
    red, green, blue = hsv_to_rgb(hue / 360.0, 1.0, MOST * strength)
    return red, green, blue
