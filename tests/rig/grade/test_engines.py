"""Which engine prints: what `auto` means on which machine, and one clear line where an engine cannot be had."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rig.errors import UserError
from rig.grade import engines
from rig.grade.engines import ENGINES, choose_engine, installed_engines, machine_bytes, make_engine, without_numba
from rig.grade.look import Look
from rig.grade.printer import Printer

WITHOUT = "import sys; sys.modules['numba'] = None\nfrom rig.grade.engines import *\n"


def python(code: str) -> str:
    """What a process of its own prints in which Numba cannot be imported."""
    done = subprocess.run([sys.executable, "-c", WITHOUT + code], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().splitlines()[-1]


def test_a_small_machine_prints_with_opencv_and_says_why() -> None:
    assert choose_engine("auto", 430_000_000).name == "opencv"
    assert choose_engine("auto", 430_000_000).why == "430 MB of memory: numba wants 1 GB"


@pytest.mark.parametrize("name", ["opencv", "reference"])
def test_what_is_asked_for_is_taken(name: str) -> None:
    assert choose_engine(name).name == name
    assert Printer(name).engine == name


def test_auto_is_the_fastest_that_is_installed() -> None:
    chosen = choose_engine("auto", 2_000_000_000)
    assert chosen.name == ("opencv" if without_numba() else "numba")
    assert set(installed_engines()) == {"opencv", "reference"} | ({"numba"} if chosen.name == "numba" else set())


def test_without_numba_auto_is_opencv_and_asking_for_it_is_one_line_with_the_remedy() -> None:
    chosen = python("c = choose_engine('auto', 2 * 10**9); print(c.name, c.why)")
    assert chosen == "opencv Numba is not installed; faster with pip install 'darkroom-rig[fast]'"
    said = python("choose_engine('numba')")
    assert "engine numba: expected Numba, got: Numba is not installed: pip install 'darkroom-rig[fast]', or" in said


def test_an_unknown_engine_is_one_clear_line() -> None:
    with pytest.raises(
        UserError, match="engine: expected one of auto, opencv, reference, numba, got opencl, did you mean opencv"
    ):
        make_engine("opencl")


def test_a_machine_that_does_not_tell_its_memory_is_not_taken_for_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (machine_bytes() or 0) > 100_000_000

    def silent(name: str) -> int:
        raise ValueError(name)

    monkeypatch.setattr(engines.os, "sysconf", silent)
    assert machine_bytes() is None
    assert choose_engine("auto").name == choose_engine("auto", 10**10).name


def test_no_engine_is_imported_before_it_is_made() -> None:
    code = "print([n for n in ('numba', 'cv2', 'numpy') if n in sys.modules and sys.modules[n] is not None])"
    assert python(code) == "[]"


def test_every_engine_in_the_table_prints(market, look) -> None:
    for name in installed_engines():
        assert name in ENGINES
        assert Printer(name).print(market, look(exposure__ev=0.5)).pixels.mean() > market.pixels.mean()
        assert Printer(name).print(market, Look()).pixels is market.pixels
