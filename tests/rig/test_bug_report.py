"""The report: it tells what broke, and nothing of the picture or of the body."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from drivers.sim.clock import SimulatedClock
from rig.bug_report import describe_timeline, log_end, write_report
from rig.errors import UserError
from rig.log import MOST_BYTES
from rig.session.entries import (
    BeatEntry,
    BodyEntry,
    DropEntry,
    Entry,
    FaultEntry,
    FrameEntry,
    MarkEntry,
    PulseEntry,
    ReportedBeatEntry,
    TakeEnd,
    TakeStart,
    TurnEntry,
)
from rig.session.layout import NEGATIVE, TIMELINE
from rig.session.timeline import TimelineWriter

TAKE = "20261122-173455-123-k3f9"
BODY = ("123.456", "487.25", "98765", "76543", "0.8765", "1357924680", "cried")  # what must not come out
MS = 1_000_000


def timeline() -> list[Entry]:
    """Half a second of a take, with a body whose every value is easy to find again."""
    start = TakeStart(TAKE, TAKE, 0, 1, "sim", 1280, 720, 30.0, "bt709", "limited", "srgb", "opencv", "neutral", {})
    frames = [
        FrameEntry(i * 40 * MS, i, i, {"pulse": i}, {"body.arousal": 0.8765, "body.heart_rate": 123.456}, {"key": 1.0})
        for i in range(12)
    ]
    return [
        start,
        *frames,
        FrameEntry(540 * MS, 12, 14, {}, {}, {}, newest_beat_ns=1357924680),
        PulseEntry(1, 1, [1357924680], [98765], [76543]),
        ReportedBeatEntry(1357924680, 2, 487.25),
        BeatEntry(1357924680, 1357924680, 487.25, 0.8765),
        BodyEntry(2, 123.456, 487.25, 0.8765, 0.8765, 0.8765),
        MarkEntry(3, "here she cried"),
        TurnEntry(4, 1, "dodge", 2),
        DropEntry(5, 12, 2, "camera"),
        FaultEntry(6, "pulse sensor", "lost at 0x57"),
        TakeEnd(540 * MS, 13, "stopped"),
    ]


@pytest.fixture
def take(tmp_path: Path) -> Path:
    folder = tmp_path / "takes" / TAKE / TAKE
    folder.mkdir(parents=True)
    (folder / NEGATIVE).write_bytes(b"the picture itself")
    writer = TimelineWriter(folder / TIMELINE)
    for entry in timeline():
        writer.add(entry)
    writer.close()
    return folder


def texts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_nothing_of_the_body_or_the_picture_is_inside(
    tmp_path: Path, take: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    out = write_report(tmp_path / "r.zip", None, take, SimulatedClock())
    parts = texts(out)
    assert list(parts) == ["README.txt", "versions.json", "doctor.json", "rig.toml", "rig.log", "take.json"]
    assert all("could not be made" not in text for text in parts.values())
    everything = "".join(parts.values())
    assert [value for value in (*BODY, "the picture itself") if value in everything] == []
    told = json.loads(parts["take.json"])
    assert not any("/body" in topic for topic in told["entries"])
    assert "heart" not in parts["take.json"]


def test_what_is_inside_tells_what_broke(tmp_path: Path, take: Path) -> None:
    told = describe_timeline(timeline())
    assert told["entries"] == {
        "/take/start": 1,
        "/negative/frame": 13,
        "/take/mark": 1,
        "/hands/turn": 1,
        "/negative/drop": 1,
        "/fault": 1,
        "/take/end": 1,
    }
    assert told["frame_interval_ms"] == {"median": 40.0, "p99": 40.0, "longest": 100.0}
    assert told["duration_s"] == 0.54
    assert told["dropped"] == {"camera": 2}
    assert told["faults"] == [{"t_ns": 6, "where": "pulse sensor", "message": "lost at 0x57", "recovered": False}]
    assert told["end"] == {"t_ns": 540 * MS, "frames": 13, "reason": "stopped"}


def test_a_take_without_anything_in_it() -> None:
    told = describe_timeline([])
    assert (told["start"], told["end"], told["entries"], told["frame_interval_ms"]) == (None, None, {}, {})


def test_a_torn_take_and_a_broken_configuration_are_what_a_report_is_for(
    tmp_path: Path, take: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    (tmp_path / "rig.toml").write_text("camera = 1\n")
    whole = (take / TIMELINE).read_bytes()
    (take / TIMELINE).write_bytes(whole[: len(whole) // 2])
    parts = texts(write_report(tmp_path / "r.zip", tmp_path / "rig.toml", take, SimulatedClock()))
    assert json.loads(parts["take.json"])["damage"] != []
    assert parts["rig.toml"].startswith("could not be made: UserError: rig.toml:1: camera: expected a table, got 1")
    (take / TIMELINE).unlink()
    parts = texts(write_report(tmp_path / "r.zip", None, take, SimulatedClock()))
    assert parts["take.json"].startswith("could not be made: UserError: timeline")


def test_the_name_is_the_time_and_a_folder_that_cannot_be_written_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert write_report(None, None, None, SimulatedClock()) == Path("rig-report-20260101-000000.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["rig-report-20260101-000000.zip"]
    with pytest.raises(UserError, match=r"gone/r.zip: expected a folder that can be written"):
        write_report(tmp_path / "gone/r.zip", None, None, SimulatedClock())


def test_the_end_of_a_long_log(tmp_path: Path) -> None:
    assert log_end(tmp_path) == "no log yet\n"
    (tmp_path / "rig.log.1").write_text("older\n")
    (tmp_path / "rig.log").write_text("newer\n")
    assert log_end(tmp_path) == "older\nnewer\n"
    (tmp_path / "rig.log").write_text("x" * MOST_BYTES)
    assert set(log_end(tmp_path)) == {"x"}


def test_the_command(tmp_path: Path, take: Path) -> None:
    environ = {**os.environ, "STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}
    command = [
        sys.executable,
        "-m",
        "rig.cli.main",
        "report",
        "last",
        "--takes",
        str(tmp_path / "takes"),
        "--out",
        "r.zip",
    ]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environ, timeout=90, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == "r.zip: versions, doctor, configuration, log, take; no picture, no pulse\n"
    parts = texts(tmp_path / "r.zip")
    assert json.loads(parts["take.json"])["folder"] == TAKE
    assert str(tmp_path) not in "".join(parts.values())  # the person's home is ~


def test_what_the_skin_conducts_is_not_told(tmp_path: Path) -> None:
    config = tmp_path / "rig.toml"
    config.write_text('skin.name = "grove"\nskin.bus = "sim"\ncamera.name = "sim"\n')
    report = texts(write_report(tmp_path / "report.zip", config, None, SimulatedClock()))
    (skin,) = [finding for finding in json.loads(report["doctor.json"]) if finding["name"] == "skin"]
    assert skin["says"] == "grove at 0x48 on the simulated bus: the electrodes touch something"
