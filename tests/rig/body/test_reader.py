from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from time import process_time

import numpy as np
import pytest
from lit_finger import START_NS, Finger, heart, ns, samples

from drivers.names import Bench, make_pulse
from drivers.readings import ReportedBeat
from drivers.settings import PulseSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.scenario import Scenario
from drivers.sim.world import World
from rig.body.meaning import Body
from rig.body.reader import BodyReader


def found(finger: Finger, true: np.ndarray, within_s: float = 0.06) -> tuple[int, int]:
    """(true beats that were found, beats that are none), after the lag of the whole is taken off."""
    times = np.array([(beat.t_ns - START_NS) / 1e9 for beat in finger.beats])
    lag = np.median([times[np.argmin(np.abs(times - beat))] - beat for beat in true])
    hits = sum(bool(np.any(np.abs(times - lag - beat) <= within_s)) for beat in true)
    false = sum(not np.any(np.abs(t - lag - true) <= within_s) for t in times)
    return hits, false


@pytest.mark.parametrize("rate_hz", [25.0, 30.0, 50.0, 98.06, 140.5, 400.0])
@pytest.mark.parametrize("bpm", [45.0, 70.0, 120.0, 180.0])
def test_every_beat_is_found_at_any_rate(rate_hz: float, bpm: float) -> None:
    it, light = heart((0.0, bpm))
    finger = Finger().see(light, 0.0, 20.0, rate_hz)
    true = it.beats_until(19.5)
    true = true[true > 3.5]
    hits, false = found(finger, true)
    assert hits == len(true)
    assert false <= sum(beat.t_ns < ns(3.4) for beat in finger.beats) + 1
    expected = 60 * (len(true) - 1) / (true[-1] - true[0])
    assert finger.body.heart_rate_bpm == pytest.approx(expected, rel=0.03)


def test_a_beat_is_found_within_a_quarter_of_a_second_and_never_before_it_is() -> None:
    it, light = heart((0.0, 70.0))
    finger = Finger().see(light, 0.0, 30.0, chunk=1)
    true = it.beats_until(29.0)
    late = [(b.found_ns - b.t_ns) / 1e9 for b in finger.beats]
    assert min(late) > 0.0
    assert max(late) < 0.25
    errors = [min(((b.t_ns - START_NS) / 1e9 - t for t in true), key=abs) for b in finger.beats[2:]]
    assert abs(np.median(errors)) < 0.015  # the same for every beat, and seen by nobody
    assert np.median(np.abs(errors - np.median(errors))) < 0.003


def test_intervals_are_the_hearts_own() -> None:
    it, light = heart((0.0, 66.0))
    finger = Finger().see(light, 0.0, 60.0)
    true = 1000 * np.diff(it.beats_until(59.0))
    ibis = [b.ibi_ms for b in finger.beats if b.ibi_ms is not None]
    errors = [np.min(np.abs(true - ibi)) for ibi in ibis[3:]]
    assert np.mean(errors) < 6.0
    rmssd = np.sqrt(np.mean(np.diff(true) ** 2))
    assert finger.body.rmssd_ms == pytest.approx(rmssd, rel=0.25)


def test_rmssd_is_unknown_before_half_a_minute() -> None:
    _, light = heart((0.0, 66.0))
    finger = Finger().see(light, 0.0, 25.0)
    assert finger.body.rmssd_ms is None
    assert finger.body.heart_rate_bpm is not None


def test_before_anything_came_nothing_is_known() -> None:
    assert BodyReader().read(ns(0.0)) == Body()
    assert BodyReader().wave() == ()


def test_a_finger_taken_off_is_unknown_within_two_seconds_and_comes_back() -> None:
    _, light = heart((0.0, 70.0))
    finger = Finger().see(light, 0.0, 20.0)
    assert finger.body.heart_rate_bpm is not None
    rng = np.random.default_rng(1)
    finger.see(lambda t: 900.0 + 10.0 * rng.normal(), 20.0, 40.0)
    for t, body in finger.bodies:
        if 22.1 < t < 40:
            assert body.heart_rate_bpm is None
        if 25.5 < t < 40:
            assert (body.arousal, body.amplitude, body.sqi) == (None, None, 0.0)
    assert not [b for b in finger.beats if ns(20.3) < b.t_ns < ns(40.0)]
    finger.see(light, 40.0, 52.0)
    assert finger.body.heart_rate_bpm == pytest.approx(70.0, abs=3.0)


def test_without_samples_for_two_seconds_it_is_unknown() -> None:
    _, light = heart((0.0, 70.0))
    reader = Finger().see(light, 0.0, 30.0).reader
    assert reader.read(ns(31.5)).heart_rate_bpm is not None
    silent = reader.read(ns(32.5))
    assert (silent.heart_rate_bpm, silent.rmssd_ms, silent.sqi) == (None, None, 0.0)
    assert silent.newest_beat_ns is not None


def test_noise_has_beats_that_nobody_believes() -> None:
    rng = np.random.default_rng(2)
    finger = Finger().see(lambda t: 150_000.0 + 200.0 * rng.normal(), 0.0, 30.0)
    shown = [body.heart_rate_bpm for _, body in finger.bodies if body.heart_rate_bpm is not None]
    assert len(shown) < 0.05 * len(finger.bodies)
    assert finger.body.sqi < 0.4


def test_a_still_object_under_the_sensor_has_no_pulse() -> None:
    finger = Finger().see(lambda t: 150_000.0 + round(t * 40) % 3, 0.0, 20.0)
    assert finger.beats == []
    assert finger.body.heart_rate_bpm is None


def test_a_movement_lowers_the_quality_and_is_left_out_of_the_rate() -> None:
    _, light = heart((0.0, 70.0))
    moved = lambda t: light(t) * (1.0 + (0.04 * np.sin(9.0 * t) * (20.0 < t < 24.0)))  # noqa: E731
    finger = Finger().see(moved, 0.0, 40.0)
    during = [b.sqi for b in finger.beats if ns(20.5) < b.t_ns < ns(24.0)]
    assert not during or np.mean(during) < 0.5
    rates = [body.heart_rate_bpm for t, body in finger.bodies if t > 8 and body.heart_rate_bpm is not None]
    assert max(abs(rate - 70.0) for rate in rates) < 6.0


def test_a_gap_breaks_the_interval_and_invents_nothing() -> None:
    _, light = heart((0.0, 70.0))
    finger = Finger().see(light, 0.0, 10.0).see(light, 11.5, 25.0)
    after = [b for b in finger.beats if b.t_ns > ns(10.5)]
    assert after[0].t_ns > ns(11.5)
    assert after[0].ibi_ms is None
    assert finger.body.heart_rate_bpm == pytest.approx(70.0, abs=3.0)


def test_a_pulse_that_shrinks_to_a_quarter_is_followed() -> None:
    it, light = heart((0.0, 70.0))
    weak = lambda t: 150_000.0 + (light(t) - 150_000.0) * (1.0 if t < 15.0 else 0.25)  # noqa: E731
    finger = Finger().see(weak, 0.0, 40.0)
    true = it.beats_until(39.0)
    true = true[true > 18.0]
    assert found(finger, true)[0] >= len(true) - 1


def test_arousal_is_unknown_until_the_baseline_is_known_and_rises_with_the_heart() -> None:
    _, light = heart((0.0, 66.0), (40.0, 84.0))
    finger = Finger().see(light, 0.0, 70.0)
    at = {round(t, 1): body for t, body in finger.bodies}
    assert at[12.0].arousal is None
    assert at[38.0].arousal is not None
    assert at[38.0].arousal < 0.3
    assert finger.body.arousal is not None
    assert finger.body.arousal > 0.8
    assert finger.body.amplitude is not None
    assert finger.body.amplitude < 0.4  # the vessels have narrowed
    assert at[38.0].amplitude == pytest.approx(0.5, abs=0.1)


def test_nothing_that_drives_a_picture_ever_jumps() -> None:
    _, light = heart((0.0, 66.0), (40.0, 100.0))
    finger = Finger().see(light, 0.0, 60.0)
    for i in range(300):
        t = 60.0 + i * 0.02
        finger.bodies.append((t, finger.reader.read(ns(t))))
    known = [(b.arousal, b.amplitude) for _, b in finger.bodies if b.arousal is not None and b.amplitude is not None]
    assert max(b[0] for b in known) > 0.9
    assert max(abs(b[0] - a[0]) for a, b in pairwise(known)) < 0.06
    assert max(abs(b[1] - a[1]) for a, b in pairwise(known)) < 0.03
    assert known[-1][0] < 0.02
    assert known[-1][1] == pytest.approx(0.5, abs=0.02)
    assert finger.body.arousal is None


def test_the_same_readings_give_the_same_body_whenever_it_is_asked() -> None:
    _, light = heart((0.0, 66.0), (20.0, 80.0))
    often, seldom = Finger().see(light, 0.0, 40.0), Finger().see(light, 0.0, 40.0, chunk=7)
    for _ in range(50):
        often.reader.read(ns(40.0))
    assert [b.t_ns for b in often.beats] == [b.t_ns for b in seldom.beats]
    assert often.reader.read(ns(40.0)) == seldom.reader.read(ns(40.0))


def test_tapped_beats_are_beats() -> None:
    reader = BodyReader()
    beats = [b for i in range(30) for b in reader.add(ReportedBeat(ns(i * 0.8)), ns(i * 0.8 + 0.03))]
    assert len(beats) == 30
    assert beats[0].ibi_ms is None
    assert beats[-1].ibi_ms == pytest.approx(800.0)
    body = reader.read(ns(29 * 0.8 + 0.5))
    assert body.heart_rate_bpm == pytest.approx(75.0)
    assert (body.amplitude, body.newest_beat_ns) == (None, beats[-1].t_ns)
    assert body.arousal == pytest.approx(0.0, abs=0.01)
    assert reader.read(ns(29 * 0.8 + 5.1)).arousal is None
    assert reader.read(ns(29 * 0.8 + 5.0)).heart_rate_bpm is None


def test_a_strap_that_reports_its_own_intervals_is_believed() -> None:
    reader = BodyReader()
    beats = [b for i in range(10) for b in reader.add(ReportedBeat(ns(i), ibi_ms=990.0), ns(i))]
    assert [b.ibi_ms for b in beats] == [990.0] * 10


def test_the_little_wave_is_five_seconds_up_to_now() -> None:
    _, light = heart((0.0, 70.0))
    wave = Finger().see(light, 0.0, 20.0).reader.wave()
    assert len(wave) == 125
    assert (min(wave), max(wave)) == (0.0, 1.0)
    rising = sum(a < 0.6 <= b for a, b in pairwise(wave))
    assert rising in (5, 6, 7)


def test_at_100_samples_a_second_it_costs_less_than_3_percent_of_a_core() -> None:
    _, light = heart((0.0, 70.0))
    t = np.arange(0, 30.0, 0.01)
    readings = [samples(t[i : i + 2], np.array([light(x) for x in t[i : i + 2]])) for i in range(0, len(t), 2)]
    reader = BodyReader()
    began = process_time()
    for reading in readings:
        reader.add(reading, int(reading.t_ns[-1]))
    assert process_time() - began < 0.03 * 30.0


def play(recording: Path, seconds: float) -> tuple[World, Finger]:
    """A recording through the chip, the real driver and the body."""
    clock = SimulatedClock(start_ns=START_NS)
    world = World(clock, Scenario(pulse=str(recording)))
    sensor = make_pulse(PulseSettings(bus="sim"), Bench(clock, lambda: world))
    finger = Finger()
    sensor.open()
    while clock.now_ns() < ns(seconds):
        clock.sleep_until_ns(clock.now_ns() + sensor.period_ns)
        for reading in sensor.step(clock.now_ns()):
            finger.beats += finger.reader.add(reading, clock.now_ns())
        finger.bodies.append(((clock.now_ns() - START_NS) / 1e9, finger.reader.read(clock.now_ns())))
    sensor.close()
    return world, finger


@pytest.mark.shared
def test_a_real_finger_through_chip_driver_and_body(shared: Path) -> None:
    """Heart rate within 3 bpm of the ECG's, after 10 s and all along; beats found with F1 over 0.97."""
    world, finger = play(shared / "data" / "pulse" / "neurokit_rest5.npz", 60.0)
    true = world.pulse.beats_s
    for t, body in finger.bodies:
        if t in (10.0, 20.0, 40.0) or t > 59.9:
            beats = true[(true >= t - 10) & (true < t)]
            assert body.heart_rate_bpm == pytest.approx(60 * (len(beats) - 1) / (beats[-1] - beats[0]), abs=3.0)
    ibis = [b.ibi_ms for b in finger.beats if b.ibi_ms is not None and b.sqi >= 0.5 and b.t_ns < ns(10.0)]
    early = true[true < 10.0]
    assert 60_000 / np.median(ibis) == pytest.approx(60 * (len(early) - 1) / (early[-1] - early[0]), abs=3.0)
    inside = true[(true > 3.0) & (true < 59.0)]
    hits, false = found(finger, inside, 0.15)
    assert 2 * hits / (2 * hits + false + len(inside) - hits) > 0.93
    late = [body.heart_rate_bpm is None for t, body in finger.bodies if t > 8.0]
    assert np.mean(late) < 0.05


@pytest.mark.shared
def test_a_real_finger_put_on_and_taken_off(shared: Path) -> None:
    """raw_berry_fingeroff_a: over the stretches with no finger hardly any rate is shown."""
    with np.load(shared / "data" / "pulse" / "raw_berry_fingeroff_a.npz") as z:
        ir, status = z["ir"][:20_000] >> 2, z["status"][:20_000]
    off = np.convolve(status == 1, np.ones(300), "valid")[: len(ir)] > 299  # three seconds without
    finger = Finger()
    shown = []
    for i in range(0, len(ir) - 300, 20):
        t = np.arange(i, i + 20) / 100.0
        finger.beats += finger.reader.add(samples(t, ir[i : i + 20]), ns(t[-1]))
        if i >= 300 and off[i - 300]:
            shown.append(finger.reader.read(ns(t[-1])).heart_rate_bpm is not None)
    assert len(shown) > 50
    assert np.mean(shown) < 0.05
