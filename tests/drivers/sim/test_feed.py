from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drivers.errors import BadInput
from drivers.sim.feed import recorded_feed
from drivers.sim.heart import Heart
from drivers.sim.scenario import HeartChange

FS = 50.0


def blood(seconds: float = 20.0) -> np.ndarray:
    t = np.arange(int(seconds * FS)) / FS
    return 7.0 + 0.5 * t + 3.0 * np.maximum(0.0, np.sin(2 * np.pi * 1.2 * t)) ** 3


def test_blood_volume_becomes_inverted_counts_of_one_percent(tmp_path: Path) -> None:
    path = tmp_path / "finger.npz"
    np.savez(path, ppg=blood(), fs=FS, ref_beats=[0.2, 1.03])
    feed = recorded_feed(path)
    counts = np.array([feed.counts(i / FS) for i in range(1000)])
    red, ir = counts[:, 0], counts[:, 1]
    spread = np.percentile(ir, 90) - np.percentile(ir, 10)
    assert spread == pytest.approx(1500, rel=0.02)
    assert np.percentile(red, 90) - np.percentile(red, 10) == pytest.approx(600, rel=0.02)
    assert np.median(ir) == pytest.approx(150_000, rel=0.01)
    assert np.corrcoef(ir[100:-100], -blood()[100:-100] + 0.5 * np.arange(100, 900) / FS)[0, 1] > 0.99
    assert list(feed.beats_s) == [0.2, 1.03]


def test_after_its_end_it_begins_again(tmp_path: Path) -> None:
    path = tmp_path / "finger.npz"
    np.savez(path, ppg=blood(), fs=FS)
    feed = recorded_feed(path)
    assert feed.duration_s == pytest.approx(20.0)
    assert feed.counts(3.3) == feed.counts(23.3)
    assert len(feed.beats_s) == 0


def test_raw_counts_are_used_as_they_are_at_the_sensors_own_times(tmp_path: Path) -> None:
    path = tmp_path / "raw.npz"
    np.savez(
        path, red=np.array([1, 2, 4]) | 0b101 << 18, ir=[100, 200, 300], t_mcu_us=[5_000_000, 5_010_000, 5_030_000]
    )
    feed = recorded_feed(path)
    assert feed.counts(0.0) == (1, 100)
    assert feed.counts(0.01) == (2, 200)
    assert feed.counts(0.02) == (3, 250)


def test_counts_with_their_led_currents_are_light(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    path.write_text("t_s,red,ir,red_ma,ir_ma\n0,10,1000,7,14\n0.01,20,1001,3.5,14\n0.02,20,1001,0,0\n")
    feed = recorded_feed(path)
    assert feed.counts(0.0) == (10.0, 500.0)
    assert feed.counts(0.01) == (40.0, 500.5)
    assert feed.counts(0.02) == (20.0, 1001.0)  # not told: as they are


def test_a_part_of_a_recording_plays_without_its_torn_end(tmp_path: Path) -> None:
    path = tmp_path / "raw.npz.part"
    path.write_text("t_s,red,ir\n0,10,1000\n0.02,20,1100\n0.04,3")
    assert recorded_feed(path).duration_s == pytest.approx(0.04)
    path.write_text("t_s,red,ir\n0,10,1000\n0.02,20,1100\n\0\0\0")
    assert recorded_feed(path).duration_s == pytest.approx(0.04)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"red_ma": [7.0, 7.0], "ir_ma": [7.0, 7.0, 7.0]}, "red_ma: expected 3 currents, one a sample, got 2"),
        ({"red_ma": [7.0, 7.0, 7.0], "ir_ma": [7.0, -1.0, 7.0]}, "ir_ma: expected currents in mA, got -1"),
    ],
)
def test_currents_that_cannot_be_are_told(columns: dict[str, list[float]], says: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", red=[1, 2, 3], ir=[1, 2, 3], fs=100.0, **columns)
    with pytest.raises(BadInput, match=says):
        recorded_feed(tmp_path / "a.npz")


def test_csv_with_times(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    path.write_text("# a note\nt_s,red,ir\n0,10,1000\n0.02,20,1100\n0.04,30,1200\n")
    assert recorded_feed(path).counts(0.03) == (25, 1150)


def _refused(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        recorded_feed(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_missing_file_with_the_one_that_was_meant(tmp_path: Path) -> None:
    np.savez(tmp_path / "finger.npz", ppg=blood(), fs=FS)
    assert _refused(tmp_path / "fingr.npz").endswith(f"got no such file, did you mean {tmp_path / 'finger.npz'}?")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"ppg": np.zeros(0), "fs": FS}, "expected samples, got 0"),
        ({"ppg": blood()}, "expected the sample rate (fs in Hz, or a time t_s for each sample), got neither"),
        ({"ppg": blood(), "fs": 0.0}, "fs: expected 1 to 4000 Hz, got 0"),
        ({"ppg": blood(), "fs": "fast"}, "fs: expected one number in Hz"),
        ({"ppg": blood().reshape(2, -1), "fs": FS}, "ppg: expected one row of samples, got an array of shape (2, 500)"),
        ({"ppg": np.array([1.0, np.nan, 2.0]), "fs": FS}, "ppg: expected numbers, got nan at sample 1 (1 in all)"),
        ({"ppg": np.array(["a", "b"]), "fs": FS}, "ppg: expected numbers"),
        ({"red": [1, 2], "ir": [1, 2, 3], "fs": FS}, "expected red and ir of the same length, got 2 and 3"),
        ({"eda": blood(), "fs": FS}, "got eda, fs"),
        ({"ppg": [1.0, 2.0], "t_s": [0.0, 0.0]}, "t_s: expected rising times"),
        ({"ppg": [1.0, 2.0], "t_s": [0.0]}, "t_s: expected 2 times, one a sample, got 1"),
    ],
)
def test_npz_that_is_no_recording(tmp_path: Path, columns: dict[str, object], words: str) -> None:
    path = tmp_path / "bad.npz"
    np.savez(path, **columns)  # type: ignore[arg-type]
    message = _refused(path)
    assert message.startswith(str(path))
    assert words in message


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("text.npz", b"this is text", "it begins with b'this is text'"),
        ("empty.npz", b"", "got an empty file"),
        ("cut.npz", b"PK\x03\x04 and nothing more", "got an archive that is cut off or damaged"),
        ("finger.mp4", b"\0\0\0 ftypisom", "got a film; for a fingertip on a lens: [pulse] name"),
        ("empty.csv", b"", "got an empty file"),
        ("binary.csv", b"\xff\xfe\x00\x80", "got a file that is no text"),
        ("word.csv", b"ppg,fs\n1,100\nx,100\n", "ppg: row 3: expected a number, got 'x'"),
        ("short.csv", b"red,ir\n1,2\n3\n", "row 3: expected 2 values, got 1"),
        ("head.csv", b"ppg,fs\n", "expected samples, got 0"),
    ],
)
def test_files_that_are_no_recording(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert words in _refused(path)


def test_the_heart_unfolds_the_same_way_in_any_order() -> None:
    changes = [HeartChange(0.0, 66.0), HeartChange(20.0, 92.0)]
    one, other = Heart(changes, 7), Heart(changes, 7)
    times = [i * 0.037 for i in range(1000)]
    forward = [one.counts(t) for t in times]
    backward = [other.counts(t) for t in reversed(times)]
    assert forward == backward[::-1]
    assert [Heart(changes, 8).counts(t) for t in times] != forward


def test_the_heart_goes_to_the_changes_within_ten_beats() -> None:
    heart = Heart([HeartChange(0.0, 66.0), HeartChange(20.0, 92.0)], 7)
    beats = heart.beats_until(60.0)
    ibis = np.diff(beats)
    assert 60 / ibis[beats[1:] < 19].mean() == pytest.approx(66, abs=1)
    assert 60 / ibis[beats[1:] > 28].mean() == pytest.approx(92, abs=1)
    assert ibis[beats[1:] < 19].std() > 0.01  # it breathes


def test_the_light_falls_steepest_at_each_beat() -> None:
    heart = Heart([HeartChange(0.0, 60.0)], 7)
    for beat in heart.beats_until(20.0)[1:]:
        t = np.arange(beat - 0.3, beat + 0.3, 0.005)
        ir = np.convolve([heart.counts(x)[1] for x in t], np.ones(9) / 9, "valid")
        assert t[4:-5][np.argmin(np.diff(ir))] == pytest.approx(beat, abs=0.04)


@pytest.mark.shared
@pytest.mark.parametrize(
    "name", ["raw_max30102_vrano", "raw_max30102_jd_run1", "raw_max30102_jd_left_hand_100sps_dev1"]
)
def test_real_raw_logs_are_taken_as_they_are(shared: Path, name: str) -> None:
    with np.load(shared / "data" / "pulse" / f"{name}.npz") as log:
        red, ir = int(log["red"][0]), int(log["ir"][0])
    assert recorded_feed(shared / "data" / "pulse" / f"{name}.npz").counts(0.0) == (red, ir)
