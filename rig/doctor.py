"""Looks at this machine the way a bug report would: libraries, configuration, takes folder, page, clock, heat."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path
from re import match

from drivers.clock import Clock
from drivers.doctor import Finding, examine_devices, pi_model
from rig.config import Config, find_config, load_config
from rig.errors import UserError

NEGATIVE_BYTES_A_SECOND = 22e6 / 8  # measured: 720p30, x264 ultrafast CRF 18, a sensor's noise of 2 codes
_BLOCK, _BLOCKS = 512 * 1024, 8
_SLOW_SYNC_S = 1.0  # the writer may wait that long; a card that does it in an idle moment is near its end
_THROTTLED = {
    0: "undervoltage now",
    1: "clock capped now",
    2: "throttled now",
    3: "hot now",
    16: "undervoltage since boot",
}
_FITS = "import numpy, cv2; cv2.cvtColor(numpy.zeros((2, 2, 3), numpy.uint8), cv2.COLOR_BGR2GRAY)"

_CHOICE = """
import sys
from rig.errors import UserError
from rig.grade.engines import choose_engine
try:
    choice = choose_engine(sys.argv[1])
except UserError as error:
    sys.exit(str(error))
print(f"{choice.name}: {choice.why}")
"""


def examine(asked: Path | None, clock: Clock, root: Path = Path("/"), *, of_body: bool = True) -> list[Finding]:
    """Everything, in the order in which one would mend it. root: for tests, where /sys, /proc and /dev are.

    of_body: what the sensors measure on this person may be told.
    """
    findings = [*examine_libraries(), examine_fit()]
    config, finding = examine_config(asked)
    findings += [finding, *examine_extras(config), examine_engine(config)]
    findings += examine_devices(
        config.camera, config.pulse, config.knobs, root, config.motion, config.skin, config.grip, of_body=of_body
    )
    findings += [examine_takes(Path(config.takes.folder).expanduser(), config.takes.min_minutes, clock)]
    findings += [examine_page(config)] if config.finder.enabled else []
    return [*findings, examine_time(root), examine_heat(root)]


def versions() -> dict[str, str]:
    """Every library the rig needs or may use, with its version or `missing`."""
    found = {"darkroom-rig": version("darkroom-rig"), "python": platform.python_version()}
    for line in requires("darkroom-rig") or []:
        name = match(r"[A-Za-z0-9._-]+", line)
        if name is None or ("extra ==" in line and match(r"[ \"']*(dev|test|peers)\b", line.rpartition("extra ==")[2])):
            continue
        try:
            found[name[0]] = version(name[0])
        except PackageNotFoundError:
            found[name[0]] = "missing"
    return found


def examine_libraries() -> list[Finding]:
    """Python, and what the rig cannot be without."""
    found = versions()
    needed = [match(r"[A-Za-z0-9._-]+", line) for line in requires("darkroom-rig") or [] if "extra ==" not in line]
    names = [name[0] for name in needed if name]
    missing = [name for name in names if found.get(name) == "missing"]
    python = Finding("python", "ok", f"{found['python']} in {sys.prefix}, {platform.machine()} {platform.system()}")
    says = ", ".join(f"{name} {found[name]}" for name in names)
    remedy = f"{sys.executable} -m pip install {' '.join(missing)}" if missing else ""
    return [python, Finding("libraries", "fail" if missing else "ok", says, remedy)]


def examine_fit() -> Finding:
    """Whether OpenCV and NumPy fit each other; in a process of its own, because they may crash where they do not."""
    try:
        answer = subprocess.run([sys.executable, "-c", _FITS], capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return Finding("opencv", "fail", "OpenCV does not load within a minute", "is the card failing? look at dmesg")
    if answer.returncode == 0:
        return Finding("opencv", "ok", "OpenCV and NumPy fit each other")
    last = (answer.stderr.strip().splitlines() or [f"exit status {answer.returncode}"])[-1]
    remedy = "pip install with systemd/constraints-bookworm.txt on Bookworm; apt's python3-opencv may be in the way"
    return Finding("opencv", "fail", f"OpenCV and NumPy do not fit each other: {last}", remedy)


def examine_config(asked: Path | None) -> tuple[Config, Finding]:
    """The configuration, or the defaults where it has mistakes."""
    found = find_config(asked, Path(), Path.home())
    try:
        return load_config(asked), Finding("config", "ok", "the defaults: no rig.toml" if found is None else str(found))
    except UserError as error:
        lines = str(error).splitlines()
        more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
        return Config(), Finding("config", "fail", lines[0] + more, f"rig config --check {found}")


def examine_extras(config: Config) -> list[Finding]:
    """What the configuration needs beyond the core."""
    if not config.finder.enabled:
        return []
    missing = [name for name in ("starlette", "uvicorn") if find_spec(name) is None]
    if missing:
        remedy = "pip install 'darkroom-rig[viewfinder]', or rig shoot --no-web"
        return [Finding("viewfinder", "fail", f"the page needs {' and '.join(missing)}", remedy)]
    return [Finding("viewfinder", "ok", f"starlette {version('starlette')}, uvicorn {version('uvicorn')}")]


def examine_engine(config: Config) -> Finding:
    """What prints, and why it is this one; asked in a process of its own, because loading it may fail in many ways."""
    asking = [sys.executable, "-c", _CHOICE, config.grade.engine]
    try:
        answer = subprocess.run(asking, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return Finding("engine", "fail", "it does not load within a minute", 'grade.engine = "opencv"')
    if answer.returncode == 0:
        return Finding("engine", "ok", answer.stdout.strip())
    last = (answer.stderr.strip().splitlines() or [f"exit status {answer.returncode}"])[-1]
    return Finding("engine", "fail", last, 'grade.engine = "opencv"')


def examine_takes(folder: Path, min_minutes: float, clock: Clock) -> Finding:
    """Room and speed where takes are kept: a few blocks are written, synced and removed again."""
    existing = folder
    try:
        existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        if not existing.is_dir():
            return Finding("takes", "fail", f"{existing} is not a folder", "takes.folder")
        minutes = shutil.disk_usage(existing).free / NEGATIVE_BYTES_A_SECOND / 60
        slowest_s, rate = _write_speed(existing, clock)
    except OSError as error:
        remedy = "takes.folder, or its owner and mode" if isinstance(error, PermissionError) else "is the card full?"
        return Finding("takes", "fail", f"{existing}: {error.strerror}", remedy)
    says = f"{folder}: about {minutes:.0f} minutes, {rate / 1e6:.0f} MB/s, slowest sync {slowest_s * 1e3:.0f} ms"
    if minutes < min_minutes:
        return Finding("takes", "fail", says, f"no take starts with less than {min_minutes:g} minutes: make room")
    if rate < 2 * NEGATIVE_BYTES_A_SECOND or slowest_s > _SLOW_SYNC_S:
        return Finding("takes", "warn", says, "a take may not keep up: a faster card (A2), or encoder.crf higher")
    return Finding("takes", "ok", says)


def _write_speed(folder: Path, clock: Clock) -> tuple[float, float]:
    """Seconds of the slowest of a few synced writes, and bytes a second over all."""
    block, slowest_ns, start_ns = os.urandom(_BLOCK), 0, clock.now_ns()
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".rig-doctor-") as file:
        for _ in range(_BLOCKS):
            before_ns = clock.now_ns()
            file.write(block)
            file.flush()
            os.fsync(file.fileno())
            slowest_ns = max(slowest_ns, clock.now_ns() - before_ns)
        took_ns = max(1, clock.now_ns() - start_ns)
    return slowest_ns / 1e9, _BLOCK * _BLOCKS * 1e9 / took_ns


def examine_page(config: Config) -> Finding:
    """Whether the page's port is free; a rig that is shooting holds it."""
    port = config.finder.port
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError as error:
            says = f"port {port}: {error.strerror}"
            return Finding("page", "warn", says, "is a rig shooting already? else finder.port = 8766")
    return Finding("page", "ok", f"port {port} is free" if port else "any free port")


def examine_time(root: Path) -> Finding:
    """The kernel's clock source, and whether wall time (names of takes, nothing else) has been set from outside."""
    source = _text(root / "sys/devices/system/clocksource/clocksource0/current_clocksource") or "unknown"
    synchronized = (root / "run/systemd/timesync/synchronized").exists()
    has_rtc = (root / "dev/rtc0").exists()
    if synchronized or has_rtc or not pi_model(root):
        return Finding("time", "ok", f"clock source {source}{', wall time synchronised' if synchronized else ''}")
    return Finding(
        "time", "warn", f"clock source {source}, wall time not set", "takes get wrong dates until it is online once"
    )


def examine_heat(root: Path) -> Finding:
    """Temperature, and what the Pi's firmware says about its power."""
    milli = _text(root / "sys/class/thermal/thermal_zone0/temp")
    says = [f"{int(milli) / 1000:.0f} C"] if milli.lstrip("-").isdecimal() else []
    bits = _text(root / "sys/devices/platform/soc/soc:firmware/get_throttled")
    flags = int(bits, 16) if match(r"(0x)?[0-9a-fA-F]+$", bits) else 0
    said = [words for bit, words in _THROTTLED.items() if flags >> bit & 1]
    finding = Finding("heat", "ok", ", ".join(says + said) or "no sensor here")
    hot = bool(says) and int(milli) >= 80_000
    if said or hot:
        return replace(finding, state="warn", remedy="the 5 V supply and its cable, then the cooling")
    return finding


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:  # not on this machine, or not for this user: the finding says that it is unknown
        return ""
