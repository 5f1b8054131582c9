"""CDL: the colour decision list of the American Society of Cinematographers, which every film tool reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from msgspec import Meta

from rig.grade.recipe import Recipe, Triple
from rig.zones import Floats

VERSION = 1
LUMA = (0.2126, 0.7152, 0.0722)  # ASC CDL 1.2: saturation weighs by BT.709, whatever the picture's own matrix


def _slope(channel: str) -> Meta:
    return Meta(ge=0, le=4, description=f"{channel}, multiplies", extra={"unit": ""})


def _offset(channel: str) -> Meta:
    return Meta(ge=-1, le=1, description=f"{channel}, is added", extra={"unit": ""})


def _power(channel: str) -> Meta:
    return Meta(ge=0.1, le=4, description=f"{channel}, bends", extra={"unit": ""})


@dataclass(frozen=True, slots=True)
class SlopeOffsetPower:
    """out = clamp(in * slope + offset) ^ power for each channel, then saturation, clamped (ASC CDL 1.2)."""

    slope: Triple
    offset: Triple
    power: Triple
    saturation: float

    def finish(self, rgb: Floats) -> Floats:
        """Encoded red, green, blue (..., 3) to those of another print."""
        out = np.clip(rgb * np.asarray(self.slope) + np.asarray(self.offset), 0.0, 1.0) ** np.asarray(self.power)
        if self.saturation != 1.0:
            luma = (out @ np.asarray(LUMA))[..., None]
            out = np.clip(luma + self.saturation * (out - luma), 0.0, 1.0)
        return np.asarray(out)


@dataclass(frozen=True, slots=True)
class Cdl:
    """Slope, offset, power for each channel, then saturation; on encoded values, after everything else."""

    slope_r: Annotated[float, _slope("red")] = 1.0
    slope_g: Annotated[float, _slope("green")] = 1.0
    slope_b: Annotated[float, _slope("blue")] = 1.0
    offset_r: Annotated[float, _offset("red")] = 0.0
    offset_g: Annotated[float, _offset("green")] = 0.0
    offset_b: Annotated[float, _offset("blue")] = 0.0
    power_r: Annotated[float, _power("red")] = 1.0
    power_g: Annotated[float, _power("green")] = 1.0
    power_b: Annotated[float, _power("blue")] = 1.0
    saturation: Annotated[float, Meta(ge=0, le=4, description="after the rest", extra={"unit": ""})] = 1.0

    def fold(self, recipe: Recipe) -> Recipe:
        """Add a step to the finish."""
        if self == Cdl():
            return recipe
        step = SlopeOffsetPower(
            (self.slope_r, self.slope_g, self.slope_b),
            (self.offset_r, self.offset_g, self.offset_b),
            (self.power_r, self.power_g, self.power_b),
            self.saturation,
        )
        return replace(recipe, finish=(*recipe.finish, step))
