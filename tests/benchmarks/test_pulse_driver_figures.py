"""The driver's benchmark: its figures' names, a judge that tells right from wrong, and a peer that is missing."""

from __future__ import annotations

import sys

import pulse_driver
import pytest


def test_every_figure_has_its_name_and_a_peer_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "max30105", None)
    monkeypatch.setattr(pulse_driver, "QUICK_MINUTES", 0.3)
    found = {each.figure: each for each in pulse_driver.measure(True)}
    parts = ("wrong_values", "not_told", "missing", "time_error", "pimoroni")
    assert set(found) == {f"{kind}_minutes_{part}" for kind in ("good", "bad") for part in parts} | {
        "driver_core_percent"
    }
    assert "pip install" in found["bad_minutes_pimoroni"].missing
    judged = [each for each in found.values() if each.bar is not None and each.figure != "driver_core_percent"]
    assert all(each.holds for each in judged)
    assert found["driver_core_percent"].value > 0.0


def test_the_judge_knows_a_sample_that_never_was_and_one_that_comes_twice() -> None:
    true = [(k % 59, k % 61) for k in range(300)]
    assert pulse_driver.matched([true[0], true[7], (60, 60), true[8], true[8]], true) == [0, 7, -1, 8, -1]
    outcome = pulse_driver.Outcome(should=300, right=270, wrong=2, told_lost=28)
    assert (outcome.not_told, outcome.missing_percent) == (2, pytest.approx(10.0))
