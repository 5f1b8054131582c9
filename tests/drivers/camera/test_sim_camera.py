"""The simulated camera: its grid, its exposure, its few buffers."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.camera.sim import EXPOSURE_NS, SimCamera, make
from drivers.names import Bench
from drivers.settings import CameraSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.scenario import Scenario
from drivers.sim.world import World

PERIOD_NS = 1e9 / 30


@pytest.fixture(scope="module")
def world() -> World:
    return World(SimulatedClock(), Scenario(seed=3))


def opened(world: World, rate_hz: float = 30.0) -> SimCamera:
    settings = CameraSettings(name="sim", width=64, height=36, rate_hz=rate_hz)
    camera = make(settings, Bench(world.clock, lambda: world))
    camera.open()
    return camera


def test_a_frame_is_stamped_in_the_middle_of_its_exposure_and_comes_when_it_ends(world: World) -> None:
    camera = opened(world)
    for _ in range(5):
        frame = camera.read()
        assert frame is not None
        assert frame.exposure_ns == EXPOSURE_NS
        assert world.clock.now_ns() == frame.t_ns + EXPOSURE_NS // 2
        since = (frame.t_ns + EXPOSURE_NS // 2 - world.start_ns) / PERIOD_NS
        assert since == pytest.approx(round(since), abs=1e-6)


def test_four_late_frames_wait_and_older_ones_are_a_gap(world: World) -> None:
    camera = opened(world)
    first = camera.read()
    assert first is not None
    world.clock.sleep_until_ns(world.clock.now_ns() + round(3.2 * PERIOD_NS))
    waited = [camera.read() for _ in range(3)]
    assert [frame.index for frame in waited if frame] == [1, 2, 3]
    world.clock.sleep_until_ns(world.clock.now_ns() + round(10.0 * PERIOD_NS))
    now_ns = world.clock.now_ns()
    late = [frame for frame in (camera.read() for _ in range(4)) if frame]
    assert world.clock.now_ns() == now_ns
    assert [frame.index for frame in late] == [10, 11, 12, 13]
    assert np.diff([frame.t_ns for frame in late]) == pytest.approx(PERIOD_NS, abs=1)
    after = camera.read()
    assert after is not None
    assert after.index == 14
    assert world.clock.now_ns() > now_ns


def test_a_fast_camera_exposes_no_longer_than_a_frame(world: World) -> None:
    frame = opened(world, 120.0).read()
    assert frame is not None
    assert frame.exposure_ns == round(1e9 / 120)


def test_index_starts_anew_when_it_is_opened_again(world: World) -> None:
    camera = opened(world)
    camera.read()
    camera.read()
    camera.close()
    assert camera.read() is None
    camera.open()
    frame = camera.read()
    assert frame is not None
    assert frame.index == 0


def test_two_runs_see_the_same(world: World) -> None:
    other = World(SimulatedClock(world.start_ns), Scenario(seed=3))
    camera, again = opened(world), opened(other)
    frame = camera.read()
    assert frame is not None
    other.clock.sleep_until_ns(frame.t_ns - round(PERIOD_NS))
    again.close()
    again.open()
    while (same := again.read()) is not None and same.t_ns < frame.t_ns:
        pass
    assert same is not None
    assert same.t_ns == frame.t_ns
    assert np.array_equal(same.pixels, frame.pixels)
