from __future__ import annotations

import stat
from pathlib import Path

import pytest

from drivers.settings import PulseSettings
from rig.baseline_file import NAME, KeptBaseline, forget_baseline, keep_baseline, read_baseline, source_of
from rig.body.baseline import QuietBaseline
from rig.errors import UserError

DAY_NS = 1_767_225_600_000_000_000  # 2026-01-01


def test_what_is_kept_is_read_again_and_by_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    path = keep_baseline(folder, "webcam", QuietBaseline(64.234, 38.06), DAY_NS)
    assert read_baseline(folder, "webcam") == KeptBaseline("webcam", "2026-01-01", 64.2, 38.1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [entry.name for entry in folder.iterdir()] == [NAME]


def test_each_sensor_has_its_own(tmp_path: Path) -> None:
    keep_baseline(tmp_path, "webcam", QuietBaseline(64.0, 38.0), DAY_NS)
    keep_baseline(tmp_path, "max3010x on bus 1", QuietBaseline(60.0), DAY_NS)
    keep_baseline(tmp_path, "webcam", QuietBaseline(66.0, 30.0), DAY_NS)
    webcam, chip = read_baseline(tmp_path, "webcam"), read_baseline(tmp_path, "max3010x on bus 1")
    assert webcam is not None
    assert chip is not None
    assert webcam.quiet == QuietBaseline(66.0, 30.0)
    assert chip.quiet == QuietBaseline(60.0, None)
    assert read_baseline(tmp_path, "strap") is None


def test_a_baseline_can_be_forgotten(tmp_path: Path) -> None:
    assert forget_baseline(tmp_path) is None
    path = keep_baseline(tmp_path, "webcam", QuietBaseline(64.0), DAY_NS)
    assert forget_baseline(tmp_path) == path
    assert not path.exists()
    assert read_baseline(tmp_path, "webcam") is None


@pytest.mark.parametrize(
    "text",
    [
        "heart = 61",
        'version = 2\n[[baseline]]\nsource = "a"\ndate = "2026-01-01"\nheart_rate_bpm = 61.5\n',
        'version = 1\n[[baseline]]\nsource = "a"\ndate = "2026-01-01"\nheart_rate_bpm = 461.5\n',
        'version = 1\n[[baseline]]\nsource = "a"\ndate = "yesterday"\nheart_rate_bpm = 61.5\n',
        "\x00\x01",
    ],
)
def test_a_file_that_says_something_else_is_told_in_one_line_without_a_value(text: str, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(text)
    with pytest.raises(UserError) as told:
        read_baseline(tmp_path, "a")
    assert "rig pulse --forget-baseline" in str(told.value)
    assert len(str(told.value).splitlines()) == 1
    assert "61" not in str(told.value).replace(str(tmp_path), "")
    keep_baseline(tmp_path, "a", QuietBaseline(60.0), DAY_NS)  # a new one takes its place
    assert read_baseline(tmp_path, "a") is not None


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(UserError, match="expected a folder for the baseline that can be written"):
        keep_baseline(tmp_path / "state", "webcam", QuietBaseline(60.0), DAY_NS)


def test_the_source_is_the_sensor_and_its_bus() -> None:
    assert source_of(PulseSettings()) == "max3010x on bus 1"
    assert source_of(PulseSettings(bus="sim")) == "max3010x on bus sim"
    assert source_of(PulseSettings(name="webcam")) == "webcam"
    assert source_of(PulseSettings(name="taps", bus="sim")) == "taps"  # a person's own hand


def test_a_person_a_simulated_heart_and_each_recording_are_all_different() -> None:
    chip, person = PulseSettings(bus="sim"), PulseSettings()
    sources = [
        source_of(person),
        source_of(chip),
        source_of(chip, "a.npz"),
        source_of(chip, "b.npz"),
        source_of(PulseSettings(name="strap")),
        source_of(PulseSettings(name="strap", bus="sim")),
        source_of(PulseSettings(name="strap", bus="sim"), "a.npz"),
        source_of(PulseSettings(name="webcam", source="0")),
        source_of(PulseSettings(name="webcam", source="a.mp4")),
    ]
    assert len(set(sources)) == len(sources)
    assert source_of(person, "a.npz") == source_of(person)  # a real sensor plays nothing
    assert source_of(PulseSettings(name="webcam", source="0")) == source_of(PulseSettings(name="webcam"))
    assert source_of(chip, "a.npz") == source_of(chip, str(Path("a.npz").resolve()))
