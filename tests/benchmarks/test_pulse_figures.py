"""The pulse's benchmark: its figures' names and bars, what is missing is told, and a score that can fail."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import figures
import numpy as np
import pulse
import pytest

NAMES = """
rest_f1 rest_mae camera_f1 camera_mae motion_f1 motion_mae motion_w5 troika_mae troika_w5 latency_median_s latency_p95_s
abstain_right_share driver_core_percent us_per_sample
"""


def row(name: str, **more: Any) -> dict[str, Any]:
    """A recording read rightly, as pulse_bench.score tells it."""
    right = {"tp": 100, "fp": 0, "fn": 0, "windows": 10, "err": [0.5] * 10, "within": 10, "us": 50.0}
    shown = {"shown_err": [0.5] * 8, "shown_within": 8, "latency": [0.08] * 100}
    return {"name": name, "set": name.split("_")[0], **right, **shown, **more}


@pytest.fixture
def good() -> list[dict[str, Any]]:
    words = ("neurokit", "mimic", "welltory", "fmot", "wristex")
    return [row(f"{word}_1") for word in words] + [row("troika_1", shown_err=[0.5] * 10, shown_within=10)]


def test_every_figure_has_the_name_it_is_asked_for_by_and_holds_when_all_is_right(good: list[dict[str, Any]]) -> None:
    found = {each.figure: each for each in pulse.figures({"ours": good}, 0.3)}
    assert set(found) == set(NAMES.split())
    assert all(each.holds for each in found.values())
    assert found["us_per_sample"].bar is None
    assert found["latency_median_s"].value == pytest.approx(0.08)


@pytest.mark.parametrize(
    ("name", "spoilt", "misses"),
    [
        ("neurokit_1", {"fn": 10}, {"rest_f1"}),
        ("mimic_1", {"err": [9.0] * 10}, {"rest_mae"}),
        ("welltory_1", {"fp": 10}, {"camera_f1"}),
        ("welltory_1", {"latency": [0.3] * 100}, {"latency_p95_s"}),
        ("fmot_1", {"within": 9}, {"motion_w5"}),
        ("troika_1", {"shown_err": [3.0] * 10, "shown_within": 8}, {"troika_mae", "troika_w5"}),
        ("wristex_1", {"shown_within": 6}, {"abstain_right_share"}),
    ],
)
def test_what_is_wrong_misses_its_bar_and_no_other(
    good: list[dict[str, Any]], name: str, spoilt: dict[str, Any], misses: set[str]
) -> None:
    rows = [{**each, **spoilt} if each["name"] == name else each for each in good]
    assert {each.figure for each in pulse.figures({"ours": rows}, 0.3) if not each.holds} == misses


def test_who_shows_nothing_where_nothing_can_be_read_is_right(good: list[dict[str, Any]]) -> None:
    silent = [{**each, "shown_err": [], "shown_within": 0} if each["set"] == "wristex" else each for each in good]
    found = {each.figure: each for each in pulse.figures({"ours": silent}, None)}
    assert found["abstain_right_share"].holds
    assert "driver_core_percent" not in found


def test_the_peers_stand_beside_us_and_only_where_they_say_something(good: list[dict[str, Any]]) -> None:
    offline = [
        {k: v for k, v in row(each["name"], tp=90, fn=10).items() if k not in ("us", "latency")} for each in good
    ]
    found = {each.figure: each for each in pulse.figures({"ours": good, "heartpy": offline}, 0.3)}
    assert found["rest_f1"].peers == {"heartpy": pytest.approx(0.947, abs=1e-3)}
    assert found["troika_mae"].peers == {"heartpy": 0.5}
    assert found["latency_median_s"].peers == found["us_per_sample"].peers == {}
    assert found["abstain_right_share"].peers == {}


def test_a_group_without_recordings_is_missing(good: list[dict[str, Any]]) -> None:
    found = {each.figure: each for each in pulse.figures({"ours": good[:4]}, 0.3)}
    assert "no recordings of troika" in found["troika_mae"].missing
    assert not found["troika_mae"].holds


def test_without_the_shared_folder_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DARKROOM_SHARED", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["pulse", "--quick", "--json", str(tmp_path / "figures.json")])
    monkeypatch.setattr(pulse, "core_percent", lambda _seconds: 0.3)
    assert figures.main("about", pulse.measure) == 1
    assert "needs ../shared/bench/pulse_bench.py" in capsys.readouterr().out
    told = {each["figure"]: each for each in json.loads((tmp_path / "figures.json").read_text())}
    assert set(told) == set(NAMES.split())
    assert told["rest_f1"]["value"] is None


def test_quick_takes_some_of_every_group_and_the_longest_first() -> None:
    lengths = {f"{word}_{k:02}": 100.0 + k for word in ("bidmc", "welltory", "troika", "spctest") for k in range(20)}
    full, quick = pulse.chosen(lengths, quick=False), pulse.chosen(lengths, quick=True)
    assert len(full) == 60  # spctest is scored nowhere
    assert {name.split("_")[0] for name in quick} == {"bidmc", "welltory", "troika"}
    assert len(quick) == 15
    assert list(np.diff([lengths[name] for name in quick]) <= 0) == [True] * 14
    assert pulse.chosen({"mimic_1": 9_000.0}, quick=True) == ["mimic_1"]


@pytest.mark.shared
def test_a_real_recording_through_us_is_scored(shared: Path, tmp_path: Path) -> None:
    name, judge = "welltory_02", pulse.bench(shared)
    (tmp_path / f"{name}.npz").symlink_to(shared / "data" / "pulse" / f"{name}.npz")
    (recording,) = judge.load(str(tmp_path))
    beats, emitted, shown, us = judge.run_live(pulse.pulse_plugin.make, recording)
    scored = {**judge.score(recording, beats, emitted, shown), "us": us}
    found = {each.figure: each for each in pulse.figures({"ours": [scored]}, None)}
    assert 0.8 < found["camera_f1"].value <= 1.0
    assert 0.0 < found["us_per_sample"].value < 5_000.0
    assert math.isnan(found["rest_f1"].value)
