"""A film file is whole or not there, replaces nothing it should not, and leaves nothing behind."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.names import make_encoder
from drivers.settings import EncoderSettings
from drivers.sim.clock import SimulatedClock
from rig.errors import UserError
from rig.grade.look import Look
from rig.movie import check_out, prints, write_movie
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
