"""Numba's kernels on disk: found again, kept where it is allowed, loaded from no folder of somebody else's."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rig.grade import numba_layout
from rig.grade.engines import without_numba
from rig.grade.numba_compile import cache_folder

HERE = Path(numba_layout.__file__).parent


@pytest.fixture
def no_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home, a state folder and a temporary folder that are files: nothing can be written in them."""
    file = tmp_path / "file"
    file.write_text("")
    for name in ("XDG_CACHE_HOME", "STATE_DIRECTORY"):
        monkeypatch.setenv(name, str(file))
    monkeypatch.setattr("tempfile.tempdir", str(file))
    return tmp_path


def test_the_users_cache_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = cache_folder()
    assert folder is not None
    assert folder.parent == tmp_path / "darkroom-rig"
    assert folder == cache_folder()
    assert folder.stat().st_mode & 0o077 == 0


def test_a_folder_that_is_named_counts_alone(tmp_path: Path, no_places: Path) -> None:
    folder = cache_folder(str(tmp_path / "named"))
    assert folder is not None
    assert folder.parent == tmp_path / "named"
    assert cache_folder(str(no_places / "file")) is None


def test_a_service_without_a_home_keeps_it_beside_its_log(no_places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(no_places / "state"))
    folder = cache_folder()
    assert folder is not None
    assert folder.parent == no_places / "state"


def test_else_it_is_among_temporary_files_and_that_is_said(
    no_places: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(no_places))
    with caplog.at_level(logging.INFO):
        folder = cache_folder()
    assert folder is not None
    assert folder.parent == no_places / f"darkroom-rig-{os.getuid()}"
    assert "no other folder can be written" in caplog.text


def test_or_nowhere(no_places: Path) -> None:
    assert cache_folder() is None


def test_a_folder_that_others_can_write_is_not_used(no_places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(no_places))
    folder = cache_folder()
    assert folder is not None
    folder.chmod(0o777)
    assert cache_folder() is None


def test_numba_is_imported_with_the_engine_only() -> None:
    code = (
        "import sys, rig.grade.numba_engine, rig.grade.engines as engines\n"
        "assert 'numba' not in sys.modules, 'numba'\n"
        "engines.make_engine('opencv')\n"
        "assert 'numba' not in sys.modules, 'numba'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.skipif(bool(without_numba()), reason="numba is not installed")
def test_the_second_process_finds_everything_compiled(tmp_path: Path) -> None:
    """Only the smallest kernel, so that the test is quick."""
    code = (
        "import numpy as np\n"
        "from rig.grade.numba_compile import compile_all, load_kernels\n"
        "kernels, folder = load_kernels()\n"
        "kernel = kernels.fill_line\n"
        "a, grid = np.zeros((2, 2), np.float32), np.zeros((4, 4), np.int16)\n"
        "one = np.float32(1)\n"
        "compile_all(folder, [(kernel, (a, a, one, one, one, grid, grid))])\n"
        "kernel(a, a, one, one, one, grid, grid)\n"
        "print(sum(kernel.stats.cache_hits.values()), len(kernel.signatures))"
    )
    env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    said = [
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=env, timeout=120)
        for _ in range(2)
    ]
    assert [each.stdout.split() for each in said] == [["0", "1"], ["1", "1"]]
