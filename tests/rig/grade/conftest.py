"""Pictures for the grade's tests, and every engine that is installed, without dither."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.colour import from_rgb
from drivers.readings import Bytes8, Colour, Frame
from rig.grade.bearings import AS_AIMED, Bearings
from rig.grade.engines import ENGINES, installed_engines
from rig.grade.look import Look, with_value
from rig.grade.mask import Mask
from rig.zones import small_zones

Grey = Callable[..., Frame]


@cache
def exact_engine(name: str) -> Any:
    """An engine that rounds to the nearest code."""
    module, engine = ENGINES[name]
    return getattr(import_module(module), engine)(dithers=False)


@pytest.fixture(params=installed_engines())
def engine(request: pytest.FixtureRequest) -> str:
    """The name of each engine that is installed."""
    return request.param


@pytest.fixture
def printed(engine: str) -> Callable[..., Bytes8]:
    """``printed(frame, look)``: the pixels that this engine makes of one frame, without dither."""

    def make(frame: Frame, look: Look, bearings: Bearings = AS_AIMED) -> Bytes8:
        recipe = look.fold()
        lines = Mask().update(small_zones(frame), frame.t_ns, recipe.zones, bearings) if recipe.zones else ()
        return exact_engine(engine).print(frame, recipe, lines)

    return make


@pytest.fixture
def dithered(engine: str) -> Callable[..., Bytes8]:
    """As ``printed``, with dither."""

    def make(frame: Frame, look: Look) -> Bytes8:
        recipe = look.fold()
        lines = Mask().update(small_zones(frame), frame.t_ns, recipe.zones) if recipe.zones else ()
        return type(exact_engine(engine))().print(frame, recipe, lines)

    return make


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
