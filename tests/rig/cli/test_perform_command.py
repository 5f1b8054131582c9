"""`rig perform` and `rig compare` as a person meets them: a process of its own, killed, refused, compared."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import cv2
import pytest

from rig.cli.main import main
from rig.errors import UserError
from rig.session.layout import list_takes
from rig.session.reader import open_take
from rig.session.verify import verify

pytestmark = pytest.mark.slow

CONFIG = '[camera]\nname = "sim"\nwidth = 96\nheight = 54\n[pulse]\nbus = "sim"\n[knobs]\npins = "sim"\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A take of one second and one of four."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "rig.toml").write_text(CONFIG)
    for seconds in ("1", "4"):
        run(folder, "shoot", "--no-web", "--seconds", seconds)
    return folder


def environ(folder: Path) -> dict[str, str]:
    return {**os.environ, "HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")}


def run(folder: Path, *words: str, status: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "rig.cli.main", *words], cwd=folder, env=environ(folder), capture_output=True, text=True
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_killed_in_the_middle_what_was_performed_is_mended(folder: Path) -> None:
    takes = [place.path for place in list_takes(folder / "takes")]
    command = [sys.executable, "-m", "rig.cli.main", "perform", takes[1].name, "--no-web"]
    process = subprocess.Popen(command, cwd=folder, env=environ(folder), stdout=subprocess.DEVNULL)
    try:
        part = wait_for_frames(folder, process)
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    assert "unsealed" in run(folder, "takes")
    run(folder, "recover", part.name)
    (mended,) = [place.path for place in list_takes(folder / "takes") if place.path not in takes]
    assert verify(mended) == []
    take = open_take(mended)
    assert take.start.performs == takes[1].name
    assert 0 < len(take.frames()) < 120
    assert "recovered" in run(folder, "show", mended.name)


def wait_for_frames(folder: Path, process: subprocess.Popen[bytes]) -> Path:
    """The folder of the performance under way, once a second of it is on the disk."""
    due = time.monotonic() + 60
    while time.monotonic() < due and process.poll() is None:
        for place in list_takes(folder / "takes"):
            with suppress(UserError):  # it has not begun yet
                if not place.sealed and len(open_take(place.path).frames()) > 20:
                    return place.path
        time.sleep(0.05)
    raise AssertionError("no performance began")


def test_a_performance_is_listed_shown_compared_and_printed_like_a_take(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    (folder / "hands.txt").write_text("0.1 dodge +9\n0.6 burn +4\n")
    first = list_takes(folder / "takes")[0]
    run(folder, "perform", first.take_id, "--no-web", "--knobs", "hands.txt")
    made = list_takes(folder / "takes")[-1]
    assert main(["takes", "--takes", "takes", "--json"]) == 0
    rows = {row["take_id"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows[made.take_id]["performs"] == first.take_id
    assert rows[first.take_id]["performs"] is None
    assert main(["show", made.take_id]) == 0
    said = capsys.readouterr().out
    assert f"performs    take {first.take_id}" in said
    assert "dodge +9 (9 detents)" in said
    assert main(["compare", made.take_id, "--moments", "2", "--out", "page.png"]) == 0
    page = cv2.imread(str(folder / "page.png"))
    assert page is not None
    for words in (["--reanalyse"], []):
        assert main(["print", made.take_id, "--out", f"print{len(words)}.mp4", *words]) == 0
    assert (folder / "print0.mp4").read_bytes() == (folder / "print1.mp4").read_bytes()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["perform", "nothing.jpg"], "expected a picture, got: No such file"),
        (["perform", "nothing"], "expected one of the takes in"),
        (["perform", "last", "--seconds", "0"], "--seconds: expected more than 0"),
        (["perform", "last", "--look", "nothing"], "expected one of"),
        (["compare", "last", "--moments", "9"], "--moments: expected 1 to 8, got 9"),
        (["compare", "first", "second"], "expected a take and performances over it, got those of"),
    ],
)
def test_mistakes_are_one_line(
    folder: Path, words: list[str], expected: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    ids = dict(zip(("first", "second"), (place.take_id for place in list_takes(folder / "takes")), strict=False))
    assert main([ids.get(word, word) for word in words]) == 2
    said = capsys.readouterr().err
    assert expected in said
    assert len(said.splitlines()) == 1
    assert not list((folder / "takes").glob("*/*.part"))
