#!/usr/bin/env python3
"""How well the body reads a pulse, live and causal, on the recordings of ../shared, beside the detectors in use today.

Recordings and scores are those of ../shared/bench/pulse_bench.py (or DARKROOM_SHARED), which hands us one sample after
the other. F1: beats within 150 ms of the reference. MAE (bpm): of the rate from beats; w5: the share of all 8 s
windows within 5 bpm; on TROIKA and for abstain_right_share (of what is shown, how much is right) the rate as shown.
Latency: from the systolic peak to the moment the beat is told, on fingers. Two processes share the recordings.

The peers see each recording whole (live ones: a sliding window), have no accelerometer and show no rate of their own:
theirs is that of their beats. --quick takes at most 600 s of each group and leaves the peers' live windows out.
BioSPPy is a peer only where it is installed: it brings opencv-python, which writes over opencv-python-headless.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pulse_plugin
from figures import Figure, main, missing
from pulse_driver import core_percent

Row = dict[str, Any]
Better = Literal["lower", "higher"]
OURS = "ours"
FINGERS = ("rest", "camera", "motion")
# pulse_bench.GROUPS, by the first word of a recording's name
GROUPS: dict[str, tuple[str, ...]] = {
    "rest": ("neurokit", "mimic", "bidmc", "cinc2015"),
    "camera": ("welltory",),
    "motion": ("fmot",),
    "troika": ("troika",),
    "abstain": ("wristex",),
}
OFFLINE = {
    "neurokit_elgendi": "neurokit2",
    "neurokit_msptdfast": "neurokit2",
    "biosppy": "biosppy",
    "heartpy": "heartpy",
}
LIVE = {"live neurokit_elgendi": ("neurokit_elgendi", 6.0), "live neurokit_msptdfast": ("neurokit_msptdfast", 8.0)}
QUICK_SECONDS = 600.0  # of each group
NO_PEER = "{} is not installed: pip install -e '.[dev]'"
NO_BIOSPPY = "biosppy is left out, it is not installed: pip install -e '.[dev,peers]' in an environment of its own"


class Measure(NamedTuple):
    """One figure: of which recordings, how it is made of their rows (None: there is nothing to make it of), its bar."""

    name: str
    groups: tuple[str, ...]
    of: Callable[[Sequence[Row]], float | None]
    unit: str
    bar: float | None
    better: Better
    peers: Callable[[Sequence[Row]], float | None] | None = None


def total(rows: Sequence[Row], key: str) -> int:
    """The sum of a count over recordings."""
    return sum(row.get(key, 0) for row in rows)


def listed(rows: Sequence[Row], key: str) -> list[float]:
    """All values of a list over recordings."""
    return [value for row in rows for value in row.get(key, ())]


def f1(rows: Sequence[Row]) -> float | None:
    """Of all beats of a group together."""
    right, wrong = total(rows, "tp"), total(rows, "fp") + total(rows, "fn")
    return 2 * right / (2 * right + wrong) if right + wrong else None


def mean_of(key: str) -> Callable[[Sequence[Row]], float | None]:
    """The mean of a list over all rows together."""

    def mean(rows: Sequence[Row]) -> float | None:
        values = listed(rows, key)
        return float(np.mean(values)) if values else None

    return mean


def share_of_windows(key: str) -> Callable[[Sequence[Row]], float | None]:
    """A count over all windows with a reference."""
    return lambda rows: total(rows, key) / total(rows, "windows") if total(rows, "windows") else None


def share_of_shown(rows: Sequence[Row]) -> float | None:
    """How much of the rate that was shown is right within 5 bpm; nothing shown is nothing wrong."""
    shown = len(listed(rows, "shown_err"))
    return total(rows, "shown_within") / shown if shown else 1.0


def latency(percent: float) -> Callable[[Sequence[Row]], float | None]:
    """A percentile of the latency, s."""

    def percentile(rows: Sequence[Row]) -> float | None:
        values = listed(rows, "latency")
        return float(np.percentile(values, percent)) if values else None

    return percentile


def micros(rows: Sequence[Row]) -> float | None:
    """Mean over recordings, microseconds a sample; None for who is not given them one by one."""
    spent = [row["us"] for row in rows if "us" in row]
    return float(np.mean(spent)) if spent else None


MAE, W5 = mean_of("err"), share_of_windows("within")
MEASURES = (
    Measure("rest_f1", ("rest",), f1, "", 0.988, "higher", f1),
    Measure("rest_mae", ("rest",), MAE, "bpm", 0.6, "lower", MAE),
    Measure("camera_f1", ("camera",), f1, "", 0.968, "higher", f1),
    Measure("camera_mae", ("camera",), MAE, "bpm", 0.8, "lower", MAE),
    Measure("motion_f1", ("motion",), f1, "", 0.925, "higher", f1),
    Measure("motion_mae", ("motion",), MAE, "bpm", 2.2, "lower", MAE),
    Measure("motion_w5", ("motion",), W5, "", 0.91, "higher", W5),
    Measure("troika_mae", ("troika",), mean_of("shown_err"), "bpm", 2.5, "lower", MAE),
    Measure("troika_w5", ("troika",), share_of_windows("shown_within"), "", 0.90, "higher", W5),
    Measure("latency_median_s", FINGERS, latency(50), "s", 0.12, "lower", latency(50)),
    Measure("latency_p95_s", FINGERS, latency(95), "s", 0.20, "lower", latency(95)),
    Measure("abstain_right_share", ("abstain",), share_of_shown, "", 0.80, "higher"),
    Measure("us_per_sample", tuple(GROUPS), micros, "us", None, "lower", micros),
)


def shared() -> Path:
    """The folder of recordings and their bench."""
    return Path(os.environ.get("DARKROOM_SHARED", Path(__file__).resolve().parents[2] / "shared"))


@cache
def bench(folder: Path) -> Any:
    """pulse_bench.py, by its path. FileNotFoundError where it is not there."""
    path = folder / "bench" / "pulse_bench.py"
    if not path.is_file():
        raise FileNotFoundError(path)
    spec = importlib.util.spec_from_file_location("pulse_bench", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():  # it silences them for everybody
        spec.loader.exec_module(module)
    return module


@cache
def recordings(folder: Path) -> dict[str, Any]:
    """By name; once a process."""
    return {each.name: each for each in bench(folder).load(str(folder / "data" / "pulse"))}


def group_of(name: str) -> str | None:
    """The group of a recording; None where no figure is made of it."""
    return next((group for group, sets in GROUPS.items() if name.split("_")[0] in sets), None)


def chosen(lengths_s: Mapping[str, float], quick: bool) -> list[str]:
    """The recordings to run, longest first; quick: evenly spread over each group's, at most QUICK_SECONDS of it."""
    names: list[str] = []
    for group in GROUPS:
        own = sorted(name for name in lengths_s if group_of(name) == group)
        if quick and own:
            keep = max(1, int(QUICK_SECONDS / np.mean([lengths_s[name] for name in own])))
            own = [own[k] for k in sorted(set(np.linspace(0, len(own) - 1, min(keep, len(own))).astype(int)))]
        names += own
    return sorted(names, key=lambda name: -lengths_s[name])


def installed() -> list[str]:
    """The peers' packages that are there."""
    return [package for package in sorted(set(OFFLINE.values())) if importlib.util.find_spec(package) is not None]


def run(folder: Path, name: str, quick: bool) -> dict[str, Row]:
    """One recording through everybody: rows of the bench by detector."""
    warnings.simplefilter("ignore")  # the peers' own
    judge, recording, there = bench(folder), recordings(folder)[name], installed()
    live: dict[str, Callable[[float], Any]] = {OURS: pulse_plugin.make}
    if not quick and "neurokit2" in there:
        for peer, (detector, window_s) in LIVE.items():
            live[peer] = _sliding(judge, detector, window_s)
    rows = {}
    for who, make in live.items():
        beats, emitted, shown, us = judge.run_live(make, recording)
        rows[who] = {**judge.score(recording, beats, emitted, shown), "us": us}
    for peer, package in OFFLINE.items():
        if package in there:
            rows[peer] = judge.score(recording, getattr(judge, peer)(recording.ppg, judge.FS))
    return rows


def _sliding(judge: Any, detector: str, window_s: float) -> Callable[[float], Any]:
    return lambda rate_hz: judge.Sliding(rate_hz, getattr(judge, detector), window_s)


def figures(rows: Mapping[str, Sequence[Row]], core: float | None) -> list[Figure]:
    """Of rows by detector; core: the driver's share of one in percent, None where it was not measured."""
    told = []
    for each in MEASURES:
        of_group = {who: [row for row in own if group_of(row["name"]) in each.groups] for who, own in rows.items()}
        value = each.of(of_group[OURS]) if of_group.get(OURS) else None
        if value is None:
            why = f"no recordings of {' or '.join(each.groups)}, or no beats: are they in ../shared/data/pulse?"
            told.append(missing(each.name, each.unit, each.bar, why))
            continue
        theirs = {who: each.peers(own) for who, own in of_group.items() if who != OURS} if each.peers else {}
        peers = {who: result for who, result in theirs.items() if result is not None}
        told.append(Figure(each.name, value, each.unit, each.bar, each.better, peers))
    if core is not None:
        told.append(Figure("driver_core_percent", core, "%", 1.0))
    return told


def measure(quick: bool) -> list[Figure]:
    """Everything of the pulse."""
    folder = shared()
    try:
        lengths = {name: len(each.ppg) / bench(folder).FS for name, each in recordings(folder).items()}
    except (FileNotFoundError, ImportError) as error:
        why = f"needs ../shared/bench/pulse_bench.py and its recordings (or DARKROOM_SHARED): {error}"
        gone = [missing(each.name, each.unit, each.bar, why) for each in MEASURES]
        return [*gone, Figure("driver_core_percent", core_percent(10.0 if quick else 60.0), "%", 1.0)]
    core = core_percent(20.0 if quick else 60.0)  # while nothing else runs
    names, rows = chosen(lengths, quick), dict[str, list[Row]]()
    if quick:
        print(f"quick: {len(names)} of {len(lengths)} recordings, without the peers' live windows")
    with ProcessPoolExecutor(2) as pool:
        for found in pool.map(run, [folder] * len(names), names, [quick] * len(names)):
            for who, row in found.items():
                rows.setdefault(who, []).append(row)
    there = installed()
    if "biosppy" not in there:
        print(NO_BIOSPPY)
    absent = [missing(f"peer_{each}", "", None, NO_PEER.format(each)) for each in ("heartpy", "neurokit2")]
    return figures(rows, core) + [each for each in absent if each.figure.removeprefix("peer_") not in there]


if __name__ == "__main__":
    sys.exit(main(__doc__ or "", measure))
