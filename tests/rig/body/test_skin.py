"""The skin's level and responses: against a skin whose responses are known, a real recording, and what breaks off."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.names import Bench, make_skin
from drivers.readings import Skin
from drivers.settings import SkinSettings
from drivers.sim.ads1115 import Ads1115
from drivers.sim.clock import SimulatedClock
from drivers.sim.scenario import HeartChange, Scenario
from drivers.sim.skin_board import grove_board, tinygsr_board
from drivers.sim.sweat import Sweat
from drivers.sim.tla2022 import tla2022
from drivers.sim.world import World
from rig.body.skin import SkinLevel, SkinReader, SkinResponse

START_NS = 10**12
Floats = NDArray[np.float64]


def skin(t_s: Floats, conductance_us: Floats) -> Skin:
    return Skin((START_NS + np.rint(np.asarray(t_s) * 1e9)).astype(np.int64), np.asarray(conductance_us, np.float32))


def read(reader: SkinReader, t_s: Floats, conductance_us: Floats, chunk: int = 1) -> list[SkinResponse]:
    found: list[SkinResponse] = []
    for k in range(0, len(t_s), chunk):
        part = skin(t_s[k : k + chunk], conductance_us[k : k + chunk])
        found += reader.add(part, int(part.t_ns[-1]))
    return found


def level_at(reader: SkinReader, t_s: float) -> SkinLevel:
    return reader.read(START_NS + round(t_s * 1e9))


def onset_s(response: SkinResponse) -> float:
    return (response.onset_ns - START_NS) / 1e9


def matched(found: list[float], true: list[float], within_s: float) -> int:
    """How many of the true ones were found, each by one of its own."""
    left = list(found)
    hits = 0
    for at_s in true:
        near = [other for other in left if abs(other - at_s) <= within_s]
        if near:
            left.remove(min(near, key=lambda other: abs(other - at_s)))
            hits += 1
    return hits


def sampled(source: Sweat, seconds: float, noise_us: float = 0.003, rate_hz: float = 20.0) -> tuple[Floats, Floats]:
    t_s = np.arange(0.0, seconds, 1.0 / rate_hz)
    noise = np.random.default_rng(1).normal(0.0, noise_us, len(t_s))
    return t_s, np.array([source.conductance_us(t) for t in t_s]) + noise


@pytest.mark.parametrize(
    ("rate_hz", "noise_us", "least"),
    [
        (4.0, 0.003, 0.95),
        (10.0, 0.003, 0.95),
        (20.0, 0.003, 0.95),  # as the Grove board's converter has it
        (20.0, 0.02, 0.93),
        (20.0, 0.04, 0.90),
        (50.0, 0.01, 0.95),
    ],
)
def test_responses_are_found_and_none_is_made_up(rate_hz: float, noise_us: float, least: float) -> None:
    found_of_all = true_of_all = hits = 0
    for seed in range(4):
        source = Sweat(np.arange(30.0, 300.0, 40.0).tolist(), seed)
        found = [onset_s(response) for response in read(SkinReader(), *sampled(source, 310.0, noise_us, rate_hz))]
        true = [response.onset_s for response in source.responses_until(305.0) if response.onset_s > 11.0]
        found = [at_s for at_s in found if at_s > 10.5]
        found_of_all, true_of_all = found_of_all + len(found), true_of_all + len(true)
        hits += matched(found, true, 0.6)
    assert hits / true_of_all >= least
    assert hits / found_of_all >= least


def test_onset_amplitude_and_rise_are_those_of_the_response() -> None:
    source = Sweat([40.0, 90.0, 140.0], seed=2)
    t_s, values = sampled(source, 160.0)
    found = read(SkinReader(), t_s, values)
    for true in (r for r in source.responses_until(160.0) if r.amplitude_us >= 0.5):
        response = min(found, key=lambda r: abs(onset_s(r) - true.onset_s))
        assert onset_s(response) == pytest.approx(true.onset_s, abs=0.4)
        assert response.amplitude_us == pytest.approx(true.amplitude_us, rel=0.15)
        assert (response.peak_ns - START_NS) / 1e9 == pytest.approx(true.peak_s, abs=0.25)
        assert response.rise_s == pytest.approx((response.peak_ns - response.onset_ns) / 1e9)
        assert 0.2e9 < response.found_ns - response.peak_ns < 1.0e9


def test_two_that_ride_on_each_other_are_two() -> None:
    t_s = np.arange(0.0, 40.0, 0.05)
    values = 5.0 + _bump(t_s - 20.0) + 1.2 * _bump(t_s - 21.6)
    found = [onset_s(response) for response in read(SkinReader(), t_s, values)]
    assert found == pytest.approx([20.0, 21.5], abs=0.5)


def _bump(since_s: Floats) -> Floats:
    since_s = np.maximum(since_s, 0.0)
    return (np.exp(-since_s / 2.0) - np.exp(-since_s / 0.75)) / 0.347


@pytest.mark.parametrize("drift_us_a_minute", [-1.0, 0.5, 1.0])
def test_a_level_that_drifts_is_no_response(drift_us_a_minute: float) -> None:
    t_s = np.arange(0.0, 120.0, 0.05)
    values = 6.0 + drift_us_a_minute / 60.0 * t_s + np.random.default_rng(5).normal(0.0, 0.004, len(t_s))
    reader = SkinReader()
    assert read(reader, t_s, values) == []
    level = level_at(reader, 120.0)
    assert level.scl_us == pytest.approx(values[-100:].mean(), abs=0.35)


@pytest.mark.parametrize("noise_us", [0.004, 0.01, 0.02])
@pytest.mark.parametrize("climb", ["1.8 a minute", "3 a minute", "warming up"])
def test_on_a_level_that_climbs_fast_its_noise_is_no_response_and_a_response_is_one(
    climb: str, noise_us: float
) -> None:
    t_s = np.arange(0.0, 120.0, 0.045)
    level = {
        "1.8 a minute": 4.0 + 0.03 * t_s,
        "3 a minute": 4.0 + 0.05 * t_s,
        "warming up": 5.0 + 3.0 * (1.0 - np.exp(-t_s / 20.0)),
    }[climb]
    values = level + 0.5 * _bump(t_s - 60.0) + np.random.default_rng(3).normal(0.0, noise_us, len(t_s))
    assert [onset_s(response) for response in read(SkinReader(), t_s, values)] == pytest.approx([60.0], abs=0.6)


def test_the_level_stays_below_the_responses() -> None:
    source = Sweat(np.arange(30.0, 120.0, 15.0).tolist(), seed=9)
    t_s, values = sampled(source, 130.0)
    reader, levels = SkinReader(), []
    for k in range(0, len(t_s), 20):
        read(reader, t_s[k : k + 20], values[k : k + 20])
        levels.append(level_at(reader, t_s[min(k + 19, len(t_s) - 1)]))
    known = [level for level in levels if level.scl_us is not None and level.scr_us is not None]
    assert len(known) > 90
    assert max(level.scr_us for level in known if level.scr_us is not None) > 0.6
    assert np.ptp([level.scl_us for level in known if level.scl_us is not None]) < 1.0
    steps = [abs(b.scl_us - a.scl_us) for a, b in pairwise(known) if a.scl_us is not None and b.scl_us is not None]
    assert max(steps) < 0.2


def test_of_someone_who_does_not_respond_it_is_unknown_and_not_zero() -> None:
    t_s, values = sampled(Sweat([30.0, 60.0], responsive=False), 120.0)
    reader = SkinReader()
    assert read(reader, t_s, values) == []
    level = level_at(reader, 120.0)
    assert (level.scl_us, level.scr_us, level.quality) == (pytest.approx(values[-1], abs=0.1), None, 1.0)


def test_the_same_responses_in_whatever_chunks_they_come() -> None:
    t_s, values = sampled(Sweat([20.0, 50.0], seed=4), 80.0)
    readers = SkinReader(), SkinReader()
    single, whole = (read(reader, t_s, values, chunk) for reader, chunk in zip(readers, (1, 7), strict=True))
    assert [(r.onset_ns, r.peak_ns, r.amplitude_us) for r in single] == [
        (r.onset_ns, r.peak_ns, r.amplitude_us) for r in whole
    ]
    assert len(single) >= 2
    assert level_at(readers[0], 80.0) == level_at(readers[1], 80.0)


def test_electrodes_taken_off_fade_within_2_s_and_come_back_gently() -> None:
    t_s, values = sampled(Sweat([20.0], seed=4), 70.0)
    values = np.where((t_s >= 40.0) & (t_s < 45.0), np.nan, values)
    reader, quality = SkinReader(), {}
    for at_s, value in zip(t_s, values, strict=True):
        found = read(reader, np.array([at_s]), np.array([value]))
        assert not (found and 40.0 <= onset_s(found[0]) < 50.0)  # neither the edge nor what follows it is a response
        quality[round(at_s, 2)] = level_at(reader, at_s).quality
    assert quality[39.9] == 1.0
    assert 0.0 < quality[41.2] < 1.0
    assert quality[42.05] == quality[49.9] == 0.0
    assert 0.0 < quality[52.5] < 1.0
    assert quality[56.0] == 1.0
    assert max(abs(b - a) for a, b in pairwise(quality.values())) < 0.05
    assert level_at(reader, 73.0) == SkinLevel()  # and no sample for 2 s is nothing known


def test_one_bad_sample_fades_too_and_does_not_jump() -> None:
    t_s, values = sampled(Sweat(seed=4), 40.0)
    values[600] = np.nan
    reader, quality = SkinReader(), []
    for at_s, value in zip(t_s, values, strict=True):
        read(reader, np.array([at_s]), np.array([value]))
        quality.append(level_at(reader, at_s).quality)
    assert min(quality[300:600]) == 1.0
    assert max(abs(b - a) for a, b in pairwise(quality)) < 0.05


@pytest.mark.parametrize("jump_us", [3.0, -3.0])
def test_a_jerk_at_the_electrodes_is_no_response(jump_us: float) -> None:
    t_s, values = sampled(Sweat(responsive=False), 60.0)
    values = values + np.where(t_s >= 30.0, jump_us, 0.0)
    assert read(SkinReader(), t_s, values) == []


def test_nothing_is_known_before_the_first_sample() -> None:
    assert SkinReader().read(START_NS) == SkinLevel(None, None, 0.0)


@pytest.mark.parametrize("name", ["grove", "tinygsr"])
def test_through_the_chip_the_heart_that_hurries_is_felt_by_the_skin(name: str) -> None:
    """The real driver on the simulated converter: sixteen bits and twelve."""
    clock = SimulatedClock()
    scenario = Scenario(heart=[HeartChange(0.0, 66.0), HeartChange(30.0, 92.0), HeartChange(60.0, 70.0)])
    world = World(clock, scenario)
    sensor = make_skin(SkinSettings(name=name, bus="sim"), Bench(clock, lambda: world))  # type: ignore[arg-type]
    sensor.open()
    reader, found = SkinReader(), []
    while world.seconds(clock.now_ns()) < 120.0:
        clock.sleep_until_ns(clock.now_ns() + sensor.period_ns)
        for reading in sensor.step(clock.now_ns()):
            found += [world.seconds(response.onset_ns) for response in reader.add(reading, clock.now_ns())]
    for event_s in (30.0, 60.0):
        assert any(0.7 <= at_s - event_s <= 3.0 for at_s in found)
    true = [response.onset_s for response in world.skin.responses_until(118.0) if response.onset_s > 11.0]
    assert matched(found, true, 0.6) == len(true)
    assert len([at_s for at_s in found if at_s > 10.5]) == len(true)


@pytest.mark.parametrize(
    ("name", "level_us"), [("tinygsr", 14.0), ("tinygsr", 20.0), ("tinygsr", 32.0), ("grove", 20.0), ("grove", 40.0)]
)
def test_a_level_that_drifts_over_the_steps_of_the_converter_is_no_response(name: str, level_us: float) -> None:
    """On a damp hand one step of twelve bits would be larger than the least response."""
    clock = SimulatedClock()
    world = World(clock)
    board = (grove_board if name == "grove" else tinygsr_board)(lambda t_s: level_us + t_s / 60.0, world.start_ns)
    world.bus.devices.update({0x48: Ads1115({4: board.volts}, clock), 0x49: tla2022(board.volts, clock)})
    sensor = make_skin(SkinSettings(name=name, bus="sim"), Bench(clock, lambda: world))  # type: ignore[arg-type]
    sensor.open()
    reader = SkinReader()
    while world.seconds(clock.now_ns()) < 120.0:
        clock.sleep_until_ns(clock.now_ns() + sensor.period_ns)
        for reading in sensor.step(clock.now_ns()):
            assert reader.add(reading, clock.now_ns()) == []
    assert reader.read(clock.now_ns()).scl_us == pytest.approx(level_us + 2.0, rel=0.1)


@pytest.mark.shared
def test_a_real_recording_is_read_as_by_hindsight(shared: Path) -> None:
    """NeuroKit2's recording of four pictures: two unpleasant ones (the first and the last), two neutral ones.

    By hindsight: all troughs and peaks of the recording, smoothed with no delay, 0.05 uS and more apart.
    """
    with np.load(shared / "data/pulse/raw_eda_neurokit_events.npz") as file:
        values, picture, rate_hz = file["eda"].astype(np.float64), file["photo"] < 2.5, float(file["fs"])
    t_s = np.arange(len(values)) / rate_hz
    every = round(rate_hz / 20.0)  # as a sensor of ours would give it
    found = read(SkinReader(), t_s[::every], values[::every])
    true = [at_s for at_s in _by_hindsight(t_s, values) if 5.0 < at_s < t_s[-1] - 4.0]
    onsets = [onset_s(response) for response in found]
    hits = matched(onsets, true, 1.0)
    assert hits / len(true) >= 0.9
    assert hits / len(onsets) >= 0.9
    shown_s = t_s[1:][~picture[:-1] & picture[1:]]
    assert len(shown_s) == 4
    for event_s in (shown_s[0], shown_s[3]):
        assert any(1.0 <= at_s - event_s <= 3.0 for at_s in onsets)


def _by_hindsight(t_s: Floats, values: Floats) -> list[float]:
    width = round(0.2 / (t_s[1] - t_s[0]))
    kernel = np.exp(-0.5 * (np.arange(-4 * width, 4 * width + 1) / width) ** 2)
    smooth = np.convolve(np.pad(values, 4 * width, mode="edge"), kernel / kernel.sum(), mode="valid")
    turns = np.flatnonzero(np.diff(np.sign(np.diff(smooth)))) + 1
    rises = [(a, b) for a, b in pairwise(turns.tolist()) if smooth[b] - smooth[a] >= 0.05]
    onsets: list[float] = []
    for trough, peak in rises:
        slope = np.diff(smooth[trough : peak + 1])
        steepest = int(np.argmax(slope))
        gentle = np.flatnonzero(slope[: steepest + 1] < 0.1 * slope[steepest])
        onsets.append(float(t_s[trough + (gentle[-1] if len(gentle) else 0)]))
    return onsets
