"""One contract, run on every pulse sensor: what interfaces.Sensor promises."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import av
import numpy as np
import pytest

from drivers.names import Bench, make_pulse
from drivers.pulse.taps import Taps
from drivers.readings import PulseReading, PulseSamples
from drivers.settings import PulseSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.world import World


def _clip(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "bgr0"
        for i in range(50):
            picture = np.full((32, 32, 3), 100 + 20 * (i % 20 > 10), np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = i, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture(params=["max3010x", "webcam", "strap", "taps"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> PulseSettings:
    if request.param == "webcam":
        return PulseSettings(name="webcam", source=str(_clip(tmp_path / "finger.mkv")))
    return PulseSettings(name=request.param, bus="sim")


class Run:
    def __init__(self, settings: PulseSettings) -> None:
        self.clock = SimulatedClock()
        world = World(self.clock)
        self.sensor = make_pulse(settings, Bench(self.clock, lambda: world))

    def collect(self, seconds: float) -> list[PulseReading]:
        got: list[PulseReading] = []
        end_ns, tap_ns = self.clock.now_ns() + round(seconds * 1e9), self.clock.now_ns()
        while self.clock.now_ns() < end_ns:
            self.clock.sleep_until_ns(self.clock.now_ns() + self.sensor.period_ns)
            if isinstance(self.sensor, Taps) and self.clock.now_ns() > tap_ns:
                self.sensor.tap(self.clock.now_ns())
                tap_ns += 800_000_000
            got += self.sensor.step(self.clock.now_ns())
        return got


@pytest.fixture
def run(settings: PulseSettings) -> Run:
    return Run(settings)


def test_it_has_a_name_and_a_period_before_it_is_opened(run: Run) -> None:
    assert run.sensor.name
    assert 1_000_000 <= run.sensor.period_ns <= 50_000_000


def test_step_and_close_are_harmless_while_it_is_closed(run: Run) -> None:
    run.sensor.close()
    assert list(run.sensor.step(run.clock.now_ns())) == []
    run.sensor.close()


def test_readings_come_in_order_with_times_that_have_been(run: Run) -> None:
    opened_ns = run.clock.now_ns()
    run.sensor.open()
    got = run.collect(4.0)
    run.sensor.close()
    assert got
    times = [t for r in got for t in (r.t_ns.tolist() if isinstance(r, PulseSamples) else [r.t_ns])]
    assert all(a < b for a, b in pairwise(times))
    assert opened_ns <= times[0]
    assert times[-1] <= run.clock.now_ns()


def test_samples_are_18_bits_frozen_and_numbered(run: Run) -> None:
    run.sensor.open()
    number = 0
    for reading in run.collect(3.0):
        if isinstance(reading, PulseSamples):
            n = len(reading.t_ns)
            assert n == len(reading.ir_counts) == len(reading.red_counts) > 0
            for counts in (reading.ir_counts, reading.red_counts):
                assert counts.dtype == np.int32
                assert counts.min() >= 0
                assert counts.max() <= 0x3FFFF
                assert not counts.flags.writeable
            assert not reading.t_ns.flags.writeable
            assert reading.first_sample == number + reading.lost_samples
            number = reading.first_sample + n
    run.sensor.close()


def test_it_can_be_opened_again_and_numbers_start_anew(run: Run) -> None:
    for _ in range(2):
        run.sensor.open()
        got = run.collect(3.0)  # a strap speaks once a second, of intervals that have ended
        assert got
        assert not isinstance(got[0], PulseSamples) or got[0].first_sample == 0
        run.sensor.close()


def test_a_step_keeps_nobody_waiting(run: Run) -> None:
    run.sensor.open()
    run.collect(1.0)
    took = []
    for _ in range(50):
        run.clock.sleep_until_ns(run.clock.now_ns() + run.sensor.period_ns)
        began = perf_counter()
        run.sensor.step(run.clock.now_ns())
        took.append(perf_counter() - began)
    run.sensor.close()
    assert sorted(took)[len(took) // 2] < 0.005


def test_two_runs_give_the_same(settings: PulseSettings) -> None:
    def once() -> list[object]:
        run = Run(settings)
        run.sensor.open()
        got = run.collect(2.0)
        run.sensor.close()
        return [
            (r.t_ns.tolist(), r.ir_counts.tolist(), r.red_counts.tolist()) if isinstance(r, PulseSamples) else r
            for r in got
        ]

    assert once() == once()
