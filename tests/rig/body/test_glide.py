from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.body.glide import FADE_S, RISE_S, STEEPEST, Fade, Glide

aims = st.lists(st.tuples(st.floats(0.01, 3.0), st.floats(0.0, 1.0)), min_size=1, max_size=12)


@given(aims)
def test_whatever_it_aims_at_it_keeps_its_slope_and_its_range(targets: list[tuple[float, float]]) -> None:
    glide, t, seen = Glide(0.0), 0.0, []
    for lasted, target in targets:
        glide.aim(t, target)
        seen += [(t + lasted * i / 20, glide.at(t + lasted * i / 20)) for i in range(21)]
        t += lasted
    assert all(0.0 <= value <= 1.0 for _, value in seen)
    for (t0, a), (t1, b) in pairwise(seen):
        assert abs(b - a) <= STEEPEST * (t1 - t0) + 1e-9


def test_it_begins_gently_and_arrives() -> None:
    glide = Glide(0.5)
    glide.aim(10.0, 1.0)
    assert glide.at(9.0) == glide.at(10.0) == 0.5
    assert glide.at(10.05) - 0.5 < 0.003
    assert glide.at(11.05) == pytest.approx(0.75, abs=0.005)
    assert glide.at(12.43) == pytest.approx(0.95, abs=0.005)
    assert glide.at(30.0) == pytest.approx(1.0)


def test_asking_changes_nothing() -> None:
    asked, silent = Glide(0.0), Glide(0.0)
    for glide in (asked, silent):
        glide.aim(1.0, 1.0)
    for i in range(100):
        asked.at(1.0 + i / 10)
    for glide in (asked, silent):
        glide.aim(2.0, 0.3)
    assert asked.at(3.0) == silent.at(3.0)


def test_without_a_beat_there_is_nothing_and_it_is_gone() -> None:
    fade = Fade()
    fade.lost(3.0)
    assert fade.at(5.0) == 0.0
    assert fade.gone(5.0)


def test_it_rises_in_its_time_and_falls_after_its_patience() -> None:
    fade, seen = Fade(), []
    for i in range(10):
        fade.beat(float(i), 1.5)
        seen.append(fade.at(i + 0.5))
    assert seen[:4] == pytest.approx([0.5 / RISE_S, 1.5 / RISE_S, 1.0, 1.0])
    assert fade.at(10.5) == 1.0
    assert fade.at(10.5 + FADE_S / 2) == pytest.approx(0.5)
    assert not fade.gone(10.5 + FADE_S - 0.01)
    assert fade.gone(10.5 + FADE_S)


def test_what_is_lost_falls_at_once_and_only_once() -> None:
    fade = Fade()
    for i in range(10):
        fade.beat(float(i), 3.0)
    fade.lost(9.5)
    half = fade.at(9.5 + FADE_S / 2)
    fade.lost(9.9)  # it falls already
    assert fade.at(9.5 + FADE_S / 2) == half == pytest.approx(0.5)
    assert fade.gone(9.5 + FADE_S)


@given(
    st.lists(st.tuples(st.floats(0.05, 6.0), st.floats(0.5, 3.0), st.booleans()), min_size=1, max_size=12),
)
def test_whatever_happens_it_makes_no_step(events: list[tuple[float, float, bool]]) -> None:
    fade, t, seen = Fade(), 0.0, []
    for lasted, patience, lost in events:
        if lost:
            fade.lost(t)
        else:
            fade.beat(t, patience)
        seen += [(t + lasted * i / 20, fade.at(t + lasted * i / 20)) for i in range(21)]
        t += lasted
    steepest = max(1.0 / FADE_S, 1.0 / RISE_S)
    for (t0, a), (t1, b) in pairwise(seen):
        assert abs(b - a) <= steepest * (t1 - t0) + 1e-9
