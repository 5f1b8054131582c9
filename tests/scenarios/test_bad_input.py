"""Bad input: each is one clear line (a line a mistake), exit status 2, and nothing half-written."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from shooting import shoot

RIG = [sys.executable, "-m", "rig.cli.main"]


def rig(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, with nothing of this machine's configuration."""
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "XDG_STATE_HOME": str(folder / "state"), "LANG": "C.UTF-8"}
    environ["NUMBA_CACHE_DIR"] = os.environ["NUMBA_CACHE_DIR"]  # tests/conftest.py: compiled once for all tests
    return subprocess.run([*RIG, *words], cwd=folder, env=environ, capture_output=True, text=True, timeout=60)


def refused(folder: Path, *words: str, lines: int = 1) -> str:
    """The lines it was refused with; checks the status, their number, and that no take was begun."""
    done = rig(folder, *words)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == lines, done.stderr
    assert not list(folder.glob("takes/*/*"))
    return done.stderr


def test_a_configuration_with_five_mistakes_shows_five_lines(tmp_path: Path) -> None:
    (tmp_path / "rig.toml").write_text(
        '[camera]\nname = "sym"\nrate_hz = 500\n[pulse]\nled_ma = "much"\nbuss = 1\n[finder]\nport = 70000\n'
    )
    said = refused(tmp_path, "shoot", "--no-web", "--seconds", "1", lines=5)
    assert "rig.toml:2: camera.name: expected" in said
    assert "rig.toml:3: camera.rate_hz: expected 1 to 120 Hz, got 500" in said
    assert "rig.toml:5: pulse.led_ma: expected" in said
    assert "did you mean bus?" in said
    assert "rig.toml:8: finder.port: expected a whole number 0 to 65535, got 70000" in said


def test_a_missing_clip_and_one_that_is_text(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_text("once upon a time\n" * 50)
    said = refused(tmp_path, "shoot", "--camera", "clipp.mp4", "--pulse", "none", "--knobs", "none", "--no-web")
    assert "did you mean" in said
    assert "clip.mp4" in said
    said = refused(tmp_path, "shoot", "--camera", "clip.mp4", "--pulse", "none", "--knobs", "none", "--no-web")
    assert "clip.mp4: expected a video" in said


def test_a_recording_without_samples(tmp_path: Path) -> None:
    np.savez(tmp_path / "empty.npz", ppg=np.empty(0, np.float32), fs=np.float64(100))
    said = refused(tmp_path, "shoot", "--camera", "sim", "--pulse", "empty.npz", "--knobs", "none", "--no-web")
    assert "empty.npz" in said
    assert "sample" in said


def test_a_knob_script_with_an_unknown_knob(tmp_path: Path) -> None:
    (tmp_path / "hands.txt").write_text("0.5 dodge +6\n1.0 doge +2\n")
    said = refused(tmp_path, "shoot", "--camera", "sim", "--pulse", "sim", "--knobs", "hands.txt", "--no-web")
    assert 'hands.txt:2: unknown knob "doge"' in said
    assert 'did you mean "dodge"?' in said


def test_a_takes_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file is in the way")
    said = refused(tmp_path, "shoot", "--sim", "--no-web", "--seconds", "1", "--takes", "kept")
    assert "kept" in said


@pytest.fixture
def small_card(tmp_path: Path) -> Iterator[Path]:
    """A real filesystem of 1 MB."""
    card = tmp_path / "card"
    card.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(card)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("mounting a small filesystem needs root")
    yield card
    subprocess.run(["umount", str(card)], check=True)


def test_a_card_that_is_full(tmp_path: Path, small_card: Path) -> None:
    said = refused(tmp_path, "shoot", "--sim", "--no-web", "--seconds", "1", "--takes", str(small_card))
    assert "expected room for 2 minutes" in said
    assert list(small_card.iterdir()) == []


def test_an_unknown_take_and_one_near_it(tmp_path: Path) -> None:
    (tmp_path / "takes").mkdir()
    for command in ("show", "verify", "recover"):
        said = refused(tmp_path, command, "20260101-000000-000-aaaa")
        assert "20260101-000000-000-aaaa" in said
    said = refused(tmp_path, "print", "../../etc", "--out", "x.mp4")
    assert "etc" in said
    assert not (tmp_path / "x.mp4").exists()


def test_a_truncated_take(tmp_path: Path) -> None:
    (take,) = shoot(tmp_path, 2.0, keep_prints=False).takes
    (take.path / "timeline.mcap").write_bytes((take.path / "timeline.mcap").read_bytes()[:40])
    done = rig(tmp_path, "show", take.path.name)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    done = rig(tmp_path, "verify", take.path.name)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        said = refused(tmp_path, "shoot", "--sim", "--port", port)
    assert f"port {port}" in said
    assert "in use" in said


@pytest.mark.skipif(sys.platform != "linux", reason="names of Linux devices")
def test_no_pi(tmp_path: Path) -> None:
    said = refused(tmp_path, "shoot", "--camera", "pi", "--pulse", "none", "--knobs", "none", "--no-web")
    assert "picamera2" in said
    said = refused(tmp_path, "shoot", "--camera", "sim", "--pulse", "none", "--no-web")
    assert "--knobs none" in said or "gpio" in said.lower()


def test_an_i2c_bus_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "rig.toml").write_text("[pulse]\nbus = 77\n")
    said = refused(tmp_path, "shoot", "--camera", "sim", "--knobs", "none", "--no-web")
    assert "/dev/i2c-77" in said
    assert "raspi-config" in said


@pytest.mark.parametrize(
    ("words", "tells"),
    [
        (["shoot", "--sim", "--seconds", "-3"], "--seconds: expected more than 0"),
        (["shoot", "--sim", "--look", "noir"], "noir"),
        (["shoot", "--world", "nowhere.toml"], "nowhere.toml"),
        (["print", "last", "--out", "x.mp4"], "take"),
        (["prnt"], "did you mean print?"),
        (["shoot", "--sym"], "--sym"),
    ],
)
def test_words_that_lead_nowhere(tmp_path: Path, words: list[str], tells: str) -> None:
    assert tells in refused(tmp_path, *words)
