from __future__ import annotations

from random import Random

import pytest

from drivers.clock_fit import ClockFit


def looks(rate_hz: float, seconds: float, late_s: float = 0.0, seed: int = 1) -> ClockFit:
    """A sensor at rate_hz, its first sample at 5 s, looked at every 16.18 ms, and up to late_s late."""
    fit, random, now_s = ClockFit(0.01), Random(seed), 5.0
    while now_s < 5.0 + seconds:
        now_s += 0.01618 + random.uniform(0.0, late_s)
        fit.look(int((now_s - 5.0) * rate_hz) + 1, now_s, now_s)
    return fit


@pytest.mark.parametrize("rate_hz", [98.06, 100.4, 140.5])
@pytest.mark.parametrize("late_s", [0.0, 0.015])
def test_the_rate_of_any_chip_is_found_within_0_1_percent_in_two_seconds(rate_hz: float, late_s: float) -> None:
    fit = looks(rate_hz, 2.0, late_s)
    assert 1 / fit.period_s == pytest.approx(rate_hz, rel=1e-3)
    fit = looks(rate_hz, 30.0, late_s)
    assert 1 / fit.period_s == pytest.approx(rate_hz, rel=1e-4)
    assert fit.clock_error == pytest.approx(rate_hz / 100.0 - 1.0, abs=1e-4)
    assert fit.time_s(1000) == pytest.approx(5.0 + 1000 / rate_hz, abs=0.005)


def test_nothing_is_claimed_in_the_first_half_second() -> None:
    assert looks(140.5, 0.4).clock_error is None
    assert looks(140.5, 0.6).clock_error == pytest.approx(0.405, abs=0.03)


def test_a_host_that_is_held_up_does_not_bend_the_line() -> None:
    fit = looks(100.4, 10.0)
    before = fit.period_s
    fit.look(1005 + 50, 15.0 + 0.5, 16.0)  # the transfer took half a second: somewhere in it
    assert fit.period_s == before


def test_the_newest_sample_is_never_in_the_future_nor_older_than_a_period() -> None:
    fit, random, now_s = ClockFit(0.01), Random(3), 0.0
    for _ in range(500):
        now_s += random.uniform(0.001, 0.08)
        number = int(now_s * 97.3) + 1
        fit.look(number, now_s, now_s)
        if fit.known:
            assert -1e-9 <= now_s - fit.time_s(number - 1) <= fit.period_s + 1e-9
            assert fit.number_at(now_s) == pytest.approx(number, abs=1)


def test_a_restart_keeps_the_rate_and_forgets_the_numbers() -> None:
    fit = looks(140.5, 5.0)
    fit.restart()
    assert fit.clock_error == pytest.approx(0.405, abs=1e-3)
    assert not fit.started
    with pytest.raises(ValueError, match="expected a look"):
        fit.time_s(0)


def test_a_sensor_that_begins_anew_keeps_its_rate_at_another_phase() -> None:
    fit = looks(140.5, 10.0)
    fit.resume()
    assert not fit.started
    now_s, began_s = 16.0, 15.9937
    for _ in range(30):  # half a second: far too little to learn the rate from
        now_s += 0.01618
        fit.look(2000 + int((now_s - began_s) * 140.5) + 1, now_s, now_s)
        assert 1 / fit.period_s == pytest.approx(140.5, rel=5e-4)
    assert fit.time_s(2000) == pytest.approx(began_s, abs=0.002)


def test_the_time_between_two_lines_fades_what_the_first_one_knew() -> None:
    fit = looks(140.5, 10.0)
    fit.resume()
    for k in range(300):  # a minute later, and colder
        fit.look(int(k * 0.01618 * 139.0) + 1, 90.0 + k * 0.01618, 90.0 + k * 0.01618)
    assert 1 / fit.period_s == pytest.approx(139.0, rel=1e-3)


def test_a_look_that_knows_when_the_sample_was_not_there_is_not_biased() -> None:
    """An interrupt pin is read every 3.82 ms: a look comes up to that long after its sample, never later."""
    fit, now_s, seen, quiet_s = ClockFit(0.01), 0.0, 0, 0.0
    while now_s < 10.0:
        now_s += 0.00382
        number = int(now_s * 100.4) + 1
        if number > seen:
            seen = number
            fit.look(number, now_s, now_s, quiet_s)
        quiet_s = now_s
    assert fit.time_s(500) == pytest.approx(500 / 100.4, abs=2e-4)


def test_numbers_can_be_told_again() -> None:
    fit = looks(100.4, 5.0)
    at_s = fit.time_s(100)
    fit.shift(32)
    assert fit.time_s(132) == pytest.approx(at_s, abs=1e-9)


def test_it_knows_how_well_it_knows_the_rate() -> None:
    assert ClockFit(0.01).rate_uncertainty == 1.0
    for seconds in (1.0, 3.0, 20.0):
        worst = max(abs(1 / looks(98.06, seconds, 0.015, seed).period_s / 98.06 - 1) for seed in range(12))
        told = looks(98.06, seconds, 0.015).rate_uncertainty
        assert 0.3 * told < worst < 4.0 * told


@pytest.mark.parametrize("by", [1.05, 1.01, 0.95])
def test_a_clock_that_changes_is_learnt_anew(by: float) -> None:
    fit = looks(100.4, 30.0)
    rate_hz, start = 100.4 * by, 100.4 * 30.0
    for k in range(300):
        now_s = 35.0 + k * 0.01618
        number = int(start + k * 0.01618 * rate_hz) + 1
        fit.look(number, now_s, now_s)
        assert -1e-9 <= now_s - fit.time_s(number - 1) <= fit.period_s + 1e-9
    assert 1 / fit.period_s == pytest.approx(rate_hz, rel=1e-3)
    assert fit.number_at(now_s + 4.5) == pytest.approx(number + 4.5 * rate_hz, abs=2)


@pytest.mark.parametrize(("was_hz", "rate_hz"), [(98.06, 140.5), (140.5, 98.06), (100.0, 110.0), (100.0, 50.0)])
@pytest.mark.parametrize("every_s", [0.00382, 0.01618])
@pytest.mark.parametrize("is_opened_again", [True, False])
def test_another_chip_is_learnt_however_far_its_rate_is(
    was_hz: float, rate_hz: float, every_s: float, is_opened_again: bool
) -> None:
    fit = looks(was_hz, 20.0)
    start = 20.0 * was_hz
    if is_opened_again:
        fit.restart()
        start = 0.0
    for k in range(int(3.0 / every_s)):
        now_s = 25.5 + k * every_s
        fit.look(int(start + k * every_s * rate_hz) + 1, now_s, now_s)
    assert 1 / fit.period_s == pytest.approx(rate_hz, rel=2e-3)


@pytest.mark.parametrize("away_s", [10.0, 29.0, 31.0, 60.0, 119.0, 200.0, 30_000.0])
def test_a_host_that_slept_still_knows_the_rate(away_s: float) -> None:
    fit = looks(140.5, 20.0)
    for k in range(100):
        since_s = 20.0 + away_s + k * 0.01618
        fit.look(int(since_s * 140.5) + 1, 5.0 + since_s, 5.0 + since_s)
        assert 1 / fit.period_s == pytest.approx(140.5, rel=1e-3 if k * 0.01618 < 0.45 else 0.03)
    assert fit.time_s(int(since_s * 140.5)) == pytest.approx(5.0 + int(since_s * 140.5) / 140.5, abs=0.002)
