"""The simulated strap says what a real one would."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from drivers.pulse.bluetooth import Heard
from drivers.pulse.heart_rate_service import MEASUREMENT, SERVICE, Measurement, read_measurement
from drivers.sim.clock import SimulatedClock
from drivers.sim.feed import recorded_feed
from drivers.sim.scenario import HeartChange, Scenario
from drivers.sim.strap import SimStrap, beats_of
from drivers.sim.world import World


def listen(strap: SimStrap, clock: SimulatedClock, seconds: float) -> list[tuple[int, Measurement]]:
    """Connect, and hear for so long."""
    heard: list[tuple[int, Measurement]] = []

    def told(which: object, data: bytearray) -> None:
        assert which == MEASUREMENT
        assert len(data) <= 20  # what one notification holds
        measurement = read_measurement(data)
        assert measurement is not None
        heard.append((clock.now_ns(), measurement))

    async def live() -> None:
        found = await strap.find(lambda heard: SERVICE in heard.services)
        link = strap.link(found, lambda: None)
        await link.connect()
        await link.start_notify(MEASUREMENT, told)
        end_ns = clock.now_ns() + round(seconds * 1e9)
        while clock.now_ns() < end_ns:
            clock.sleep_until_ns(clock.now_ns() + 5_000_000)
            await asyncio.sleep(0)
        await link.disconnect()

    asyncio.run(live())
    return heard


def test_it_speaks_once_a_second_of_the_hearts_own_intervals() -> None:
    clock = SimulatedClock()
    world = World(clock, Scenario(heart=[HeartChange(0.0, 80.0)]))
    heard = listen(world.strap, clock, 60.0)
    assert len(heard) in (59, 60)
    arrived = np.diff([t for t, _ in heard]) / 1e9
    assert np.all(np.abs(arrived - 1.0) < 0.04)
    rr = [rr for _, m in heard for rr in m.rr_s]
    true = np.diff(world.strap.beats(60.0))
    assert sum(rr) == pytest.approx(60.0, abs=2.0)
    assert max(min(np.abs(true - each)) for each in rr) < 1.5 / 1024
    assert {m.contact for _, m in heard} == {True}
    assert heard[-1][1].rate_bpm == pytest.approx(80, abs=3)


def test_it_advertises_only_while_it_is_near_and_free() -> None:
    clock = SimulatedClock()
    strap = SimStrap(lambda t_s: [], clock, clock.now_ns())

    def first_heard() -> str:
        return asyncio.run(strap.find(lambda heard: True)).name

    assert first_heard() == "Simulated strap"
    strap.neighbours = [Heard("00", "headphones", ())]
    assert asyncio.run(strap.find(lambda heard: SERVICE in heard.services)).name == "Simulated strap"
    strap.held = True
    assert first_heard() == "headphones"
    strap.held, strap.near = False, False
    assert first_heard() == "headphones"


def test_a_recordings_beats_come_round_again(tmp_path: Path) -> None:
    ppg = np.sin(2 * np.pi * np.arange(1000) / 100)
    np.savez(tmp_path / "ten.npz", ppg=ppg, fs=100.0, ref_beats=np.arange(0.5, 10.0))
    beats = beats_of(recorded_feed(tmp_path / "ten.npz"))
    assert np.allclose(beats(25.0), np.arange(0.5, 25.0))


def test_a_recording_without_beats_gives_none(tmp_path: Path) -> None:
    np.savez(tmp_path / "ten.npz", ppg=np.sin(np.arange(1000) / 16), fs=100.0)
    assert list(beats_of(recorded_feed(tmp_path / "ten.npz"))(25.0)) == []
