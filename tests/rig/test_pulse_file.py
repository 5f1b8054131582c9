from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from drivers.readings import PulseSamples
from drivers.sim.clock import SimulatedClock
from drivers.sim.feed import recorded_feed
from drivers.sim.max30102 import Max30102
from rig.errors import UserError
from rig.pulse_file import PulseFile

MS = 1_000_000


def samples(first: int, counts: list[int], ma: float | None = None, start_ns: int = 7_000 * MS) -> PulseSamples:
    t_ns = start_ns + 10 * MS * np.arange(first, first + len(counts), dtype=np.int64)
    ir = np.array(counts, np.int32)
    return PulseSamples(t_ns, ir, ir // 2, first, ir_ma=ma, red_ma=ma)


@pytest.mark.parametrize("name", ["a.npz", "a.csv", "A.NPZ"])
def test_it_plays_again_what_came(name: str, tmp_path: Path) -> None:
    file = PulseFile(tmp_path / name)
    file.add(samples(0, [100_000, 100_100]))
    file.add(samples(2, [100_200]))
    file.add(samples(7, [99_000, 98_000]))
    assert [entry.name for entry in tmp_path.iterdir()] == [f"{name}.part"]
    assert file.keep()
    file.close()
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    feed = recorded_feed(tmp_path / name)
    assert [feed.counts(t) for t in (0.0, 0.01, 0.02, 0.07, 0.08)] == [
        (50_000, 100_000),
        (50_050, 100_100),
        (50_100, 100_200),
        (49_500, 99_000),
        (49_000, 98_000),
    ]


def test_counts_are_told_as_at_one_led_current(tmp_path: Path) -> None:
    file = PulseFile(tmp_path / "a.npz")
    file.add(samples(0, [200_000, 200_002], 14.0))
    file.add(samples(2, [100_000, 100_001], 7.0))
    file.add(samples(4, [200_003], 14.0))
    assert file.keep()
    feed = recorded_feed(tmp_path / "a.npz")
    assert [feed.counts(i / 100)[1] for i in range(5)] == [100_000, 100_001, 100_000, 100_001, 100_001.5]


def through_the_chip(path: Path, n: int, ma: float) -> list[int]:
    """The IR counts that the simulated chip gives at that current, one each 10 ms."""
    clock = SimulatedClock()
    chip = Max30102(recorded_feed(path), clock, clock.now_ns() + 10 * MS, clock_error=0.0)
    code = round(ma / 0.2)
    for data in (bytes([0x0C, code, code]), bytes([0x08, 0x10]), bytes([0x0A, 0x27]), bytes([0x09, 0x03])):
        chip.write(data)
    clock.sleep_until_ns(clock.now_ns() + (10 * n + 2) * MS)
    chip.write(b"\x07")
    words = [chip.read(6) for _ in range(n)]
    return [int.from_bytes(word[3:], "big") & 0x3FFFF for word in words]


@pytest.mark.parametrize("ma", [0.2, 1.4, 4.4, 7.0, 14.2, 30.6, 51.0])
@pytest.mark.parametrize("name", ["a.npz", "a.csv"])
def test_the_same_current_gives_the_same_counts_to_the_last_bit(name: str, ma: float, tmp_path: Path) -> None:
    """Also those that are clipped, also beside samples at a lower current."""
    counts = [1, 100_001, 200_003, 233_333, 250_007, 262_143, 262_143]
    file = PulseFile(tmp_path / name)
    file.add(samples(0, counts, ma))
    file.add(samples(7, [30_001, 30_002], 0.2))
    assert file.keep()
    assert through_the_chip(tmp_path / name, 7, ma) == counts


def test_what_was_clipped_is_clipped_at_any_current(tmp_path: Path) -> None:
    file = PulseFile(tmp_path / "a.csv")
    file.add(samples(0, [262_143, 262_143, 262_143], 14.0))
    file.add(samples(3, [140_000, 140_000], 7.0))
    assert file.keep()
    assert through_the_chip(tmp_path / "a.csv", 5, 7.0) == [262_143] * 3 + [140_000] * 2


def test_the_file_holds_the_counts_as_they_came(tmp_path: Path) -> None:
    file = PulseFile(tmp_path / "a.csv")
    file.add(samples(0, [200_000, 200_002], 14.2))
    file.add(samples(2, [100_000], 7.0))
    assert file.keep()
    rows = (tmp_path / "a.csv").read_text().splitlines()
    assert rows[0] == "t_s,red,ir,red_ma,ir_ma"
    assert rows[1] == "0.000000000,100000,200000,14.2,14.2"
    assert rows[3] == "0.020000000,50000,100000,7,7"


def test_samples_that_are_not_newer_are_left_out(tmp_path: Path) -> None:
    file = PulseFile(tmp_path / "a.csv")
    file.add(samples(5, [1, 2]))
    file.add(samples(6, [3]))
    file.add(samples(7, []))
    file.add(samples(7, [4]))
    assert (file.samples, file.left_out) == (3, 1)
    file.add(samples(7, []))
    assert file.keep()
    head, *rows = (tmp_path / "a.csv").read_text().splitlines()
    assert head == "t_s,red,ir,red_ma,ir_ma"
    assert rows == ["0.000000000,0,1,0,0", "0.010000000,1,2,0,0", "0.020000000,2,4,0,0"]


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    path.write_text("mine")
    with pytest.raises(UserError, match="expected a new file, got one that is there"):
        PulseFile(path)
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_came_meanwhile_stays_and_nothing_is_lost(tmp_path: Path) -> None:
    file = PulseFile(tmp_path / "a.csv")
    file.add(samples(0, [1, 2, 3]))
    (tmp_path / "a.csv").write_text("mine")
    with pytest.raises(UserError, match=r"the pulse is in .*a\.csv\.part"):
        file.keep()
    file.close()
    assert (tmp_path / "a.csv").read_text() == "mine"
    assert len((tmp_path / "a.csv.part").read_text().splitlines()) == 4


def test_what_is_newer_of_a_chunk_is_kept(tmp_path: Path) -> None:
    file = PulseFile(tmp_path / "a.csv")
    file.add(samples(0, [10, 20, 30]))
    file.add(samples(1, [20, 30, 40]))
    assert (file.samples, file.left_out) == (4, 2)
    assert file.keep()
    assert (tmp_path / "a.csv").read_text().splitlines()[-1] == "0.030000000,20,40,0,0"


@pytest.mark.parametrize(
    "behind", [b"\0" * 6000, b"\xff\x9c" * 4000, b"\0\n", b"0.31,7\n0.32,1,2,7,7\n", b"0.1,1,2,7,7\n", b"3"]
)
@pytest.mark.parametrize("name", ["a.csv", "a.npz"])
def test_whatever_a_power_cut_leaves_behind_the_whole_rows_play(name: str, behind: bytes, tmp_path: Path) -> None:
    rows = "".join(f"{i / 100:.9f},{i},{1000 + i},7,7\n" for i in range(300))
    part = tmp_path / f"{name}.part"
    part.write_bytes(b"t_s,red,ir,red_ma,ir_ma\n" + rows.encode() + behind)
    assert recorded_feed(part).duration_s == pytest.approx(3.0)
    file = PulseFile(tmp_path / name)
    assert file.saved == (tmp_path / f"a-cut-off{Path(name).suffix}", 300)
    file.close()
    assert recorded_feed(file.saved[0]).duration_s == pytest.approx(3.0)


def test_samples_a_nanosecond_apart_are_all_kept(tmp_path: Path) -> None:
    for name in ("a.csv", "a.npz"):
        file = PulseFile(tmp_path / name)
        counts = np.arange(5, dtype=np.int32)
        file.add(PulseSamples(10**12 + np.arange(5, dtype=np.int64), counts, counts))
        assert file.keep()
        assert len(recorded_feed(tmp_path / name)._t_s) == 5


def test_a_recording_that_cannot_be_read_back_stays_in_its_part(tmp_path: Path) -> None:
    file = PulseFile(tmp_path / "a.npz")
    file.add(samples(0, [10, 20, 30]))
    with file.part.open("rb+") as raw:
        raw.seek(60)
        raw.write(b"XX")
    with pytest.raises(UserError, match="can be read; the pulse is in"):
        file.keep()
    assert file.part.is_file()
    assert not file.path.exists()


CUT_OFF = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_pulse_file import samples
from rig.pulse_file import PulseFile
file = PulseFile(Path(sys.argv[1]))
for i in range(100):
    file.add(samples(2 * i, [100_000 + i, 100_500], 7.0))
os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("name", ["a.npz", "a.csv"])
def test_a_recording_that_is_killed_plays_and_is_saved_by_the_next_one(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    killed = subprocess.run([sys.executable, "-c", CUT_OFF, str(path), str(Path(__file__).parent)], check=False)
    assert killed.returncode == -9
    part = tmp_path / f"{name}.part"
    assert len(part.read_text().splitlines()) == 201
    with part.open("a") as torn:
        torn.write("2.00,1000")
    assert recorded_feed(part).duration_s == pytest.approx(2.0)
    file = PulseFile(path)
    saved = tmp_path / f"a-cut-off{path.suffix}"
    assert file.saved == (saved, 200)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert recorded_feed(saved).counts(0.02) == (50_000.0, 100_001.0)
    assert recorded_feed(saved).duration_s == pytest.approx(2.0)
    file.add(samples(0, [1, 2]))
    assert file.keep()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted([name, saved.name])


def test_a_second_one_that_is_cut_off_does_not_take_the_place_of_the_first(tmp_path: Path) -> None:
    for expected in ("a-cut-off.csv", "a-cut-off-2.csv"):
        (tmp_path / "a.csv.part").write_text("t_s,red,ir\n0.0,1,2\n0.01,2,3\n\0\0\0\0")
        file = PulseFile(tmp_path / "a.csv")
        assert file.saved == (tmp_path / expected, 2)
        assert recorded_feed(tmp_path / expected).duration_s == pytest.approx(0.02)
        file.close()


@pytest.mark.parametrize("left", ["", "t_s,red,ir\n", "t_s,red,ir\n0.0,1,2\n", "t_s,r"])
def test_an_empty_one_that_was_cut_off_blocks_nothing(left: str, tmp_path: Path) -> None:
    (tmp_path / "a.npz.part").write_text(left)
    file = PulseFile(tmp_path / "a.npz")
    assert file.saved is None
    file.add(samples(0, [1, 2]))
    assert file.keep()
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.npz"]


@pytest.mark.parametrize("left", [b"PK\x03\x04 an archive", b"my notes\n"])
def test_what_is_no_recording_of_ours_is_not_touched(left: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.npz.part").write_bytes(left)
    with pytest.raises(UserError, match=r"expected a recording in a\.npz\.part, .* move it away"):
        PulseFile(tmp_path / "a.npz")
    assert (tmp_path / "a.npz.part").read_bytes() == left


def test_one_that_cannot_be_saved_for_want_of_room_stays_and_plays(tmp_path: Path) -> None:
    rows = "".join(f"{i / 100},1,{i}\n" for i in range(50))
    (tmp_path / "a.npz.part").write_text(f"t_s,red,ir\n{rows}")
    with room_for(100), pytest.raises(UserError, match=r"it plays: rig pulse --pulse .*a\.npz\.part$"):
        PulseFile(tmp_path / "a.npz")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.npz.part"]
    assert recorded_feed(tmp_path / "a.npz.part").duration_s == pytest.approx(0.5)


def test_it_is_synced_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr("rig.pulse_file.sync_data", synced.append)
    file = PulseFile(tmp_path / "a.csv")
    for i in range(200):
        file.add(samples(i, [5]))
        file.sync(7_000 * MS + 10 * MS * i)
    assert len(synced) == 2
    for i in range(200, 400):  # nothing came: nothing is to be synced but the rest
        file.sync(7_000 * MS + 10 * MS * i)
    assert len(synced) == 3
    file.close()


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process grows above it: what a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", ["a.npz", "a.csv"])
def test_a_full_disk_ends_the_recording_and_what_came_plays(name: str, tmp_path: Path) -> None:
    file = PulseFile(tmp_path / name)
    with room_for(1000):
        for i in range(200):
            file.add(samples(i, [100_000 + i], 7.0))
            file.sync(i)
    assert file.fault.endswith("what came until now is kept; make room, or record to another card")
    assert len(file.fault.splitlines()) == 1
    assert 25 < file.samples < 40
    assert os.path.getsize(file.part) < 1000
    assert file.keep()
    assert recorded_feed(tmp_path / name).duration_s == pytest.approx(file.samples / 100)


def test_a_disk_too_full_for_the_archive_leaves_the_text_that_plays(tmp_path: Path) -> None:
    file = PulseFile(tmp_path / "a.npz")
    for i in range(50):
        file.add(samples(i, [100_000 + i], 7.0))
    with room_for(100), pytest.raises(UserError, match=r"rig pulse --pulse .*a\.npz\.part$"):
        file.keep()
    file.close()
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.npz.part"]
    assert recorded_feed(tmp_path / "a.npz.part").duration_s == pytest.approx(0.5)


def test_another_recording_under_the_same_name_is_not_torn(tmp_path: Path) -> None:
    first = PulseFile(tmp_path / "a.npz")
    with pytest.raises(UserError, match=r"expected no a\.npz\.part that is being written"):
        PulseFile(tmp_path / "a.npz")
    first.close()
    PulseFile(tmp_path / "a.npz").close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("counts", [[], [5]])
def test_too_little_leaves_nothing_behind(counts: list[int], tmp_path: Path) -> None:
    file = PulseFile(tmp_path / "a.npz")
    file.add(samples(0, counts))
    assert not file.keep()
    file.close()
    file.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("a.npy", r"expected a name that ends in .npz or .csv, got a.npy, did you mean .npz\?"),
        ("a", "expected a name that ends in .npz or .csv, got a"),
        ("nowhere/a.npz", "expected a folder that can be written, got: No such file or directory"),
    ],
)
def test_a_name_that_cannot_be_is_told_at_once(name: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=says):
        PulseFile(tmp_path / name)
