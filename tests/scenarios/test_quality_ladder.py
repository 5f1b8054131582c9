"""A machine too slow for a while: the print steps down and up again, no frame is dropped, the negative stays whole."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from shooting import Shot, shoot

from drivers.colour import to_rgb
from drivers.readings import Bytes8, Frame
from drivers.sim.clock import SimulatedClock
from rig.build import Built
from rig.grade.engines import Engine
from rig.grade.mask import Line
from rig.grade.opencv import OpenCvEngine
from rig.grade.quality import STEPS
from rig.grade.recipe import Recipe
from rig.movie import prints
from rig.reprint import recorded_looks
from rig.service import Stop
from rig.session.entries import DropEntry
from rig.session.verify import verify
from rig.viewfinder.jpeg import to_jpeg

MS = 1_000_000
WIDTH = 1024  # wider than the last step's 960


class SlowEngine:
    """Prints as the engine behind it does, and takes its time on the simulated clock."""

    def __init__(self, clock: SimulatedClock, slow_s: tuple[float, float], full_ms: float, small_ms: float) -> None:
        self._engine: Engine = OpenCvEngine()
        self._clock, self._slow_s, self._full_ms, self._small_ms = clock, slow_s, full_ms, small_ms
        self._start_ns = clock.now_ns()

    def print(self, frame: Frame, recipe: Recipe, lines: Sequence[Line], out: Bytes8 | None = None) -> Bytes8:
        now_ns = self._clock.now_ns()
        slow = self._slow_s[0] <= (now_ns - self._start_ns) / 1e9 < self._slow_s[1]
        took_ms = (self._full_ms if frame.width == WIDTH else self._small_ms) if slow else 6.0
        self._clock.sleep_until_ns(now_ns + round(took_ms * MS))
        return self._engine.print(frame, recipe, lines, out)

    def warm_up(self) -> None:
        self._engine.warm_up()

    def let_go(self) -> None:
        self._engine.let_go()


def slow_shoot(folder: Path, slow_s: tuple[float, float], full_ms: float, small_ms: float, seconds: float) -> Shot:
    def slow_down(built: Built, stop: Stop) -> None:
        clock = built.shoot.clock
        assert isinstance(clock, SimulatedClock)
        built.shoot.printer._engine = SlowEngine(clock, slow_s, full_ms, small_ms)

    return shoot(folder, seconds, "0.2 dodge +12\n", (WIDTH, 72), prepare=slow_down)


@pytest.fixture(scope="module")
def shot(tmp_path_factory: pytest.TempPathFactory) -> Shot:
    return slow_shoot(tmp_path_factory.mktemp("slow"), (2.0, 5.0), 45.0, 20.0, 15.0)


def test_no_frame_is_dropped_and_the_negative_is_whole(shot: Shot) -> None:
    (take,) = shot.takes
    assert verify(take.path) == []
    assert [*take.entries(DropEntry)] == []
    entries = take.frames()
    assert len(entries) == 450
    assert [entry.camera_index for entry in entries] == [entries[0].camera_index + n for n in range(450)]
    assert {frame.width for _, frame in take.negatives()} == {WIDTH}


def test_the_print_steps_down_and_back_and_the_take_knows_it(shot: Shot) -> None:
    (take,) = shot.takes
    steps = [entry.quality for entry in take.frames()]
    assert steps == [made.quality for made in shot.page.prints]
    start_ns = take.frames()[0].t_ns
    at = {
        step: [(entry.t_ns - start_ns) / 1e9 for entry in take.frames() if entry.quality == step] for step in set(steps)
    }
    assert min(at[3]) == pytest.approx(2.0, abs=0.4)
    assert all(
        step > 0 for step, entry in zip(steps, take.frames(), strict=True) if 3 < (entry.t_ns - start_ns) / 1e9 < 5
    )
    assert steps[-1] == 0
    assert 5.0 < max(at[3]) < 10.0
    assert {made.width for made in shot.page.prints if made.quality == 3} == {STEPS[3].most_width}
    assert {made.width for made in shot.page.prints if made.quality < 3} == {WIDTH}
    assert sum(a != b for a, b in pairwise(steps)) <= 4


def test_whoever_shows_or_keeps_a_smaller_print_can(shot: Shot) -> None:
    small = next(made for made in shot.page.prints if made.quality == 3)
    assert to_rgb(small.pixels, small.colour).shape == (small.height, small.width, 3)
    assert to_jpeg(small.pixels, small.colour).startswith(b"\xff\xd8")


def test_printed_again_every_frame_is_at_full_quality(shot: Shot) -> None:
    (take,) = shot.takes
    frames = ((frame, made.look) for made, (_, frame) in zip(recorded_looks(take), take.negatives(), strict=True))
    again = [(made.width, made.quality) for made, _ in zip(prints(frames, "opencv"), range(90), strict=False)]
    assert set(again) == {(WIDTH, 0)}


def test_a_machine_that_is_far_too_slow_drops_no_more_than_it_must(tmp_path: Path) -> None:
    """At the lowest quality it can make 20 of 30 frames a second: a third of them is dropped, no more."""
    (take,) = slow_shoot(tmp_path, (0.0, 99.0), 120.0, 50.0, 6.0).takes
    dropped = sum(entry.count for entry in take.entries(DropEntry))
    assert 45 < dropped < 75
    assert {entry.quality for entry in take.frames()[-100:]} == {3}
