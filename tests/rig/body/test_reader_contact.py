"""A finger on and off, through the simulated chip and the real driver, and what changes with the light."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from drivers.names import Bench, make_pulse
from drivers.readings import PulseSamples
from drivers.settings import PulseSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.heart import Heart
from drivers.sim.max30102 import Max30102
from drivers.sim.scenario import HeartChange
from drivers.sim.world import World
from rig.body.meaning import Body
from rig.body.reader import BodyReader

START_NS = 3_000_000_000
BARE = (800, 1000)  # what the chip sees without a finger
Light = Callable[[float], tuple[int, int]]


@dataclass(frozen=True)
class Seen:
    t_s: float
    finger: bool
    body: Body


class Skin:
    def __init__(self, counts: Light) -> None:
        self.counts = counts


def through_the_chip(counts: Light, seconds: float) -> list[Seen]:
    clock = SimulatedClock(start_ns=START_NS)
    world = World(clock)
    world.bus.devices[0x57] = Max30102(Skin(counts), clock, world.start_ns)
    sensor = make_pulse(PulseSettings(bus="sim"), Bench(clock, lambda: world))
    reader, seen, finger = BodyReader(), [], False
    sensor.open()
    while clock.now_ns() < START_NS + seconds * 1e9:
        clock.sleep_until_ns(clock.now_ns() + sensor.period_ns)
        for reading in sensor.step(clock.now_ns()):
            reader.add(reading, clock.now_ns())
            finger = isinstance(reading, PulseSamples) and reading.finger
        seen.append(Seen((clock.now_ns() - START_NS) / 1e9, finger, reader.read(clock.now_ns())))
    sensor.close()
    return seen


@pytest.mark.parametrize("bpm", [55.0, 72.0, 125.0])
def test_no_rate_while_the_finger_is_off_and_one_within_3_s_of_contact(bpm: float) -> None:
    heart = Heart([HeartChange(0.0, bpm)], 5)
    seen = through_the_chip(lambda t: BARE if 12.3 < t < 20.3 else heart.counts(t), 28.0)
    assert [s for s in seen if s.body.heart_rate_bpm is not None and not s.finger] == []
    assert [s for s in seen if s.body.heart_rate_bpm is not None and 12.4 < s.t_s < 20.3] == []
    assert all(s.body.heart_rate_bpm is not None for s in seen if 11.0 < s.t_s < 12.3)
    assert all(s.body.sqi == 0.0 for s in seen if 14.5 < s.t_s < 20.3)
    back = next(s for s in seen if s.t_s > 20.3 and s.body.heart_rate_bpm is not None)
    assert back.t_s < 23.3
    shown = [s.body.heart_rate_bpm for s in seen if s.t_s > back.t_s]
    assert None not in shown
    assert shown == pytest.approx([bpm] * len(shown), rel=0.1)


@pytest.mark.shared
@pytest.mark.parametrize("polarity", ["low", "turned", "as it is"])
def test_a_real_finger_that_comes_and_goes(shared: Path, polarity: str) -> None:
    """raw_berry_fingeroff_a, 60 to 90 s (taken off at 76.99) and 350 to 421 s (put on at 361.95, and moved for 25 s).

    The probe shines through the finger: without one it reads HIGH, 815,000 counts. So it is played with that as the
    bare sensor's few counts, turned over whole, and (to 394 s) as it is with its overflow, pulses upside down. No pulse
    is to be seen in the first seconds after contact, and the oximeter itself needs 50 s: what is looked for is no rate
    that is none.
    """
    with np.load(shared / "data" / "pulse" / "raw_berry_fingeroff_a.npz") as z:
        parts = [slice(6000, 9000), slice(35000, 42100)]
        red, ir = (np.concatenate([z[name][part] for part in parts]).astype(np.int64) for name in ("red", "ir"))
        off = np.concatenate([z["status"][part] & 1 for part in parts]) > 0

    def counts(t_s: float) -> tuple[int, int]:
        i = min(len(ir) - 1, int(t_s * 100))
        if polarity == "as it is":
            return int(red[i]) & 0x3FFFF, int(ir[i]) & 0x3FFFF
        if polarity == "turned":
            return max(0, 820_000 - int(red[i])) // 4, max(0, 820_000 - int(ir[i])) // 4
        return BARE if off[i] else (int(red[i]) // 4, int(ir[i]) // 4)

    seen = through_the_chip(counts, 73.5 if polarity == "as it is" else 100.5)
    shown = [s for s in seen if s.body.heart_rate_bpm is not None]
    assert [s for s in shown if not s.finger] == []
    assert [s for s in shown if 17.1 < s.t_s < 41.9] == []
    assert [s for s in shown if not 110.0 < (s.body.heart_rate_bpm or 0.0) < 140.0] == []
    if polarity == "low":
        assert next(s.t_s for s in seen if s.t_s > 41.9 and s.finger) < 42.2
        assert shown[-1].t_s > 100.0


def see(
    reader: BodyReader, light: Callable[[float], float], begin_s: float, end_s: float, ma: float | None
) -> list[Body]:
    bodies = []
    for i in range(round(begin_s * 50), round(end_s * 50)):
        t_ns = START_NS + np.array([i * 20_000_000, i * 20_000_000 + 10_000_000], np.int64)
        counts = np.array([light(i * 0.02), light(i * 0.02 + 0.01)], np.int32)
        reader.add(PulseSamples(t_ns, counts, counts, ir_ma=ma), int(t_ns[-1]))
        bodies.append(reader.read(int(t_ns[-1])))
    return bodies


def test_a_change_of_the_leds_current_is_no_jump() -> None:
    heart = Heart([HeartChange(0.0, 72.0)], 5)
    reader = BodyReader()
    before = see(reader, lambda t: heart.counts(t)[1], 0.0, 25.0, 7.0)[-1]
    after = see(reader, lambda t: 0.6 * heart.counts(t)[1], 25.0, 35.0, 4.2)
    assert all(body.heart_rate_bpm == pytest.approx(72.0, abs=4.0) for body in after)
    assert min(body.sqi for body in after) > 0.8 * before.sqi
    assert all(body.amplitude == pytest.approx(0.5, abs=0.1) for body in after)


def test_light_at_the_end_of_the_range_lowers_the_quality() -> None:
    heart = Heart([HeartChange(0.0, 72.0)], 5)
    bright = lambda t: min(262_143.0, heart.counts(t)[1] * 1.745)  # noqa: E731
    good, cut = BodyReader(), BodyReader()
    assert see(good, lambda t: heart.counts(t)[1], 0.0, 20.0, 7.0)[-1].sqi > 0.6
    assert max(body.sqi for body in see(cut, bright, 0.0, 20.0, 7.0)) < 0.3
