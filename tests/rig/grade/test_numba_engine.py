"""The numba engine: near the definition at any size, the same bytes in any number of threads, never a late compile."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data
from skimage.color import deltaE_ciede2000, rgb2lab

from drivers.colour import planes
from drivers.readings import Bytes8, Colour, Frame
from rig.grade.cdl import SlopeOffsetPower
from rig.grade.cube import parse_cube
from rig.grade.curve import Curve
from rig.grade.engines import without_numba
from rig.grade.look import Look, with_value
from rig.grade.lut import Looked
from rig.grade.mask import Line, Mask
from rig.grade.picture import STILL, Picture
from rig.grade.recipe import NEUTRAL, EdgeGain, Grain, HalfColour, HalfGain, Halves, Recipe, Toning
from rig.grade.reference import ReferenceEngine, print_picture
from rig.zones import small_zones

if without_numba():
    pytest.skip(without_numba(), allow_module_level=True)

from rig.grade.numba_compile import functions, load_kernels
from rig.grade.numba_engine import NumbaEngine

HALVES = Halves(20.0, 0.1, 0.4)
CUBE = parse_cube(
    "LUT_3D_SIZE 2\n" + "\n".join(f"{r} {g} {b * 0.9}" for b in (0, 1) for g in (0, 1) for r in (0, 1)), ""
)
CURVES = parse_cube(
    "LUT_1D_SIZE 17\nDOMAIN_MIN -0.1 0 0\nDOMAIN_MAX 1.2 1 1\n"
    + "\n".join(f"{(i / 16) ** 0.8} {i / 16} {(i / 16) ** 1.3}" for i in range(17)),
    "",
)
CDL = SlopeOffsetPower((1.1, 1.0, 0.9), (0.0, 0.01, 0.02), (1.0, 0.9, 1.0), 0.8)
WAYS: dict[str, dict[str, Any]] = {
    "gains": {"gains": (1.2, 1.0, 0.8)},
    "half": {"half": HalfColour((1.1, 1.0, 0.9), (0.8, 1.0, 1.2), HALVES)},
    "half and film": {"half": HalfColour((1.1, 1.0, 0.9), (0.8, 1.0, 1.2), HALVES), "film": (1.0, 0.4, 0.1)},
    "film": {"film": (0.9, 0.5, 0.0), "saturation": 0.0},
    "edges": {"edges": (EdgeGain(-1.0, 0.3), HalfGain(-0.4, 0.3, HALVES))},
    "a sharp edge": {"edges": (HalfGain(-0.8, 0.5, replace(HALVES, softness=0.05)),)},
    "grain": {"grain": Grain(0.1, 3.0)},
    "saturation": {"saturation": 1.9},
    "toning": {"toning": Toning((0.0, 0.02, 0.06), (0.05, 0.02, 0.0))},
    "cdl": {"finish": (CDL,)},
    "cube": {"finish": (Looked(CUBE, 0.7),)},
    "curves": {"finish": (Looked(CURVES, 1.0),)},
    "half of the curves": {"finish": (Looked(CURVES, 0.5),)},
    "curves, cdl, cube": {"finish": (Looked(CURVES, 1.0), CDL, Looked(CUBE, 0.7))},
    "cdl with saturation, curves": {"finish": (CDL, Looked(CURVES, 1.0))},
    "cube, curves": {"finish": (Looked(CUBE, 1.0), Looked(CURVES, 1.0))},
    "cube after cdl": {"finish": (CDL, Looked(CUBE, 1.0))},
    "cdl after cube": {"finish": (Looked(CUBE, 1.0), replace(CDL, saturation=1.0))},
}


@pytest.fixture(scope="module")
def exact() -> NumbaEngine:
    """It rounds to the nearest code."""
    return NumbaEngine(dithers=False)


@pytest.fixture(scope="module")
def pair() -> tuple[NumbaEngine, NumbaEngine]:
    """With dither, in one thread and in two."""
    return NumbaEngine(), NumbaEngine(threads=2)


@pytest.fixture(scope="module")
def everything() -> Recipe:
    """What GRADE.md calls a full print."""
    values: dict[str, float] = {
        "exposure__ev": 0.5,
        "temperature__mired": 10,
        "dodge__stops": 1,
        "burn__stops": 1,
        "contrast__contrast": 0.2,
        "saturation__saturation": 0.9,
        "vignette__stops": 0.3,
    }
    return look_of(**values).fold()


def look_of(**values: float) -> Look:
    made = Look()
    for name, value in values.items():
        made = with_value(made, name.replace("__", "."), value)
    return made


def photograph(name: str = "astronaut") -> Bytes8:
    rgb = getattr(data, name)()[::2, ::2]
    noisy = rgb + np.random.default_rng(1).normal(0.0, 1.5, rgb.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def rgb_lines(rgb: Bytes8, recipe: Recipe) -> Sequence[Line]:
    return Mask().update(Picture(rgb / 255.0).small_zones(), 0, recipe.zones) if recipe.zones else ()


def lines_of(frame: Frame, recipe: Recipe) -> Sequence[Line]:
    return Mask().update(small_zones(frame), frame.t_ns, recipe.zones) if recipe.zones else ()


def definition(rgb: Bytes8, recipe: Recipe, lines: Sequence[Line], t_ns: int = 0) -> NDArray[np.float64]:
    return np.clip(print_picture(Picture(rgb / 255.0, STILL, t_ns), recipe, lines), 0.0, 1.0)


def differences(truth: NDArray[np.float64], printed: Bytes8) -> NDArray[np.float64]:
    return np.asarray(deltaE_ciede2000(rgb2lab(truth), rgb2lab(printed / 255.0)))


@pytest.mark.parametrize("name", ["astronaut", "coffee"])
@pytest.mark.parametrize(
    "values",
    [
        {"exposure__ev": 0.8},
        {"exposure__ev": -1.0},
        {"temperature__mired": -60.0, "tint__tint": -0.5},
        {"dodge__stops": 2.0, "burn__stops": 3.0},
        {"zones__z1": 0.5, "zones__z7": -0.6, "contrast__contrast": 0.5},
        {"split_grade__soft": 0.5, "split_grade__hard": 0.7},
    ],
    ids=str,
)
def test_rgb_is_near_the_definition(exact: NumbaEngine, name: str, values: dict[str, float]) -> None:
    rgb, recipe = photograph(name), look_of(**values).fold()
    lines = rgb_lines(rgb, recipe)
    found = differences(definition(rgb, recipe, lines), exact.print_rgb(rgb, recipe, lines))
    assert np.percentile(found, 99) <= 1.1
    assert found.max() <= 2.0


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("with_places", [False, True])
def test_rgb_does_all_that_a_recipe_can_say(
    exact: NumbaEngine, everything: Recipe, way: str, with_places: bool
) -> None:
    rgb, recipe = photograph(), replace(everything if with_places else NEUTRAL, **WAYS[way])
    lines = rgb_lines(rgb, recipe)
    found = differences(definition(rgb, recipe, lines, t_ns=7), exact.print_rgb(rgb, recipe, lines, t_ns=7))
    assert np.percentile(found, 99) <= 1.1
    assert found.max() <= 2.0


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 5), (9, 641), (33, 640), (300, 1281)])
def test_rgb_of_any_size(exact: NumbaEngine, everything: Recipe, size: tuple[int, int]) -> None:
    height, width = size
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (-(-height // 16), -(-width // 16), 3)).astype(np.uint8)
    rgb = coarse.repeat(16, axis=0).repeat(16, axis=1)[:height, :width]
    recipe = replace(everything, grain=Grain(0.1, 2.0))
    lines = rgb_lines(rgb, recipe)
    truth = definition(rgb, recipe, lines)
    printed = exact.print_rgb(rgb[:, ::-1][:, ::-1], recipe, lines)
    apart = np.abs(printed / 255.0 - truth) * 255.0
    assert apart.max() <= 4.0  # of colours at the very edge, rolled off by the shoulder
    assert apart.mean() <= 0.5


def test_neutral_and_what_a_dodge_leaves_alone_keep_their_bytes(pair: tuple[NumbaEngine, NumbaEngine]) -> None:
    engine, _ = pair
    rgb = np.stack(np.meshgrid(np.arange(160, 256), np.arange(160, 256)) * 2, axis=-1)[..., :3].astype(np.uint8)
    dodged = look_of(dodge__stops=2.0, dodge__zone=1.0, dodge__feather=0.5).fold()
    lines = rgb_lines(rgb, dodged)
    assert all(not line.a.any() and not line.b.any() for line in lines)
    for recipe, given in ((NEUTRAL, ()), (dodged, lines)):
        assert np.array_equal(engine.print_rgb(rgb, recipe, given), rgb)
    for colour in (Colour(), Colour("bt601", "full", "bt709")):
        pixels = np.random.default_rng(2).integers(0, 256, (72, 64)).astype(np.uint8)
        flat = Line(0.0, 2.0, np.zeros((6, 8), np.float32), np.zeros((6, 8), np.float32))
        for recipe, given in ((NEUTRAL, ()), (dodged, (flat,))):
            assert np.array_equal(engine.print(Frame(0, 0, pixels, colour), recipe, given), pixels)


def test_threads_and_runs_give_the_same_bytes(
    pair: tuple[NumbaEngine, NumbaEngine], everything: Recipe, market: Frame
) -> None:
    rgb = photograph()[:201]
    for way in WAYS.values():
        recipe = replace(everything, **way)
        lines, of_rgb = lines_of(market, recipe), rgb_lines(rgb, recipe)
        one, two = ([engine.print(market, recipe, lines) for _ in range(2)] for engine in pair)
        assert all(np.array_equal(one[0], other) for other in (one[1], *two))
        one, two = ([engine.print_rgb(rgb, recipe, of_rgb) for _ in range(2)] for engine in pair)
        assert all(np.array_equal(one[0], other) for other in (one[1], *two))


def test_after_the_warm_up_nothing_is_compiled(everything: Recipe, market: Frame) -> None:
    engine = NumbaEngine(threads=2)
    engine.warm_up()
    kernels, _ = load_kernels()
    before = [len(kernel.signatures) for kernel in functions(kernels)]
    assert before == [1] * len(before)
    writeable = np.array(market.pixels)
    for way in WAYS.values():
        for recipe in (replace(everything, **way), replace(NEUTRAL, **way)):
            for pixels in (market.pixels, writeable, writeable[:54, :20].copy()):
                frame = replace(market, pixels=pixels)
                engine.print(frame, recipe, lines_of(frame, recipe))
            for rgb in (photograph()[:31], photograph()[5:12, 3:14], np.asfortranarray(photograph()[:20])):
                engine.print_rgb(rgb, recipe, rgb_lines(rgb, recipe))
    assert [len(kernel.signatures) for kernel in functions(kernels)] == before


def test_no_picture_is_allocated_for_a_print(exact: NumbaEngine, everything: Recipe) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (1080, 1280)).astype(np.uint8)
    frame, out = Frame(0, 0, pixels), np.empty_like(pixels)
    lines = lines_of(frame, everything)
    for _ in range(2):
        assert exact.print(frame, everything, lines, out) is out
    tracemalloc.start()
    exact.print(frame, everything, lines, out)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < pixels.size // 20


def test_the_negative_is_not_touched(exact: NumbaEngine, everything: Recipe) -> None:
    rgb = photograph()
    pixels = np.random.default_rng(2).integers(0, 256, (72, 64)).astype(np.uint8)
    before, frame = (rgb.copy(), pixels.copy()), Frame(0, 0, pixels)
    exact.print_rgb(rgb, everything, rgb_lines(rgb, everything))
    exact.print(frame, everything, lines_of(frame, everything))
    assert np.array_equal(rgb, before[0])
    assert np.array_equal(pixels, before[1])


def test_skin_keeps_its_hue(exact: NumbaEngine) -> None:
    skin = np.array([[200, 150, 125], [160, 110, 85], [110, 70, 52], [235, 195, 175]], np.uint8)
    patches = np.ascontiguousarray(skin[:, None, :].repeat(16, axis=0).repeat(64, axis=1))
    hues = {}
    for ev in (-1.0, -0.5, 0.4, 0.8):
        dithered = NumbaEngine().print_rgb(patches, look_of(exposure__ev=ev).fold(), ())
        mean = dithered.reshape(4, 16 * 64, 3).mean(axis=1)
        red, green, blue = mean.T
        hues[ev] = np.degrees(np.arctan2(np.sqrt(3.0) * (green - blue), 2.0 * red - green - blue))
    red, green, blue = skin.astype(float).T
    at_zero = np.degrees(np.arctan2(np.sqrt(3.0) * (green - blue), 2.0 * red - green - blue))
    assert max(float(np.abs(hue - at_zero).max()) for hue in hues.values()) <= 0.5


def test_a_smooth_ramp_shows_no_contours() -> None:
    ramp = np.linspace(40, 120, 1024).round().astype(np.uint8)
    rgb = np.ascontiguousarray(np.broadcast_to(ramp[None, :, None], (128, 1024, 3)))
    curve = Curve(((0.0, 0.0), (0.3, 0.45), (1.0, 1.0)))
    recipe = curve.fold(replace(NEUTRAL, ev=0.35))
    truth = definition(rgb, recipe, ())[..., 1] * 255.0
    printed = NumbaEngine().print_rgb(rgb, recipe, ())[..., 1].astype(float)
    assert np.abs((printed - truth).reshape(2, 64, 16, 64).mean(axis=(1, 3))).max() <= 0.1
    plain = NumbaEngine(dithers=False).print_rgb(rgb, recipe, ())[..., 1].astype(float)
    assert np.abs((plain - truth).reshape(2, 64, 16, 64).mean(axis=(1, 3))).max() > 0.1


@pytest.mark.parametrize("ev", [0.0, 2.0])
def test_colours_beyond_white_and_black_print_as_the_definition_says(exact: NumbaEngine, ev: float) -> None:
    """A half-frame filter turns the luma of wild chroma far beyond a code; it once came out five codes darker for more
    exposure."""
    look = Look()
    values = {"split_filter.mired": 100.0, "split_grade.soft": 1.2855, "zones.z4": 1.28, "exposure.ev": ev}
    for name, value in values.items():
        look = with_value(look, name, value)
    recipe, definition = look.fold(), ReferenceEngine(dithers=False)
    for seed in range(4):
        pixels = np.random.default_rng(seed).integers(0, 256, (57, 28), np.uint8)
        frame = Frame(0, 0, pixels, Colour("bt601", "full", "srgb"))
        lines = Mask().update(small_zones(frame), 0, recipe.zones)
        ours, right = (planes(engine.print(frame, recipe, lines))[0].astype(int) for engine in (exact, definition))
        assert np.abs(ours - right).max() <= 2
