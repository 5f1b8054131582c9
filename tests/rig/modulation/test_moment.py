"""Printed on the moment, each signal of the body stands as much earlier as it is late; the hands' stay."""

from __future__ import annotations

from rig.modulation.moment import moments
from rig.modulation.signals import SOURCES, Signal, Signals

FRAME_NS = 100_000_000


def heard(count: int) -> list[Signals]:
    """Each signal says the number of its frame."""
    names = ("body.arousal", "body.heart_rate", "hands.tempo")
    return [{name: Signal(n / 1000.0, 0.9, 0.1) for name in names} for n in range(count)]


def test_each_is_moved_by_its_own_lag_and_the_last_one_stays() -> None:
    signals = heard(100)
    moved = moments([n * FRAME_NS for n in range(100)], signals)
    for n in range(100):
        assert moved[n]["hands.tempo"] == signals[n]["hands.tempo"]
        for name in ("body.arousal", "body.heart_rate"):
            later = min(n + round(SOURCES[name].lag_s * 10), 99)
            assert moved[n][name] == signals[later][name]


def test_no_frames_are_no_signals() -> None:
    assert moments([], []) == []
