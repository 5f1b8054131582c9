"""The synthetic skin: the same for the same seed, in the measure of real ones."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.sim.clock import SimulatedClock
from drivers.sim.scenario import HeartChange, Scenario
from drivers.sim.sweat import Sweat
from drivers.sim.world import World


def test_the_same_seed_gives_the_same_skin_however_it_is_asked() -> None:
    forward, backward = Sweat([20.0], seed=3), Sweat([20.0], seed=3)
    backward.conductance_us(300.0)
    assert [forward.conductance_us(t) for t in range(300)] == [backward.conductance_us(t) for t in range(300)]
    assert forward.conductance_us(50.0) != Sweat([20.0], seed=4).conductance_us(50.0)


def test_an_event_is_answered_after_1_to_3_s() -> None:
    events = [30.0, 80.0, 130.0]
    skin = Sweat(events, seed=5)
    for event_s in events:
        evoked = [r for r in skin.responses_until(200.0) if 1.0 <= r.onset_s - event_s <= 3.0]
        assert len(evoked) == 1
        rise = skin.conductance_us(evoked[0].peak_s) - skin.conductance_us(evoked[0].onset_s)
        assert rise == pytest.approx(evoked[0].amplitude_us, abs=0.15)


def test_levels_and_spontaneous_responses_are_those_of_a_person_at_rest() -> None:
    skin = Sweat(seed=11)
    values = np.array([skin.conductance_us(t) for t in np.arange(0.0, 600.0, 0.5)])
    assert values.min() > 4.5
    assert values.max() < 9.0
    assert 10 <= len(skin.responses_until(600.0)) <= 40


def test_one_in_ten_does_not_respond() -> None:
    skin = Sweat([30.0], responsive=False)
    assert skin.responses_until(300.0) == []
    assert np.ptp([skin.conductance_us(30.0 + t / 10) for t in range(60)]) < 0.2


def test_it_is_the_skin_of_the_heart_that_hurries() -> None:
    world = World(SimulatedClock(), Scenario(heart=[HeartChange(0.0, 66.0), HeartChange(20.0, 92.0)]))
    assert any(21.0 <= r.onset_s <= 23.0 and r.amplitude_us >= 0.5 for r in world.skin.responses_until(30.0))
