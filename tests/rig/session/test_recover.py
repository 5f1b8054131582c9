"""Recovery: whatever the power switch leaves behind becomes a take that verifies, and nothing synced is lost."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest

from drivers.sim.clock import SimulatedClock
from rig.errors import UserError
from rig.session.layout import list_takes
from rig.session.lock import TakeLock, written_now
from rig.session.reader import open_take
from rig.session.recover import recover, recover_all
from rig.session.verify import verify

HERE = Path(__file__).parent
CHILD = """
import os
import sys
sys.path.insert(0, sys.argv[2])
import making
from pathlib import Path
from drivers.clock import SystemClock
clock = SystemClock()
recorder = making.recorder_at(Path(sys.argv[1]), clock)
start = making.start_of(clock, 320, 180)
making.begin(recorder, start)
most = int(sys.argv[3])
for number in range(most):
    clock.sleep_until_ns(start.t_ns + number * 1_000_000_000 // 30)
    frame = making.frame_of(number, clock.now_ns(), start, 8)
    assert recorder.frame(frame, making.entry_of(number, frame))
    os.write(1, b".")
recorder.close()
"""


def child(takes: Path, frames: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", CHILD, str(takes), str(HERE), str(frames)], stdout=subprocess.PIPE)


def killed(process: subprocess.Popen[bytes]) -> int:
    """Kill -9; how many frames the camera had given."""
    process.send_signal(signal.SIGKILL)
    assert process.stdout is not None
    offered = len(process.stdout.read())
    process.stdout.close()
    process.wait()
    return offered + 1


def digest(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def test_kill_9_at_random_moments_costs_half_a_second_at_most(tmp_path):
    dice = random.Random()
    processes = [child(tmp_path / str(number), 10_000) for number in range(3)]
    waits = []
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.read(1) == b"."
        waits.append(time.monotonic() + dice.uniform(0.6, 2.2))
    offered = {}
    for due, number in sorted((due, number) for number, due in enumerate(waits)):
        time.sleep(max(0.0, due - time.monotonic()))
        offered[number] = killed(processes[number])
    for number, frames in offered.items():
        (place,) = list_takes(tmp_path / str(number))
        assert not place.sealed
        path = recover(place.path)
        assert verify(path) == []
        take = open_take(path)
        kept = len(take.frames())
        assert frames - kept <= 15, f"{frames} frames were given, {kept} recovered"
        assert take.end is not None
        assert take.end.reason == "recovered"
        assert sum(1 for _ in take.negatives()) == kept


def test_kill_9_while_sealing_loses_no_frame(tmp_path):
    dice = random.Random()
    for number in range(3):
        process = child(tmp_path / str(number), 12)
        assert process.stdout is not None
        assert process.stdout.read(12) == b"." * 12
        time.sleep(dice.uniform(0.0, 0.04))
        killed(process)
        (place,) = list_takes(tmp_path / str(number))
        path = recover(place.path)
        assert verify(path) == []
        assert len(open_take(path).frames()) >= 1
        if place.sealed or open_take(path).end.reason == "stopped":  # type: ignore[union-attr]
            assert len(open_take(path).frames()) == 12


@pytest.fixture(scope="module")
def torn(tmp_path_factory, making):
    """An unsealed take of 90 frames, and after each sync how long the files were and how many frames that was."""
    clock = SimulatedClock()
    root = tmp_path_factory.mktemp("torn")
    recorder = making.recorder_at(root / "takes", clock)
    start = making.start_of(clock)
    making.begin(recorder, start)
    synced, part = [], None
    for number in range(90):
        clock.sleep_until_ns(start.t_ns + int(number * 1e9 / 30))
        if part is None and list_takes(root / "takes"):
            part = list_takes(root / "takes")[0].path
        if part is not None:
            sizes = ((part / "negative-000.mp4").stat().st_size, (part / "timeline.mcap").stat().st_size)
            if not synced or sizes != synced[-1][:2]:
                synced.append((*sizes, number))
        frame = making.frame_of(number, clock.now_ns(), start)
        assert recorder.frame(frame, making.entry_of(number, frame))
    clock.sleep_until_ns(clock.now_ns() + 300_000_000)
    assert part is not None
    copy = root / start.session_id / part.name
    shutil.copytree(part, copy)
    recorder.close()
    return copy, synced


def copy_of(torn_path: Path, to: Path) -> Path:
    folder = to / torn_path.parent.name / torn_path.name
    shutil.copytree(torn_path, folder)
    return folder


def test_nothing_missing_nothing_lost(torn, tmp_path):
    path = recover(copy_of(torn[0], tmp_path))
    assert verify(path) == []
    assert len(open_take(path).frames()) >= 89  # the muxer still held the newest


def test_cuts_at_random_bytes_never_lose_a_synced_frame(torn, tmp_path):
    original, synced = torn
    dice = random.Random(11)
    lengths = [(original / name).stat().st_size for name in ("negative-000.mp4", "timeline.mcap")]
    nothing_whole = []
    for number in range(40):
        part = copy_of(original, tmp_path / str(number))
        cuts = [length if dice.random() < 0.3 else dice.randrange(length) for length in lengths]
        for name, cut, length in zip(("negative-000.mp4", "timeline.mcap"), cuts, lengths, strict=True):
            os.truncate(part / name, cut)
            if dice.random() < 0.3:  # what a power cut leaves: the length is there, the data is not
                os.truncate(part / name, length)
        # A sync covers every frame before it but the one that the muxer holds back.
        least = max(
            [frames - 1 for video, timeline, frames in synced if video <= cuts[0] and timeline <= cuts[1]] or [0]
        )
        before = digest(part)
        try:
            path = recover(part)
        except UserError:
            nothing_whole.append(least)
            assert digest(part) == before
            continue
        assert verify(path) == []
        frames = len(open_take(path).frames())
        assert least <= frames <= 90
        assert sum(1 for _ in open_take(path).negatives()) == frames
    assert 0 < len(nothing_whole) < 30
    assert max(nothing_whole) <= 1


def test_a_cut_take_can_be_read_as_it_is(torn, tmp_path):
    part = copy_of(torn[0], tmp_path)
    os.truncate(part / "negative-000.mp4", (part / "negative-000.mp4").stat().st_size * 2 // 3)
    take = open_take(part)
    assert (take.sealed, take.end) == (False, None)
    assert take.damage
    kept = [entry.index for entry, _ in take.negatives()]
    assert kept == list(range(len(kept)))
    assert 30 < len(kept) < 90
    assert verify(part) == [f"{part.name}: not sealed: it is being recorded, or rig recover mends it"]


def test_twice_is_the_same_as_once(torn, tmp_path):
    paths = [recover(copy_of(torn[0], tmp_path / run)) for run in ("a", "b")]
    first = digest(paths[0])
    assert digest(paths[1]) == first
    assert recover(paths[0]) == paths[0]
    assert digest(paths[0]) == first


def test_killed_in_the_middle_of_recovery_and_done_again_gives_the_same(torn, tmp_path, monkeypatch):
    whole = digest(recover(copy_of(torn[0], tmp_path / "whole")))
    real = os.fsync
    for step in range(1, 6):
        part = copy_of(torn[0], tmp_path / str(step))
        left = [step]

        def failing(number: int, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise OSError(5, "the card was pulled")
            real(number)

        monkeypatch.setattr(os, "fsync", failing)
        try:
            path = recover(part)
        except OSError:
            path = part
        monkeypatch.setattr(os, "fsync", real)
        if not path.exists():
            path = part.with_name(part.name.removesuffix(".part"))
        path = recover(path)
        assert digest(path) == whole
        assert verify(path) == []


def test_a_take_that_is_written_now_is_left_alone(torn, tmp_path):
    part = copy_of(torn[0], tmp_path)
    before = digest(part)
    assert not written_now(part)
    lock = TakeLock(part)
    assert written_now(part)
    with pytest.raises(UserError, match="being recorded or recovered now"):
        recover(part)
    (answer,) = recover_all(tmp_path)
    assert answer.sealed is None
    assert answer.problem is not None
    assert digest(part) == before
    lock.release()
    (answer,) = recover_all(tmp_path)
    assert answer.sealed is not None
    assert verify(answer.sealed) == []
    assert recover_all(tmp_path) == []


def test_what_cannot_be_mended(torn, tmp_path, making):
    with pytest.raises(UserError, match="expected a take's folder, got none"):
        recover(tmp_path / "20260101-000000-000-aaaa.part")
    path = making.record(tmp_path / "sealed", SimulatedClock(), 30)
    os.truncate(path / "negative-000.mp4", 1000)
    with pytest.raises(UserError, match=r"expected negative-000.mp4 of \d+ bytes as it was sealed, got 1000 bytes"):
        recover(path)
    part = copy_of(torn[0], tmp_path)
    (part / "timeline.mcap").write_bytes(b"")
    with pytest.raises(UserError, match="expected it to begin with the take's start"):
        recover(part)


def test_a_take_that_had_ended_keeps_its_reason(tmp_path, making):
    path = making.record(tmp_path, SimulatedClock(), 30)
    before, entries = digest(path), list(open_take(path).entries())
    part = path.with_name(path.name + ".part")
    path.rename(part)
    (part / "take.json").unlink()
    with (part / "timeline.mcap").open("rb+") as file:
        file.truncate((part / "timeline.mcap").stat().st_size - 100)  # killed while the index was written
    assert recover(part) == path
    assert verify(path) == []
    assert digest(path)["negative-000.mp4"] == before["negative-000.mp4"]
    assert list(open_take(path).entries()) == entries
    assert open_take(path).damage == ()


def test_one_damaged_take_does_not_keep_the_others_from_being_mended(torn, tmp_path, monkeypatch, caplog):
    damaged, whole = copy_of(torn[0], tmp_path / "takes"), copy_of(torn[0], tmp_path / "other")
    whole = whole.rename(damaged.with_name("20300101-000000-000-aaaa.part"))
    data = bytearray((damaged / "negative-000.mp4").read_bytes())
    data[data.index(b"avc1", 300)] ^= 1
    (damaged / "negative-000.mp4").write_bytes(data)
    with pytest.raises(UserError, match=r"expected H\.264, got an unknown codec"):
        recover(damaged)
    real, calls = av.open, []

    def failing(*args, **more):
        calls.append(args)
        if len(calls) == 1:
            raise RuntimeError("nobody thought of\nthis")
        return real(*args, **more)

    monkeypatch.setattr(av, "open", failing)
    unforeseen, mended = recover_all(tmp_path / "takes")
    assert unforeseen.problem == (
        f"take {damaged}: could not be mended, a bug of ours (RuntimeError: nobody thought of this)"
    )
    assert "nobody thought of" in caplog.text
    assert mended.sealed == whole.with_name("20300101-000000-000-aaaa")


def test_bits_that_flip_at_the_head_of_a_negative_are_told_in_words(torn, tmp_path):
    dice = random.Random(3)
    told = 0
    for number in range(150):
        part = copy_of(torn[0], tmp_path / str(number))
        data = bytearray((part / "negative-000.mp4").read_bytes())
        data[dice.randrange(900)] ^= 1 << dice.randrange(8)
        (part / "negative-000.mp4").write_bytes(data)
        try:
            recover(part)
        except UserError:
            told += 1
    assert told > 10
