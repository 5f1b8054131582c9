"""Durations as bars of text."""

from __future__ import annotations

import pytest

from rig.histogram import BARS, Histogram, draw


def test_percentiles_are_durations_that_were_measured() -> None:
    of = Histogram("frame to print", [float(number) for number in range(1, 101)])
    assert [of.percentile(share) for share in (0.0, 0.5, 0.95, 0.99, 1.0)] == [1.0, 50.0, 95.0, 99.0, 100.0]
    assert Histogram("one", [7.0]).percentile(0.99) == 7.0
    with pytest.raises(ValueError, match="expected durations, got none"):
        Histogram("none", []).percentile(0.5)


def test_bars_count_what_is_in_them_and_the_last_is_what_lies_beyond() -> None:
    text = draw(Histogram("knob to print", [*(10.0 + number % 30 for number in range(3000)), 900.0]), "no knob")
    first, *bars = text.splitlines()
    assert first == "knob to print: p50 25.0  p95 38.0  p99 39.0  longest 900.0 ms  (3001)"
    assert sum(int(bar.split()[-1]) for bar in bars) == 3001
    assert bars[-1].split()[0].endswith("+")
    assert bars[-1].split()[-1] == "1"
    assert len(bars) <= BARS + 2
    assert max(bar.count("#") for bar in bars) == 44


def test_what_was_not_measured_is_said() -> None:
    assert draw(Histogram("beat to print", []), "no beat was found") == "beat to print: no beat was found"


@pytest.mark.parametrize("ms", [[0.0], [5.0, 5.0, 5.0], [0.01, 0.02], [1.0, 9_999.0], [-3.0, 2.0]])
def test_any_durations_can_be_drawn(ms: list[float]) -> None:
    lines = draw(Histogram("x", ms), "").splitlines()
    assert sum(int(line.split()[-1]) for line in lines[1:]) == len(ms)
