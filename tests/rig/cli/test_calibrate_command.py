"""`rig calibrate` on simulated hardware, from the command line to the profile."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibration.profile import KnobsProfile, LightProfile, read_profile
from rig.cli.main import main


def test_knobs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "rig.toml"
    config.write_text("[knobs.burn]\na = 22\nb = 23\npush = 24\nreverse = true\nedges_a_detent = 2\n")
    out = tmp_path / "knobs.toml"
    assert main(["calibrate", "knobs", "--sim", "--config", str(config), "--out", str(out)]) == 0
    profile = read_profile(out, KnobsProfile)
    assert (profile.burn.reverse, profile.burn.edges_a_detent) == (True, 2)
    assert (profile.dodge.reverse, profile.dodge.edges_a_detent) == (False, 4)
    told = capsys.readouterr()
    assert told.out == ""
    assert "turn burn clockwise by 20 detents, then let go ..." in told.err
    assert "[knobs.burn] reverse = true" in told.err


@pytest.mark.parametrize("name", ["seesaw", "pots"])
def test_knobs_that_need_no_measuring(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "rig.toml"
    config.write_text(f'[knobs]\nname = "{name}"\n')
    assert main(["calibrate", "knobs", "--sim", "--config", str(config)]) == 2
    told = capsys.readouterr().err
    assert f'expected encoders on pins (knobs.name = "gpio"), got "{name}": there is nothing to measure; where' in told
    assert told.count("\n") == 1


def test_light(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "light", "--sim"]) == 0
    told = capsys.readouterr()
    path = tmp_path / "light.toml"
    path.write_text(told.out)
    assert read_profile(path, LightProfile).ev == pytest.approx(0.75, abs=0.03)
    assert "exposure.ev = +0.75" in told.err


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["knobs", "--sim", "--detents", "2"], "rig: --detents: expected 4 to 200 detents, got 2"),
        (
            ["light", "--sim", "--out", "nowhere/x.toml"],
            "rig: nowhere/x.toml: expected a place to write the profile to",
        ),
    ],
)
def test_one_clear_line(
    words: list[str], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["calibrate", *words]) == 2
    assert line in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
