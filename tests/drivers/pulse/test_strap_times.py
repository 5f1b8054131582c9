"""How a strap's intervals are laid back in time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from drivers.pulse.beat_times import BeatTimes

S = 1_000_000_000
Message = tuple[float, list[float]]  # arrival in s, intervals in s


def beats(seconds: float, seed: int = 3, bpm: float = 70.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.cumsum(60 / bpm * (1 + 0.05 * rng.standard_normal(int(seconds * bpm / 60))))


def messages(
    true: np.ndarray, every_s: float = 1.0, clock_error: float = 0.0, floor: bool = False, seed: int = 1
) -> Iterator[Message]:
    """What a strap says of these beats, a message every second of its own clock, late by 5 to 30 ms."""
    rng = np.random.default_rng(seed)
    told, t = 1, every_s
    while told < len(true):
        upto = int(np.searchsorted(true, t))
        ticks = np.diff(true[told - 1 : upto]) * (1 + clock_error) * 1024
        rr = (np.floor(ticks) if floor else np.rint(ticks)) / 1024
        yield t + rng.uniform(0.005, 0.03), rr.tolist()
        told = max(told, upto)
        t += every_s / (1 + clock_error)


def lay(said: list[Message]) -> list[tuple[float, float | None]]:
    """Times in s, and intervals; checks what is always true of them."""
    times = BeatTimes()
    got: list[tuple[float, float | None]] = []
    for arrived_s, rr in said:
        arrived_ns = round(arrived_s * S)
        for t_ns, ibi_ms in times.add(arrived_ns, rr):
            assert t_ns <= arrived_ns
            got.append((t_ns / S, ibi_ms))
    assert all(a[0] < b[0] for a, b in pairwise(got))
    return got


def off_s(got: list[tuple[float, float | None]], true: np.ndarray) -> np.ndarray:
    return np.array([t - true[np.argmin(np.abs(true - t))] for t, _ in got])


@pytest.mark.parametrize("clock_error", [-200e-6, -50e-6, 0.0, 50e-6, 200e-6])
def test_an_hour_does_not_drift(clock_error: float) -> None:
    true = beats(3600.0)
    off = off_s(lay(list(messages(true, clock_error=clock_error))), true)
    assert len(off) >= len(true) - 3
    assert off[60:].min() > -0.01
    assert np.percentile(off[60:], 99) < 0.1
    assert off[60:].max() < 0.15
    assert abs(np.mean(off[-900:]) - np.mean(off[60:960])) < 0.02


def test_a_strap_that_rounds_its_intervals_down_does_not_drift_either() -> None:
    true = beats(1200.0)
    off = off_s(lay(list(messages(true, floor=True))), true)
    assert off[60:].min() > -0.02
    assert off[60:].max() < 0.12


@pytest.mark.parametrize(("bpm", "every_s"), [(35.0, 1.0), (190.0, 1.0), (70.0, 2.0), (70.0, 0.25)])
def test_slow_and_fast_hearts_and_straps(bpm: float, every_s: float) -> None:
    true = beats(300.0, bpm=bpm)
    off = off_s(lay(list(messages(true, every_s=every_s))), true)
    assert len(off) >= len(true) - 8
    assert np.abs(off[80:]).max() < 0.12


def test_distances_of_beats_are_their_intervals_once_it_has_settled() -> None:
    got = lay(list(messages(beats(600.0))))[60:]
    apart_ms = 1000 * np.diff([t for t, _ in got])
    strayed = np.abs(apart_ms - [ibi for _, ibi in got[1:]])
    assert np.mean(strayed < 20.0) > 0.97  # what RMSSD allows
    assert np.median(strayed) < 5.1


def test_a_late_message_moves_nothing() -> None:
    said = list(messages(beats(200.0)))
    late = [(arrived + (0.2 if i % 7 == 0 else 0.0), rr) for i, (arrived, rr) in enumerate(said)]
    a, b = lay(said)[60:], lay(late)[60:]
    assert np.abs(np.array([t for t, _ in a]) - [t for t, _ in b]).max() < 0.05


def test_a_lost_message_starts_the_chain_anew_and_not_a_second_early() -> None:
    true = beats(300.0)
    said = list(messages(true))
    del said[100]
    off = off_s(lay(said), true)
    assert np.abs(off[180:]).max() < 0.12
    assert np.mean(np.abs(off[60:]) < 0.1) > 0.9


def test_intervals_that_no_heart_has_are_time_and_no_interval() -> None:
    times = BeatTimes()
    got = times.add(10 * S, [0.8, 3.0, 0.1, 0.8])
    assert [ibi for _, ibi in got] == [800.0, None, None, 800.0]
    assert np.diff([t for t, _ in got]).tolist() == pytest.approx([3.0 * S, 0.1 * S, 0.8 * S])


def test_a_broken_chain_gives_no_beat_twice() -> None:
    times = BeatTimes()
    first = times.add(10 * S, [0.8, 0.8])
    times.restart()
    again = times.add(round(10.5 * S), [0.8, 0.8, 0.4])
    assert [t for t, _ in again] == [round(10.1 * S), round(10.5 * S)]
    assert first[-1][0] == 10 * S
