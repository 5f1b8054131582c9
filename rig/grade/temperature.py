"""Temperature: warmer or cooler, in mireds (10^6 / K), the measure in which equal steps look equal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated

import numpy as np
from msgspec import Meta

from rig.grade.recipe import Recipe

VERSION = 1
_D65_KELVIN = 6504.0
# Linear sRGB and BT.709 primaries from CIE XYZ (IEC 61966-2-1).
_RGB_OF_XYZ = np.array(
    [[3.2404542, -1.5371385, -0.4985314], [-0.9692660, 1.8760108, 0.0415560], [0.0556434, -0.2040259, 1.0572252]]
)


@dataclass(frozen=True, slots=True)
class Temperature:
    """Diagonal gains in linear light, as a camera balances white: D65 is printed as daylight of another temperature."""

    mired: Annotated[
        float,
        Meta(ge=-100, le=100, description="+ is warmer on the print", extra={"unit": "mired", "label": "temperature"}),
    ] = 0.0

    def fold(self, recipe: Recipe) -> Recipe:
        """Multiply the channel gains."""
        if self.mired == 0.0:
            return recipe
        red, green, blue = daylight_gains(self.mired)
        return replace(recipe, gains=(recipe.gains[0] * red, recipe.gains[1] * green, recipe.gains[2] * blue))


@lru_cache(maxsize=64)
def daylight_gains(mired: float) -> tuple[float, float, float]:
    """Linear gains of red, green, blue, green being 1, that turn D65 into daylight so many mireds warmer."""
    light = _daylight(1e6 / (1e6 / _D65_KELVIN + mired)) / _daylight(_D65_KELVIN)
    return float(light[0] / light[1]), 1.0, float(light[2] / light[1])


def _daylight(kelvin: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Linear RGB of CIE daylight (CIE 015:2018, 4.1.2; fitted from 4000 to 25000 K, used from 3940 K)."""
    t = 1e3 / kelvin
    if kelvin <= 7000.0:
        x = 0.244063 + 0.09911 * t + 2.9678 * t**2 - 4.6070 * t**3
    else:
        x = 0.237040 + 0.24748 * t + 1.9018 * t**2 - 2.0064 * t**3
    y = -3.0 * x**2 + 2.870 * x - 0.275
    return np.asarray(_RGB_OF_XYZ @ np.array([x / y, 1.0, (1.0 - x - y) / y]))
