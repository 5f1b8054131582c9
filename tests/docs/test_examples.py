"""The examples are short, and run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from shooting import shoot

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def run(name: str, *words: str) -> str:
    done = subprocess.run([sys.executable, str(EXAMPLES / name), *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_at_most_thirty_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 30


def test_beats_of_a_take(tmp_path: Path) -> None:
    (take,) = shoot(tmp_path, 6.0, "0.5 dodge +6\n", keep_prints=False).takes
    lines = run("beats_of_a_take.py", str(take.path)).splitlines()
    assert len(lines) >= 3
    assert "dodge +0.50 stops" in lines[-1]


def test_print_a_picture(tmp_path: Path) -> None:
    grey = np.full((65, 101, 3), 118, np.uint8)
    cv2.imwrite(str(tmp_path / "grey.png"), grey)
    run("print_a_picture.py", str(tmp_path / "grey.png"), "warm", str(tmp_path / "warm.png"))
    made = cv2.imread(str(tmp_path / "warm.png"))
    assert made is not None
    assert made.shape == (64, 100, 3)
    blue, _, red = made.reshape(-1, 3).mean(axis=0)
    assert red > blue + 2
