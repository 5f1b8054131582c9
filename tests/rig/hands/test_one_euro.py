"""The 1-euro filter against its authors' own ground truth, and by itself."""

from __future__ import annotations

import csv
from math import exp, sin
from pathlib import Path

import pytest

from rig.hands.one_euro import OneEuro


@pytest.mark.shared
def test_is_its_authors_own_to_a_hundred_thousandth(shared: Path) -> None:
    euro, worst = OneEuro(min_cutoff_hz=1.0, beta=0.1, derivative_cutoff_hz=1.0), 0.0
    with (shared / "data" / "gesture" / "one_euro_groundTruth.csv").open(newline="") as file:
        # the file's times are rounded to six digits: the samples were taken 120 times a second
        for number, row in enumerate(csv.DictReader(file)):
            worst = max(worst, abs(euro.add(float(row["noisy"]), number / 120.0) - float(row["filtered"])))
    assert worst < 1e-5


def test_the_first_sample_is_as_it_is_and_a_constant_stays() -> None:
    euro = OneEuro()
    assert [euro.add(3.0, 0.1 * number) for number in range(5)] == [3.0] * 5


def test_an_old_or_repeated_sample_changes_nothing() -> None:
    euro = OneEuro(beta=0.5)
    euro.add(0.0, 1.0)
    value = euro.add(1.0, 1.1)
    assert euro.add(9.0, 1.1) == value
    assert euro.add(9.0, 0.5) == value
    assert euro.add(1.0, 1.2) > value


def test_without_beta_it_is_a_low_pass_of_the_first_order() -> None:
    euro, tau_s = OneEuro(min_cutoff_hz=1.0), 1 / (2 * 3.14159265)
    euro.add(0.0, 0.0)
    for number in range(1, 2001):
        value = euro.add(1.0, number / 10_000)
    assert value == pytest.approx(1 - exp(-0.2 / tau_s), abs=2e-3)


def test_beta_makes_it_lag_less_behind_what_is_fast() -> None:
    calm, quick = OneEuro(1.0), OneEuro(1.0, beta=1.0)
    behind = [0.0, 0.0]
    for number in range(400):
        t_s = number / 100
        for at, euro in enumerate((calm, quick)):
            behind[at] += abs(euro.add(sin(6 * t_s), t_s) - sin(6 * t_s))
    assert behind[1] < 0.7 * behind[0]
