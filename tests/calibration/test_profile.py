"""Profiles: what is written is read back, and everything else is told in words."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from calibration.profile import KnobProfile, KnobsProfile, LightProfile, profile_to_toml, read_profile, write_profile
from drivers.errors import BadInput

DAY = datetime.date(2026, 11, 22)
KNOBS = KnobsProfile(DAY, KnobProfile(False, 4, 0.31), KnobProfile(True, 2, 1.0))
LIGHT = LightProfile(DAY, 'a "camera" \\ here\n', -0.25, 5.25)


def test_there_and_back(tmp_path: Path) -> None:
    write_profile(KNOBS, tmp_path / "knobs.toml")
    write_profile(LIGHT, tmp_path / "light.toml")
    assert read_profile(tmp_path / "knobs.toml", KnobsProfile) == KNOBS
    assert read_profile(tmp_path / "light.toml", LightProfile) == LIGHT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["knobs.toml", "light.toml"]


def test_the_text() -> None:
    assert profile_to_toml(KNOBS) == (
        "# measured by rig calibrate knobs\n"
        'kind = "knobs"\nversion = 1\ndate = 2026-11-22\n\n'
        "[dodge]\nreverse = false\nedges_a_detent = 4\nbounce_ms = 0.31\n\n"
        "[burn]\nreverse = true\nedges_a_detent = 2\nbounce_ms = 1.0\n"
    )


def told(path: Path, text: str) -> list[str]:
    path.write_text(text)
    with pytest.raises(BadInput) as caught:
        read_profile(path, KnobsProfile)
    return [line.removeprefix(f"{path}: ") for line in str(caught.value).splitlines()]


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    path = tmp_path / "knobs.toml"
    again = f"rig calibrate knobs --out {path}"
    assert told(path, "version =") == ["expected a profile in TOML, got: Invalid value (at end of document)"]
    assert told(path, 'kind = "light"') == [f'expected kind = "knobs", got another kind of file: {again}']
    assert told(path, 'kind = "knobs"\nversion = 2') == [
        f"expected version 1, got 2: another rig wrote it, measure again: {again}"
    ]
    assert told(
        path,
        'kind = "knobs"\nversion = 1\ndate = "today"\ncolour = 1\n'
        "[dodge]\nreverse = 1\nedges_a_detent = 3\nbounce_ms = -1.0",
    ) == [
        "colour: expected one of date, dodge, burn",
        "date: expected a date like 2026-11-22, got 'today'",
        "dodge.reverse: expected true or false, got 1",
        "dodge.edges_a_detent: expected 1, 2 or 4, got 3",
        "dodge.bounce_ms: expected 0 to 100 ms, got -1.0",
        "burn: expected a table, got nothing",
    ]


def test_no_file_and_no_place(tmp_path: Path) -> None:
    path = tmp_path / "knobs.toml"
    with pytest.raises(BadInput) as caught:
        read_profile(path, KnobsProfile)
    assert str(caught.value) == f"{path}: expected a profile, got no such file: rig calibrate knobs --out {path}"
    with pytest.raises(BadInput, match=r"got: Is a directory$"):
        read_profile(tmp_path, LightProfile)
    nowhere = tmp_path / "nowhere" / "knobs.toml"
    with pytest.raises(BadInput, match=r"expected a place to write the profile to, got: No such file or directory$"):
        write_profile(KNOBS, nowhere)
    assert list(tmp_path.iterdir()) == []
