"""What a bend does to a recording, and that its figures tell a finder that finds nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pulse
import pytest
from pulse_bent import BENDS, PEER, Bend, bent, figures

JUDGE = SimpleNamespace(FS=100.0, band=lambda x: x - np.mean(x))


def recording() -> Any:
    beats = np.arange(1.0, 59.0, 0.8)
    ppg = np.sin(2 * np.pi * np.arange(6000) / 80.0)
    return SimpleNamespace(ppg=ppg, beats=beats, valid=np.array([[0.0, 60.0]]), ir=None, red=None)


def test_a_faster_heart_has_the_same_beats_in_less_time() -> None:
    made = bent(recording(), Bend(faster=1.5), JUDGE)
    assert len(made.ir) == 4000
    assert made.beats == pytest.approx(recording().beats / 1.5)
    period = int(np.argmax(np.correlate(made.ir - made.ir.mean(), made.ir - made.ir.mean(), "full")[4000 + 20 :])) + 21
    assert period == pytest.approx(80 / 1.5, abs=1)


@pytest.mark.parametrize("perfusion", [0.01, 0.001])
def test_perfusion_is_the_share_of_the_light(perfusion: float) -> None:
    made = bent(recording(), Bend(perfusion=perfusion, noise=0.0), JUDGE)
    assert np.percentile(made.ir, 90) - np.percentile(made.ir, 10) == pytest.approx(150_000 * perfusion, rel=0.02)


def test_a_swing_lifts_the_whole_light() -> None:
    made = bent(recording(), Bend(swing=2.0, noise=0.0), JUDGE)
    assert np.ptp(made.ir) > 4 * np.ptp(bent(recording(), Bend(noise=0.0), JUDGE).ir) * 0.7


def test_a_finder_that_finds_nothing_is_told() -> None:
    nothing = {"tp": 0, "fp": 0, "fn": 50, "shown_err": [30.0], "shown_within": 0}
    right = {"tp": 50, "fp": 0, "fn": 0}
    told = {each.figure: each for each in figures({bend: [{pulse.OURS: nothing, PEER: right}] for bend in BENDS})}
    assert told["breath_f1"].value == 0.0
    assert told["breath_f1"].peers == {PEER: 1.0}
    assert told["shown_right_share"].value == 0.0
