"""The rules of the house, checked: what may be named where, who reads time, how long a file is, what is left behind."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from drivers.names import MODULES

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("rig", "drivers", "calibration")
HARDWARE = {"gpiozero", "lgpio", "smbus2", "picamera2", "libcamera"}
SIMULATED_HARDWARE = {"drivers/sim/pins.py"}  # a gpiozero pin factory; imported when a World's pins are first asked for
READS_TIME = {"drivers/clock.py", "drivers/sim/clock.py"}
READS_NO_TIME = {"strftime", "gmtime", "struct_time", "thread_time_ns", "process_time_ns"}  # CPU time is not a clock
MOST_LINES = 400


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the three packages, by its path below the root."""
    files = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in files}


def imports(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """The top names of everything imported, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").split(".")[0], node


@pytest.mark.parametrize("package", PACKAGES)
def test_the_import_names_are_ours(package: str) -> None:
    """PyPI has other distributions that install `rig` and `drivers`."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin == str(ROOT / package / "__init__.py")


def test_every_module_says_what_it_is_for_in_its_first_line() -> None:
    silent = [name for name, tree in modules().items() if not (ast.get_docstring(tree) or "").split("\n")[0].strip()]
    assert silent == []


def test_no_file_is_too_long() -> None:
    lines = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name in modules()}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_hardware_is_named_in_drivers_only() -> None:
    named = [
        (name, top)
        for name, tree in modules().items()
        for top, _ in imports(tree)
        if top in HARDWARE and not name.startswith("drivers/")
    ]
    assert named == []


def test_hardware_is_imported_only_when_a_device_is_used() -> None:
    """At the top of a device's own module (from the lazy table) or inside a function: a desktop has none of them."""
    devices = {f"{module.replace('.', '/')}.py" for kind in MODULES.values() for module in kind.values()}
    top_level = [
        (name, top)
        for name, tree in modules().items()
        for top, node in imports(tree)
        if top in HARDWARE and node in tree.body and name not in devices | SIMULATED_HARDWARE
    ]
    assert top_level == []


def test_only_the_clock_reads_time() -> None:
    """Everyone else is given times, so that a ten-minute shoot is a three-second test."""
    found = []
    for name, tree in modules().items():
        if name in READS_TIME:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "time":
                found += [(name, alias.name) for alias in node.names if alias.name not in READS_NO_TIME]
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if node.value.id == "time" and node.attr not in READS_NO_TIME and _imports_time(tree):
                    found.append((name, f"time.{node.attr}"))
                if node.value.id in ("datetime", "date") and node.attr in ("now", "utcnow", "today"):
                    found.append((name, f"{node.value.id}.{node.attr}"))
    assert found == []


def _imports_time(tree: ast.Module) -> bool:
    return any(top == "time" and isinstance(node, ast.Import) for top, node in imports(tree))


def test_work_for_later_is_an_issue_and_not_a_comment() -> None:
    # put together here, so that this file does not find itself
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "not implemented " + "yet", "for " + "now,")
    found = [
        (str(path.relative_to(ROOT)), word)
        for folder in (*PACKAGES, "systemd", "tests", "benchmarks", "examples")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix in (".py", ".toml", ".service", ".js", ".css", ".html", "")
        for word in words
        if word in path.read_text(encoding="utf-8")
    ]
    assert found == []


def test_the_core_loads_without_hardware_and_without_the_web() -> None:
    """In a process of its own, in which importing any of them is an error."""
    code = f"""
import sys
for name in {sorted(HARDWARE | {"starlette", "uvicorn", "paho"})}:
    sys.modules[name] = None
import drivers.names, drivers.settings, drivers.doctor, rig.config, rig.loader, rig.service, rig.cli.main, rig.doctor
import importlib
for module, _ in rig.cli.main.COMMANDS.values():
    importlib.import_module(module)
print(*(name for name in ("cv2", "numpy", "msgspec") if name in sys.modules))
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 0, answer.stderr


def test_choosing_a_command_loads_no_other_ones_libraries() -> None:
    """Every command's module imports at once; what it works with is imported when it runs."""
    code = (
        "import sys, importlib; from rig.cli.main import COMMANDS\n"
        "for module, _ in COMMANDS.values(): importlib.import_module(module)\n"
        "print(*({'cv2', 'numpy', 'av', 'msgspec', 'starlette'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert answer.stdout.split() == []
