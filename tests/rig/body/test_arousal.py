"""Arousal against the baseline: each channel alone, what is left out, and that nothing ever jumps."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.readings import PulseSamples
from drivers.sim.heart import Heart
from drivers.sim.scenario import HeartChange
from rig.body.arousal import HEART, SLOPE, VAGAL, VESSELS, Arousal
from rig.body.baseline import QuietBaseline
from rig.body.glide import FADE_S
from rig.body.reader import BodyReader

LIGHT = -11.9


def live(
    arousal: Arousal,
    begin_s: float,
    end_s: float,
    *,
    bpm: float = 60.0,
    rise: float | None = 0.01,
    light: float = LIGHT,
    rmssd_ms: float | None = None,
    moving: float = 0.0,
    seen: dict[float, float | None] | None = None,
) -> float:
    """Beats from begin_s to end_s; the time of the newest one. seen: arousal all along, every tenth of a second."""
    t = newest = begin_s
    while t < end_s:
        arousal.add(t, bpm, rise, light, rmssd_ms, moving)
        if seen is not None:
            ends = min(end_s, t + 60.0 / bpm)
            seen.update({round(i / 10, 1): arousal.at(i / 10)[0] for i in range(math.ceil(10 * t), round(10 * ends))})
        newest, t = t, t + 60.0 / bpm
    return newest


def known(arousal: Arousal, t_s: float) -> float:
    value = arousal.at(t_s)[0]
    assert value is not None
    return value


def test_it_is_unknown_until_fifteen_seconds_of_the_heart_are_known() -> None:
    arousal = Arousal()
    assert arousal.at(0.0) == (None, None)
    t = live(arousal, 0.0, 14.0)
    assert arousal.at(t)[0] is None
    assert arousal.at(t)[1] == pytest.approx(0.5, abs=0.01)
    t = live(arousal, t + 1.0, 20.0)
    assert known(arousal, t) == 0.0


def test_a_heart_a_fifth_faster_is_full() -> None:
    arousal = Arousal()
    t = live(arousal, 0.0, 60.0)
    t = live(arousal, t + 0.8, t + 6.0, bpm=60.0 * 1.2)
    assert known(arousal, t) == pytest.approx(HEART * 0.9, abs=0.1)
    assert arousal.channels.vessels == pytest.approx(0.0, abs=0.01)


def test_breathing_alone_is_nothing() -> None:
    arousal = Arousal()
    t = 0.0
    values = []
    while t < 120.0:
        breath = math.sin(2.0 * math.pi * t / 4.0)
        arousal.add(t, 60.0 * (1.0 + 0.015 * breath), 0.01 * (1.0 + 0.08 * breath), LIGHT)
        t += 1.0 - 0.03 * breath
        values.append(arousal.at(t)[0] or 0.0)
    assert max(values) < 0.05


def test_vessels_that_narrow_are_seen_within_three_seconds() -> None:
    arousal = Arousal()
    t = live(arousal, 0.0, 60.0)
    assert known(arousal, t) == pytest.approx(0.0, abs=0.01)
    event = round(t + 1.0)
    seen: dict[float, float | None] = {}
    live(arousal, event, event + 5.0, rise=0.005, seen=seen)
    assert seen[event + 1.0] == pytest.approx(0.0, abs=0.01)  # the first small pulse could be an odd one
    assert (seen[event + 3.0] or 0.0) > 0.4 * VESSELS
    assert known(arousal, event + 5.0) > 0.8 * VESSELS
    assert arousal.at(event + 5.0)[1] == pytest.approx(0.27, abs=0.03)


def test_one_odd_pulse_is_no_vasoconstriction() -> None:
    arousal = Arousal()
    t = live(arousal, 0.0, 60.0)
    arousal.add(t + 1.0, 60.0, 0.003, LIGHT)
    t = live(arousal, t + 2.0, t + 10.0)
    assert known(arousal, t) == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize("step", [0.1, -0.1, 0.5])
def test_a_thumb_that_presses_differently_is_left_out_and_learnt_anew(step: float) -> None:
    """A smaller pulse under another mean light is pressure; a smaller pulse in the new light is vessels again."""
    arousal = Arousal()
    t = live(arousal, 0.0, 60.0)
    pressed = t + 1.0
    seen: dict[float, float | None] = {}
    t = live(arousal, pressed, pressed + 50.0, rise=0.006, light=LIGHT + step, seen=seen)
    assert len(seen) > 450
    assert max(value for value in seen.values() if value is not None) < 0.05
    assert arousal.channels.vessels is not None
    t = live(arousal, t + 1.0, t + 6.0, rise=0.003, light=LIGHT + step)
    assert known(arousal, t) > 0.5 * VESSELS


def test_a_hand_that_moves_is_not_believed_about_the_vessels() -> None:
    arousal = Arousal()
    t = live(arousal, 0.0, 60.0)
    live(arousal, t + 1.0, t + 10.0, rise=0.004, moving=0.9)
    assert arousal.channels.vessels is None
    assert known(arousal, t + 10.0) == pytest.approx(0.0, abs=0.02)


def test_a_heart_that_works_is_not_aroused() -> None:
    """Additional heart rate: what the movement of the body explains does not count, also while it recovers."""
    still, walking = Arousal(), Arousal()
    for arousal, moving in ((still, 0.0), (walking, 1.0)):
        t = live(arousal, 0.0, 60.0)
        t = live(arousal, t + 0.8, t + 20.0, bpm=80.0, moving=moving)
        live(arousal, t + 0.8, t + 5.0, bpm=80.0)
    assert known(still, t + 5.0) > 0.9
    assert known(walking, t + 5.0) < 0.15


def test_rmssd_below_its_own_baseline_counts_a_quarter() -> None:
    arousal = Arousal()
    t = live(arousal, 0.0, 60.0, rmssd_ms=40.0)
    assert arousal.channels.vagal == 0.0
    t = live(arousal, t + 1.0, t + 10.0, rmssd_ms=15.0)
    assert known(arousal, t) == pytest.approx(VAGAL, abs=0.06)
    t = live(arousal, t + 1.0, t + 10.0, rmssd_ms=80.0)
    assert known(arousal, t) == pytest.approx(0.0, abs=0.02)


def test_rmssd_is_not_held_against_half_a_minute_that_is_not_known() -> None:
    arousal = Arousal()
    t = live(arousal, 0.0, 20.0, rmssd_ms=40.0)
    live(arousal, t + 1.0, t + 9.0, rmssd_ms=10.0)
    assert arousal.channels.vagal is None


def test_a_baseline_set_on_purpose_tells_at_once_that_somebody_comes_aroused() -> None:
    learnt, set_on_purpose = Arousal(), Arousal(QuietBaseline(60.0, 40.0))
    for arousal in (learnt, set_on_purpose):
        live(arousal, 0.0, 10.0, bpm=75.0, rmssd_ms=15.0)
    assert learnt.at(9.0)[0] is None
    assert known(set_on_purpose, 9.0) > 0.9
    assert set_on_purpose.channels.vagal == 1.0
    t = live(set_on_purpose, 10.0, 400.0, bpm=75.0)
    assert known(set_on_purpose, t) > 0.95  # it does not roll


def test_without_a_known_rmssd_the_set_baseline_rolls_for_it() -> None:
    arousal = Arousal(QuietBaseline(60.0))
    t = live(arousal, 0.0, 60.0, rmssd_ms=40.0)
    live(arousal, t + 1.0, t + 5.0, rmssd_ms=10.0)
    assert arousal.channels.vagal is not None
    assert arousal.channels.vagal > 0.9


def test_reported_beats_have_no_vessels() -> None:
    arousal = Arousal()
    t = live(arousal, 0.0, 40.0, rise=None)
    assert arousal.at(t) == (0.0, None)
    assert arousal.channels.vessels is None


def aroused() -> tuple[Arousal, float]:
    arousal = Arousal()
    t = live(arousal, 0.0, 60.0)
    return arousal, live(arousal, t + 0.8, t + 8.0, bpm=75.0, rise=0.005)


def test_it_fades_to_neutral_within_two_seconds_of_the_pulse_lost() -> None:
    arousal, t = aroused()
    assert known(arousal, t) > 0.9
    arousal.lost(t + 0.2)
    assert known(arousal, t + 0.2 + FADE_S / 2) == pytest.approx(0.5, abs=0.07)
    at = [arousal.at(t + 0.2 + i / 100) for i in range(200)]
    last = [value for value in at if value[0] is not None][-1]
    assert last[0] == pytest.approx(0.0, abs=0.02)
    assert last[1] == pytest.approx(0.5, abs=0.02)
    assert arousal.at(t + 2.2) == (None, None)


def test_beats_that_stop_coming_are_a_lost_pulse() -> None:
    arousal, t = aroused()
    due = t + 2.2 * 60.0 / 75.0
    assert known(arousal, due) > 0.9  # one beat may be missed
    assert arousal.at(due + 2.0) == (None, None)


@pytest.mark.parametrize("bpm", [40.0, 60.0, 110.0])
def test_however_slow_the_heart_it_is_neutral_four_seconds_after_the_last_beat(bpm: float) -> None:
    arousal = Arousal()
    t = live(arousal, 0.0, 60.0, bpm=bpm)
    assert arousal.at(t + 1.4)[0] is not None
    assert arousal.at(t + 3.8) == (None, None)


def test_a_slow_heart_is_given_the_time_it_needs() -> None:
    arousal = Arousal()
    t = live(arousal, 0.0, 60.0, bpm=38.0)
    assert known(arousal, t + 3.0) == 0.0
    assert arousal.at(t + 3.0 + FADE_S) == (None, None)


def test_it_comes_back_gently_and_remembers_the_person() -> None:
    arousal, t = aroused()
    assert arousal.at(t + 59.0) == (None, None)
    seen: dict[float, float | None] = {}
    again = round(t + 60.0)
    t = live(arousal, again, again + 10.0, bpm=75.0, rise=0.005, seen=seen)
    assert (seen[again + 0.2] or 0.0) < 0.15
    assert known(arousal, t) > 0.7


def test_beats_out_of_order_are_left_out() -> None:
    arousal, t = aroused()
    before = arousal.at(t + 0.5)
    arousal.add(t - 3.0, 200.0, 0.001, LIGHT)
    assert arousal.at(t + 0.5) == before


beat = st.fixed_dictionaries(
    {
        "wait": st.sampled_from([0.3, 0.6, 0.9, 1.4, 2.5, 4.0, 9.0]),
        "bpm": st.one_of(st.none(), st.floats(30.0, 220.0)),
        "rise": st.one_of(st.none(), st.floats(0.0002, 0.3)),
        "light": st.floats(-12.5, -9.0),
        "rmssd_ms": st.one_of(st.none(), st.floats(0.5, 300.0)),
        "moving": st.floats(0.0, 1.0),
        "lost": st.booleans(),
    }
)


@settings(max_examples=60)
@given(st.booleans(), st.lists(beat, min_size=4, max_size=25))
def test_whatever_the_body_does_nothing_moves_faster_than_it_says(is_set: bool, beats: list[dict[str, float]]) -> None:
    """Also where a beat is heard of late: it can then be seen no earlier, and bends by what it was late at most."""
    arousal = Arousal(QuietBaseline(60.0, 40.0) if is_set else None)
    t = live(arousal, 0.0, 20.0)
    step, late = 0.02, 0.02
    seen: list[tuple[float | None, float | None]] = []
    for it in beats:
        due = t + it["wait"]
        while t + step < due:
            t += step
            seen.append(arousal.at(t))
        arousal.add(t - late, it["bpm"], it["rise"], it["light"], it["rmssd_ms"], it["moving"])
        if it["lost"]:
            arousal.lost(t)
    for neutral, values in ((0.0, [s[0] for s in seen]), (0.5, [s[1] for s in seen])):
        filled = [neutral if value is None else value for value in values]
        assert all(0.0 <= value <= 1.0 for value in filled)
        assert max(abs(b - a) for a, b in pairwise(filled)) <= SLOPE * (step + late) + 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_through_the_whole_body_nothing_jumps_whatever_the_finger_does(seed: int) -> None:
    """A finger that is put on, taken off, pressed, shaken and loses samples, for forty seconds."""
    rng = np.random.default_rng(seed)
    heart = Heart([HeartChange(0.0, 64.0), HeartChange(4.0, 95.0)], seed)
    t = np.arange(0.0, 40.0, 0.01)
    light = np.array([heart.counts(x)[1] for x in t], np.float64)
    for _ in range(6):
        at, lasts = rng.uniform(12.0, 36.0), rng.uniform(0.2, 3.0)
        during = (t > at) & (t < at + lasts)
        light[during] *= rng.choice([0.002, 0.5, 0.9, 1.1, 1.7])
        light[t > at] *= rng.uniform(0.9, 1.1)
        light[during] *= 1.0 + rng.choice([0.0, 0.05]) * np.sin(9.0 * t[during])
    counts = np.clip(light, 0, 262_143).astype(np.int32)
    kept = ~((t > 30.0) & (t < 30.0 + rng.uniform(0.0, 3.0)))
    t_ns, counts = np.rint(t[kept] * 1e9).astype(np.int64) + 1_000_000_000, counts[kept]
    reader = BodyReader(QuietBaseline(64.0))
    seen: list[tuple[int, float, float]] = []
    for i in range(0, len(t_ns) - 1, 2):
        now_ns = int(t_ns[i + 1])
        reader.add(PulseSamples(t_ns[i : i + 2], counts[i : i + 2], counts[i : i + 2]), now_ns)
        body = reader.read(now_ns)
        neutral = 0.0 if body.arousal is None else body.arousal, 0.5 if body.amplitude is None else body.amplitude
        seen.append((now_ns, *neutral))
    assert max(arousal for _, arousal, _ in seen) > 0.2
    late_s = 0.03  # a chunk of two samples and a step of the grid
    for (t0, *before), (t1, *after) in pairwise(seen):
        for a, b in zip(before, after, strict=True):
            assert abs(b - a) <= SLOPE * ((t1 - t0) / 1e9 + late_s)
