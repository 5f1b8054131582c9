"""Measure the light: a grey card in the middle of the picture is to lie in zone V."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.profile import LightProfile
from drivers.errors import BadInput

GREY = 0.18  # a photographer's grey card, and zone V
FRAMES = 20  # averages the camera's noise away
CLIPPED = 0.9  # linear light that a card, which should read 0.18, reaches only when it is blown out
MOST_CLIPPED = 0.005
MOST_UNEVEN = 0.2  # a fifth of a stop of falloff and a tilted card are fine, a shadow's edge is not
MOST_UNSTEADY = 0.05
MOST_EV = 4.0
BLOCKS = 4


@dataclass(frozen=True, slots=True)
class CardReading:
    """One look at the card: mean linear light (0.18 is zone V), the share of it that is blown out, and how uneven it is
    (brightest less darkest of 4 by 4 blocks, over the mean)."""

    light: float
    clipped: float
    uneven: float


def read_card(light: NDArray[np.float64]) -> CardReading:
    """light: (h, w), at least 4 by 4, linear luminance of the spot, 0 black and 1 white."""
    height, width = light.shape[0] // BLOCKS * BLOCKS, light.shape[1] // BLOCKS * BLOCKS
    whole = light[:height, :width]
    blocks = whole.reshape(BLOCKS, height // BLOCKS, BLOCKS, width // BLOCKS).mean(axis=(1, 3))
    mean = float(whole.mean())
    return CardReading(mean, float((whole >= CLIPPED).mean()), float(np.ptp(blocks)) / max(mean, 1e-6))


def calibrate_light(
    look: Callable[[], NDArray[np.float64]], date: datetime.date, camera: str, frames: int = FRAMES
) -> LightProfile:
    """The exposure that sets the card to zone V: log2(0.18 / its linear light), within 4 EV.

    look: linear luminance (h, w) of the spot in the next frame. BadInput, with what to do, for a card that is blown
    out, too dark, uneven or unsteady.
    """
    readings = [read_card(look()) for _ in range(frames)]
    lights = [reading.light for reading in readings]
    light = sum(lights) / frames
    clipped = max(reading.clipped for reading in readings)
    uneven = sum(reading.uneven for reading in readings) / frames
    if clipped > MOST_CLIPPED:
        raise BadInput(
            f"grey card: expected at most {MOST_CLIPPED:.1%} of it blown out, got {clipped:.1%}: "
            "give it less light, or the camera a shorter exposure"
        )
    ev = math.log2(GREY / max(light, 1e-6))
    if ev > MOST_EV:
        raise BadInput(
            f"grey card: expected it at most {MOST_EV:g} EV too dark, got {ev:.1f} EV: "
            "give it more light, and hold it in the middle of the picture"
        )
    if uneven > MOST_UNEVEN:
        raise BadInput(
            f"grey card: expected it lit evenly within {MOST_UNEVEN:.0%}, got {uneven:.0%}: "
            "fill the middle of the picture with it, away from shadows and glare"
        )
    unsteady = (max(lights) - min(lights)) / light
    if unsteady > MOST_UNSTEADY:
        raise BadInput(
            f"grey card: expected steady light within {MOST_UNSTEADY:.0%}, got {unsteady:.0%}: "
            "hold the card still, with the camera's exposure locked and no flickering lamp"
        )
    return LightProfile(date, camera, ev, 5.0 - ev)
