"""What a finger shows the simulated sensor: a recording, scaled to the counts a MAX30102 would give.

A recording of blood volume (column ``ppg``, up is more blood, any unit) is detrended gently (a twice-run mean of 3 s is
taken off), divided by the distance of its 10th and 90th percentile, and turned over, for more blood gives fewer counts:

    ir  = 150,000 * (1 - 0.010 * z)        a usual direct level, 1 % perfusion
    red = 120,000 * (1 - 0.005 * z)        0.8 of it, half the perfusion

A recording of raw counts (``red``, ``ir``) is used as it is, masked to the sensor's 18 bits. Where it tells the LED
currents too (``red_ma``, ``ir_ma``, a value for each sample; 0: not told), the light is what gives those counts at
those currents, for counts are proportional to them: the simulated chip at the same current gives the same counts again.
How bright it was beyond a clipped count nobody knows: it is clipped at any current. After its end a recording begins
again.

``FILE.part`` is a .csv that `rig pulse --record` was making when it was cut off; a last row that is torn is left out.
"""

from __future__ import annotations

import csv
import difflib
import json
import math
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from drivers.errors import BadInput

IR_COUNTS, PERFUSION = 150_000.0, 0.01
RED_PART, RED_PERFUSION = 0.8, 0.5
MASK = 0x3FFFF
FEED_MA = 7.0  # counts are as at this current: FEED_LED_CODE of drivers/sim/max30102.py, 0.2 mA a step
CLIPPED = MASK & ~7  # the highest count of the shortest flash, whose last three bits are not seen
BRIGHT = 4.0 * 35.0 * MASK  # full scale at the lowest current, 0.2 mA, in the widest range, four times the usual
BASELINE_S = 3.0
Floats = NDArray[np.float64]
_TIMES = (("t_s", 1.0), ("t_mcu_s", 1.0), ("t_mcu_us", 1e-6))  # the sensor's own times, best first, and their unit in s
_EXPECTED = "expected a pulse recording (.npz or .csv with ppg, or red and ir; and fs or t_s)"
_TEXT = (".csv", ".part")
_READ = ("ppg", "red", "ir", "red_ma", "ir_ma", "t_s", "t_mcu_s", "t_mcu_us", "t_host", "fs", "ref_beats")


class Feed(Protocol):
    """Light on the sensor over the world's time."""

    def counts(self, t_s: float) -> tuple[float, float]:
        """(red, ir) at t_s seconds of the world; more blood gives fewer counts.

        They are those of FEED_MA, and not cut at 18 bits: where the light is brighter than that, the chip clips it.
        """

    @property
    def beats_s(self) -> Floats:
        """The true beats that are known, in seconds; of a recording those of its first pass, if it has any."""


class Recording:
    """Red and IR counts at times from 0 on, joined by straight lines; begins again after duration_s."""

    def __init__(self, t_s: Floats, red: Floats, ir: Floats, beats_s: Floats, exact: bool = False) -> None:
        """exact: counts between whole ones are told, for a chip at another current."""
        self._t_s, self._red, self._ir, self._exact = t_s, red, ir, exact
        self.beats_s = beats_s
        self.duration_s = float(t_s[-1] + (t_s[-1] - t_s[0]) / max(1, len(t_s) - 1))

    def counts(self, t_s: float) -> tuple[float, float]:
        """(red, ir) at t_s."""
        t = t_s % self.duration_s
        red, ir = float(np.interp(t, self._t_s, self._red)), float(np.interp(t, self._t_s, self._ir))
        return (red, ir) if self._exact else (round(red), round(ir))


def recorded_feed(path: str | Path) -> Recording:
    """Open a recording. BadInput says what was expected and what came."""
    path = Path(path)
    if not path.is_file():
        raise BadInput(f"{path}: expected a pulse recording, got no such file{_meant(path)}")
    columns = _csv_columns(path) if path.suffix.lower() in _TEXT else _npz_columns(path)
    if "ppg" in columns:
        signals = [_numbers(path, "ppg", columns["ppg"])]
    elif "ir" in columns and "red" in columns:
        signals = [_numbers(path, name, columns[name]) for name in ("red", "ir")]
    else:
        raise BadInput(f"{path}: {_EXPECTED}, got {', '.join(sorted(columns)) or 'nothing'}")
    sizes = {len(signal) for signal in signals}
    if len(sizes) > 1:
        raise BadInput(f"{path}: expected red and ir of the same length, got {len(signals[0])} and {len(signals[1])}")
    if len(signals[0]) < 2:
        raise BadInput(f"{path}: expected samples, got {len(signals[0])}")
    t_s = _times(path, columns, len(signals[0]))
    if len(signals) == 1:
        red, ir = to_counts(signals[0], len(t_s) / float(t_s[-1]))
    else:
        red, ir = ((np.rint(signal).astype(np.int64) & MASK).astype(np.float64) for signal in signals)
    beats = _numbers(path, "ref_beats", columns["ref_beats"]) if "ref_beats" in columns else np.zeros(0)
    told = len(signals) == 2 and any(np.any(_numbers(path, n, columns[n])) for n in ("red_ma", "ir_ma") if n in columns)
    if told:
        red, ir = (_light(path, f"{name}_ma", columns, counts) for name, counts in (("red", red), ("ir", ir)))
    return Recording(t_s, red, ir, beats, exact=told)


def _light(path: Path, name: str, columns: dict[str, Any], counts: Floats) -> Floats:
    """The counts at FEED_MA of what gave these counts at the currents of column ``name``."""
    ma = _numbers(path, name, columns[name])
    if len(ma) != len(counts):
        raise BadInput(f"{path}: {name}: expected {len(counts)} currents, one a sample, got {len(ma)}")
    if np.any(ma < 0):
        raise BadInput(f"{path}: {name}: expected currents in mA, got {ma.min():g}")
    lit = ma > 0
    light = np.where(lit, counts * (FEED_MA / np.where(lit, ma, FEED_MA)), counts)
    return np.where(lit & (counts >= CLIPPED), BRIGHT, light)


def to_counts(ppg: Floats, fs_hz: float) -> tuple[Floats, Floats]:
    """(red, ir) of a blood volume signal, scaled as this file's first lines say."""
    width = max(1, min(len(ppg), round(BASELINE_S * fs_hz)))
    baseline = _running_mean(_running_mean(ppg, width), width)
    level = ppg - baseline
    spread = float(np.percentile(level, 90) - np.percentile(level, 10)) or 1.0
    z = level / spread
    ir = IR_COUNTS * (1.0 - PERFUSION * z)
    red = RED_PART * IR_COUNTS * (1.0 - RED_PERFUSION * PERFUSION * z)
    return np.clip(np.rint(red), 0, MASK), np.clip(np.rint(ir), 0, MASK)


def _running_mean(values: Floats, width: int) -> Floats:
    """Mean of width values around each; at the ends, of those that are there."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    index = np.arange(len(values))
    low, high = np.maximum(0, index - width // 2), np.minimum(len(values), index + (width + 1) // 2)
    return np.asarray((total[high] - total[low]) / (high - low), np.float64)


def _numbers(path: Path, name: str, column: Any) -> Floats:
    try:
        values = np.asarray(column, np.float64)
    except (TypeError, ValueError):
        raise BadInput(f"{path}: {name}: expected numbers, got {np.asarray(column).dtype}") from None
    if values.ndim != 1:
        raise BadInput(f"{path}: {name}: expected one row of samples, got an array of shape {values.shape}")
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        raise BadInput(f"{path}: {name}: expected numbers, got {values[bad[0]]} at sample {bad[0]} ({len(bad)} in all)")
    return values


def _times(path: Path, columns: dict[str, Any], n: int) -> Floats:
    for name, unit_s in _TIMES:
        if name in columns:
            t: Floats = _numbers(path, name, columns[name]) * unit_s
            if len(t) != n:
                raise BadInput(f"{path}: {name}: expected {n} times, one a sample, got {len(t)}")
            if not np.all(np.diff(t) > 0):
                raise BadInput(f"{path}: {name}: expected rising times, got a step back after {_first_step_back(t)}")
            return np.asarray(t - t[0], np.float64)
    if "t_host" in columns:  # samples arrive at the host in bursts: only the first and the last time say something
        t = _numbers(path, "t_host", columns["t_host"])
        span = float(t[-1] - t[0]) if len(t) else 0.0
        fs = (n - 1) / span if span > 0 else 0.0
    else:
        fs = _rate(path, columns)
    if not 1.0 <= fs <= 4000.0:
        raise BadInput(f"{path}: fs: expected 1 to 4000 Hz, got {fs:g}")
    return np.asarray(np.arange(n) / fs, np.float64)


def _rate(path: Path, columns: dict[str, Any]) -> float:
    if "fs" in columns:
        fs = np.asarray(columns["fs"])
        if fs.size != 1 or not np.issubdtype(fs.dtype, np.number):
            raise BadInput(f"{path}: fs: expected one number in Hz, got {fs.dtype} of shape {fs.shape}")
        return float(fs.reshape(()))
    try:
        nominal = json.loads(str(columns.get("meta", "{}"))).get("nominal_fs")
    except (ValueError, AttributeError):
        nominal = None
    if isinstance(nominal, (int, float)):
        return float(nominal)
    raise BadInput(f"{path}: expected the sample rate (fs in Hz, or a time t_s for each sample), got neither")


def _first_step_back(t: Floats) -> str:
    return f"sample {int(np.flatnonzero(np.diff(t) <= 0)[0])}"


def _npz_columns(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:  # np.load would leave it open where it is no archive
            archive = np.load(file, allow_pickle=False)
            if not hasattr(archive, "files"):
                raise BadInput(f"{path}: {_EXPECTED}, got a single array")
            return {name: archive[name] for name in archive.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(f"{path}: {_EXPECTED}, got {_what(path)}") from error


def _csv_columns(path: Path) -> dict[str, Any]:
    try:
        is_part = path.suffix.lower() == ".part"
        with path.open(newline="", encoding="utf-8-sig", errors="replace" if is_part else "strict") as file:
            whole = _whole_rows(file) if is_part else file
            rows = [row for row in csv.reader(whole) if row and not row[0].startswith("#")]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path}: {_EXPECTED}, got a file that is no text") from error
    if not rows:
        raise BadInput(f"{path}: expected samples, got an empty file")
    names = [name.strip().lower() for name in rows[0]]
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(names):
            raise BadInput(f"{path}: row {number}: expected {len(names)} values, got {len(row)}")
    columns: dict[str, Any] = {}
    for i, name in enumerate(names):
        if name in _READ:
            columns[name] = _csv_numbers(path, name, [row[i] for row in rows[1:]])
        else:
            columns[name] = None
    if "fs" in columns and len(columns["fs"]):
        columns["fs"] = columns["fs"][0]
    return columns


def _whole_rows(lines: Iterable[str]) -> Iterator[str]:
    """Up to the first row that is not whole: it was cut off there, and a power cut may leave anything behind."""
    names, newest_s = 0, -math.inf  # rig pulse --record writes the time first
    for line in lines:
        cells = line.split(",")
        if not line.endswith("\n") or (names and len(cells) != names):
            return
        if names:
            try:
                values = list(map(float, cells))
            except ValueError:
                return
            if not values[0] > newest_s:
                return
            newest_s = values[0]
        names = names or len(cells)
        yield line


def _csv_numbers(path: Path, name: str, cells: list[str]) -> Floats:
    values = np.empty(len(cells))
    for i, cell in enumerate(cells):
        try:
            values[i] = float(cell)
        except ValueError:
            raise BadInput(f"{path}: {name}: row {i + 2}: expected a number, got {cell!r}") from None
    return values


def _meant(path: Path) -> str:
    folder = path.parent
    names = [p.name for p in folder.iterdir() if p.suffix in (".npz", *_TEXT)] if folder.is_dir() else []
    close = difflib.get_close_matches(path.name, names, 1)
    return f", did you mean {folder / close[0]}?" if close else ""


def _what(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(24)
    if start.startswith(b"PK"):
        return "an archive that is cut off or damaged"
    if path.suffix.lower() in (".mp4", ".mov", ".mkv", ".avi", ".webm"):
        return f'a film; for a fingertip on a lens: [pulse] name = "webcam", source = "{path}" in rig.toml'
    return f"a file that is neither (it begins with {start!r})" if start else "an empty file"
