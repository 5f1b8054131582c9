"""A film file is whole or not there, replaces nothing it should not, and leaves nothing behind."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from drivers.names import make_encoder
from drivers.readings import Frame
from drivers.settings import EncoderSettings
from drivers.sim.clock import SimulatedClock
from rig.errors import UserError
from rig.grade.bearings import Bearings
from rig.grade.look import Look, with_value
from rig.grade.strokes import Spot, Stroke, Strokes
from rig.movie import check_out, preroll_frames, prints, write_movie
from rig.session.negative import frame_times_us
from rig.session.reader import Take, open_take


@pytest.fixture(scope="module")
def take(tmp_path_factory) -> Take:
    path = Path(__file__).parent / "session" / "making.py"
    spec = importlib.util.spec_from_file_location("making", path)
    making = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(making)
    return open_take(making.record(tmp_path_factory.mktemp("takes"), SimulatedClock(), 12))


def write(take: Take, out: Path) -> int:
    made = prints(((frame, Look()) for _, frame in take.negatives()), "opencv")
    return write_movie(take, made, make_encoder(EncoderSettings()), out)


@pytest.fixture
def sleeper() -> Iterator[int]:
    """Another process, as another `rig print` would be."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process.pid
    process.communicate(b"\n")


def test_what_killed_prints_left_is_swept_and_what_runs_is_not(take, tmp_path, sleeper):
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    out = tmp_path / "film.mp4"
    for process in (int(gone.stdout), os.getpid()):
        for kind in ("raw", "part"):
            (tmp_path / f".rig-print-{process}.{kind}").write_text("left behind")
    running = tmp_path / f".rig-print-{sleeper}.raw"
    running.write_text("in the making")
    own = tmp_path / ".rig-print-notes.raw"
    own.write_text("somebody's")
    assert write(take, out) == 12
    assert set(tmp_path.iterdir()) == {out, running, own}
    assert len(frame_times_us(out)) == 12


def test_it_is_on_the_card_before_it_replaces_the_one_before(take, tmp_path, monkeypatch):
    out = tmp_path / "film.mp4"
    out.write_text("the one before")
    real, synced = os.fdatasync, {}

    def seeing(number: int) -> None:
        synced[os.fstat(number).st_ino] = out.read_bytes() == b"the one before"
        real(number)

    monkeypatch.setattr(os, "fdatasync", seeing)
    write(take, out)
    assert synced[out.stat().st_ino] is True


def moving_frames(count: int) -> list[Frame]:
    """A bright square goes over a dark ground, with a sensor's noise."""
    frames, rng = [], np.random.default_rng(4)
    for index in range(count):
        pixels = np.full((72 * 3 // 2, 128), 128, np.uint8)
        pixels[:72] = 60
        pixels[20:50, 2 * index : 2 * index + 30] = 170
        pixels[:72] += rng.integers(0, 20, (72, 128)).astype(np.uint8)
        pixels.flags.writeable = False
        frames.append(Frame(index * 33_333_333, index, pixels))
    return frames


def test_a_print_that_starts_in_the_middle_is_the_one_of_the_whole() -> None:
    frames, look = moving_frames(48), with_value(Look(), "dodge.stops", 2.0)
    whole = [made.pixels.copy() for made in prints(((frame, look) for frame in frames), "opencv")]
    times = [frame.t_ns for frame in frames]
    before = preroll_frames(times, 40)
    assert before == 30  # a second of them
    assert preroll_frames(times, 5) == 5
    part = [*prints(((frame, look) for frame in frames[40 - before :]), "opencv", before)]
    assert [made.index for made in part] == [*range(40, 48)]
    off = [np.abs(made.pixels.astype(int) - true) for made, true in zip(part, whole[40:], strict=True)]
    assert max(each.max() for each in off) <= 1
    cold = next(prints(((frame, look) for frame in frames[40:]), "opencv"))
    assert off[0].sum() < 0.1 * np.abs(cold.pixels.astype(int) - whole[40]).sum()
    again = [*prints(((frame, look) for frame in frames[40 - before :]), "opencv", before)]
    assert all(np.array_equal(one.pixels, other.pixels) for one, other in zip(part, again, strict=True))


def test_prints_know_where_aimed_places_are() -> None:
    (frame,) = moving_frames(1)
    look = replace(Look(), strokes=Strokes((Stroke(2.0, 2.0, 3.0, Spot(0.5, 0.5, 0.3, number=4)),)))
    (here,), (there,) = ([*prints([(frame, look, Bearings(places=((4, x, 0.5),)))], "opencv")] for x in (0.5, 0.9))
    assert not np.array_equal(here.pixels, there.pixels)
    (aimed,) = prints([(frame, look)], "opencv")
    assert np.array_equal(aimed.pixels, here.pixels)


def test_a_take_is_never_replaced(take, tmp_path):
    with pytest.raises(UserError, match="expected a place outside of takes"):
        check_out(take.negative, "print", ".mp4")
    for out, words in (
        (tmp_path, "got a folder"),
        (tmp_path / "film.avi", "ends in .mp4"),
        (tmp_path / "none" / "film.mp4", "a folder that is there"),
        (tmp_path / f"{'x' * 300}.mp4", "File name too long"),
    ):
        with pytest.raises(UserError, match=words):
            check_out(out, "print", ".mp4")
    check_out(tmp_path / "film.mp4", "print", ".mp4")
