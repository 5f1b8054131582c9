#!/usr/bin/env python3
"""How well the body reads a pulse that nobody tuned it on: the open recordings of ../shared, bent.

No constant may fit one recording, and few are open. So the fingers at rest are played faster and slower, fainter, with
more noise, and on a mean light that swings with the breath by four pulses. F1 of the beats as pulse.py has it, over all
recordings of a bend together; beside the offline detector that pulse_bench.py scores best. shown_right_share: of the
rate that is shown, how much is right within 5 bpm, over all bends. There are no bars: it tells what a change costs.
--quick takes every third recording.
"""

from __future__ import annotations

import copy
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pulse
import pulse_plugin
from figures import Figure, main, missing

PEER = "neurokit_elgendi"
LIGHT = 150_000.0  # counts


class Bend(NamedTuple):
    """What is done to a recording. faster: of the heart. perfusion: of the light, peak to peak. noise: counts, rms.
    swing: of the mean light at 0.22 and 0.05 Hz, in pulses to either side."""

    faster: float = 1.0
    perfusion: float = 0.01
    noise: float = 12.0
    swing: float = 0.0


BENDS = {
    "slow_0.6": Bend(faster=0.6),
    "fast_1.35": Bend(faster=1.35),
    "fast_1.7": Bend(faster=1.7),
    "faint": Bend(perfusion=0.001),
    "noisy": Bend(noise=100.0),
    "breath": Bend(swing=2.0),
}


def bent(recording: Any, bend: Bend, judge: Any) -> Any:
    """The recording as if it had been such a one."""
    made = copy.copy(recording)
    n = int(len(recording.ppg) / bend.faster)
    made.ppg = np.interp(np.arange(n) * bend.faster, np.arange(len(recording.ppg)), recording.ppg)
    made.beats, made.valid = recording.beats / bend.faster, recording.valid / bend.faster
    rng, t_s = np.random.default_rng(1), np.arange(n) / judge.FS
    filtered = judge.band(made.ppg)
    pulses = (made.ppg - np.median(made.ppg)) / ((np.percentile(filtered, 90) - np.percentile(filtered, 10)) or 1.0)
    pulses += bend.swing * (np.sin(2 * np.pi * 0.22 * t_s) + 0.5 * np.sin(2 * np.pi * 0.05 * t_s))
    counts = np.round(LIGHT * (1.0 - bend.perfusion * pulses) + rng.normal(0.0, bend.noise, n))
    made.ir = made.red = np.clip(counts, 0, 262143).astype(int)
    return made


def run(folder: Path, name: str, bend: str) -> dict[str, pulse.Row]:
    """One recording, bent, through us and the peer."""
    warnings.simplefilter("ignore")  # the peer's own
    judge = pulse.bench(folder)
    recording = bent(pulse.recordings(folder)[name], BENDS[bend], judge)
    beats, emitted, shown, _ = judge.run_live(pulse_plugin.make, recording)
    rows = {pulse.OURS: judge.score(recording, beats, emitted, shown)}
    if "neurokit2" in pulse.installed():
        rows[PEER] = judge.score(recording, getattr(judge, PEER)(-recording.ir.astype(float), judge.FS))
    return rows


def figures(rows: dict[str, list[dict[str, pulse.Row]]]) -> list[Figure]:
    """A figure a bend, and what is shown over all. rows: of each bend."""
    told = []
    for bend, each in rows.items():
        ours, peers = pulse.f1([row[pulse.OURS] for row in each]), pulse.f1([row[PEER] for row in each if PEER in row])
        told.append(Figure(f"{bend}_f1", ours or 0.0, "", None, "higher", {} if peers is None else {PEER: peers}))
    everything = [row[pulse.OURS] for each in rows.values() for row in each]
    told.append(Figure("shown_right_share", pulse.share_of_shown(everything) or 0.0, "", None, "higher"))
    return told


def measure(quick: bool) -> list[Figure]:
    """All figures."""
    folder = pulse.shared()
    try:
        names = sorted(name for name in pulse.recordings(folder) if pulse.group_of(name) in ("rest", "camera"))
    except (FileNotFoundError, ImportError) as error:
        why = f"needs ../shared/bench/pulse_bench.py and its recordings (or DARKROOM_SHARED): {error}"
        return [missing(f"{bend}_f1", "", None, why) for bend in BENDS]
    jobs = [(bend, name) for bend in BENDS for name in names[:: 3 if quick else 1]]
    rows: dict[str, list[dict[str, pulse.Row]]] = {bend: [] for bend in BENDS}
    with ProcessPoolExecutor(2) as pool:
        done = pool.map(run, [folder] * len(jobs), [name for _, name in jobs], [bend for bend, _ in jobs])
        for (bend, _), row in zip(jobs, done, strict=True):
            rows[bend].append(row)
    return figures(rows)


if __name__ == "__main__":
    sys.exit(main(__doc__ or "", measure))
