"""The live engines against the float64 reference, on photographs with sensor noise, in CIEDE2000 (see GRADE's bars)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.color import deltaE_ciede2000, rgb2lab

from drivers.colour import planes, rgb_to_yuv_matrix, to_rgb
from drivers.readings import Colour, Frame
from rig.grade.cube import write_cube
from rig.grade.look import look_from_dict, operations
from rig.grade.mask import Line, Mask
from rig.grade.picture import picture_of
from rig.grade.recipe import NEUTRAL, Recipe
from rig.grade.reference import ReferenceEngine, print_picture
from rig.zones import small_zones

Photograph = Callable[[str, Colour], Frame]

LOOKS: dict[str, dict[str, dict[str, Any]]] = {
    "lighter": {"exposure": {"ev": 0.8}},
    "darker": {"exposure": {"ev": -1.0}},
    "placed": {"place": {"spot": 4.0, "zone": 5.0}},
    "warm": {"temperature": {"mired": 15.0}},
    "green and cold": {"temperature": {"mired": -60.0}, "tint": {"tint": -0.5}},
    "split filter": {
        "split_filter": {"stops": -0.7, "mired": -25.0, "other_mired": 20.0, "other_tint": 0.2, "angle": 15.0}
    },
    "red glass": {"bw_filter": {"strength": 1.0, "hue": 0.0, "density": 0.8}},
    "a yellow glass, partly": {"bw_filter": {"strength": 0.4, "hue": 60.0}},
    "zones": {"zones": {"z1": 0.5, "z2": 0.8, "z3": 0.5, "z7": -0.5, "z8": -1.0}},
    "dodged": {"dodge": {"stops": 1.0}},
    "burnt": {"burn": {"stops": 1.5}},
    "strokes": {
        "strokes": {
            "kept": [
                {"stops": 0.8, "zone": 3.0, "place": {"x": 0.3, "y": 0.4}},
                {"stops": -1.2, "zone": 6.0, "feather": 2.0, "place": {"x": 0.7, "y": 0.6, "height": 0.8}},
            ]
        }
    },
    "vignette": {"vignette": {"stops": 0.8}},
    "grain": {"grain": {"stops": 0.1, "size": 3.0}},
    "hard": {"contrast": {"contrast": 0.4}},
    "split grade": {"split_grade": {"soft": 0.5, "hard": 0.4}},
    "curve": {"curve": {"points": [[0.0, 0.05], [0.25, 0.2], [0.7, 0.8], [1.0, 0.97]]}},
    "pale": {"saturation": {"saturation": 0.6}},
    "split tone": {"split_tone": {"shadow_strength": 0.3, "highlight_strength": 0.25}},
    "cdl": {"cdl": {"slope_r": 1.1, "offset_b": 0.03, "power_g": 1.1, "saturation": 0.9}},
    "lut": {"lut": {"strength": 0.8}},
    "everything": {
        "exposure": {"ev": 0.5},
        "temperature": {"mired": 10.0},
        "tint": {"tint": 0.1},
        "dodge": {"stops": 1.0},
        "burn": {"stops": 1.0},
        "contrast": {"contrast": 0.2},
        "saturation": {"saturation": 0.9},
        "vignette": {"stops": 0.3},
    },
}
PICTURES = {
    "astronaut": Colour(),
    "coffee": Colour("bt601", "full"),
    "chelsea": Colour("bt709", "full", "bt709"),
}


def test_every_operation_is_compared() -> None:
    assert {name for tables in LOOKS.values() for name in tables} == set(operations()) - {"auto"}


def difference(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    return float(np.percentile(deltaE_ciede2000(rgb2lab(a), rgb2lab(b)), 99))


def stored_as_yuv420(rgb: NDArray[np.float64], colour: Colour) -> NDArray[np.float64]:
    """The truth through I420: chroma averaged over two by two pixels, everything rounded to codes."""
    matrix = rgb_to_yuv_matrix(colour)
    yuv = 255.0 * rgb @ matrix[:, :3].T + matrix[:, 3]
    height, width = yuv.shape[:2]
    half = yuv.reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
    pixels = np.empty((height * 3 // 2, width), np.uint8)
    for plane, values in zip(planes(pixels), (yuv[..., 0], half[..., 1], half[..., 2]), strict=True):
        plane[:] = np.clip(np.rint(values), 0, 255)
    return to_rgb(pixels, colour) / 255.0


@pytest.fixture(scope="session")
def folded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Recipe]:
    """The recipe of each look; the LUT is a film that somebody scanned: soft, and warm in its lights."""
    path: Path = tmp_path_factory.mktemp("luts") / "film.cube"
    path.write_text(write_cube(lambda rgb: 0.03 + 0.94 * rgb ** [0.9, 1.0, 1.1] + 0.04 * rgb[:, [1, 2, 0]] * rgb, 17))

    @cache
    def fold(kind: str) -> Recipe:
        tables = LOOKS[kind]
        return look_from_dict({"lut": {**tables["lut"], "file": str(path)}} if kind == "lut" else tables).fold()

    return fold


@pytest.fixture(scope="session")
def truth(photograph: Photograph, folded: Callable[[str], Recipe]) -> Callable[[str, str], Any]:
    """The definition's print of a picture through a look, what storing it as 4:2:0 costs, and the mask's lines."""

    @cache
    def make(name: str, kind: str) -> tuple[NDArray[np.float64], float, tuple[Line, ...]]:
        frame, recipe = photograph(name, PICTURES[name]), folded(kind)
        lines = Mask().update(small_zones(frame), frame.t_ns, recipe.zones) if recipe.zones else ()
        rgb = np.clip(print_picture(picture_of(frame), recipe, lines), 0.0, 1.0)
        return rgb, difference(rgb, stored_as_yuv420(rgb, frame.colour)), lines

    return make


@pytest.mark.parametrize("name", list(PICTURES))
@pytest.mark.parametrize("kind", list(LOOKS))
def test_a_live_print_costs_no_more_than_storing_the_truth_as_yuv420(
    live: Any, name: str, kind: str, photograph: Photograph, folded: Callable[[str], Recipe], truth: Any
) -> None:
    frame = photograph(name, PICTURES[name])
    rgb, stored, lines = truth(name, kind)
    made = difference(rgb, to_rgb(live.print(frame, folded(kind), lines), frame.colour) / 255.0)
    assert made <= max(1.0, stored + 0.1)


@pytest.mark.parametrize("kind", [kind for kind in LOOKS if kind not in ("cdl", "lut")])
@pytest.mark.parametrize("name", ["astronaut"])
def test_the_codes_of_luma_are_the_references(
    live: Any, name: str, kind: str, photograph: Photograph, folded: Callable[[str], Recipe], truth: Any
) -> None:
    """What is done to the finished colour (CDL, LUT) needs the colour at full size, which a live print has not."""
    frame, recipe, lines = photograph(name, PICTURES[name]), folded(kind), truth(name, kind)[2]
    fast, true = (each.print(frame, recipe, lines).astype(int) for each in (live, ReferenceEngine(dithers=False)))
    apart = np.abs(fast - true)[: frame.height]
    assert apart.max() <= 3
    assert np.percentile(apart, 99.9) <= 2
    assert apart.mean() <= 0.5


@pytest.mark.parametrize("name", list(PICTURES))
def test_the_recipe_that_does_nothing_gives_the_negatives_own_bytes(
    engine: Any, name: str, photograph: Photograph
) -> None:
    frame = photograph(name, PICTURES[name])
    assert np.array_equal(engine.print(frame, NEUTRAL, ()), frame.pixels)
    assert np.array_equal(type(engine)().print(frame, NEUTRAL, ()), frame.pixels)  # with dither
