"""Pictures for the grade's tests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.colour import from_rgb
from drivers.readings import Colour, Frame
from rig.grade.look import Look, with_value

Grey = Callable[[NDArray[np.uint8]], Frame]


@pytest.fixture
def grey() -> Grey:
    """A frame, full range, whose Y is the picture and which has no colour."""

    def make(luma: NDArray[np.uint8], index: int = 0) -> Frame:
        height, width = luma.shape
        pixels = np.full((height * 3 // 2, width), 128, np.uint8)
        pixels[:height] = luma
        pixels.flags.writeable = False
        return Frame(t_ns=index * 33_333_333, index=index, pixels=pixels, colour=Colour(range="full"))

    return make


@pytest.fixture(scope="session")
def market() -> Frame:
    """A small colourful picture with texture, shadows, lights and noise, limited BT.709."""
    rng = np.random.default_rng(5)
    y, x = np.mgrid[0:144, 0:256]
    rgb = np.stack([x, y * 1.5, 255 - x], axis=-1) * (0.3 + 0.7 * ((x // 32 + y // 24) % 2))[..., None]
    rgb[20:60, 150:220] = 250
    rgb[80:130, 20:90] *= 0.2
    noisy = np.clip(rgb + rng.normal(0, 2, rgb.shape), 0, 255).astype(np.uint8)
    pixels = from_rgb(noisy, Colour())
    pixels.flags.writeable = False
    return Frame(t_ns=0, index=0, pixels=pixels)


@pytest.fixture(scope="session")
def look() -> Callable[..., Look]:
    """A look from targets: ``look(exposure__ev=1)``."""

    def make(**values: float) -> Look:
        made = Look()
        for name, value in values.items():
            made = with_value(made, name.replace("__", "."), value)
        return made

    return make
