from __future__ import annotations

from rig.body.path import BeatPath


def test_a_jolt_between_two_beats_is_behind_and_the_next_beat_is_not() -> None:
    path = BeatPath()
    for i in range(6):
        assert path.add(0.8 * i, 0.0, 0.8) > -0.5
    assert path.add(4.0 + 0.4, 0.0, 0.8) < -1.0
    assert path.add(4.8, 0.0, 0.8) > -0.5


def test_a_beat_that_was_missed_costs_no_later_one() -> None:
    path = BeatPath()
    for i in [0, 1, 2, 4, 5, 6]:
        assert path.add(0.8 * i, 0.0, 0.8) > -0.5
