"""The printer: the same bytes every time, nothing of the frame's own touched, and cheaper prints where it is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from drivers.colour import from_rgb, planes
from drivers.readings import Colour, Frame
from rig.grade.bearings import Bearings
from rig.grade.engines import installed_engines
from rig.grade.look import Look, operations
from rig.grade.mask import Mask
from rig.grade.printer import Printer
from rig.grade.quality import FULL, STEPS, steps_that_help
from rig.grade.recipe import NEUTRAL
from rig.grade.strokes import Spot, Stroke, Strokes
from rig.grade.warm_up import everything, warm_up_recipes
from rig.zones import small_zones

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
ENGINES = installed_engines()


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


@pytest.mark.parametrize("engine", ENGINES)
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
    warm.warm_up(128, 96, Colour(), looks[0])
    assert run(warm) == wanted


def test_a_print_says_what_it_is_and_leaves_the_negative_alone(look: MakeLook) -> None:
    (frame,) = clip(1)
    kept = frame.pixels.copy()
    made = Printer().print(frame, look(exposure__ev=1), newest_edge_ns=5, newest_beat_ns=7)
    assert (made.t_ns, made.index, made.colour) == (frame.t_ns, frame.index, frame.colour)
    assert (made.newest_edge_ns, made.newest_beat_ns, made.look) == (5, 7, look(exposure__ev=1))
    assert (made.width, made.height, made.quality) == (128, 96, 0)
    assert not made.pixels.flags.writeable
    assert np.array_equal(frame.pixels, kept)
    assert made.pixels.mean() > kept.mean() + 5


@pytest.mark.parametrize("engine", ENGINES)
def test_a_print_that_is_kept_does_not_change_when_the_next_ones_are_made(engine: str, look: MakeLook) -> None:
    printer, frames = Printer(engine), clip(8)
    first = printer.print(frames[0], look(**EVERYTHING))
    kept, seen = first.pixels.copy(), first.pixels[5:9]
    del first
    for frame in frames[1:]:
        printer.print(frame, look(**EVERYTHING))
    assert np.array_equal(seen, kept[5:9])


def test_prints_that_nobody_keeps_share_their_memory(look: MakeLook) -> None:
    printer, frames = Printer(), clip(10)
    addresses = {printer.print(frame, look(**EVERYTHING)).pixels.ctypes.data for frame in frames}
    assert len(addresses) == 1
    kept = [printer.print(frame, look(**EVERYTHING)) for frame in frames]
    assert len({made.pixels.ctypes.data for made in kept}) == 10


@pytest.mark.parametrize("size", [(90, 130), (98, 134), (16, 16)])
@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "reference"])
def test_sizes_that_are_no_multiple_of_eight_print_as_the_reference_does(
    engine: str, size: tuple[int, int], look: MakeLook
) -> None:
    (frame,) = clip(1, size)
    fast, true = (Printer(name).print(frame, look(**EVERYTHING)).pixels.astype(int) for name in (engine, "reference"))
    assert np.percentile(np.abs(fast - true)[: size[0]], 99) <= 2


def test_a_look_or_a_size_or_a_colour_may_change_from_frame_to_frame(look: MakeLook) -> None:
    printer = Printer()
    full = Colour(range="full")
    frames = (*clip(1), *clip(1, (64, 96)), Frame(0, 0, clip(1)[0].pixels, full), *clip(1))
    for number, each in enumerate(frames):
        frame = replace(each, t_ns=number * 2_000_000_000)
        made = printer.print(frame, look(**EVERYTHING))
        assert np.array_equal(made.pixels, Printer().print(frame, look(**EVERYTHING)).pixels)


def test_zones_that_are_known_already_are_taken(market: Frame, look: MakeLook) -> None:
    asked = look(dodge__stops=1.5)
    known = Printer().print(market, asked, zones=small_zones(market)).pixels
    assert np.array_equal(known, Printer().print(market, asked).pixels)
    none = Printer().print(market, asked, zones=np.full_like(small_zones(market), 7.0)).pixels
    assert not np.array_equal(none, known)


def test_bearings_move_what_is_dodged(market: Frame) -> None:
    asked = replace(Look(), strokes=Strokes((Stroke(2.0, 3.0, 3.0, Spot(0.25, 0.5, 0.3, number=1)),)))
    here, there = (
        planes(Printer().print(market, asked, bearings=Bearings(places=((1, x, 0.5),))).pixels)[0].astype(int)
        - planes(market.pixels)[0]
        for x in (0.2, 0.8)
    )
    half = market.width // 2
    assert np.abs(here[:, :half]).sum() > 20 * np.abs(here[:, half:]).sum()
    assert np.abs(there[:, half:]).sum() > 20 * np.abs(there[:, :half]).sum()


def test_every_operation_is_at_work_in_the_warm_up() -> None:
    does = everything()
    assert list(does) == list(operations())
    changed = [name for name, operation in does.items() if operation.fold(NEUTRAL) != NEUTRAL]
    assert changed == [name for name in operations() if name != "auto"]
    *_, whole, film = warm_up_recipes()
    for field in ("gains", "half", "film", "zones", "edges", "grain", "curve", "saturation", "toning", "finish"):
        assert getattr(whole, field) != getattr(NEUTRAL, field), field
    assert {gain.stops > 0 for gain in whole.zones} == {True, False}
    assert film.saturation == 0.0


def test_what_each_step_of_quality_leaves_out(look: MakeLook) -> None:
    (frame,) = clip(1, (544, 968))
    asked = look(exposure__ev=0.5, dodge__stops=1.0, grain__stops=0.2)
    printer = Printer()
    prints = [printer.print(frame, asked, quality=step) for step in STEPS]
    assert [made.quality for made in prints] == [0, 1, 2, 3]
    assert printer.steps == (0, 1, 2, 3)
    without = Printer().print(frame, look(exposure__ev=0.5, dodge__stops=1.0)).pixels
    assert np.array_equal(prints[0].pixels, prints[1].pixels)
    assert not np.array_equal(prints[1].pixels, without)
    assert np.array_equal(prints[2].pixels, without)
    assert (prints[3].width, prints[3].height) == (960, 540)
    small = planes(prints[3].pixels)[0].astype(int)
    assert abs(float(small.mean()) - float(planes(without)[0].mean())) < 1.0


def test_steps_that_make_no_difference_to_a_print_are_none(look: MakeLook) -> None:
    (frame,) = clip(1)
    printer = Printer()
    assert printer.print(frame, look(exposure__ev=0.5), quality=STEPS[3]).quality == 0
    assert printer.print(frame, look(grain__stops=0.2), quality=STEPS[3]).pixels is frame.pixels
    assert printer.print(frame, look(dodge__stops=0.2), quality=STEPS[3]).quality == 1
    assert steps_that_help(look(exposure__ev=0.5).fold(), 1280) == (0, 3)
    assert steps_that_help(NEUTRAL, 1280) == (0,)
    wide = clip(1, (540, 1280))[0]
    assert printer.print(wide, Look(), quality=STEPS[3]).pixels is wide.pixels


class Counting(Mask):
    """A mask that writes down how it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.every: list[int] = []

    def update(self, zones, t_ns, gains, bearings=None, every=1):  # type: ignore[no-untyped-def]
        self.every.append(every)
        return super().update(zones, t_ns, gains, bearings, every)


def test_the_mask_is_made_of_every_second_frame_where_the_picture_is_still(look: MakeLook) -> None:
    printer = Printer()
    printer._mask = counting = Counting()
    for frame, still, step in zip(clip(4), (False, True, False, True), (FULL, FULL, STEPS[1], STEPS[2]), strict=True):
        printer.print(frame, look(dodge__stops=1.0), quality=step, still=still)
    assert counting.every == [1, 2, 2, 2]


def test_frames_that_are_only_seen_are_in_the_mask_of_the_next(look: MakeLook) -> None:
    frames, asked = clip(12), look(dodge__stops=1.5, burn__stops=2.0)
    whole, late, cold = Printer(), Printer(), Printer()
    wanted = [whole.print(frame, asked).pixels for frame in frames][-1]
    for frame in frames[:-1]:
        late.see(frame, asked)
    assert np.array_equal(late.print(frames[-1], asked).pixels, wanted)
    assert not np.array_equal(cold.print(frames[-1], asked).pixels, wanted)
