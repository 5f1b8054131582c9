"""The breath from the pulse: the right rate and place, never a jump, and nothing where nobody can tell."""

from __future__ import annotations

import itertools
import math
from random import Random

import numpy as np
import pytest

from drivers.readings import ReportedBeat
from rig.body.breath import LEAST_S, Breath
from rig.body.reader import BodyReader

LATE_S = 0.2


def hurry(t_s: float, breath_hz: float) -> float:
    """-1 all the way out, 1 all the way in."""
    return math.sin(2.0 * math.pi * breath_hz * t_s)


def beats(
    seconds: float, breath_hz: float, bpm: float = 72.0, depth: float = 0.035, scatter: float = 0.006, seed: int = 3
) -> list[float]:
    """A heart whose interval is that of the breath in the middle of it (integral pulse frequency modulation)."""
    chance, found = Random(seed), [0.5]
    while found[-1] < seconds:
        mean_s = 60.0 / bpm
        middle = hurry(found[-1] + 0.5 * mean_s, breath_hz)
        found.append(found[-1] + mean_s * (1.0 - depth * middle + chance.gauss(0.0, scatter)))
    return found


def fed(found: list[float], breath_hz: float | None, seed: int = 3) -> Breath:
    """breath_hz: of the pulse's height and light; None: there are only beats."""
    breath, chance = Breath(), Random(seed)
    for before, beat_s in itertools.pairwise(found):
        if breath_hz is None:
            breath.add(beat_s, beat_s - before, LATE_S)
        else:
            goes = hurry(beat_s, breath_hz)
            breath.add(beat_s, beat_s - before, LATE_S, 0.05 * goes + chance.gauss(0.0, 0.02), -0.0015 * goes)
    return breath


def followed(found: list[float], breath_hz: float | None) -> list[tuple[float, float | None, float]]:
    """(time, how far in, quality) 30 times a second, as it was known then."""
    breath, chance, told = Breath(), Random(3), []
    for before, beat_s, after in zip(found, found[1:], found[2:], strict=False):
        goes = hurry(beat_s, breath_hz) if breath_hz else chance.gauss(0.0, 1.0)
        breath.add(beat_s, beat_s - before, LATE_S, 0.05 * goes + chance.gauss(0.0, 0.02), -0.0015 * goes)
        told += [(float(t_s), *breath.at(float(t_s))) for t_s in np.arange(beat_s, after, 1 / 30)]
    return told


@pytest.mark.parametrize("breath_hz", [0.12, 0.2, 0.25, 0.32])
@pytest.mark.parametrize("bpm", [60.0, 80.0, 110.0])
def test_rate_and_place_of_a_breath_that_everything_tells(breath_hz: float, bpm: float) -> None:
    found = beats(70.0, breath_hz, bpm)
    assert fed(found, breath_hz).rate_per_min == pytest.approx(60.0 * breath_hz, abs=0.7)
    told = [(t_s, far_in) for t_s, far_in, _ in followed(found, breath_hz) if far_in is not None and t_s > 30.0]
    assert len(told) > 0.95 * 30 * 39
    away = [abs(far_in - 0.5 - 0.5 * hurry(t_s, breath_hz)) for t_s, far_in in told]
    assert np.mean(away) < 0.12


def test_before_three_breaths_nothing_is_said_and_beats_alone_say_less() -> None:
    found = beats(60.0, 0.25)
    assert all(far_in is None for t_s, far_in, _ in followed(found, 0.25) if t_s < LEAST_S)
    alone, together = fed(found, None), fed(found, 0.25)
    assert alone.at(60.0)[1] == pytest.approx(0.6, abs=0.05)
    assert together.at(60.0)[1] > 0.9
    assert fed(found, 0.4).at(60.0)[1] < 0.3  # height and light tell another breath


@pytest.mark.parametrize("scatter", [0.006, 0.03])
def test_of_a_heart_that_only_scatters_next_to_nothing_is_shown(scatter: float) -> None:
    shown = [
        quality > 0.25
        for seed in range(8)
        for _, _, quality in followed(beats(90.0, 0.25, depth=0.0, scatter=scatter, seed=seed), None)
    ]
    assert np.mean(shown) < 0.05


def test_it_never_jumps_whatever_the_breath_does() -> None:
    """From slow to quick, and a sigh that the heart holds still in."""
    found = beats(50.0, 0.15)
    found += [50.0 + beat for beat in beats(40.0, 0.33, seed=4)]
    told = followed(found, 0.2)
    steps = [
        abs(b - a)
        for (t_a, a, _), (t_b, b, _) in itertools.pairwise(told)
        if a is not None and b is not None and t_b - t_a < 0.04
    ]
    assert max(steps) < math.pi * 2.0 * 0.5 / 30 * 1.05  # twice the quickest breath it knows


def test_when_beats_stop_it_is_lost_and_a_new_finger_begins_anew() -> None:
    found = beats(60.0, 0.25)
    breath = fed(found, 0.25)
    assert breath.at(found[-1] + 3.0)[0] is not None
    assert breath.at(found[-1] + 9.0) == (None, 0.0)
    breath.forget()
    assert breath.at(found[-1] + 1.0) == (None, 0.0)
    assert breath.rate_per_min is None


def test_a_chest_strap_tells_it_too() -> None:
    reader, found = BodyReader(), beats(60.0, 0.2)
    for before, beat_s in itertools.pairwise(found):
        reader.add(ReportedBeat(round(beat_s * 1e9), (beat_s - before) * 1000.0), round(beat_s * 1e9))
    body = reader.read(round(found[-1] * 1e9))
    assert body.breath is not None
    assert 0.4 < body.breath_sqi <= 0.65


def test_taps_of_a_finger_tell_no_breath() -> None:
    reader = BodyReader()
    for beat_s in beats(60.0, 0.2):
        reader.add(ReportedBeat(round(beat_s * 1e9)), round(beat_s * 1e9))
    assert reader.read(60_000_000_000).breath is None
