"""The log: short lines for people and the journal, a file with the tracebacks for a report."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from rig.log import NAME, open_log, record_bug, state_folder


def test_where_the_log_is() -> None:
    assert state_folder({"STATE_DIRECTORY": "/var/lib/darkroom-rig:/other"}) == Path("/var/lib/darkroom-rig")
    assert state_folder({"XDG_STATE_HOME": "/s"}) == Path("/s/darkroom-rig")
    assert state_folder({}) == Path.home() / ".local/state/darkroom-rig"


def test_short_lines_on_stderr_and_the_traceback_in_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_log(tmp_path, journal=False):
        logging.getLogger("rig.shoot").info("take begun")
        try:
            raise OSError("the card\nis full")
        except OSError:
            logging.getLogger("rig.shoot").exception("writer died")
    assert capsys.readouterr().err == "rig: writer died (OSError: the card | is full)\n"
    text = (tmp_path / NAME).read_text()
    assert "INFO rig.shoot: take begun" in text
    assert "Traceback" in text


def test_the_journal_gets_priorities(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_log(tmp_path, journal=True):
        logging.getLogger("drivers").warning("no pulse sensor")
        logging.getLogger("rig.shoot").info("take begun")
    assert capsys.readouterr().err == "<4>rig: no pulse sensor\n<6>rig: take begun\n"


def test_afterwards_everything_is_as_before(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    with open_log(tmp_path):
        assert len(root.handlers) == len(before[0]) + 2
    assert (root.handlers, root.level) == before


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    with open_log(tmp_path / "file", journal=False):
        logging.getLogger("rig").warning("goes on")
    assert capsys.readouterr().err == f"rig: no log file in {tmp_path / 'file'}: File exists\nrig: goes on\n"


def test_a_bug_finds_another_folder_where_the_first_one_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said = record_bug(ValueError("x"), ["shoot"], {"STATE_DIRECTORY": str(tmp_path / "file")})
    (kept,) = tmp_path.glob(f"darkroom-rig-*/{NAME}")
    assert said == f"its traceback is in {kept}"
    assert "ValueError: x" in kept.read_text()
