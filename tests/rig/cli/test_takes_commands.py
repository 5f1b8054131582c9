"""`rig takes`, `show`, `verify`, `recover` as a person meets them: words, exit statuses, JSON."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.sim.clock import SimulatedClock
from rig.cli.main import main
from rig.hands.state import HandState
from rig.session.entries import BaseChange
from rig.session.layout import list_takes


@pytest.fixture(scope="module")
def making():
    path = Path(__file__).parents[1] / "session" / "making.py"
    spec = importlib.util.spec_from_file_location("making", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def takes(tmp_path, making):
    """A folder with one sealed take and, later, one whose rig died."""
    folder = tmp_path / "takes"
    sealed = making.record(folder, SimulatedClock(), 60)
    clock = SimulatedClock(wall_ns=1_777_000_000_000_000_000)
    recorder = making.recorder_at(folder, clock)
    start = making.start_of(clock)
    making.begin(recorder, start)
    making.shoot(recorder, clock, start, 45)
    clock.sleep_until_ns(clock.now_ns() + 300_000_000)
    (torn,) = [place.path for place in list_takes(folder) if not place.sealed]
    copy = tmp_path / torn.name
    shutil.copytree(torn, copy)
    path = recorder.close()
    for file in path.iterdir():
        file.unlink()
    path.rmdir()
    copy.rename(torn)
    return folder, sealed.name, torn.name.removesuffix(".part")


@pytest.fixture
def rig(takes, capsys):
    def run(*words: str) -> tuple[int, str, str]:
        status = main([*words, "--takes", str(takes[0])])
        out, err = capsys.readouterr()
        return status, out, err

    return run


def test_takes_are_listed(rig, takes):
    status, out, err = rig("takes")
    assert (status, err) == (0, "")
    head, first, second = out.splitlines()
    assert head.split() == ["take", "when", "(UTC)", "duration", "frames", "state"]
    assert first.split() == [takes[1], "2026-01-01", "00:00:00", "0:02.0", "60", "sealed"]
    assert second.startswith(takes[2])
    assert second.endswith("unsealed (rig recover mends it)")
    status, out, _ = rig("takes", "--json")
    rows = json.loads(out)
    assert [row["take_id"] for row in rows] == [takes[1], takes[2]]
    assert rows[0]["frames"] == 60


def test_a_take_is_shown_sealed_or_torn(rig, takes):
    status, out, err = rig("show", takes[1])
    assert (status, err) == (0, "")
    lines = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert lines["take"] == f"{takes[1]}, sealed"
    assert lines["frames"] == "60 of 64x36 at 30 Hz from synthetic"
    assert (lines["dropped"], lines["missing"], lines["faults"]) == ("none", "0", "none")
    assert lines["turns"] == "dodge +6 (6 detents)"
    assert not {"placed", "strokes"} & set(lines)
    status, out, _ = rig("show", "last")
    assert status == 0
    assert "unsealed" in out
    assert "timeline.mcap is whole up to byte" in out
    answer = json.loads(rig("show", takes[1], "--json")[1])
    assert (answer["frames"], answer["turns"]["dodge"]) == (60, {"sum_detents": 6, "detents": 6})


def test_a_placing_and_the_strokes_that_were_kept_are_shown(tmp_path, making, capsys):
    clock = SimulatedClock()
    recorder, start = making.recorder_at(tmp_path, clock), making.start_of(clock)
    making.begin(recorder, start)
    kept = {"kept": [{"stops": 1.0, "zone": 3.0}, {"stops": -1.0, "zone": 8.0}]}
    recorder.add(BaseChange(start.t_ns, 0, {"place": {"spot": 3.3, "zone": 6.0}, "strokes": kept}))
    making.shoot(recorder, clock, start, 5)
    assert recorder.close() is not None, recorder.fault
    assert main(["show", "last", "--takes", str(tmp_path)]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert (lines["placed"], lines["strokes"]) == ("III+ on VI", "2 kept")


def test_verify_says_yes_or_what_is_wrong(rig, takes):
    assert rig("verify", takes[1]) == (0, f"{takes[1]}: whole\n", "")
    status, out, _ = rig("verify", "last")
    assert status == 1
    assert "not sealed" in out
    folder = next(place.path for place in list_takes(takes[0]) if place.sealed)
    with (folder / "timeline.mcap").open("ab") as file:
        file.write(b"x")
    status, out, err = rig("verify", takes[1])
    assert (status, err) == (1, "")
    assert re.search(r"timeline.mcap: expected \d+ bytes as it was sealed, got \d+", out)
    answer = json.loads(rig("verify", takes[1], "--json")[1])
    assert not answer["ok"]
    assert answer["problems"]


def test_recover_mends_and_verify_agrees(rig, takes):
    status, out, err = rig("recover", takes[2])
    assert (status, err) == (0, "")
    assert out.startswith(f"{takes[2]}: sealed in ")
    assert rig("verify", takes[2]) == (0, f"{takes[2]}: whole\n", "")
    assert rig("recover", takes[2])[0] == 0
    assert rig("recover", "--all") == (0, f"nothing to mend in {takes[0]}\n", "")


def test_recover_all(rig, takes):
    (torn,) = [place.path for place in list_takes(takes[0]) if not place.sealed]
    other = torn.with_name("20260101-000000-001-aaaa.part")
    other.mkdir()
    (other / "timeline.mcap").write_bytes(b"hello")
    status, out, _ = rig("recover", "--all", "--json")
    assert status == 1
    answers = {row["take_id"]: row for row in json.loads(out)}
    assert answers[takes[2]]["path"].endswith(takes[2])
    assert "expected it to begin with the take's start" in answers["20260101-000000-001-aaaa"]["problem"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "nothing"), "did you mean"),
        (("verify", "../elsewhere"), "it does not exist"),
        (("recover",), "expected a take or --all, got neither"),
        (("recover", "last", "--all"), "expected a take or --all, got both"),
    ],
)
def test_mistakes_are_one_line_and_exit_2(rig, words, told):
    status, out, err = rig(*words)
    assert (status, out) == (2, "")
    assert told in err
    assert len(err.splitlines()) == 1


def test_a_takes_folder_that_is_not_there(tmp_path, capsys):
    for words in (["takes"], ["recover", "--all"]):
        assert main([*words, "--takes", str(tmp_path / "none")]) == 2
        assert "expected a folder, got none" in capsys.readouterr().err
    assert main(["show", "last", "--takes", str(tmp_path)]) == 2
    assert "expected takes in" in capsys.readouterr().err
    assert main(["takes", "--takes", str(tmp_path)]) == 0
    assert "no takes in" in capsys.readouterr().out


def test_nothing_is_written_into_a_take(rig, takes, monkeypatch, tmp_path):
    folder = next(place.path for place in list_takes(takes[0]) if place.sealed)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    for words in (
        ("print", takes[1], "--out", str(folder / "negative-000.mp4")),
        ("sheet", takes[1], "--out", str(folder / "sheet.png")),
        ("report", takes[1], "--out", str(folder / "take.json")),
    ):
        status, out, err = rig(*words)
        assert (status, out) == (2, "")
        assert f"expected a place outside of takes, got the folder of take {takes[1]}" in err
        assert len(err.splitlines()) == 1
    monkeypatch.chdir(folder)
    assert rig("report", takes[1])[0] == 2
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_a_name_that_is_too_long_is_one_line(tmp_path, capsys):
    far = str(tmp_path / ("x" * 300))
    for words in (["takes"], ["recover", "--all"], ["recover", "last"], ["show", "last"], ["verify", far]):
        assert main([*words, "--takes", far]) == 2, words
        err = capsys.readouterr().err
        assert "File name too long" in err
        assert len(err.splitlines()) == 1


@pytest.mark.parametrize(("stops", "lines"), [(0.5, 1), (0.0, 0)])
def test_a_reanalysis_says_what_it_cannot_know(rig, takes, making, tmp_path, stops, lines):
    clock = SimulatedClock(wall_ns=1_790_000_000_000_000_000)
    recorder = making.recorder_at(takes[0], clock)
    start = replace(making.start_of(clock), hands=HandState(dodge_stops=stops, record_presses=1).to_dict())
    making.begin(recorder, start)
    making.shoot(recorder, clock, start, 6)
    assert recorder.close() is not None
    status, _, err = rig("print", start.take_id, "--reanalyse", "--engine", "opencv", "--out", str(tmp_path / "a.mp4"))
    assert status == 0
    assert err == "rig: the hands were at work before the take: what they held or could undo is not known\n" * lines


def test_a_take_without_the_looks_of_its_first_frame_cannot_be_printed(rig, takes, making, tmp_path):
    clock = SimulatedClock(wall_ns=1_790_000_000_000_000_000)
    recorder = making.recorder_at(takes[0], clock)
    start = making.start_of(clock)
    recorder.start(start)
    making.shoot(recorder, clock, start, 12)
    assert recorder.close() is not None
    status, out, err = rig("print", start.take_id, "--engine", "opencv", "--out", str(tmp_path / "a.mp4"))
    assert (status, out) == (2, "")
    assert err == "rig: take: expected a look for its first frame, got none: rig verify says more\n"
    assert not (tmp_path / "a.mp4").exists()
    status, out, _ = rig("verify", start.take_id)
    assert status == 1
    assert "the first frame has no LookChange" in out
    assert "the first frame has no BaseChange" in out
