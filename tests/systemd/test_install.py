"""The install script: its dry run prints every step and changes nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "systemd"
INSTALL = SYSTEMD / "install"
CHANGING = ("apt-get", "pip", "useradd", "usermod", "systemctl", "raspi-config", "install", "mv")


def dry_run(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """With every program that changes anything replaced by one that leaves a trace."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in CHANGING:
        (programs / name).write_text(f'#!/bin/sh\necho {name} "$@" >> {tmp_path}/ran\n')
        (programs / name).chmod(0o755)
    environ = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", INSTALL, *words], capture_output=True, text=True, timeout=30, env=environ, cwd=tmp_path, check=False
    )


@pytest.mark.parametrize("release", ["bookworm", "trixie"])
def test_the_dry_run_prints_every_step_and_runs_none(tmp_path: Path, release: str) -> None:
    answer = dry_run(tmp_path, "--dry-run", "--release", release)
    assert answer.returncode == 0, answer.stderr
    assert not (tmp_path / "ran").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]
    for step in (
        "apt-get install --yes --no-install-recommends python3-venv python3-picamera2 python3-lgpio",
        "raspi-config nonint do_i2c 0",
        "useradd --system --user-group --home-dir /var/lib/darkroom-rig --shell /usr/sbin/nologin rig",
        "usermod --append --groups video,i2c,gpio rig",
        "/usr/bin/python3 -m venv --clear --system-site-packages /opt/darkroom-rig/.venv",
        "/opt/darkroom-rig/.venv/bin/rig config --check /etc/darkroom-rig/rig.toml",
        "install -d -o rig -g rig -m 0750 /var/lib/darkroom-rig",
        "systemctl enable rig.service",
    ):
        assert step in answer.stdout
    pip = next(line for line in answer.stdout.splitlines() if "-m pip install" in line)
    assert ("constraints-bookworm.txt" in pip) == (release == "bookworm")
    assert "picamera2" not in pip


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--dry-run", "--release", "buster"], "expected Raspberry Pi OS bookworm or trixie, got buster"),
        (["--dry"], "expected --dry-run or --release NAME, got --dry"),
        (["--release"], "expected bookworm or trixie after --release"),
    ],
)
def test_what_it_cannot_do_it_says_and_leaves(tmp_path: Path, words: list[str], says: str) -> None:
    answer = dry_run(tmp_path, *words)
    assert answer.returncode == 2
    assert answer.stderr.splitlines()[-1] == f"install: {says}"
    assert not (tmp_path / "ran").exists()


@pytest.mark.skipif(Path("/etc/rpi-issue").exists(), reason="this is a Raspberry Pi: the script would go to work")
def test_on_a_desktop_it_refuses_before_it_does_anything(tmp_path: Path) -> None:
    answer = dry_run(tmp_path)
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1
    assert not (tmp_path / "ran").exists()


def test_bookworm_keeps_the_numpy_of_its_picamera2() -> None:
    lines = (SYSTEMD / "constraints-bookworm.txt").read_text().splitlines()
    assert "numpy<2" in lines
    assert "opencv-python-headless==4.11.0.86" in lines


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_has_nothing_to_say() -> None:
    answer = subprocess.run(["shellcheck", "-x", INSTALL], capture_output=True, text=True, timeout=60, check=False)
    assert (answer.returncode, answer.stdout) == (0, "")
