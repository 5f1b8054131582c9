"""A baseline set on purpose reaches the signals of a shoot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drivers.readings import Frame, ReportedBeat
from drivers.sim.scenario import Scenario
from rig.baseline_file import NAME, keep_baseline
from rig.body.baseline import QuietBaseline
from rig.cli import shoot
from rig.config import Config
from rig.decide import Decider
from rig.grade.look import Look
from rig.log import state_folder

S = 1_000_000_000


def arousal_after_ten_seconds(baseline: QuietBaseline | None) -> float | None:
    decider = Decider(Look(), (), baseline=baseline)
    pixels = np.full((96, 64), 128, np.uint8)
    for i in range(100):
        beats = [ReportedBeat(i * S // 10)] if i % 8 == 0 else []  # 75 beats a minute
        moment = decider.decide(decider.see(Frame(i * S // 10, i, pixels)), beats)
    return moment.signals["body.arousal"].value


def test_arousal_is_known_at_once_against_a_baseline_that_was_set() -> None:
    assert arousal_after_ten_seconds(None) is None
    known = arousal_after_ten_seconds(QuietBaseline(62.0))
    assert known is not None
    assert known > 0.8


def test_a_shoot_reads_the_baseline_of_its_own_sensor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    assert shoot.baseline_of(Config(), Scenario()) is None
    keep_baseline(state_folder(), "max3010x on bus 1", QuietBaseline(62.0, 40.0), 0)
    keep_baseline(state_folder(), "max3010x on bus sim", QuietBaseline(75.0, 30.0), 0)  # nobody's
    assert shoot.baseline_of(Config(), Scenario()) == QuietBaseline(62.0, 40.0)
    (state_folder() / NAME).write_text("torn")
    assert shoot.baseline_of(Config(), Scenario()) is None
    assert "rig pulse --forget-baseline" in capsys.readouterr().err
