"""The baseline that was set on purpose, kept in a small file of the state folder that nobody else can read.

Body data: it is in this file and nowhere else; it never goes into the log, a take or a bug report.
"""

from __future__ import annotations

import datetime
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from drivers.settings import PulseSettings
from rig import loader
from rig.body.baseline import QuietBaseline
from rig.errors import UserError
from rig.session.files import replace_synced
from rig.words import quoted

NAME = "baseline.toml"
VERSION = 1
_SIMULATED = ("max3010x", "strap")  # those that the World has
_HEAD = """# A quiet heart, measured by rig pulse --baseline: body data, for this user alone.
# rig pulse --forget-baseline deletes it.
"""


@dataclass(frozen=True, slots=True)
class KeptBaseline:
    """Two quiet minutes on one kind of sensor, for two sensors do not measure RMSSD alike. rmssd_ms 0: not known."""

    source: Annotated[str, Meta(min_length=1)]
    date: Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    heart_rate_bpm: Annotated[float, Meta(ge=30, le=220, extra={"unit": "beats/min"})]
    rmssd_ms: Annotated[float, Meta(ge=0, le=1000, extra={"unit": "ms"})] = 0.0

    @property
    def quiet(self) -> QuietBaseline:
        """What arousal is held against."""
        return QuietBaseline(self.heart_rate_bpm, self.rmssd_ms or None)


@dataclass(frozen=True, slots=True)
class _File:
    version: int
    baseline: list[KeptBaseline] = field(default_factory=list)


def is_simulated(pulse: PulseSettings) -> bool:
    """Whether it is the World's: its own heart, or a recording."""
    return pulse.bus == "sim" and pulse.name in _SIMULATED


def source_of(pulse: PulseSettings, recording: str = "") -> str:
    """Whose heart a baseline belongs to, and the sensor: `max3010x on bus 1`, `webcam`, `strap on bus sim`.

    The simulated heart, each recording and the person in front of the sensor are three: none is held against another's
    quiet. recording: what the simulated world plays instead of its heart (Scenario.pulse).
    """
    if pulse.name == "webcam" and pulse.source and not pulse.source.isdigit():
        return f"webcam, fed by {Path(pulse.source).resolve()}"
    if is_simulated(pulse):
        return f"{pulse.name} on bus sim" + (f", fed by {Path(recording).resolve()}" if recording else "")
    return f"{pulse.name} on bus {pulse.bus}" if pulse.name == "max3010x" else pulse.name


def read_baseline(folder: Path, source: str) -> KeptBaseline | None:
    """The baseline of that sensor; None where none was set.

    UserError where the file cannot be read or says something else than rig pulse wrote; no value of it is in the words.
    """
    return next((kept for kept in _read(folder / NAME) if kept.source == source), None)


def keep_baseline(folder: Path, source: str, baseline: QuietBaseline, wall_ns: int) -> Path:
    """Keep it in the place of an older one of the same sensor, whole or not at all; where. UserError: why not."""
    path = folder / NAME
    date = datetime.datetime.fromtimestamp(wall_ns / 1e9, datetime.UTC).date().isoformat()
    new = KeptBaseline(source, date, round(baseline.heart_rate_bpm, 1), round(baseline.rmssd_ms or 0.0, 1))
    try:
        others = [kept for kept in _read(path) if kept.source != source]
    except UserError:  # nothing of a file that says nothing is worth keeping
        others = []
    text = _HEAD + f"version = {VERSION}\n" + "".join(_table(kept) for kept in [*others, new])
    fresh = path.with_name(f".{NAME}.{os.getpid()}")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        replace_synced(fresh, path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        says = f"expected a folder for the baseline that can be written, got: {error.strerror}"
        raise UserError(f"{folder}: {says}; check its owner and mode") from None
    return path


def forget_baseline(folder: Path) -> Path | None:
    """Delete the file with the baselines of all sensors; what was deleted, None where there was none."""
    path = folder / NAME
    try:
        path.unlink()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(f"{path}: expected a file that can be deleted, got: {error.strerror}") from None
    return path


def _read(path: Path) -> list[KeptBaseline]:
    if not path.exists():
        return []
    try:
        kept = loader.read(_File, path)
        if kept.version != VERSION:
            raise UserError("another version")
    except UserError:  # its words tell values of the body
        says = "expected what rig pulse --baseline wrote, got something else"
        raise UserError(f"{path}: {says}; delete it with rig pulse --forget-baseline, and measure again") from None
    return kept.baseline


def _table(kept: KeptBaseline) -> str:
    return (
        f"\n[[baseline]]\nsource = {quoted(kept.source)}\ndate = {quoted(kept.date)}\n"
        f"heart_rate_bpm = {kept.heart_rate_bpm}\nrmssd_ms = {kept.rmssd_ms}\n"
    )
