"""Golden prints: three photographs through five looks, as they were looked at and kept (tests/reference/golden).

When a print is meant to change: python tests/reference/golden/make.py, look at them, and commit them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from drivers.colour import from_rgb, to_rgb
from drivers.readings import Bytes8, Colour, Frame
from rig.grade.looks import load_look
from rig.grade.mask import Mask
from rig.zones import small_zones

GOLDEN = Path(__file__).resolve().parent / "golden"
LOOKS = sorted(path.stem for path in GOLDEN.glob("*.toml"))
PICTURES = ("astronaut", "coffee", "chelsea")
T_NS = 1_839_000_000_000  # which grain; as in golden/make.py

# Codes of RGB: the most, and the mean. A live print differs where colours change within four pixels, which share one
# chroma; the reference only by what processors and OpenCV's versions round differently: OpenCV on arm64 rounds
# otherwise than on x86-64, where the prints were kept, which makes up to 3.
REFERENCE_MOST, REFERENCE_MEAN = 3, 0.05
LIVE_MOST, LIVE_MEAN = 32, 1.2


def kept(name: str) -> Bytes8:
    picture = cv2.imread(str(GOLDEN / f"{name}.png"))
    assert picture is not None
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def test_there_are_five_looks_and_a_print_of_every_picture_through_each() -> None:
    assert len(LOOKS) == 5
    names = {path.stem for path in GOLDEN.glob("*.png")}
    assert names == {*PICTURES, *(f"{picture}-{look}" for picture in PICTURES for look in LOOKS)}


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("name", LOOKS)
def test_a_print_is_the_one_that_was_kept(engine: Any, picture: str, name: str) -> None:
    frame, recipe = Frame(T_NS, 0, from_rgb(kept(picture), Colour())), load_look(GOLDEN / f"{name}.toml").look.fold()
    lines = Mask().update(small_zones(frame), frame.t_ns, recipe.zones) if recipe.zones else ()
    printed = to_rgb(engine.print(frame, recipe, lines), frame.colour)
    apart = np.abs(printed.astype(int) - kept(f"{picture}-{name}"))
    most, mean = (REFERENCE_MOST, REFERENCE_MEAN) if engine.name == "reference" else (LIVE_MOST, LIVE_MEAN)
    assert apart.max() <= most
    assert apart.mean() <= mean
