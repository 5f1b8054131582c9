from __future__ import annotations

import pytest

from rig.body.baseline import QUIET_S, QuietBaseline, QuietMinutes, Rolling
from rig.body.meaning import Body


def watch(quiet: QuietMinutes, body: Body, begin_s: float, seconds: float) -> float:
    for i in range(round(seconds * 10)):
        quiet.add(begin_s + i / 10, body)
    return begin_s + seconds


def test_a_rolling_mean_is_of_everything_at_first_and_of_the_last_minutes_later() -> None:
    rolling = Rolling(100.0)
    rolling.add(1.0, 1.0)
    rolling.add(3.0, 1.0)
    assert rolling.value == pytest.approx(2.0)
    for _ in range(1000):
        rolling.add(5.0, 1.0)
    assert rolling.value == pytest.approx(5.0, abs=0.001)
    rolling.add(105.0, 1.0)
    assert rolling.value == pytest.approx(6.0, abs=0.01)


def test_what_is_doubted_is_learnt_anew() -> None:
    doubted, sure = Rolling(100.0), Rolling(100.0)
    for rolling in (doubted, sure):
        for _ in range(100):
            rolling.add(1.0, 1.0)
    doubted.doubt(1.0)
    for rolling in (doubted, sure):
        for _ in range(5):
            rolling.add(2.0, 1.0)
    assert doubted.value > 1.8
    assert sure.value < 1.1


def test_two_quiet_minutes_give_the_middle_rate_and_rmssd() -> None:
    quiet = QuietMinutes()
    t = watch(quiet, Body(60.0, None, sqi=0.9), 0.0, 35.0)
    t = watch(quiet, Body(62.0, 40.0, sqi=0.9), t, 80.0)
    assert not quiet.done
    with pytest.raises(ValueError, match="expected 120 s of a clean pulse"):
        quiet.baseline()
    watch(quiet, Body(63.0, 90.0, sqi=0.9), t, 10.0)
    assert quiet.done
    assert not quiet.restless
    assert quiet.baseline() == QuietBaseline(62.0, 40.0)


@pytest.mark.parametrize("bad", [Body(), Body(200.0, 5.0, sqi=0.2), Body(None, None, sqi=0.9)])
def test_only_a_clean_pulse_counts(bad: Body) -> None:
    quiet = QuietMinutes()
    t = watch(quiet, Body(60.0, 50.0, sqi=0.9), 0.0, 60.0)
    before = quiet.clean_s
    t = watch(quiet, bad, t, 200.0)
    assert quiet.clean_s == before
    watch(quiet, Body(60.0, 50.0, sqi=0.9), t, 62.0)
    assert quiet.baseline() == QuietBaseline(60.0, 50.0)


def test_a_silence_is_not_taken_for_quiet() -> None:
    quiet = QuietMinutes()
    quiet.add(0.0, Body(60.0, sqi=1.0))
    quiet.add(500.0, Body(60.0, sqi=1.0))
    assert quiet.clean_s <= 1.0


def test_rmssd_that_was_hardly_seen_is_unknown() -> None:
    quiet = QuietMinutes()
    t = watch(quiet, Body(60.0, None, sqi=0.9), 0.0, QUIET_S - 10.0)
    watch(quiet, Body(60.0, 40.0, sqi=0.9), t, 12.0)
    assert quiet.baseline() == QuietBaseline(60.0, None)


def test_a_heart_that_hurries_is_restless() -> None:
    quiet = QuietMinutes()
    assert not quiet.restless
    t = watch(quiet, Body(60.0, sqi=0.9), 0.0, 60.0)
    watch(quiet, Body(70.0, sqi=0.9), t, 62.0)
    assert quiet.done
    assert quiet.restless
