"""What is told when the pulse is lost, and when it comes back: nothing that was, and nothing that jumps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from lit_finger import Finger, heart, ns, samples

from drivers.readings import Motion, ReportedBeat
from rig.body.arousal import SLOPE
from rig.body.meaning import Body
from rig.body.reader import BodyReader
from rig.body.rhythm import Rhythm


def read(reader: BodyReader, begin_s: float, end_s: float, step_s: float = 0.04) -> list[tuple[float, Body]]:
    return [(float(t), reader.read(ns(float(t)))) for t in np.arange(begin_s, end_s, step_s)]


def steepest(bodies: list[tuple[float, Body]]) -> float:
    """Of arousal and amplitude, per s; unknown is neutral."""
    ways = [(lambda body: body.arousal or 0.0), (lambda body: 0.5 if body.amplitude is None else body.amplitude)]
    return max(abs(way(b) - way(a)) / (t - s) for way in ways for (s, a), (t, b) in pairwise(bodies))


@pytest.mark.parametrize("bpm", [42.0, 60.0, 100.0])
def test_a_sensor_that_stops_is_neutral_within_two_seconds_and_comes_back_without_a_jump(bpm: float) -> None:
    _, light = heart((0.0, bpm), (30.0, 1.3 * bpm))
    finger = Finger().see(light, 0.0, 48.0)
    assert (finger.body.arousal or 0.0) > 0.3
    gone = read(finger.reader, 48.0, 51.0)
    assert all(body.arousal is None and body.amplitude is None for t, body in gone if t > 50.01)
    finger.bodies = finger.bodies[-50:] + gone
    finger.see(light, 51.0, 62.0)
    assert (finger.body.arousal or 0.0) > 0.15
    assert steepest(finger.bodies) <= SLOPE * 1.01


def test_a_stop_of_a_second_is_no_jump_either() -> None:
    _, light = heart((0.0, 70.0), (30.0, 95.0))
    finger = Finger().see(light, 0.0, 48.0)
    finger.bodies = finger.bodies[-50:] + read(finger.reader, 48.0, 49.1)
    finger.see(light, 49.1, 56.0)
    assert steepest(finger.bodies) <= SLOPE * 1.01


def test_no_rate_and_no_rmssd_of_the_finger_before() -> None:
    _, first = heart((0.0, 62.0))
    _, second = heart((0.0, 100.0), seed=9)
    finger = Finger().see(first, 0.0, 45.0)
    assert finger.body.rmssd_ms is not None
    finger.see(lambda _: 900.0, 45.0, 46.0)
    assert finger.body.heart_rate_bpm is None
    finger.see(second, 46.0, 70.0)
    after = [(t, body) for t, body in finger.bodies if t > 46.0]
    shown = [(t, body.heart_rate_bpm) for t, body in after if body.heart_rate_bpm is not None]
    assert 1.5 < shown[0][0] - 46.0 < 3.0
    assert all(rate == pytest.approx(100.0, rel=0.12) for _, rate in shown)
    assert all(body.rmssd_ms is None for _, body in after)  # thirty seconds of one finger
    assert after[0][1].sqi == 0.0


def test_a_finger_put_back_is_believed_by_its_fourth_beat() -> None:
    _, light = heart((0.0, 70.0))
    finger = Finger().see(light, 0.0, 10.0).see(lambda _: 900.0, 10.0, 12.0)
    found = len(finger.beats)
    while len(finger.beats) < found + 4:
        finger.see(light, finger.bodies[-1][0] + 0.01, finger.bodies[-1][0] + 0.1)
    assert finger.body.sqi > 0.6


@pytest.mark.parametrize("late_s", [0.05, 0.9])
@pytest.mark.parametrize("bpm", [46.0, 75.0])
def test_a_strap_at_any_rate_is_good_all_the_time_and_its_arousal_steady(bpm: float, late_s: float) -> None:
    reader, bodies = BodyReader(), []
    ibi_s = 60.0 / bpm
    beats = [k * ibi_s for k in range(round(60.0 / ibi_s))]
    for now in np.arange(0.0, 58.0, 0.05):
        while beats and beats[0] + late_s <= now:
            reader.add(ReportedBeat(ns(beats.pop(0)), 1000.0 * ibi_s), ns(float(now)))
        bodies.append((float(now), reader.read(ns(float(now)))))
    late = [body for t, body in bodies if t > 40.0]
    assert min(body.sqi for body in late) == 1.0
    assert all(body.arousal == pytest.approx(0.0, abs=0.05) for body in late)


def test_a_straps_intervals_tell_rmssd_and_taps_do_not() -> None:
    rng = np.random.default_rng(3)
    ibis = 0.8 + 0.03 * rng.standard_normal(90)
    times = np.cumsum(ibis)
    strap, taps = BodyReader(), BodyReader()
    for t, ibi in zip(times.tolist(), ibis.tolist(), strict=True):
        strap.add(ReportedBeat(ns(t), 1000.0 * ibi), ns(t))
        taps.add(ReportedBeat(ns(t)), ns(t))
    true = 1000.0 * float(np.sqrt(np.mean(np.diff(ibis[-74:]) ** 2)))
    assert strap.read(ns(times[-1])).rmssd_ms == pytest.approx(true, rel=0.05)
    assert taps.read(ns(times[-1])).rmssd_ms is None
    assert taps.read(ns(times[-1])).heart_rate_bpm == pytest.approx(75.0, rel=0.05)


def test_a_strap_tells_of_a_falling_rmssd() -> None:
    rng = np.random.default_rng(5)
    reader, t = BodyReader(), 0.0
    for k in range(260):
        ibi = 0.8 + (0.035 if k < 160 else 0.004) * float(rng.standard_normal())
        t += ibi
        reader.add(ReportedBeat(ns(t), 1000.0 * ibi), ns(t))
    assert (reader.read(ns(t)).arousal or 0.0) > 0.15


def test_pulses_upside_down_are_doubted_and_so_are_ones_that_hardly_stand_out() -> None:
    _, light = heart((0.0, 66.0))
    usual = float(np.mean([light(float(t)) for t in np.arange(5.0, 10.0, 0.01)]))
    right = Finger().see(light, 0.0, 20.0)
    inverted = Finger().see(lambda t: 2.0 * usual - light(t), 0.0, 20.0)
    faint = Finger().see(lambda t: usual + (light(t) - usual) * 0.03, 0.0, 20.0)
    assert all(len(f.beats) > 12 for f in (right, inverted, faint))
    mean = [float(np.mean([b.sqi for b in f.beats[5:]])) for f in (right, inverted, faint)]
    assert mean[0] > 0.9
    assert mean[1] < mean[0] - 0.1
    assert mean[2] < 0.5


def test_after_a_jolt_the_wave_is_where_the_beats_are_and_a_new_finger_has_its_own() -> None:
    it, light = heart((0.0, 60.0))
    finger = Finger().see(light, 0.0, 12.0)
    finger.see(lambda t: 0.8 * light(t), 12.0, 14.0)  # 20 % less light at once
    wave = finger.reader.wave()
    assert len(wave) == 125
    tops = [i for i in range(5, 120) if wave[i] == max(wave[i - 5 : i + 6]) and wave[i] > 0.5]
    true = it.beats_until(11.5)
    ages = [14.0 - (len(wave) - 1 - i) / 25.0 for i in tops]
    early = [age for age in ages if age < 11.8]
    assert early
    lags = [age - true[np.argmin(np.abs(true - age))] for age in early]
    assert max(lags) - min(lags) < 0.1
    assert abs(np.median(lags)) < 0.35
    finger.see(lambda _: 900.0, 14.0, 15.0)
    assert finger.reader.wave() == ()


def test_two_beats_of_one_message_are_both_counted() -> None:
    reader, single = BodyReader(), BodyReader()
    t = [0.5 * k for k in range(120)]
    t += [60.0 + 0.4 * k for k in range(60)]
    for first, second in zip(t[::2], t[1::2], strict=True):
        for at in (first, second):
            reader.add(ReportedBeat(ns(at), 500.0 if at < 60.0 else 400.0), ns(second))
            single.add(ReportedBeat(ns(at), 500.0 if at < 60.0 else 400.0), ns(at))
    both = [abs((reader.read(ns(x)).arousal or 0.0) - (single.read(ns(x)).arousal or 0.0)) for x in (83.7, 84.0)]
    assert max(both) < 0.02


def test_three_good_intervals_after_a_long_jolt_are_a_rate() -> None:
    rhythm = Rhythm()
    for k in range(9):
        rhythm.add(0.8 * k, 1.0)  # to 6.4 s
    for k in range(12):
        rhythm.add(7.0 + 0.5 * k, 0.1)
    for k in range(4):
        rhythm.add(13.0 + 0.8 * k, 1.0)
    assert rhythm.heart_rate_bpm(15.5) == pytest.approx(75.0)


def test_a_hole_in_the_acceleration_is_not_filled_with_what_was() -> None:
    _, light = heart((0.0, 70.0))
    finger = Finger()
    t = np.arange(0.0, 30.0, 0.01)
    shake = 9.81 * np.stack([0.4 * np.sin(2 * np.pi * 1.8 * t), np.zeros_like(t), np.ones_like(t)], axis=1)
    for k in range(0, len(t), 4):
        part = slice(k, k + 4)
        if not 15.0 <= t[k] < 15.5:
            t_ns = np.array([ns(x) for x in t[part]], np.int64)
            finger.reader.add(Motion(t_ns, shake[part].astype(np.float32), np.zeros((4, 3), np.float32)), int(t_ns[-1]))
        finger.reader.add(samples(t[part], np.array([light(x) for x in t[part]])), ns(t[part][-1]))
        finger.bodies.append((float(t[part][-1]), finger.reader.read(ns(t[part][-1]))))
    rates = [(at, body.heart_rate_bpm) for at, body in finger.bodies]
    assert any(rate is not None for at, rate in rates if 12.0 < at < 15.0)
    assert all(rate is None for at, rate in rates if 18.5 < at < 23.0)  # eight seconds that have no hole
    assert any(rate == pytest.approx(70.0, rel=0.07) for at, rate in rates if at > 26.0)


def test_an_led_that_turns_out_to_be_the_other_one_is_no_arousal_and_no_wide_vessel() -> None:
    _, light = heart((0.0, 70.0))
    usual = float(np.mean([light(float(t)) for t in np.arange(5.0, 10.0, 0.01)]))
    finger = Finger().see(light, 0.0, 40.0)
    for t in np.arange(40.0, 60.0, 0.02):
        part = np.array([t, t + 0.01])
        ir = np.array([usual + 2.2 * (light(x) - usual) for x in part])  # as bright, and twice the pulse
        finger.beats += finger.reader.add(samples(part, ir, swapped=True), ns(part[-1]))
        finger.bodies.append((float(part[-1]), finger.reader.read(ns(part[-1]))))
    after = [body for t, body in finger.bodies if t > 40.0]
    assert all(body.amplitude is not None and abs(body.amplitude - 0.5) < 0.1 for body in after)
    assert all(body.arousal is not None and body.arousal < 0.15 for body in after)
    assert all(body.heart_rate_bpm == pytest.approx(70.0, rel=0.1) for body in after)
