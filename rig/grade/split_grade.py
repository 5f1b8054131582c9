"""Split grade: two exposures on variable-contrast paper, a soft one (00) for the highlights, a hard one (5) for the
blacks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from msgspec import Meta

from rig.grade.recipe import Recipe, smoothstep
from rig.grade.tone import expose
from rig.zones import GREY, Floats, decode

VERSION = 1
LOWEST_ZONE, HIGHEST_ZONE = 1.0, 7.5


@dataclass(frozen=True, slots=True)
class TwoExposures:
    """Stops more of each: the hard one tells below, the soft one above, and they cross over evenly between zones I and
    VII 1/2 (white)."""

    soft: float
    hard: float

    def bend(self, luma: Floats, transfer: str) -> Floats:
        """The luma it makes of a luma, 0..1."""
        zones = 5.0 + np.log2(np.maximum(decode(luma, transfer), 1e-6) / GREY)
        high = smoothstep((zones - LOWEST_ZONE) / (HIGHEST_ZONE - LOWEST_ZONE))
        return expose(luma, -self.soft * high - self.hard * (1.0 - high), transfer)[0]


@dataclass(frozen=True, slots=True)
class SplitGrade:
    """More exposure is darker, as on paper: more soft holds the highlights, more hard deepens the blacks."""

    soft: Annotated[
        float, Meta(ge=-1.5, le=1.5, description="the 00 exposure: darker highlights", extra={"unit": "stops"})
    ] = 0.0
    hard: Annotated[
        float, Meta(ge=-1.5, le=1.5, description="the 5 exposure: darker blacks", extra={"unit": "stops"})
    ] = 0.0

    def fold(self, recipe: Recipe) -> Recipe:
        """Bend the luma curve."""
        if self.soft == 0.0 and self.hard == 0.0:
            return recipe
        return replace(recipe, curve=(*recipe.curve, TwoExposures(self.soft, self.hard)))
