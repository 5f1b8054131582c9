"""Photographs as frames, and every engine that is installed, without dither."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from skimage import data

from drivers.colour import from_rgb
from drivers.readings import Colour, Frame
from rig.grade.engines import ENGINES, installed_engines


@cache
def exact_engine(name: str) -> Any:
    """An engine that rounds to the nearest code."""
    module, engine = ENGINES[name]
    return getattr(import_module(module), engine)(dithers=False)


@pytest.fixture(params=installed_engines())
def engine(request: pytest.FixtureRequest) -> Any:
    """Each engine that is installed, without dither."""
    return exact_engine(request.param)


@pytest.fixture(params=[name for name in installed_engines() if name != "reference"])
def live(request: pytest.FixtureRequest) -> Any:
    """Each engine but the reference, without dither."""
    return exact_engine(request.param)


@pytest.fixture(scope="session")
def photograph() -> Callable[[str, Colour], Frame]:
    """One of scikit-image's photographs (bundled with it) at a third of its size, with a sensor's noise, 1.5 codes."""

    @cache
    def make(name: str, colour: Colour) -> Frame:
        rgb = getattr(data, name)()[::3, ::3]
        rgb = rgb[: rgb.shape[0] // 2 * 2, : rgb.shape[1] // 2 * 2]
        noise = np.random.default_rng(1).normal(0, 1.5, rgb.shape)
        pixels = from_rgb(np.clip(rgb + noise, 0, 255).astype(np.uint8), colour)
        pixels.flags.writeable = False
        return Frame(0, 0, pixels, colour)

    return make
