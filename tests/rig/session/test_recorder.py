"""Recording: nothing waits for the card, what is lost is counted, and every end leaves a take or says why not."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from drivers.clock import SystemClock
from drivers.colour import from_rgb, to_rgb
from drivers.readings import Colour, Frame
from drivers.sim.clock import SimulatedClock
from drivers.video.tags import tags_for, tags_of
from rig.errors import UserError
from rig.session.boxes import whole_extent
from rig.session.entries import DropEntry, FaultEntry, FrameEntry, TakeEnd, TurnEntry
from rig.session.layout import list_takes
from rig.session.reader import open_take
from rig.session.recover import recover
from rig.session.summary import summarise
from rig.session.verify import verify


def test_ten_simulated_minutes_are_seconds_and_end_as_a_whole_take(tmp_path, making):
    began = time.monotonic()
    path = making.record(tmp_path, SimulatedClock(), 6_000, rate_hz=10.0)
    assert time.monotonic() - began < 30
    assert verify(path) == []
    summary = summarise(open_take(path))
    assert (summary.frames, summary.dropped, summary.missing_frames) == (6_000, {}, 0)
    assert summary.duration_s == pytest.approx(600, abs=0.01)
    assert summary.turns["dodge"].detents == 600
    assert {file.name for file in path.iterdir()} == {"take.json", "timeline.mcap", "negative-000.mp4"}


def test_two_simulated_runs_keep_the_same_frames_and_pictures(tmp_path, making):
    negatives = []
    for run in ("a", "b"):
        path = making.record(tmp_path / run, SimulatedClock(), 90)
        negatives.append((path / "negative-000.mp4").read_bytes())
    assert negatives[0] == negatives[1]


def test_frames_come_back_with_their_entries_times_and_pictures(tmp_path, making):
    path = making.record(tmp_path, SimulatedClock(), 60)
    take = open_take(path)
    assert take.end is not None
    assert (take.end.frames, take.end.reason, take.sealed) == (60, "stopped", True)
    frames = take.frames()
    assert [entry.index for entry in frames] == list(range(60))
    for (entry, frame), of_timeline in zip(take.negatives(), frames, strict=True):
        assert entry == of_timeline
        assert (frame.t_ns, frame.index, frame.exposure_ns, frame.gain) == (
            entry.t_ns,
            entry.camera_index,
            10_000_000,
            2.0,
        )
        assert not frame.pixels.flags.writeable
        difference = np.abs(frame.pixels.astype(int) - making.picture(entry.index))
        assert difference.max() <= 4
    assert {type(entry) for entry in take.entries(TurnEntry, TakeEnd)} == {TurnEntry, TakeEnd}


@pytest.mark.parametrize("size", [(64, 36), (66, 38)])
@pytest.mark.parametrize("matrix", ["bt601", "bt709"])
@pytest.mark.parametrize("range_", ["limited", "full"])
def test_a_patch_of_known_colour_is_the_same_in_the_file(tmp_path, making, matrix, range_, size):
    colour = Colour(matrix, range_, "srgb")
    rgb = np.zeros((size[1], size[0], 3), np.uint8)
    rgb[:] = (200, 60, 30)
    rgb[:, size[0] // 2 :] = (20, 90, 210)
    clock = SimulatedClock()
    recorder = making.recorder_at(tmp_path, clock)
    start = making.start_of(clock, *size, colour)
    making.begin(recorder, start)
    for number in range(5):
        frame = Frame(clock.now_ns(), number, from_rgb(rgb, colour), colour)
        recorder.frame(frame, making.entry_of(number, frame))
        clock.sleep_until_ns(clock.now_ns() + 33_333_333)
    path = recorder.close()
    assert path is not None
    take = open_take(path)
    want = from_rgb(rgb, colour).astype(int)
    for _, frame in take.negatives():
        assert frame.colour == colour
        assert np.abs(frame.pixels - want).max() <= 2
        back = to_rgb(frame.pixels, frame.colour)
        for columns in (slice(2, size[0] // 2 - 4), slice(size[0] // 2 + 4, size[0] - 2)):
            patch = back[:, columns].reshape(-1, 3)
            assert np.abs(np.median(patch, axis=0) - rgb[0, columns.start]).max() <= 2
    with av.open(str(path / "negative-000.mp4")) as container:
        assert tags_of(container.streams.video[0].codec_context) == tags_for(colour)
        assert container.streams.video[0].frames == 5


def test_a_sync_that_takes_two_seconds_stalls_nobody(tmp_path, making, monkeypatch):
    real, stalled = os.fdatasync, []

    def stalling(number: int) -> None:
        if not stalled and time.monotonic() > began + 0.5:
            stalled.append(time.monotonic())
            time.sleep(2.0)
        real(number)

    monkeypatch.setattr(os, "fdatasync", stalling)
    clock, took = SystemClock(), []
    recorder = making.recorder_at(tmp_path, clock)
    start = making.start_of(clock, 320, 180)
    began = time.monotonic()
    making.begin(recorder, start)
    for number in range(90):
        clock.sleep_until_ns(start.t_ns + number * 33_333_333)
        frame = making.frame_of(number, clock.now_ns(), start)
        before = time.perf_counter()
        assert recorder.frame(frame, making.entry_of(number, frame))
        took.append(time.perf_counter() - before)
    assert stalled
    path = recorder.close()
    assert max(took) < 1.0  # a busy machine may hold a frame up, the card's two seconds never do
    assert recorder.dropped == {}
    assert path is not None
    assert verify(path) == []
    assert summarise(open_take(path)).frames == 90


def test_a_full_line_drops_frames_and_says_so(tmp_path, making):
    clock = SimulatedClock()
    recorder = making.recorder_at(tmp_path, clock)
    start = making.start_of(clock)
    making.begin(recorder, start)
    index = 0
    for number in range(100):  # no time passes: the encoder's service cannot step
        frame = making.frame_of(number, clock.now_ns() + number * 1_000_000, start)
        index += recorder.frame(frame, making.entry_of(index, frame))
    assert (index, recorder.dropped) == (60, {"encoder": 40})
    clock.sleep_until_ns(clock.now_ns() + 200_000_000)
    frame = making.frame_of(100, clock.now_ns(), start)
    assert recorder.frame(frame, making.entry_of(index, frame))
    path = recorder.close()
    assert path is not None
    assert verify(path) == []
    summary = summarise(open_take(path))
    assert (summary.frames, summary.dropped, summary.missing_frames) == (61, {"encoder": 40}, 0)
    drops = list(open_take(path).entries(DropEntry))
    assert [drop.camera_index for drop in drops] == list(range(60, 100))


def test_a_frame_that_is_not_later_is_no_frame(tmp_path, making):
    clock = SimulatedClock()
    recorder = making.recorder_at(tmp_path, clock)
    start = making.start_of(clock)
    making.begin(recorder, start)
    times = (1_000_000, 2_000_000, 2_000_500, 2_000_000, 3_000_000)
    kept = []
    for number, t_ns in enumerate(times):
        frame = making.frame_of(number, start.t_ns + t_ns, start)
        kept.append(recorder.frame(frame, making.entry_of(sum(kept), frame)))
    path = recorder.close()
    assert kept == [True, True, False, False, True]
    assert recorder.dropped == {"camera": 2}
    assert path is not None
    assert verify(path) == []


def test_takes_of_one_session_and_the_next_one_starts_while_the_last_is_sealed(tmp_path, making):
    clock = SystemClock()
    recorder = making.recorder_at(tmp_path, clock)
    assert (recorder.recording, recorder.take_id, recorder.fault, recorder.dropped) == (False, None, None, {})
    for _ in range(3):
        start = making.start_of(clock, rate_hz=200.0)
        making.begin(recorder, start)
        with pytest.raises(UserError, match="expected no take under way"):
            recorder.start(start)
        making.shoot(recorder, clock, start, 20)
        recorder.stop("stopped")
        assert not recorder.recording
    assert recorder.close() is not None
    places = list_takes(tmp_path)
    assert len(places) == 3
    assert all(place.sealed and verify(place.path) == [] for place in places)
    assert recorder.minutes_left > 0


def test_two_recorders_in_one_folder_do_not_meet(tmp_path, making):
    clock = SimulatedClock()
    recorders = [making.recorder_at(tmp_path, clock) for _ in range(2)]
    for recorder in recorders:
        making.begin(recorder, making.start_of(clock))
    for number in range(30):
        clock.sleep_until_ns(clock.now_ns() + 33_000_000)
        for recorder in recorders:
            frame = making.frame_of(number, clock.now_ns(), making.start_of(clock))
            recorder.frame(frame, making.entry_of(number, frame))
    paths = [recorder.close() for recorder in recorders]
    assert len(set(paths)) == 2
    assert all(path is not None and verify(path) == [] for path in paths)


def test_record_pressed_twice_at_once_leaves_nothing(tmp_path, making):
    clock = SimulatedClock()
    recorder = making.recorder_at(tmp_path, clock)
    making.begin(recorder, making.start_of(clock))
    assert recorder.close() is None
    assert recorder.fault == "the take had no frame and was not kept"
    assert list(tmp_path.iterdir()) == []
    making.begin(recorder, making.start_of(clock))
    assert recorder.recording


def test_what_cannot_start_writes_nothing(tmp_path, making):
    clock = SimulatedClock()
    (tmp_path / "file").write_text("")
    for recorder, words in (
        (making.recorder_at(tmp_path / "file", clock), "expected a folder, got the file"),
        (making.recorder_at(tmp_path / "t", clock, min_minutes=1e9), "expected room for 1e[+]09 minutes"),
    ):
        with pytest.raises(UserError, match=words):
            recorder.start(making.start_of(clock))
        assert not recorder.recording
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_a_card_that_fails_ends_the_take_and_only_the_take(tmp_path, making):
    clock = SimulatedClock()
    recorder = making.recorder_at(tmp_path, clock)
    start = making.start_of(clock, 320, 180)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    making.begin(recorder, start)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, before[1]))  # a write past it is an OSError
        kept = making.shoot(recorder, clock, start, 90, noise=40)
        assert not recorder.recording
        assert recorder.finish(1.0) is None
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert 5 < kept < 90
    assert recorder.fault is not None
    assert "ended, what was written is in" in recorder.fault
    (place,) = list_takes(tmp_path)
    assert not place.sealed
    path = recover(place.path)
    assert verify(path) == []
    take = open_take(path)
    assert 5 < len(take.frames()) <= kept
    assert [entry.where for entry in take.entries(FaultEntry)] == ["writer"]
    making.begin(recorder, making.start_of(clock))
    assert (recorder.recording, recorder.fault) == (True, None)


@pytest.fixture
def small_card(tmp_path):
    card = tmp_path / "card"
    card.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", card], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("needs leave to mount a small tmpfs")
    yield card
    subprocess.run(["umount", "-l", card], check=True)


def test_a_card_nearly_full_closes_the_take_cleanly(small_card: Path, making):
    clock = SimulatedClock()
    recorder = making.recorder_at(small_card, clock, reserve_bytes=2 << 20)
    start = making.start_of(clock, 320, 180)
    making.begin(recorder, start)
    kept = making.shoot(recorder, clock, start, 300, noise=60)
    assert not recorder.recording
    assert recorder.fault == "card full: the take was closed"
    path = recorder.finish(5.0)
    assert path is not None
    assert verify(path) == []
    take = open_take(path)
    assert take.end is not None
    assert (take.end.reason, take.end.frames) == ("card full", kept)
    assert sum(1 for _ in take.negatives()) == kept
    with pytest.raises(UserError, match="expected room for 1 minutes"):
        making.recorder_at(small_card, clock, min_minutes=1.0).start(making.start_of(clock, 1280, 720))


def test_an_encoder_that_fails_ends_the_take_and_says_so(tmp_path, making):
    clock = SimulatedClock()
    recorder = making.recorder_at(tmp_path, clock)
    start = making.start_of(clock)
    making.begin(recorder, start)
    kept = making.shoot(recorder, clock, start, 30)
    wrong = making.frame_of(30, clock.now_ns() + 1_000_000, making.start_of(clock, 128, 72))
    recorder.frame(wrong, making.entry_of(kept, wrong))
    path = recorder.finish(1.0) or recorder.close()
    assert recorder.fault is not None
    assert "expected a frame of 64x36" in recorder.fault
    assert path is not None
    assert verify(path) == []
    take = open_take(path)
    assert take.end is not None
    assert (take.end.frames, take.end.reason) == (30, "encoder failed")
    assert [entry.index for entry in take.entries(FrameEntry)] == list(range(30))
    assert summarise(take).faults == [f"encoder failed: {recorder.fault.removeprefix('encoder stopped: ')}"]


def test_what_an_encoder_that_died_had_taken_in_is_counted(tmp_path, making):
    clock = SimulatedClock()
    recorder = making.recorder_at(tmp_path, clock)
    start = making.start_of(clock)
    making.begin(recorder, start)
    for number in range(16):  # no time passes: all wait in the line
        of = making.start_of(clock, 128, 72) if number == 10 else start
        frame = making.frame_of(number, clock.now_ns() + number * 1_000_000, of)
        assert recorder.frame(frame, making.entry_of(number, frame))
    path = recorder.close()
    assert path is not None
    assert recorder.dropped == {"encoder": 6}
    assert verify(path) == []
    (drop,) = open_take(path).entries(DropEntry)
    assert (drop.camera_index, drop.count, drop.cause) == (10, 6, "encoder")
    assert len(open_take(path).frames()) == 10


def test_a_seal_that_fails_while_the_next_take_runs_is_told(tmp_path, making):
    clock, told = SimulatedClock(), []
    recorder = making.recorder_at(tmp_path, clock, on_fault=lambda *fault: told.append(fault))
    first, second, third = (making.start_of(clock) for _ in range(3))
    making.begin(recorder, first)
    making.shoot(recorder, clock, first, 30)
    recorder.stop("stopped")
    part = tmp_path / first.session_id / f"{first.take_id}.part"
    (part / "negative-000.mp4.new").mkdir()  # in the way of the plain copy
    second = replace(second, t_ns=clock.now_ns())
    making.begin(recorder, second)
    assert (recorder.kept, recorder.unsealed) == ([], [part])
    making.shoot(recorder, clock, second, 30)
    assert recorder.recording
    ((t_ns, where, message, recovered),) = told
    assert (where, recovered) == ("writer", False)
    assert first.t_ns < t_ns < clock.now_ns()
    assert f"take {first.take_id} ended" in message
    assert recorder.fault is None  # of the take under way
    recorder.stop("stopped")
    third = replace(third, t_ns=clock.now_ns())
    making.begin(recorder, third)
    making.shoot(recorder, clock, third, 30)
    recorder.close()
    finals = [tmp_path / start.session_id / start.take_id for start in (second, third)]
    assert (recorder.kept, recorder.unsealed) == (finals, [part])
    assert len(told) == 1


def test_a_take_that_left_nothing_is_neither_kept_nor_unsealed(tmp_path, making):
    clock, told = SimulatedClock(), []
    recorder = making.recorder_at(tmp_path, clock, on_fault=lambda *fault: told.append(fault))
    making.begin(recorder, making.start_of(clock))
    recorder.close()
    assert (recorder.kept, recorder.unsealed) == ([], [])
    assert [message for _, _, message, _ in told] == ["the take had no frame and was not kept"]


@pytest.mark.parametrize(("spare_mb", "plain"), [(1, False), (12, True)])
def test_sealing_leaves_the_reserve_to_the_take_under_way(tmp_path, making, monkeypatch, spare_mb, plain):
    """A take under way ends when less than the reserve is free: the copy of the last one must not come to that."""
    real, reserve = shutil.disk_usage, 64 << 20
    monkeypatch.setattr(shutil, "disk_usage", lambda path: real(path)._replace(free=reserve + (spare_mb << 20)))
    clock = SimulatedClock()
    recorder = making.recorder_at(tmp_path, clock, reserve_bytes=reserve)
    start = making.start_of(clock)
    making.begin(recorder, start)
    making.shoot(recorder, clock, start, 30)
    path = recorder.close()
    assert path is not None
    assert verify(path) == []
    assert whole_extent(path / "negative-000.mp4").fragmented is not plain


def test_a_disk_that_was_pulled_has_no_minutes_left(tmp_path, making, monkeypatch):
    def pulled(path):
        raise OSError(5, "Input/output error")

    recorder = making.recorder_at(tmp_path, SimulatedClock())
    monkeypatch.setattr(shutil, "disk_usage", pulled)
    assert recorder.minutes_left == 0.0
    with pytest.raises(UserError, match=r"whose room can be read, got: Input/output error"):
        recorder.start(making.start_of(SimulatedClock()))
    assert not recorder.recording
    recorder = making.recorder_at(tmp_path / ("x" * 300), SimulatedClock())
    assert recorder.minutes_left == 0.0
    with pytest.raises(UserError, match="File name too long"):
        recorder.start(making.start_of(SimulatedClock()))
