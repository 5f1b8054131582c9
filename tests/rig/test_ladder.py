"""The quality ladder, with scripted costs: down before a frame is dropped, up when there is room, and no swinging."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from drivers.readings import Frame
from rig.ladder import Ladder

MS = 1_000_000
ALL = (0, 1, 2, 3)
SHARES = (1.0, 0.85, 0.8, 0.5)  # what a step costs of the full print
PIXELS = np.zeros((96, 64), np.uint8)
Cost = Callable[[float], float]  # ms of a full print, by seconds


@dataclass
class Played:
    """What came of it: (seconds, step) of each frame, and the seconds at which the camera dropped one."""

    steps: list[tuple[float, int]] = field(default_factory=list)
    dropped: list[float] = field(default_factory=list)

    @property
    def changes(self) -> list[tuple[float, int]]:
        return [now for before, now in zip(self.steps, self.steps[1:], strict=False) if now[1] != before[1]]

    @property
    def last(self) -> int:
        return self.steps[-1][1]


def play(
    cost: Cost,
    seconds: float,
    steps: Sequence[int] = ALL,
    rate_hz: float = 30.0,
    nominal_hz: float = 30.0,
    buffers: int = 4,
    reading_ms: float = 0.0,
    shares: Sequence[float] = SHARES,
    ladder: Ladder | None = None,
) -> Played:
    """A camera with a few buffers, and a loop. reading_ms: what getting a frame costs before it is waited for."""
    ladder, played = ladder or Ladder(nominal_hz), Played()
    now, number = 0.0, 0
    while now < seconds * 1e3:
        asked = now
        newest = int(now * rate_hz / 1e3)
        first = max(number, newest - buffers)
        played.dropped += [now / 1e3] * (first - number)
        t_ms = first * 1e3 / rate_hz
        came = max(asked + reading_ms, t_ms + 5.0)  # mid-exposure is a little before the frame can be had
        step = ladder.quality.number
        done = came + cost(t_ms / 1e3) * shares[step]
        frame = Frame(t_ns=round(t_ms * MS), index=first, pixels=PIXELS)
        ladder.add(frame, round(asked * MS), round(came * MS), round(done * MS), steps)
        played.steps.append((t_ms / 1e3, step))
        number, now = first + 1, done
    return played


def test_a_machine_with_room_stays_at_full_quality() -> None:
    played = play(lambda t: 20.0, 60)
    assert played.changes == []
    assert played.last == 0


def test_a_single_outlier_changes_nothing_nor_do_some() -> None:
    played = play(lambda t: 120.0 if round(t * 30) % 45 == 7 else 18.0, 60)
    assert played.changes == []


@pytest.mark.parametrize("full_ms", [36.0, 45.0, 60.0])
def test_it_steps_down_before_a_frame_is_dropped_and_stays_there(full_ms: float) -> None:
    played = play(lambda t: 15.0 if t < 5 else full_ms, 60)
    assert played.dropped == []
    first = played.changes[0][0]
    assert 5.0 < first < 5.4
    assert full_ms * SHARES[played.last] <= 30.0
    assert len(played.changes) <= 4


def test_it_comes_back_when_there_is_room_again_and_only_then() -> None:
    played = play(lambda t: 50.0 if 5 <= t < 20 else 15.0, 60)
    assert played.dropped == []
    assert all(step > 0 for t, step in played.steps if 6 < t < 20)
    assert played.last == 0
    assert next(t for t, step in played.steps if t > 20 and step == 0) < 20 + 4 * 4


def test_what_does_not_help_is_not_tried() -> None:
    assert {step for _, step in play(lambda t: 50.0, 20, steps=(0, 3)).steps} == {0, 3}
    assert {step for _, step in play(lambda t: 50.0, 20, steps=(0,)).steps} == {0}


def test_a_cost_just_above_the_bar_does_not_swing() -> None:
    """At the lower step there seems to be room, at the upper there is none: each try waits twice as long."""
    played = play(lambda t: 32.0, 600, shares=(1.0, 0.62, 0.6, 0.3))
    assert played.dropped == []
    assert len(played.changes) <= 7
    assert sum(step == 0 for _, step in played.steps) < 60, "each try lasts less than half a second"
    noisy = np.random.default_rng(3).normal(29.5, 3.0, 30 * 700)
    played = play(lambda t: float(noisy[int(t * 30)]), 600)
    assert played.dropped == []
    assert len(played.changes) <= 16


def test_a_load_that_comes_and_goes_is_tried_less_and_less_often() -> None:
    played = play(lambda t: 45.0 if t % 8 < 3 else 12.0, 300)
    assert len(played.dropped) == 0
    ups = [t for (t, step), (_, before) in zip(played.steps[1:], played.steps, strict=False) if step < before]
    assert len(ups) < 30


def test_a_machine_that_is_too_slow_at_any_quality_ends_at_the_last_step() -> None:
    played = play(lambda t: 100.0, 20)
    assert played.last == 3
    assert played.steps[4][1] > 0


def test_a_camera_that_is_slower_than_it_says_leaves_room() -> None:
    """A webcam in the dark: it says 30 and gives 12."""
    played = play(lambda t: 50.0, 30, rate_hz=12.0)
    assert played.last == 0
    assert len(played.changes) <= 2


def test_what_getting_a_frame_costs_counts_where_the_frame_was_waiting() -> None:
    played = play(lambda t: 26.0, 30, reading_ms=12.0)
    assert played.last > 0
    assert len(played.dropped) <= 2


def test_an_exposure_that_becomes_longer_is_no_work() -> None:
    """Frames are stamped in the middle of it, and come at its end."""
    ladder, now = Ladder(30.0), 0.0
    for index in range(300):
        t_ms = index * 1e3 / 30.0
        asked, came = now, max(now, t_ms + (5.0 if index < 60 else 20.0))
        now = came + 20.0
        frame = Frame(t_ns=round(t_ms * MS), index=index, pixels=PIXELS)
        ladder.add(frame, round(asked * MS), round(came * MS), round(now * MS), ALL)
        assert ladder.quality.number == 0, index


def test_the_same_times_give_the_same_steps() -> None:
    noisy = np.random.default_rng(1).normal(31.0, 4.0, 30 * 90)
    one, two = (play(lambda t: float(noisy[int(t * 30)]), 60) for _ in range(2))
    assert one == two


def test_each_step_is_logged_once_with_what_a_frame_took(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "rig.ladder"):
        played = play(lambda t: 50.0 if t < 10 else 5.0, 40)
    assert [record.getMessage().split(": ")[1] for record in caplog.records] == [
        {0: "full", 1: "mask every second frame", 2: "grain off", 3: "960 wide"}[step] for _, step in played.changes
    ]
    assert "a frame took 50 ms of 33" in caplog.records[0].getMessage()
    assert caplog.records[0].levelno == logging.WARNING
    assert caplog.records[-1].levelno == logging.INFO


def test_a_camera_that_was_away_is_not_a_slow_one() -> None:
    ladder = Ladder(30.0)
    play(lambda _: 5.0, 2.0, ladder=ladder)
    before_ns = ladder._interval_ns
    for index, t_ms in ((61, 5_000), (62, 5_033), (63, 8_000)):  # gone for seconds, twice
        t_ns = t_ms * MS
        ladder.add(
            Frame(t_ns=round(t_ns), index=index, pixels=PIXELS),
            round(t_ns),
            round(t_ns + 5 * MS),
            round(t_ns + 9 * MS),
            ALL,
        )
    assert ladder._interval_ns == pytest.approx(before_ns, rel=0.02)
