"""Replay on a clock: camera and sensors are later by the same time; without a clock everything is as it was."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.interfaces import CameraInfo
from drivers.readings import Colour, Frame, Press, PulseSamples, Reading, ReportedBeat, Soul, Turn
from drivers.replay import ReplayCamera, ReplayClock, ReplaySensor, later
from drivers.sim.clock import SimulatedClock

START_NS = 5_000_000_000  # of the recording
HOUR_NS = 3_600_000_000_000
FRAME_NS = 40_000_000
INFO = CameraInfo("clip", 4, 2, 25.0, Colour())


def frames(count: int) -> list[Frame]:
    return [Frame(START_NS + number * FRAME_NS, number, np.zeros((3, 4), np.uint8)) for number in range(count)]


def turns(count: int) -> list[tuple[int, Reading]]:
    """One a frame, known with it, made 9 ms before."""
    known = [START_NS + number * FRAME_NS for number in range(count)]
    return [(t_ns, Turn(t_ns - 9_000_000, "dodge", 1, (t_ns - 9_500_000, t_ns - 9_000_000))) for t_ns in known]


def test_frames_and_readings_are_later_by_the_same_time():
    clock = SimulatedClock(start_ns=HOUR_NS)
    replay = ReplayClock(clock)
    camera = ReplayCamera(INFO, frames(10), replay)
    sensor = ReplaySensor("hands", turns(10), clock=replay)
    camera.open()
    sensor.open()
    assert sensor.step(clock.now_ns()) == []  # an hour later, and still nothing is due: no frame has come
    clock.sleep_until_ns(HOUR_NS + 777_000_000)
    first_ns = clock.now_ns()
    for number in range(10):
        frame = camera.read()
        assert frame is not None
        assert frame.t_ns == clock.now_ns() == first_ns + number * FRAME_NS
        (turn,) = sensor.step(clock.now_ns())
        assert turn == Turn(frame.t_ns - 9_000_000, "dodge", 1, (frame.t_ns - 9_500_000, frame.t_ns - 9_000_000))
        assert sensor.step(clock.now_ns() + FRAME_NS - 1) == []
    assert camera.read() is None


def test_opened_again_it_begins_again():
    clock = SimulatedClock()
    replay = ReplayClock(clock)
    camera, sensor = ReplayCamera(INFO, frames(3), replay), ReplaySensor("hands", turns(3), clock=replay)
    for _ in range(2):
        camera.open()
        sensor.open()
        began_ns = clock.now_ns()
        shown = [frame.t_ns for frame in iter(camera.read, None)]
        assert shown == [began_ns + number * FRAME_NS for number in range(3)]
        assert [turn.t_ns for turn in sensor.step(clock.now_ns())] == [t_ns - 9_000_000 for t_ns in shown]
        clock.sleep_until_ns(clock.now_ns() + HOUR_NS)


def test_without_a_clock_everything_keeps_its_recorded_time():
    camera, sensor = ReplayCamera(INFO, frames(3)), ReplaySensor("hands", turns(3))
    camera.open()
    sensor.open()
    given = [(frame.t_ns, sensor.step(frame.t_ns)) for frame in iter(camera.read, None)]
    assert given == [(t_ns, [turn]) for t_ns, turn in turns(3)]


@pytest.mark.parametrize(
    ("reading", "moved"),
    [
        (Turn(9, "burn", -1, (7, 9)), Turn(109, "burn", -1, (107, 109))),
        (Press(9, "record", True), Press(109, "record", True)),
        (Soul(9, "proof"), Soul(109, "proof")),
        (ReportedBeat(9, 800.0), ReportedBeat(109, 800.0)),
    ],
)
def test_every_time_of_a_reading_moves(reading, moved):
    assert later(reading, 100) == moved
    assert later(reading, 0) is reading


def test_samples_move_and_stay_read_only():
    counts = np.array([1, 2], np.int32)
    samples = PulseSamples(np.array([5, 15]), counts, counts, 7, 1, 30.5, 0.01)
    moved = later(samples, 100)
    assert isinstance(moved, PulseSamples)
    assert moved.t_ns.tolist() == [105, 115]
    assert moved.t_ns.dtype == np.int64
    assert not moved.t_ns.flags.writeable
    assert (moved.first_sample, moved.lost_samples, moved.temperature_c, moved.clock_error) == (7, 1, 30.5, 0.01)
    assert samples.t_ns.tolist() == [5, 15]
