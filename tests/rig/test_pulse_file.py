from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import pytest

from drivers.readings import PulseSamples
from drivers.sim.feed import recorded_feed
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
    file.add(samples(4, [200_000], 14.0))
    assert file.keep()
    feed = recorded_feed(tmp_path / "a.npz")
    assert [feed.counts(i / 100)[1] for i in range(5)] == [100_000, 100_001, 100_000, 100_001, 100_000]


def test_samples_that_are_not_newer_are_left_out(tmp_path: Path) -> None:
    file = PulseFile(tmp_path / "a.csv")
    file.add(samples(5, [1, 2]))
    file.add(samples(6, [3]))
    file.add(samples(7, []))
    file.add(samples(7, [4]))
    assert file.samples == 3
    assert file.keep()
    assert (tmp_path / "a.csv").read_text() == "t_s,red,ir\n0.000000,0,1\n0.010000,1,2\n0.020000,2,4\n"


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


def test_another_recording_under_the_same_name_is_not_torn(tmp_path: Path) -> None:
    first = PulseFile(tmp_path / "a.npz")
    with pytest.raises(UserError, match=r"expected no a\.npz\.part beside it"):
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
