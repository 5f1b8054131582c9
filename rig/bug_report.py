"""One file for a bug report: versions, the doctor's answer, the configuration, the last log, and what a take is made
of. No picture, and nothing of the body: what goes in is named here one by one, everything else stays out."""

from __future__ import annotations

import json
import os
import platform
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from drivers.clock import Clock
from drivers.doctor import pi_model
from rig.config import config_to_toml, load_config
from rig.doctor import examine, versions
from rig.errors import UserError
from rig.log import NAME, state_folder
from rig.session.entries import TOPICS, DropEntry, Entry, FaultEntry, FrameEntry, TakeEnd, TakeStart
from rig.session.layout import check_outside_takes

LOG_BYTES = 256 * 1024
_BODY = "/body/"
_START = (
    *("take_id", "t_ns", "wall_ns", "camera", "width", "height", "rate_hz", "matrix", "range", "transfer"),
    *("engine", "look_name", "pulse_source", "rig_version", "version"),
)
_README = """What is in this file, for a bug report of the darkroom rig:
versions.json  the machine and the libraries
doctor.json    the answer of `rig doctor`
rig.toml       the configuration
rig.log        the end of the log
take.json      of a take: sizes, frame intervals, dropped frames, faults, how many entries of each kind
There is no picture in it, no pulse, no heartbeat and nothing else of the body.
"""


def write_report(path: Path | None, config: Path | None, take: Path | None, clock: Clock) -> Path:
    """Make the file (a zip) and give its path. path: None names it by the time, here; take: a take's folder.

    UserError when it cannot be written; nothing is left half-written.
    """
    stamp = datetime.fromtimestamp(clock.wall_ns() / 1e9, UTC).strftime("%Y%m%d-%H%M%S")
    out = Path(f"rig-report-{stamp}.zip") if path is None else path
    check_outside_takes(out, "report")
    parts: dict[str, Callable[[], str]] = {
        "README.txt": lambda: _README,
        "versions.json": lambda: _json({**versions(), "machine": platform.platform(), "pi": pi_model()}),
        "doctor.json": lambda: _json([asdict(finding) for finding in examine(config, clock, of_body=False)]),
        "rig.toml": lambda: config_to_toml(load_config(config)),
        "rig.log": lambda: log_end(state_folder()),
    }
    if take is not None:
        parts["take.json"] = lambda: _json(describe_take(take))
    texts = {name: _part(make) for name, make in parts.items()}
    _write(out, texts)
    return out


def _part(make: Callable[[], str]) -> str:
    """A part that cannot be made says so in its place: a report is for the very day on which something is broken."""
    try:
        text = make()
    except Exception as error:  # noqa: BLE001 - the root of one part; what went wrong is what the report then says
        text = f"could not be made: {type(error).__name__}: {error}\n"
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text


def _write(out: Path, texts: dict[str, str]) -> None:
    try:
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=".rig-report-")
    except OSError as error:
        raise UserError(f"{out}: expected a folder that can be written, got: {error.strerror}; use --out") from None
    try:
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, text in texts.items():
                archive.writestr(zipfile.ZipInfo(part), text, zipfile.ZIP_DEFLATED)
        os.replace(name, out)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise UserError(f"{out}: expected room for a small file, got: {error.strerror}; use --out") from None


def log_end(folder: Path) -> str:
    """The last 256 KiB of the log, the rotated file before it included."""
    text = b""
    for name in (f"{NAME}.1", NAME):
        path = folder / name
        text += path.read_bytes() if path.is_file() else b""
    return text[-LOG_BYTES:].decode("utf-8", errors="replace") or "no log yet\n"


def describe_take(take: Path) -> dict[str, object]:
    """What a take's folder holds, and its timeline in figures; also of a take that is torn."""
    from rig.session.layout import TIMELINE
    from rig.session.timeline import read_timeline

    files = {path.name: path.stat().st_size for path in sorted(take.iterdir()) if path.is_file()}
    damage: list[str] = []
    told = describe_timeline(read_timeline(take / TIMELINE, damage=damage))
    return {"folder": take.name, "bytes": files, "damage": damage, **told}


def describe_timeline(entries: Iterable[Entry]) -> dict[str, object]:
    """A timeline without its signals, its body and its words: start, counts, frame intervals, drops, faults, end."""
    names = {kind: topic for topic, kind in TOPICS.items() if not topic.startswith(_BODY)}
    counts: Counter[str] = Counter()
    frames_ns: list[int] = []
    dropped: Counter[str] = Counter()
    said: dict[str, object] = {"start": None, "end": None}
    faults: list[dict[str, object]] = []
    for entry in entries:
        if type(entry) in names:
            counts[names[type(entry)]] += 1
        if isinstance(entry, FrameEntry):
            frames_ns.append(entry.t_ns)
        elif isinstance(entry, TakeStart):
            said["start"] = {key: getattr(entry, key) for key in _START}
        elif isinstance(entry, TakeEnd):
            said["end"] = asdict(entry)
        elif isinstance(entry, DropEntry):
            dropped[entry.cause] += entry.count
        elif isinstance(entry, FaultEntry):
            faults.append(asdict(entry))
    gaps_ms = sorted((later - earlier) / 1e6 for earlier, later in pairwise(frames_ns))
    at = {"median": 0.5, "p99": 0.99, "longest": 1.0}
    intervals = {name: round(gaps_ms[int((len(gaps_ms) - 1) * share)], 3) for name, share in at.items() if gaps_ms}
    return {
        **said,
        "entries": dict(counts),
        "frame_interval_ms": intervals,
        "duration_s": (frames_ns[-1] - frames_ns[0]) / 1e9 if frames_ns else 0.0,
        "dropped": dict(dropped),
        "faults": faults,
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=1) + "\n"
