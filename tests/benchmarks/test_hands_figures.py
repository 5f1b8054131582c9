"""The hands' benchmark: names and bars, a judge of detents that finds fault, movements told as on the live rig."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import hands
import knob_edges
import pytest
from figures import Figure, report
from hand_models import KINDS, trials
from knob_edges import Stroke, Told, edges_of, judge, strokes

from drivers.readings import Turn

NAMES = {
    "lost_detents_at_100_per_s",
    "reversed_detents",
    "invented_detents",
    "hesitation_accuracy",
    "sparc_error",
    "ldlj_error",
    "one_euro_error",
}


def test_every_figure_has_its_name_and_what_is_missing_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DARKROOM_SHARED", str(tmp_path))
    monkeypatch.setattr(hands, "trials", lambda each, seed: trials(2, seed, people=3))
    found = {each.figure: each for each in hands.measure(quick=True)}
    assert set(found) == NAMES
    assert {name for name, each in found.items() if each.missing} == NAMES - {
        "hesitation_accuracy",
        "sparc_error",
        "ldlj_error",
    }
    assert "fakegpio.c" in found["reversed_detents"].missing
    assert found["sparc_error"].holds
    assert found["ldlj_error"].holds
    printed = capsys.readouterr().out
    assert all(f"\n{kind:16}" in printed for kind in KINDS)


def test_accuracy_is_half_for_whoever_guesses_and_one_for_whoever_knows() -> None:
    assert hands.balanced_accuracy(Counter({(kind, "hesitate"): 10 for kind in KINDS})) == 0.5
    assert hands.balanced_accuracy(Counter({(kind, kind): 10 for kind in KINDS})) == 1.0
    half = Counter({(kind, kind): 10 for kind in KINDS} | {("hesitate", "hesitate"): 5, ("hesitate", "sweep"): 5})
    assert hands.balanced_accuracy(half) == 0.75


def test_a_movement_is_told_from_its_turns_alone_as_the_live_rig_tells_it() -> None:
    def turned(*at_ms: int) -> list[Turn]:
        return [Turn(10**12 + ms * 10**6, "dodge", 1) for ms in at_ms]

    assert hands.seen_as(turned(0, 70, 140, 210, 280, 350), 2.5) == ("sweep", True)  # nobody came after it
    assert hands.seen_as(turned(0, 70, 140, 740, 810, 880), 2.5) == ("hesitate", True)
    assert hands.seen_as(turned(0), 2.5) == ("nudge", False)


def test_a_peer_that_is_as_good_as_can_be_is_shown() -> None:
    line = report([Figure("lost", 0, "detents", 0, peers={"another": 0.0, "a third": 2.0})])
    assert line.endswith("   another 0   a third 2 (ratio 0)")


TURNED = [Stroke("dodge", 1, 10, 1.0, 1.1), Stroke("dodge", -1, 10, 1.2, 1.3), Stroke("burn", 1, 5, 1.0, 1.05)]
RIGHT = [
    *((1.0 + n / 100, "dodge", 1) for n in range(1, 11)),
    *((1.2 + n / 100, "dodge", -1) for n in range(1, 11)),
    *((1.0 + n / 100, "burn", 1) for n in range(1, 6)),
]


@pytest.mark.parametrize(
    ("heard", "told"),
    [
        (RIGHT, Told(0, 0, 0)),
        (RIGHT[1:], Told(1, 0, 0)),
        ([*RIGHT, (1.05, "dodge", -1)], Told(0, 1, 0)),
        ([*RIGHT, (1.25, "dodge", -1)], Told(0, 0, 1)),
        ([(t, knob, -way) for t, knob, way in RIGHT], Told(25, 25, 0)),
        ([], Told(25, 0, 0)),
    ],
)
def test_the_judge_counts_what_is_lost_what_is_backwards_and_what_never_was(
    heard: list[tuple[float, str, int]], told: Told
) -> None:
    assert judge(TURNED, heard) == told


def test_the_hand_turns_as_fast_and_bounces_as_long_as_it_is_said_to() -> None:
    turned = strokes(2000)
    assert sum(stroke.detents for stroke in turned) == 2000
    assert {stroke.way for stroke in turned} == {1, -1}
    stroke = Stroke("dodge", 1, 4, 0.0, 0.04)
    edges = edges_of([stroke])
    assert all(a[0] <= b[0] for a, b in itertools.pairwise(edges))
    assert len(edges) > 3 * 16  # four a detent, and every one of them bounces
    for pin in knob_edges.PINS["dodge"]:
        levels = [level for _, at, level in edges if at == pin]
        assert levels[:2] == [0, 1]
        assert levels[-1] == 1  # four whole detents: both are at rest again
    assert max(at_s for at_s, _, _ in edges) < 0.04 + knob_edges.BOUNCE_S
