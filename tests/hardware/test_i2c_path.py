"""The drivers' own tests once more, over the real smbus2 and its ioctls, in a process of its own below the shim."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from i2c_path import SHIM

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DRIVERS = ROOT / "tests" / "drivers" / "pulse"
# those where much goes over the bus; what is left out looks at what the driver makes of the light
PARTS = ("", "_bus", "_settings")
TEN_MINUTES = (
    f"{DRIVERS}/test_max3010x_ten_minutes.py::test_ten_bad_minutes_cost_no_wrong_value_and_no_uncounted_sample"
)
SUITES = {
    "the faults in words": [HERE / "inner_faults.py", HERE / "inner_doctor.py"],
    "the pulse driver": [
        *(DRIVERS / f"test_max3010x{part}.py" for part in PARTS),
        f"{TEN_MINUTES}[0.4-1]",
        HERE / "inner_asked.py",
    ],
}


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """i2c_shim.c, compiled; skips where that cannot be done."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("needs Linux and a C compiler (apt-get install gcc libc6-dev)")
    made = tmp_path_factory.mktemp("shim") / "i2c_shim.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(made)]
    done = subprocess.run([*command, str(HERE / "i2c_shim.c"), "-ldl"], capture_output=True, text=True, check=False)
    if "linux/i2c" in done.stderr or "stdio.h" in done.stderr:
        pytest.skip("needs the headers of the C library and of Linux (apt-get install libc6-dev)")
    assert done.returncode == 0, done.stderr
    return made


@pytest.mark.skipif(SHIM in os.environ, reason="this process is the inner one")
@pytest.mark.parametrize("suite", SUITES)
def test_over_the_real_ioctl_path(shim: Path, suite: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    environment |= {"LD_PRELOAD": str(shim), SHIM: str(shim)}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        *map(str, SUITES[suite]),
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    passed = re.search(r"(\d+) passed in", done.stdout)  # and nothing else: no skip
    assert passed is not None, done.stdout
    assert int(passed[1]) >= 10
