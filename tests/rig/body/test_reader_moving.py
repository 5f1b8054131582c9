"""The body while the hand moves, and beside the skin."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.readings import Motion, PulseSamples, ReportedBeat, Skin
from drivers.sim.heart import Heart
from drivers.sim.scenario import HeartChange
from rig.body.meaning import Beat, Body
from rig.body.reader import BodyReader

START_NS = 3_000_000_000
Floats = NDArray[np.float64]


def body_over(
    t_s: Floats, ir: Floats, acceleration: Floats | None, every: int = 25, beats: list[Beat] | None = None
) -> list[tuple[float, Body]]:
    reader, bodies, found = BodyReader(), [], [] if beats is None else beats
    t_ns = START_NS + np.rint(t_s * 1e9).astype(np.int64)
    counts = np.rint(ir).astype(np.int32)
    for k in range(0, len(t_s), 5):
        now_ns = int(t_ns[k : k + 5][-1])
        if acceleration is not None:
            some = acceleration[k : k + 5].astype(np.float32)
            reader.add(Motion(t_ns[k : k + 5], some, np.zeros_like(some)), now_ns)
        found += reader.add(PulseSamples(t_ns[k : k + 5], counts[k : k + 5], counts[k : k + 5]), now_ns)
        if k % every == 0:
            bodies.append((float(t_s[k : k + 5][-1]), reader.read(now_ns)))
    return bodies


def walking(seconds: float, size: float = 3.0) -> tuple[Floats, Floats, Floats]:
    """Still for 20 s, then steps of which the pulse sensor sees ``size`` times what it sees of the heart at 78."""
    t = np.arange(0.0, seconds, 0.01)
    heart = Heart([HeartChange(0.0, 78.0)], 2)
    ir = np.array([heart.counts(x)[1] for x in t], float)
    phase = 2 * np.pi * 1.9 * np.maximum(0.0, t - 20.0)
    swing = np.stack([0.3 * np.sin(phase / 2), np.zeros_like(t), 0.4 * np.sin(phase)], axis=1)
    acceleration = 9.81 * (np.array([0.0, 0.0, 1.0]) + swing)
    return t, ir * (1.0 + 0.01 * size * np.roll(swing[:, 2] / 0.4, 6)), acceleration


def test_a_walk_is_told_lowers_the_quality_and_leaves_the_rate_right() -> None:
    t, ir, acceleration = walking(60.0)
    bodies = body_over(t, ir, acceleration)
    still, walk = ([b for s, b in bodies if a < s < e] for a, e in ((10.0, 20.0), (32.0, 60.0)))
    assert all(b.moving == 0.0 for b in still)
    assert all(b.moving > 0.7 for b in walk)
    assert max(b.sqi for b in walk) < 0.8 * np.mean([b.sqi for b in still])
    rates = [b.heart_rate_bpm for b in walk if b.heart_rate_bpm is not None]
    assert len(rates) > 0.8 * len(walk)
    assert np.median(np.abs(np.array(rates) - 78.0)) < 2.5
    assert np.percentile(np.abs(np.array(rates) - 78.0), 90) < 5.0


def test_the_beats_of_a_walking_hand_are_the_hearts_and_not_the_steps() -> None:
    t, ir, acceleration = walking(70.0, 0.5)
    wrong = []
    for felt in (acceleration, None):
        beats: list[Beat] = []
        body_over(t, ir, felt, beats=beats)
        wrong.append(abs(sum(beat.t_ns - START_NS > 30 * 10**9 for beat in beats) - 40.0 * 78.0 / 60.0))
    assert wrong[0] <= 3
    assert wrong[1] > 10  # of 52


def test_the_unit_of_the_acceleration_does_not_matter() -> None:
    t, ir, acceleration = walking(35.0)
    in_si, in_counts = (body_over(t, ir, scale * acceleration) for scale in (1.0, 1670.0))
    for (_, a), (_, b) in zip(in_si, in_counts, strict=True):
        assert b.moving == pytest.approx(a.moving, abs=1e-3)
        assert (a.heart_rate_bpm is None) == (b.heart_rate_bpm is None)
        if a.heart_rate_bpm is not None:
            assert b.heart_rate_bpm == pytest.approx(a.heart_rate_bpm, abs=0.1)


def test_movement_without_a_pulse_from_the_first_moment_on_has_no_rate() -> None:
    rng = np.random.default_rng(4)
    t, _, acceleration = walking(80.0)
    moves = acceleration[2000:]
    light = 150_000.0 * np.exp(0.02 * np.roll(moves[:, 2] - 9.81, 6) / 9.81 + 0.002 * rng.normal(size=len(moves)))
    bodies = body_over(t[: len(moves)], light, moves)
    shown = [b for _, b in bodies if b.heart_rate_bpm is not None]
    assert len(shown) < 0.1 * len(bodies)


def test_a_chest_straps_beats_are_the_rate_however_the_hand_moves() -> None:
    t, _, acceleration = walking(50.0)
    reader = BodyReader()
    for second in range(50):
        part = slice(second * 100, second * 100 + 100)
        t_ns = START_NS + np.rint(t[part] * 1e9).astype(np.int64)
        some = acceleration[part].astype(np.float32)
        reader.add(Motion(t_ns, some, np.zeros_like(some)), int(t_ns[-1]))
        reader.add(ReportedBeat(int(t_ns[0]), 1000.0), int(t_ns[-1]))
    body = reader.read(START_NS + 49_500_000_000)
    assert body.moving > 0.7
    assert body.heart_rate_bpm == pytest.approx(60.0)


def test_the_skin_stands_beside_the_heart() -> None:
    reader = BodyReader()
    t_ns = START_NS + np.arange(0, 30_000_000_000, 100_000_000, dtype=np.int64)
    for k in range(len(t_ns)):
        assert reader.add(Skin(t_ns[k : k + 1], np.array([4.2], np.float32)), int(t_ns[k])) == []
    body = reader.read(int(t_ns[-1]))
    assert body.scl_us == pytest.approx(4.2, abs=0.01)
    assert (body.heart_rate_bpm, body.moving) == (None, 0.0)
    assert reader.read(int(t_ns[-1]) + 3_000_000_000).scl_us is None


@pytest.mark.shared
def test_a_real_runner(shared: Path) -> None:
    """TROIKA 4, wrist on a treadmill: the second to fourth half minute, within 5 bpm of the ECG's nearly all along."""
    with np.load(shared / "data" / "pulse" / "troika_04.npz") as z:
        fs, ppg, acceleration, beats = float(z["fs"]), z["ppg"].astype(float), z["acc"].astype(float), z["ref_beats"]
        assert json.loads(str(z["meta"]))["site"].startswith("wrist")
    n = round(120.0 * fs)
    t = (np.arange(n) + 1) / fs
    wave = ppg[:n] - np.median(ppg[:n])
    wave /= np.percentile(wave, 90) - np.percentile(wave, 10)
    bodies = body_over(t, 150_000.0 * (1.0 - 0.01 * wave), acceleration[:n])
    right = []
    for t_s, body in bodies:
        if t_s > 30.0:
            inside = beats[(beats > t_s - 8.0) & (beats <= t_s)]
            true = 60.0 * (len(inside) - 1) / (inside[-1] - inside[0])
            right.append(body.heart_rate_bpm is not None and abs(body.heart_rate_bpm - true) <= 5.0)
    assert np.mean(right) > 0.9
