"""The latency benchmark: names and bars, pixels found where they change, and figures that can miss."""

from __future__ import annotations

import latency
import pytest

MS = 1_000_000
BARS = {
    "knob_to_print_p50_ms": 25,
    "knob_to_print_p95_ms": 42,
    "beat_to_print_p50_ms": 160,
    "knob_to_page_p95_ms": 110,
    "convoy_ratio": 1.3,
}


def seen(edges: list[int], late_ms: float) -> list[list[float]]:
    """Thirty prints a second; each edge makes them lighter or darker, so much later."""
    values = []
    for number in range(1200):
        ms = number * 1000 / 30
        done = sum(1 for edge in edges if edge / MS + late_ms <= ms)
        values.append([ms, 90.0 + (done % 2) * 2.0 + 0.1 * (number % 3)])
    return values


def run(late_ms: float = 20.0, crowd_ms: float = 22.0) -> dict[str, latency.Figure]:
    edges = [n * 400 * MS + 7 * MS for n in range(2, 90)]
    still, crowded = [(0, 18_000 * MS)], [(18_000 * MS + 1, 40_000 * MS)]
    watching = latency.Watching(None, None)  # type: ignore[arg-type]
    watching.turns = [(t, t + round((late_ms if t < still[0][1] else crowd_ms) * MS)) for t in edges]
    watching.beats = [(t, t + 130 * MS) for t in edges]
    watching.frames = [(t, t + 12 * MS) for t in edges]
    peaks = [t + 100 * MS for t in edges]
    return {each.figure: each for each in latency.figures(watching, peaks, seen(edges, 60.0), still, crowded)}


def test_every_figure_has_its_name_and_bar_and_what_was_put_in_comes_out() -> None:
    found = run()
    assert {name: each.bar for name, each in found.items() if each.bar is not None} == BARS
    assert all(each.holds for each in found.values())
    assert found["knob_to_print_p50_ms"].value == pytest.approx(20.0)
    assert found["beat_to_print_p50_ms"].value == pytest.approx(30.0)  # after the peak, not the upstroke
    assert found["convoy_ratio"].value == pytest.approx(1.1)
    assert 60 <= found["knob_to_page_p50_ms"].value <= 60 + 1000 / 30


def test_a_slow_rig_misses_and_so_does_one_that_others_hold_up() -> None:
    slow = run(late_ms=50.0, crowd_ms=70.0)
    assert not slow["knob_to_print_p50_ms"].holds
    assert not slow["knob_to_print_p95_ms"].holds
    assert not slow["convoy_ratio"].holds


def test_the_script_is_one_and_its_moments_are_at_random() -> None:
    from drivers.sim.script import parse_script

    moves = [move for move in parse_script(latency.script(60.0)) if abs(move.detents) == 1]
    phases = {round(move.at_s * 1000) % 33 for move in moves}
    assert len(moves) > 100
    assert len(phases) > 20
