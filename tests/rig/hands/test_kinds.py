"""Every kind of movement by its definition, at its bounds, and by many simulated people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pointing import S, play, someone

from drivers.readings import Turn
from rig.hands.kinds import kind_of
from rig.hands.meaning import MovementKind

KINDS: tuple[MovementKind, ...] = ("nudge", "sweep", "hesitate", "linger", "reverse", "flick", "lean-in")


def burst(*parts: float | tuple[int, float]) -> list[Turn]:
    """(detents, seconds between them), and pauses in seconds."""
    t_s, turns = 5.0, []
    for part in parts:
        if isinstance(part, tuple):
            for number in range(abs(part[0])):
                t_s += part[1] if number else 0.0
                turns.append(Turn(round(t_s * S), "dodge", 1 if part[0] > 0 else -1))
        else:
            t_s += part
    return turns


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("nudge", [(1, 0.1)]),
        ("nudge", [(-3, 0.1)]),
        ("nudge", [(2, 0.05), 0.4, (1, 0.1)]),
        ("sweep", [(5, 0.1)]),
        ("sweep", [(-30, 0.05)]),
        ("sweep", [(10, 0.06), 0.25, (1, 0.1)]),
        ("sweep", [(10, 0.06), 0.25, (-1, 0.1)]),
        ("hesitate", [(6, 0.08), 0.3, (6, 0.08)]),
        ("hesitate", [(6, 0.08), 1.2, (6, 0.08)]),
        ("hesitate", [(-6, 0.08), 0.6, (-2, 0.08)]),
        ("hesitate", [(6, 0.08), 0.6, (6, 0.08), 0.6, (6, 0.08)]),
        ("linger", [(6, 0.08), 1.6, (1, 0.1)]),
        ("linger", [(6, 0.08), 1.6, (-1, 0.1), 0.9, (1, 0.1)]),
        ("reverse", [(6, 0.08), 0.2, (-2, 0.08)]),
        ("reverse", [(-12, 0.05), 0.05, (9, 0.08)]),
        ("flick", [(4, 0.04)]),
        ("flick", [(8, 0.02)]),
        ("flick", [(-5, 0.02), 0.3, (-6, 0.02)]),
        ("lean-in", [(3, 0.4)]),
        ("lean-in", [(-7, 0.75)]),
        ("lean-in", [(9, 0.06), 2.4, (4, 0.5)]),
        ("hesitate", [(9, 0.06), 2.4, (5, 0.08), 0.5, (5, 0.08)]),
    ],
)
def test_by_definition(kind: MovementKind, parts: Sequence[float | tuple[int, float]]) -> None:
    assert kind_of(burst(*parts)) == kind


def test_dwelling_is_known_from_the_time_alone() -> None:
    sweep = burst((9, 0.08))
    end_ns = sweep[-1].t_ns
    assert kind_of(sweep, end_ns + round(0.9 * S)) == "sweep"
    assert kind_of(sweep, end_ns + round(1.3 * S)) == "linger"
    assert kind_of(burst((2, 0.1)), end_ns + 3 * S) == "nudge"


def test_slow_steps_are_leaning_in_after_stillness_only() -> None:
    slow = burst((4, 0.4))
    assert kind_of(slow, still_s=2.5) == "lean-in"
    assert kind_of(slow, still_s=1.6) != "lean-in"


def test_a_bounce_does_not_turn_the_hand_round() -> None:
    sweep = burst((8, 0.08))
    at = sweep[4].t_ns
    bounced = [*sweep, Turn(at + 1_000_000, "dodge", -1), Turn(at + 2_000_000, "dodge", 1)]
    assert kind_of(bounced) == "sweep"


def test_several_detents_in_one_reading_are_as_many_alone() -> None:
    assert kind_of([Turn(S, "burn", 3), Turn(S + S // 6, "burn", 4), Turn(S + S // 3, "burn", 2)]) == "sweep"
    assert kind_of([Turn(S, "burn", -2)]) == "nudge"


def test_no_turns_are_no_movement() -> None:
    with pytest.raises(ValueError, match="expected at least one turn"):
        kind_of([])


def test_the_hands_of_many_people_are_told_apart() -> None:
    told = {kind: Counter(kind_of(*play(kind, someone(1000 + seed))) for seed in range(80)) for kind in KINDS}
    for kind in KINDS:
        assert told[kind][kind] >= 0.92 * 80, (kind, told[kind])
    assert sum(told[kind][kind] for kind in KINDS) >= 0.96 * 80 * len(KINDS)


def test_the_slow_and_the_clumsy_are_told_apart_too() -> None:
    for tempo, noise in ((0.6, 0.1), (1.0, 0.25)):
        right = 0
        for kind in KINDS:
            for seed in range(40):
                person = someone(2000 + seed)
                person.tempo, person.noise = tempo, noise
                right += kind_of(*play(kind, person)) == kind
        assert right >= 0.93 * 40 * len(KINDS), (tempo, noise, right)


@given(st.lists(st.tuples(st.integers(0, 3_000), st.integers(-4, 4).filter(bool)), min_size=1, max_size=40))
def test_any_turns_are_some_kind_and_their_mirror_is_the_same(steps: list[tuple[int, int]]) -> None:
    t_ns, turns, mirrored = S, [], []
    for gap_ms, detents in steps:
        t_ns += gap_ms * 1_000_000
        turns.append(Turn(t_ns, "dodge", detents))
        mirrored.append(Turn(t_ns, "dodge", -detents))
    assert kind_of(turns) in KINDS
    assert kind_of(turns) == kind_of(mirrored)
