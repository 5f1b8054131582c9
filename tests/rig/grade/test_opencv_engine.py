"""The opencv engine: the same bytes in both ways of looking up, nothing moved that is left alone, no fresh memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from drivers.colour import from_rgb, planes
from drivers.readings import Bytes8, Colour, Frame
from rig.grade.buffers import Buffers
from rig.grade.cdl import SlopeOffsetPower
from rig.grade.local_ev import LocalEv
from rig.grade.look import Look
from rig.grade.lookup import Lookup
from rig.grade.mask import Line, Mask
from rig.grade.opencv import OpenCvEngine
from rig.grade.picture import picture_of
from rig.grade.recipe import EdgeGain, Grain, HalfColour, HalfGain, Halves, Recipe, Toning
from rig.grade.reference import ReferenceEngine, local_ev
from rig.grade.tables import EvScale
from rig.zones import small_zones

MakeLook = Callable[..., Look]
HALVES = Halves(20.0, 0.1, 0.4)
EVERYTHING = {
    "exposure__ev": 0.3,
    "temperature__mired": -20,
    "tint__tint": 0.2,
    "dodge__stops": 1.1,
    "burn__stops": 1.7,
    "contrast__contrast": 0.3,
    "saturation__saturation": 0.8,
    "vignette__stops": 0.5,
}


def lines_of(frame: Frame, recipe: Recipe) -> Sequence[Line]:
    return Mask().update(small_zones(frame), frame.t_ns, recipe.zones) if recipe.zones else ()


def with_more(recipe: Recipe) -> Recipe:
    """All that a recipe can say."""
    return replace(
        recipe,
        half=HalfColour((1.1, 1.0, 0.9), (0.8, 1.0, 1.2), HALVES),
        edges=(*recipe.edges, HalfGain(-0.4, 0.3, HALVES)),
        grain=Grain(0.05, 2.0),
        toning=Toning((0.0, 0.02, 0.06), (0.05, 0.02, 0.0)),
        finish=(SlopeOffsetPower((1.1, 1.0, 0.9), (0.0, 0.01, 0.02), (1.0, 0.95, 1.0), 0.9),),
    )


def recipes(look: MakeLook) -> dict[str, Recipe]:
    everything = look(**EVERYTHING).fold()
    return {
        "everything": everything,
        "more than that": with_more(everything),
        "dodged": look(dodge__stops=2.0).fold(),
        "hard": look(contrast__contrast=0.5).fold(),
        "vignette": look(vignette__stops=1.0).fold(),
        "exposure": look(exposure__ev=-0.5).fold(),
        "warm": look(temperature__mired=40).fold(),
        "red glass": replace(look(dodge__stops=1.0).fold(), film=(1.0, 0.3, 0.2), saturation=0.0),
        "through halves": Recipe(film=(1.0, 0.5, 0.5), half=HalfColour((1.2, 1, 0.8), (0.7, 1, 1.3), HALVES)),
        "grain": Recipe(grain=Grain(0.2, 3.0)),
        "toned": Recipe(saturation=0.0, toning=Toning((0.0, 0.02, 0.06), (0.05, 0.02, 0.0))),
    }


NAMES = [
    "everything", "more than that", "dodged", "hard", "vignette", "exposure", "warm", "red glass", "through halves",
    "grain", "toned",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_both_ways_of_looking_up_give_the_same_bytes_every_time_and_in_given_memory(
    name: str, market: Frame, look: MakeLook
) -> None:
    recipe = recipes(look)[name]
    lines = lines_of(market, recipe)
    found, given = OpenCvEngine(), np.full_like(market.pixels, 7)
    wanted = found.print(market, recipe, lines)
    assert found.print(market, recipe, lines, given) is given
    assert np.array_equal(given, wanted)
    assert np.array_equal(OpenCvEngine(wide_lut=False).print(market, recipe, lines), wanted)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [(90, 130), (98, 134), (16, 16)])
def test_sizes_that_are_no_multiple_of_eight_print_as_the_reference_does(
    size: tuple[int, int], name: str, look: MakeLook
) -> None:
    height, width = size
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[:] = np.linspace(10, 200, width).astype(np.uint8)[None, :, None] // [1, 2, 3]
    rgb[height // 3 : height // 2, 8:] = (250, 230, 200)
    frame, recipe = Frame(40_000_000, 1, from_rgb(rgb, Colour())), recipes(look)[name]
    lines = lines_of(frame, recipe)
    fast, true = (
        engine.print(frame, recipe, lines).astype(int)
        for engine in (OpenCvEngine(dithers=False), ReferenceEngine(dithers=False))
    )
    assert np.percentile(np.abs(fast - true)[:height], 95) <= 2
    assert np.abs(fast - true)[:height].mean() <= 0.75


def test_a_recipe_or_a_size_or_a_colour_may_change_from_frame_to_frame(market: Frame, look: MakeLook) -> None:
    engine, small = OpenCvEngine(), Frame(0, 0, np.ascontiguousarray(market.pixels[:96, :128]))
    for recipe in (*recipes(look).values(), *recipes(look).values()):
        for frame in (market, small, replace(market, colour=Colour(range="full")), market):
            lines = lines_of(frame, recipe)
            assert np.array_equal(engine.print(frame, recipe, lines), OpenCvEngine().print(frame, recipe, lines))


def test_a_code_that_the_print_leaves_alone_stays(market: Frame, look: MakeLook) -> None:
    """Where neither dodge nor burn reaches; dither and all."""
    for stops in np.linspace(0.05, 2.0, 8):
        recipe = look(dodge__stops=float(stops), burn__stops=float(1.5 * stops), vignette__stops=1.0).fold()
        lines = lines_of(market, recipe)
        moved = local_ev(picture_of(market), recipe, lines)
        still = np.abs(moved) == 0.0
        quarters = still.reshape(72, 2, 128, 2).all(axis=(1, 3))
        assert quarters.any()
        y, u, v = planes(OpenCvEngine().print(market, recipe, lines))
        for printed, negative, alone in zip((y, u, v), planes(market.pixels), (still, quarters, quarters), strict=True):
            assert np.array_equal(printed[alone], negative[alone])


def test_dither_keeps_what_is_between_two_codes(look: MakeLook) -> None:
    """A grey and a colour, on the average of a patch."""
    recipe = look(exposure__ev=0.3, dodge__stops=0.5, vignette__stops=0.2).fold()
    for rgb in ((90, 90, 90), (120, 70, 50), (40, 90, 160)):
        frame = Frame(0, 0, from_rgb(np.full((64, 64, 3), rgb, np.uint8), Colour()))
        lines = lines_of(frame, recipe)
        true = ReferenceEngine(dithers=True).print(frame, recipe, lines)
        fast = OpenCvEngine().print(frame, recipe, lines)
        for printed, wanted in zip(planes(fast), planes(true), strict=True):
            assert abs(float(printed.mean()) - float(wanted.mean())) <= 0.4


@pytest.mark.parametrize("t_ns", [0, 33_333_333, 5_000_000_000])
def test_local_ev_is_the_references_to_a_step(t_ns: int, market: Frame) -> None:
    shape = (90, 1100)  # wider than a tile of grain, and large enough for edges at an eighth of the size
    rng = np.random.default_rng(4)
    # as smooth as the mask's last filter makes them
    small = [cv2.blur(rng.normal(0, 1.5, (12, 138)).astype(np.float32), (9, 9)) for _ in range(4)]
    lines = (Line(0.0, 1.0, 0.3 * small[0], small[1]), Line(-0.5, 0.0, 0.3 * small[2], small[3]))
    pixels = np.full((135, 1100), 128, np.uint8)
    pixels[:90] = rng.integers(16, 236, shape)
    frame = Frame(t_ns, 0, pixels)
    recipe = Recipe(edges=(EdgeGain(-1.0, 0.3), HalfGain(0.2, -0.3, HALVES)), grain=Grain(0.1, 2.0))
    scale = EvScale(4.0 / 252, 120, 25)
    made = LocalEv(Buffers(), Lookup(Buffers())).bytes(pixels[:90], frame.colour, scale, lines, recipe, t_ns)
    evs = (made.astype(float) - scale.zero) * scale.step
    apart = np.abs(evs - local_ev(picture_of(frame), recipe, lines)) / scale.step
    assert apart.mean() <= 1.0
    assert np.percentile(apart, 99) <= 3.0


def test_a_line_of_which_little_is_there_is_as_if_it_were_everywhere() -> None:
    """Only the part of the picture is touched in which a line does anything."""
    y, scale, none = np.full((160, 240), 90, np.uint8), EvScale(2.0 / 252, 120), np.zeros((20, 30), np.float32)
    patch = none.copy()
    patch[5:9, 20:26] = 0.7
    for line in (Line(0.0, 1.0, none, patch), Line(-1.0, 0.0, none, -patch)):
        made = LocalEv(Buffers(), Lookup(Buffers())).bytes(y, Colour(), scale, (line,), Recipe(), 0)
        frame = Frame(0, 0, np.concatenate([y, np.full((80, 240), 128, np.uint8)]))
        true = local_ev(picture_of(frame), Recipe(), (line,))
        shared = 0.7 / 16  # by two lines of the picture
        assert np.abs((made - 120.0) * scale.step - true).max() <= shared + scale.step


def most_allocated(engine: OpenCvEngine, frames: list[Frame], recipe: Recipe, out: Bytes8) -> int:
    """Bytes above what was there before, at the worst moment."""
    lines = [lines_of(frame, recipe) for frame in frames]
    engine.print(frames[0], recipe, lines[0], out)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for frame, of_frame in zip(frames, lines, strict=True):
            engine.print(frame, recipe, of_frame, out)
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def test_after_the_first_frame_no_frame_takes_fresh_memory(look: MakeLook) -> None:
    rng = np.random.default_rng(6)
    frames = [Frame(n * 33_333_333, n, rng.integers(16, 236, (540, 640), np.uint8)) for n in range(4)]
    out = np.empty((540, 640), np.uint8)
    for recipe in (recipes(look)["everything"], with_more(recipes(look)["everything"]), recipes(look)["exposure"]):
        assert most_allocated(OpenCvEngine(), frames, recipe, out) < out.size // 2
