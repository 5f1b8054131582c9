"""SPARC and LDLJ against the published known answers, and the speed of a knob against the hand's own."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from pointing import Person, bell

from drivers.readings import Turn
from rig.hands.movements import movement_of
from rig.hands.smoothness import RATE_HZ, ldlj, movement_speed, sparc

GAUSSIAN = np.exp(-5 * np.arange(-1, 1, 0.01) ** 2)  # the test movement of Balasubramanian's own code


def test_the_published_answers() -> None:
    assert sparc(GAUSSIAN, 100.0) == pytest.approx(-1.41403, abs=1e-5)
    assert ldlj(GAUSSIAN, 100.0) == pytest.approx(-5.81636, abs=1e-5)


def test_neither_depends_on_how_large_the_movement_is() -> None:
    assert sparc(7 * GAUSSIAN, 100.0) == pytest.approx(sparc(GAUSSIAN, 100.0))
    assert ldlj(7 * GAUSSIAN, 100.0) == pytest.approx(ldlj(GAUSSIAN, 100.0))
    assert ldlj(GAUSSIAN, 50.0) == pytest.approx(ldlj(GAUSSIAN, 100.0))  # the same form, twice as long


@pytest.mark.parametrize("speed", [[], [1.0, 2.0], [0.0] * 50])
def test_what_has_no_form_has_no_smoothness(speed: list[float]) -> None:
    assert sparc(speed, 100.0) is None
    assert ldlj(speed, 100.0) is None


def test_an_even_rise_has_no_jerk() -> None:
    assert ldlj([1.0, 2.0, 3.0, 4.0], 100.0) is None


def test_two_bells_are_less_smooth_than_one() -> None:
    two = np.concatenate([GAUSSIAN, GAUSSIAN])
    assert (sparc(two, 100.0) or 0) < (sparc(GAUSSIAN, 100.0) or 0) - 0.3
    assert (ldlj(two, 100.0) or 0) < (ldlj(GAUSSIAN, 100.0) or 0) - 1


@pytest.mark.parametrize(("detents", "lasts_s"), [(6, 0.5), (10, 0.6), (24, 1.0), (16, 1.5)])
def test_the_speed_from_detents_is_that_of_the_hand(detents: int, lasts_s: float) -> None:
    speed = movement_speed(bell(detents, lasts_s))
    u = np.linspace(0, 1, 101)
    hand = 30 * u**2 * (1 - u) ** 2 * detents / lasts_s
    assert speed.sum() / RATE_HZ == pytest.approx(detents, rel=1e-3)
    assert speed.max() == pytest.approx(hand.max(), rel=0.06)
    assert sparc(speed, RATE_HZ) == pytest.approx(sparc(hand, 100.0 / lasts_s), abs=0.02)


def test_the_speed_of_less_than_two_detents_is_none() -> None:
    assert movement_speed([]).size == movement_speed([1.0]).size == 0


def test_a_movement_is_smoother_without_a_pause_and_its_edges_tell_it_as_well() -> None:
    times = bell(16, 1.0)
    paused = times[:8] + [t_s + 0.6 for t_s in times[8:]]

    def smooth(of: list[float], edges: bool) -> tuple[float, float]:
        turns = []
        for before, t_s in zip([of[0] - 0.08, *of], of, strict=False):
            step_ns = int(min(0.04, (t_s - before) / 5) * 1e9)
            t_ns = int(t_s * 1e9)
            made_of = tuple(t_ns - step_ns * n for n in (3, 2, 1, 0)) if edges else ()
            turns.append(Turn(t_ns, "burn", 1, made_of))
        movement = movement_of(turns, None)
        assert movement.sparc is not None
        assert movement.ldlj is not None
        return movement.sparc, movement.ldlj

    for edges in (False, True):
        assert smooth(times, edges)[0] > smooth(paused, edges)[0] + 0.3
        assert smooth(times, edges)[1] > smooth(paused, edges)[1] + 0.5


def test_noise_of_the_hand_makes_it_less_smooth() -> None:
    def mean(noise: float) -> float:
        people = [Person(Random(seed), noise=noise) for seed in range(20)]
        all_of_them = [movement_of(person.turns(person.stroke(1.0, 16, 12.0)), None).sparc for person in people]
        return float(np.mean([value for value in all_of_them if value is not None]))

    assert mean(0.02) > mean(0.4) + 0.03
