"""One contract, run on every motion sensor: what interfaces.Sensor promises."""

from __future__ import annotations

from itertools import pairwise
from time import perf_counter

import numpy as np
import pytest

from drivers.names import MODULES, Bench, make_motion
from drivers.readings import Motion
from drivers.settings import MotionSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.world import World


class Run:
    def __init__(self, name: str) -> None:
        self.clock = SimulatedClock()
        world = World(self.clock)
        settings = MotionSettings(name=name, bus="sim")  # type: ignore[arg-type]
        self.sensor = make_motion(settings, Bench(self.clock, lambda: world))

    def collect(self, seconds: float) -> list[Motion]:
        got: list[Motion] = []
        end_ns = self.clock.now_ns() + round(seconds * 1e9)
        while self.clock.now_ns() < end_ns:
            self.clock.sleep_until_ns(self.clock.now_ns() + self.sensor.period_ns)
            got += self.sensor.step(self.clock.now_ns())
        return got


@pytest.fixture(params=sorted(MODULES["motion"]))
def run(request: pytest.FixtureRequest) -> Run:
    return Run(request.param)


def test_it_has_a_name_and_a_period_before_it_is_opened(run: Run) -> None:
    assert run.sensor.name.startswith("motion sensor ")
    assert 1_000_000 <= run.sensor.period_ns <= 50_000_000


def test_step_and_close_are_harmless_while_it_is_closed(run: Run) -> None:
    run.sensor.close()
    assert list(run.sensor.step(run.clock.now_ns())) == []
    run.sensor.close()


def test_readings_come_in_order_with_times_that_have_been_and_gravity_in_them(run: Run) -> None:
    run.sensor.open()
    got = run.collect(4.0)
    run.sensor.close()
    times = np.concatenate([reading.t_ns for reading in got])
    assert np.all(np.diff(times) > 0)
    assert times[-1] <= run.clock.now_ns()
    for before, after in pairwise(got):
        assert after.first_sample == before.first_sample + len(before.t_ns) + after.lost_samples
    acceleration = np.concatenate([reading.acceleration_m_s2 for reading in got])
    assert np.linalg.norm(acceleration, axis=1).mean() == pytest.approx(9.8, abs=0.1)
    assert len(times) > 380


def test_it_can_be_opened_again(run: Run) -> None:
    run.sensor.open()
    run.collect(1.5)
    run.sensor.open()
    assert len(run.collect(1.5)) > 50


def test_a_step_takes_less_than_a_millisecond_on_average(run: Run) -> None:
    run.sensor.open()
    started = perf_counter()
    run.collect(8.0)
    assert (perf_counter() - started) / (8.0e9 / run.sensor.period_ns) < 0.001
