"""The fast engine against the float64 reference, on photographs with sensor noise, in CIEDE2000 (see GRADE's bars)."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data
from skimage.color import deltaE_ciede2000, rgb2lab

from drivers.colour import from_rgb, planes, rgb_to_yuv_matrix, to_rgb
from drivers.readings import Colour, Frame
from rig.grade.look import Look, look_from_dict
from rig.grade.mask import Mask
from rig.grade.opencv import OpenCvEngine
from rig.grade.reference import ReferenceEngine, print_rgb

LOOKS = {
    "lighter": {"exposure": {"ev": 0.8}},
    "darker": {"exposure": {"ev": -1.0}},
    "warm": {"temperature": {"mired": 15.0}},
    "green and cold": {"temperature": {"mired": -60.0}, "tint": {"tint": -0.5}},
    "hard": {"contrast": {"contrast": 0.4}},
    "dodged": {"dodge": {"stops": 1.0}},
    "burnt": {"burn": {"stops": 1.5}},
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


def photograph(name: str, colour: Colour) -> Frame:
    rgb = getattr(data, name)()[::2, ::2]
    rgb = rgb[: rgb.shape[0] // 2 * 2, : rgb.shape[1] // 2 * 2]
    noise = np.random.default_rng(1).normal(0, 1.5, rgb.shape)
    return Frame(0, 0, from_rgb(np.clip(rgb + noise, 0, 255).astype(np.uint8), colour), colour)


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


@pytest.mark.parametrize("kind", list(LOOKS))
@pytest.mark.parametrize(
    ("name", "colour"),
    [("astronaut", Colour()), ("coffee", Colour("bt601", "full")), ("chelsea", Colour("bt709", "full", "bt709"))],
    ids=str,
)
def test_the_fast_print_costs_no_more_than_storing_the_truth_as_yuv420(name: str, colour: Colour, kind: str) -> None:
    frame, recipe = photograph(name, colour), look_from_dict(LOOKS[kind]).fold()
    lines = Mask().update(frame, recipe.zones)
    truth = np.clip(print_rgb(frame, recipe, lines), 0.0, 1.0)
    stored = difference(truth, stored_as_yuv420(truth, colour))
    fast = difference(truth, to_rgb(OpenCvEngine().print(frame, recipe, lines), colour) / 255.0)
    assert fast <= max(1.0, stored + 0.1)


def test_fast_and_reference_codes_are_close() -> None:
    for name in ("astronaut", "coffee"):
        frame = photograph(name, Colour())
        for kind, tables in LOOKS.items():
            recipe = look_from_dict(tables).fold()
            lines = Mask().update(frame, recipe.zones)
            fast, true = (
                engine.print(frame, recipe, lines).astype(int) for engine in (OpenCvEngine(), ReferenceEngine())
            )
            apart = np.abs(fast - true)
            assert apart[: frame.height].max() <= 2, (name, kind)
            assert np.percentile(apart, 99.9) <= 2, (name, kind)
            assert apart.mean() <= 0.5, (name, kind)


def test_temperature_is_near_bradford_at_15_mired() -> None:
    """A full chromatic adaptation (Lam 1985, the Bradford matrix) from D65 to the daylight 15 mired warmer."""
    from rig.grade.temperature import daylight_gains

    bradford = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    xyz_of_rgb = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    gains = np.array(daylight_gains(15.0))
    white, warm = xyz_of_rgb @ np.ones(3), xyz_of_rgb @ gains
    adapt = np.linalg.inv(bradford) @ np.diag((bradford @ warm) / (bradford @ white)) @ bradford
    rgb = data.astronaut()[::4, ::4] / 255.0
    light = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) * 0.7
    full = light @ (np.linalg.inv(xyz_of_rgb) @ adapt @ xyz_of_rgb).T
    diagonal = light * gains

    def encoded(values: NDArray[np.float64]) -> NDArray[np.float64]:
        values = np.clip(values, 0.0, 1.0)
        return np.where(values <= 0.0031308, values * 12.92, 1.055 * values ** (1 / 2.4) - 0.055)

    assert difference(encoded(full), encoded(diagonal)) <= 0.8


def test_the_default_look_is_the_recipe_that_does_nothing() -> None:
    frame = photograph("astronaut", Colour())
    assert np.array_equal(
        ReferenceEngine().print(frame, Look().fold(), ())[: frame.height], frame.pixels[: frame.height]
    )
    assert np.array_equal(OpenCvEngine().print(frame, Look().fold(), ()), frame.pixels)
