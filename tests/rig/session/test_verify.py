"""Verification: what is whole passes, and every way of being wrong is told where it is."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from drivers.sim.clock import SimulatedClock
from rig.session.entries import (
    BaseChange,
    FrameEntry,
    LookChange,
    PressEntry,
    SoulEntry,
    TakeEnd,
    TakeStart,
    TurnEntry,
)
from rig.session.manifest import fact_of, read_manifest, write_manifest
from rig.session.reader import open_take
from rig.session.summary import summarise
from rig.session.timeline import TimelineWriter, read_timeline
from rig.session.verify import verify


@pytest.fixture
def path(tmp_path, making):
    return making.record(tmp_path, SimulatedClock(), 60)


def rewritten(path, change):
    """The take with its entries changed, and sealed as if that were right."""
    entries = list(read_timeline(path / "timeline.mcap"))
    (path / "timeline.mcap").unlink()
    writer = TimelineWriter(path / "timeline.mcap")
    for entry in change(entries):
        writer.add(entry)
    writer.close()
    manifest = read_manifest(path)
    facts = [fact_of(path / fact.name) for fact in manifest.files]
    write_manifest(path, replace(manifest, files=facts))
    return verify(path)


def changed(kind, which, /, **fields):
    def change(entries):
        places = [place for place, entry in enumerate(entries) if isinstance(entry, kind)]
        place = places[which]
        return [*entries[:place], replace(entries[place], **fields), *entries[place + 1 :]]

    return change


def test_a_whole_take(path):
    assert verify(path) == []
    assert rewritten(path, lambda entries: entries) == []


def test_files_that_were_changed(path):
    data = bytearray((path / "negative-000.mp4").read_bytes())
    data[len(data) // 2] ^= 1
    (path / "negative-000.mp4").write_bytes(data)
    problems = verify(path)
    assert problems[0].startswith("negative-000.mp4: its SHA-256 is not the one it was sealed with")
    (path / "negative-000.mp4").write_bytes(data[:-50])
    assert any("bytes as it was sealed" in problem for problem in verify(path))
    (path / "negative-000.mp4").unlink()
    assert verify(path) == ["negative-000.mp4 is missing"]


def test_a_manifest_that_is_missing_later_or_of_another_take(path):
    manifest = json.loads((path / "take.json").read_text())
    (path / "take.json").write_text(json.dumps({**manifest, "version": 99}))
    assert "expected darkroom-take version 1 or earlier" in verify(path)[0]
    (path / "take.json").write_text("hello")
    assert "expected a take's manifest" in verify(path)[0]
    (path / "take.json").unlink()
    assert "expected take.json, got none" in verify(path)[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda entries: entries[1:], "the timeline begins with a BaseChange, expected TakeStart"),
        (lambda entries: entries[:-1], "the timeline has no end"),
        (lambda entries: [*entries, entries[1]], "a BaseChange follows the take's end"),
        (lambda entries: [entry for entry in entries if getattr(entry, "index", 0) != 7], "has number 8"),
        (changed(FrameEntry, 9, t_ns=5), "frame 9 is not later than the one before it"),
        (changed(FrameEntry, 9, camera_index=3), "frame 9 has the camera's number 3, after 8"),
        (changed(FrameEntry, 9, seen={"hands": 99}), "frame 10 has seen"),
        (changed(FrameEntry, 59, seen={"hands": 99}), "frames have seen 99 readings of hands, the timeline has 6"),
        (changed(FrameEntry, 59, t_ns=10**15), "frame 59 of negative-000.mp4 is at"),
        (changed(LookChange, 6, index=99), "a look changes at frame 99, and there are 60 frames"),
        (changed(LookChange, 6, index=2), "LookChange at frame 2 comes after 45"),
        (changed(TurnEntry, 3, number=9), "reading 4 of hands has number 9"),
        (changed(LookChange, 0, index=1), "the first frame has no LookChange"),
        (changed(BaseChange, 0, index=1), "the first frame has no BaseChange"),
        (changed(TakeEnd, 0, frames=61), "the timeline's end counts 61 frames, the timeline has 60"),
        (changed(TakeStart, 0, width=66), "is 64x36, the timeline says 66x36"),
        (changed(TakeStart, 0, matrix="bt601"), "is tagged (1, 1, 13, 1), the timeline says (6, 1, 13, 1)"),
    ],
)
def test_a_timeline_that_contradicts_itself(path, change, words):
    problems = rewritten(path, change)
    assert any(words in problem for problem in problems), problems


def test_hands_of_hardware_and_page_together_are_in_the_order_of_their_numbers(path):
    """What was done first may be known second: the page's turn came over the network."""
    assert rewritten(path, changed(TurnEntry, 3, t_ns=7)) == []

    def change(entries):
        t_ns = entries[-1].t_ns
        late = [PressEntry(t_ns, 7, "record", True), PressEntry(t_ns - 9, 8, "record", True)]
        late += [SoulEntry(t_ns, 9, "off"), SoulEntry(t_ns - 9, 10, "set")]
        return [*entries[:-1], *late, entries[-1]]

    assert rewritten(path, change) == []


@pytest.mark.parametrize("name", ["../timeline.mcap", "/etc/passwd", "a\\b", "..", ""])
def test_a_manifest_names_only_files_of_the_folder(path, name):
    manifest = json.loads((path / "take.json").read_text())
    manifest["files"][0]["name"] = name
    (path / "take.json").write_text(json.dumps(manifest))
    (problem,) = verify(path)
    assert "expected names of files in the take's folder" in problem


def test_a_negative_that_is_no_h264(path):
    negative = path / "negative-000.mp4"
    data = bytearray(negative.read_bytes())
    data[data.index(b"avc1", 300)] ^= 1
    negative.write_bytes(data)
    assert verify(path)[-1].endswith("expected H.264, got an unknown codec")


def test_many_problems_are_cut_short(path):
    problems = rewritten(
        path, lambda entries: [replace(e, t_ns=5) if isinstance(e, FrameEntry) else e for e in entries]
    )
    assert len(problems) == 21
    assert problems[-1] == "and more"


def test_a_folder_under_another_name(path):
    other = path.with_name("20260101-000000-000-zzzz")
    shutil.move(path, other)
    assert verify(other) == [f"take.json is of take {path.name}, the folder is {other.name}"]


def test_a_summary_counts(path):
    from rig.session.entries import BeatEntry, DropEntry, FaultEntry

    def change(entries):
        t_ns = entries[-1].t_ns
        more = [BeatEntry(t_ns + number, t_ns, ibi, 0.9) for number, ibi in enumerate((None, 800.0, 1000.0, 990.0))]
        more += [DropEntry(t_ns, 60, 2, "camera"), FaultEntry(t_ns, "pulse sensor", "lost")]
        more += [PressEntry(t_ns, 7, "burn", True), PressEntry(t_ns, 8, "burn", False), TurnEntry(t_ns, 9, "burn", -2)]
        return [*entries[:-1], *more, entries[-1]]

    assert rewritten(path, change) == []
    summary = summarise(open_take(path))
    assert (summary.beats, summary.heart_rate_bpm) == (4, pytest.approx(60.6, abs=0.05))
    assert summary.dropped == {"camera": 2}
    assert summary.turns["burn"].sum_detents == -2
    assert summary.turns["dodge"].sum_detents == 6
    assert summary.presses == {"burn": 1}
    assert summary.faults == ["pulse sensor failed: lost"]
    assert summary.duration_s == pytest.approx(2.0, abs=0.01)
