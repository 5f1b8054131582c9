"""The printer: the same bytes every time, nothing of the frame's own touched, and both ways of looking up agree."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from drivers.colour import from_rgb
from drivers.readings import Colour, Frame
from rig.errors import UserError
from rig.grade.look import Look
from rig.grade.opencv import OpenCvEngine
from rig.grade.printer import ENGINES, Printer
from rig.grade.tables import compile_tables

MakeLook = Callable[..., Look]
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


def clip(count: int, size: tuple[int, int] = (96, 128)) -> list[Frame]:
    """Frames in which a bright square moves over a dark ramp."""
    frames = []
    for index in range(count):
        rgb = np.zeros((*size, 3), np.uint8)
        rgb[:] = np.linspace(10, 120, size[1]).astype(np.uint8)[None, :, None] // [1, 2, 3]
        rgb[30:60, 10 + 4 * index : 50 + 4 * index] = (250, 230, 200)
        pixels = from_rgb(rgb, Colour())
        pixels.flags.writeable = False
        frames.append(Frame(t_ns=index * 33_333_333, index=index, pixels=pixels))
    return frames


@pytest.mark.parametrize("engine", list(ENGINES))
def test_the_same_frames_and_looks_give_the_same_bytes(engine: str, look: MakeLook) -> None:
    frames, looks = clip(6), [look(**EVERYTHING, dodge__zone=3), look(**{**EVERYTHING, "dodge__stops": 0.5}), Look()]
    looks = [looks[index // 2] for index in range(6)]

    def run(printer: Printer) -> list[bytes]:
        return [printer.print(frame, asked).pixels.tobytes() for frame, asked in zip(frames, looks, strict=True)]

    first = Printer(engine)
    wanted = run(first)
    assert run(Printer(engine)) == wanted
    first.reset()
    assert run(first) == wanted
    warm = Printer(engine)
    warm.warm_up(128, 96, Colour())
    assert run(warm) == wanted


def test_a_print_says_what_it_is_and_leaves_the_negative_alone(look: MakeLook) -> None:
    (frame,) = clip(1)
    kept = frame.pixels.copy()
    made = Printer().print(frame, look(exposure__ev=1), newest_edge_ns=5, newest_beat_ns=7)
    assert (made.t_ns, made.index, made.colour) == (frame.t_ns, frame.index, frame.colour)
    assert (made.newest_edge_ns, made.newest_beat_ns, made.look) == (5, 7, look(exposure__ev=1))
    assert not made.pixels.flags.writeable
    assert np.array_equal(frame.pixels, kept)
    assert made.pixels.mean() > kept.mean() + 5


def test_a_print_that_is_kept_does_not_change_when_the_next_one_is_made(look: MakeLook) -> None:
    printer, frames = Printer(), clip(3)
    first = printer.print(frames[0], look(**EVERYTHING))
    kept = first.pixels.copy()
    for frame in frames[1:]:
        printer.print(frame, look(**EVERYTHING))
    assert np.array_equal(first.pixels, kept)


def test_both_ways_of_looking_up_pairs_give_the_same_bytes(market: Frame, look: MakeLook) -> None:
    from rig.grade.mask import Mask

    for values in (EVERYTHING, {"dodge__stops": 2.0}, {"contrast__contrast": 0.5}, {"vignette__stops": 1.0}):
        recipe = look(**values).fold()
        lines = Mask().update(market, recipe.zones)
        narrow, found = OpenCvEngine(wide_lut=False), OpenCvEngine()
        assert np.array_equal(narrow.print(market, recipe, lines), found.print(market, recipe, lines))


@pytest.mark.parametrize("size", [(90, 130), (98, 134), (16, 16)])
def test_sizes_that_are_no_multiple_of_eight_print_as_the_reference_does(size: tuple[int, int], look: MakeLook) -> None:
    (frame,) = clip(1, size)
    fast, true = (Printer(engine).print(frame, look(**EVERYTHING)).pixels.astype(int) for engine in ENGINES)
    assert np.percentile(np.abs(fast - true)[: size[0]], 99) <= 2


def test_a_look_or_a_size_or_a_colour_may_change_from_frame_to_frame(look: MakeLook) -> None:
    printer = Printer()
    full = Colour(range="full")
    for frame in (*clip(1), *clip(1, (64, 96)), Frame(0, 0, clip(1)[0].pixels, full), *clip(1)):
        made = printer.print(frame, look(**EVERYTHING))
        assert np.array_equal(made.pixels, Printer().print(frame, look(**EVERYTHING)).pixels)


def test_zero_local_ev_changes_nothing_exactly(look: MakeLook) -> None:
    """Where neither dodge nor burn reaches, the table of luma is the identity."""
    for stops in np.linspace(0.05, 2.0, 14):
        tables = compile_tables(look(dodge__stops=float(stops), burn__stops=float(1.5 * stops)).fold(), Colour())
        assert tables.scale is not None
        row = tables.luma.reshape(256, 256)[tables.scale.zero]
        assert np.array_equal(row, np.arange(256))


def test_an_unknown_engine_is_one_clear_line() -> None:
    with pytest.raises(UserError, match="engine: expected one of opencv, reference, got opencl, did you mean opencv"):
        Printer("opencl")
