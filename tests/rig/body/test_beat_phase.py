"""The phase of the heart goes with the true beats, and never jumps."""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random

import pytest

from rig.body.beat_phase import BeatPhase

LATE_S = 0.1
STEP_S = 1 / 30


def phases(
    beats_s: list[float], until_s: float | None = None, late_s: float = LATE_S, told_s: float | None = None
) -> list[tuple[float, float]]:
    """(time, phase) of each frame at which it is known. told_s: how late each is told; late_s unless given."""
    told_s = late_s if told_s is None else told_s
    phase, told, found = BeatPhase(), 0, []
    for n in range(int((until_s or beats_s[-1]) / STEP_S)):
        t_s = n * STEP_S
        while told < len(beats_s) and beats_s[told] + told_s <= t_s:
            ibi_s = beats_s[told] - beats_s[told - 1] if told else None
            phase.add(beats_s[told], ibi_s, late_s)
            told += 1
        now = phase.at(t_s)
        if now is not None:
            found.append((t_s, now))
    return found


def heart(ibi_s: float, breath: float, count: int = 120) -> list[float]:
    rng, beats = Random(5), [0.0]
    for _ in range(count):
        slow = math.sin(2 * math.pi * 0.25 * beats[-1])
        beats.append(beats[-1] + ibi_s * (1 + breath * slow + 0.01 * rng.gauss(0, 1)))
    return beats


def error(beats_s: list[float], t_s: float, phase: float) -> float:
    """In beats, against the true beats around it."""
    at = sum(beat <= t_s for beat in beats_s) - 1
    if at + 1 >= len(beats_s):
        return 0.0
    true = (t_s - beats_s[at]) / (beats_s[at + 1] - beats_s[at])
    return (phase - true + 0.5) % 1.0 - 0.5


@pytest.mark.parametrize(("ibi_s", "late_s"), [(0.4, 0.1), (0.8, 0.1), (1.2, 0.1), (0.8, 0.2), (0.8, 1.5)])
def test_it_goes_with_the_true_beats(ibi_s: float, late_s: float) -> None:
    beats_s = heart(ibi_s, 0.03)
    errors = sorted(abs(error(beats_s, *each)) for each in phases(beats_s, late_s=late_s) if each[0] > 5.0)
    assert errors[len(errors) // 2] < (0.06 if late_s < 1.0 else 0.1)
    assert errors[int(0.95 * len(errors))] < (0.15 if late_s < 1.0 else 0.25)


def test_an_early_beat_is_caught_up_with_and_nothing_jumps() -> None:
    beats_s = heart(0.8, 0.05, 60)
    beats_s = [*beats_s[:30], *(beat - 0.3 for beat in beats_s[30:])]
    found = phases(beats_s)
    for (_, before), (_, after) in pairwise(found):
        step = (after - before) % 1.0
        assert 0.0 < step <= 2.6 * STEP_S / 0.8
    late = [abs(error(beats_s, *each)) for each in found if each[0] > beats_s[32]]
    assert sorted(late)[len(late) // 2] < 0.08


@pytest.mark.parametrize("told_s", [0.0, 1.0, 2.5])
def test_a_fast_heart_of_a_strap_is_foretold_however_soon_its_beats_are_told(told_s: float) -> None:
    beats_s = heart(60.0 / 220.0, 0.0)
    assert len(phases(beats_s, late_s=2.5, told_s=told_s)) > 30 * (beats_s[-1] - 4.0)


def test_without_beats_it_is_not_known() -> None:
    assert BeatPhase().at(1.0) is None
    beats_s = heart(0.8, 0.0, 10)
    found = phases(beats_s, until_s=beats_s[-1] + 10.0)
    assert found[-1][0] == pytest.approx(beats_s[-1] + LATE_S + 2.5 * 0.8, abs=0.1)
    phase = BeatPhase()
    phase.add(1.0, 0.8, 0.1)
    assert phase.at(1.2) is not None
    phase.forget()
    assert phase.at(1.2) is None
