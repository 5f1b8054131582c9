"""What is wanted of every dodging and burning operator alike: stops for each zone; and zones as linear light."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rig.grade.recipe import ZoneGain
from rig.zones import GREY

Floats: TypeAlias = NDArray[Any]
LEAST_LIGHT = 2.0**-14  # darktable's own floor of its mask; below anything that 8 bits hold


@dataclass(frozen=True, slots=True)
class Want:
    """Dodges (stops > 0) and burns (stops < 0), each with its zone and its feather."""

    gains: tuple[ZoneGain, ...]

    def __call__(self, zones: Floats) -> Floats:
        """The EV that a thing in that zone shall get."""
        total = np.zeros(np.shape(zones))
        for gain in self.gains:
            total += gain.stops * gain.weight(np.asarray(zones, np.float64))
        return total


Operator: TypeAlias = Callable[[Floats, Want], Floats]
"""Zones 0..10 of each pixel (h, w), and what is wanted: the EV that it gives each pixel (h, w)."""


def light_of(zones: Floats) -> Floats:
    """Linear light, 1 is white, of zones."""
    return np.asarray(GREY * 2.0 ** (np.asarray(zones, np.float64) - 5.0))


def zones_of(light: Floats) -> Floats:
    """Zones of linear light."""
    return np.asarray(5.0 + np.log2(np.maximum(light, LEAST_LIGHT) / GREY))
