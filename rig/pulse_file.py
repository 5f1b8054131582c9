"""Keeps a pulse as it comes from the sensor in one file, .npz or .csv, which `--pulse FILE` plays again.

While it is made it is ``FILE.part``, text whatever its end will be: a row for each sample, t_s (seconds from the first
sample), red and ir (counts as they came), and where the sensor tells them, red_ma and ir_ma, the LED currents (0: not
told). drivers/sim/feed.py reads all three. What is in it after a kill or a power cut plays, but for the last second.
"""

from __future__ import annotations

import errno
import fcntl
import io
import math
import os
from array import array
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from drivers.readings import PulseSamples
from rig.errors import UserError
from rig.session.files import sync_data, sync_file, sync_folder
from rig.words import did_you_mean

ENDINGS = (".npz", ".csv")
LEAST_SAMPLES = 2  # fewer play nothing
SYNC_NS = 1_000_000_000  # what a power cut may cost; a card takes one small write a second easily
_HEAD = b"t_s,red,ir"
_WHOLE: dict[str, type] = {"red": np.int32, "ir": np.int32}


class PulseFile:
    """One recording. ``keep`` gives it its name; ``close`` drops one that holds too little to play.

    A ``part`` that a run left when it was cut off is saved under another name first (``saved``). A pulse is body data:
    only this user can read the files.
    """

    def __init__(self, path: Path) -> None:
        """UserError when there is such a file, another rig pulse is making it, or none can be made there."""
        if path.suffix.lower() not in ENDINGS:
            near = did_you_mean(path.suffix.lower(), ENDINGS)
            raise UserError(f"--record {path}: expected a name that ends in .npz or .csv, got {path.name}{near}")
        if path.exists():
            raise UserError(f"--record {path}: expected a new file, got one that is there; choose another name")
        self.path, self.part = path, part_of(path)
        self.samples = 0
        self.left_out = 0  # samples that were not newer than what came before
        self.fault = ""  # why it ended before its time; what came until then stays
        self.saved: tuple[Path, int] | None = None  # a recording that had been cut off, and its samples
        self.kept = False
        self._began_ns = self._newest_ns = self._synced_ns = 0
        self._size = self._synced_size = 0
        try:
            self._number: int | None = self._claim()
            sync_folder(path.parent)
        except OSError as error:
            says = f"expected a folder that can be written, got: {error.strerror}"
            raise UserError(f"--record {path}: {says}") from None

    def _claim(self) -> int:
        """``part``, empty, and ours as long as it is open."""
        number = self._locked()
        if not os.fstat(number).st_size:
            return number
        try:
            self._save_what_was_cut_off()
        finally:
            os.close(number)
        return self._locked()

    def _save_what_was_cut_off(self) -> None:
        with self.part.open("rb") as file:
            head = file.read(64).rstrip(b"\0")
        if not (head.startswith(_HEAD) or _HEAD.startswith(head)):
            says = f"expected a recording in {self.part.name}, which is there, got something else"
            raise UserError(f"--record {self.path}: {says}; move it away or choose another name")
        samples = len(_columns(self.part)[0]["t_s"])
        if samples < LEAST_SAMPLES:
            self.part.unlink()
            return
        path = _free(self.path)
        try:
            _finish(self.part, path)
        except OSError as error:
            says = f"expected room to save {self.part.name}, which was cut off, got: {error.strerror}"
            raise UserError(f"--record {self.path}: {says}; it plays: rig pulse --pulse {self.part}") from None
        self.saved = path, samples

    def _locked(self) -> int:
        number = os.open(self.part, os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)  # it dies with the process that holds it
            mine = self.part.exists() and os.path.samestat(os.fstat(number), self.part.stat())
        except OSError as error:
            os.close(number)
            if not isinstance(error, BlockingIOError):
                raise
            mine = False
        if not mine:  # or another one has just given it its name
            says = f"expected no {self.part.name} that is being written, got one: another rig pulse records it now"
            raise UserError(f"--record {self.path}: {says}; choose another name")
        return number

    def add(self, samples: PulseSamples) -> None:
        """What the sensor gave, oldest first, at once into ``part``; a sample that is not newer is left out, counted.

        A disk that is full ends the recording: ``fault`` says so.
        """
        if self._number is None or self.fault or not len(samples.t_ns):
            return
        text = ""
        if not self.samples:
            self._began_ns = int(samples.t_ns[0])
            self._newest_ns = self._began_ns - 1
            text = "t_s,red,ir,red_ma,ir_ma\n"
        currents = f",{samples.red_ma or 0:g},{samples.ir_ma or 0:g}"  # 0: there is none to tell
        added = 0
        rows = zip(samples.t_ns.tolist(), samples.red_counts.tolist(), samples.ir_counts.tolist(), strict=True)
        for t_ns, red, ir in rows:
            if t_ns <= self._newest_ns:
                self.left_out += 1
                continue
            self._newest_ns = t_ns
            added += 1
            text += f"{(t_ns - self._began_ns) / 1e9:.9f},{red},{ir}{currents}\n"
        if added and self._write(text.encode()):
            self.samples += added

    def sync(self, now_ns: int) -> None:
        """Wait until it is on the card, once a second; to be called often."""
        if self._number is None or self._size == self._synced_size or now_ns - self._synced_ns < SYNC_NS:
            return
        self._synced_ns, self._synced_size = now_ns, self._size
        try:
            sync_data(self._number)
        except OSError as error:
            self._failed(error)

    def keep(self) -> bool:
        """Give it its name, whole and on the card; False when there is too little to keep.

        UserError where that fails: what was recorded stays in ``part``, and plays.
        """
        if self._number is None or self.samples < LEAST_SAMPLES:
            return False
        number, self._number = self._number, None
        try:
            sync_data(number)
            _finish(self.part, self.path, self.samples)
        except OSError as error:
            says = f"expected to give it its name, got: {error.strerror}; the pulse is in {self.part}"
            raise UserError(f"--record {self.path}: {says}: rig pulse --pulse {self.part}") from None
        finally:
            os.close(number)
        self.kept = True
        return True

    def close(self) -> None:
        """Nothing that is of no use stays behind."""
        if self._number is not None:
            if self.samples < LEAST_SAMPLES:
                self.part.unlink(missing_ok=True)
            os.close(self._number)
            self._number = None

    def _write(self, data: bytes) -> bool:
        assert self._number is not None
        left = data
        try:
            while left:
                left = left[os.write(self._number, left) :]
        except OSError as error:
            self._failed(error)
            with suppress(OSError):
                os.ftruncate(self._number, self._size)  # no row that is torn
            return False
        self._size += len(data)
        return True

    def _failed(self, error: OSError) -> None:
        says = f"expected room for the pulse, got: {error.strerror}"
        kept = "what came until now is kept; " if self.samples >= LEAST_SAMPLES else ""
        self.fault = f"--record {self.path}: {says}; {kept}make room, or record to another card"


def part_of(path: Path) -> Path:
    """Where the recording is while it is made."""
    return path.with_name(f"{path.name}.part")


def _columns(part: Path) -> tuple[dict[str, array[float]], int]:
    """The whole rows of a ``part``, and how many bytes they are: up to where it was cut off. A power cut may leave
    anything from there on."""
    with part.open("rb") as file:
        head = file.readline()
        names = head.decode("ascii", "replace").strip().split(",")
        columns, size = {name: array("d") for name in ("t_s", *names)}, len(head)
        for line in file:
            try:
                row = dict(zip(names, map(float, line.split(b",")), strict=True))
            except ValueError:
                break
            whole = line.endswith(b"\n") and all(map(math.isfinite, row.values())) and "t_s" in row
            if not whole or (columns["t_s"] and row["t_s"] <= columns["t_s"][-1]):
                break
            size += len(line)
            for name, value in row.items():
                columns[name].append(value)
    return columns, size


def _finish(part: Path, path: Path, samples: int | None = None) -> None:
    """Turn a ``part`` that nobody writes into the file at ``path``, which must be new. samples: that must be in it."""
    columns, size = _columns(part)
    if samples is not None and len(columns["t_s"]) < samples:
        raise OSError(errno.EIO, f"{samples} samples were written and {len(columns['t_s'])} can be read")
    if path.suffix.lower() == ".csv":
        os.truncate(part, size)
        sync_file(part)
        _name(part, path)
        return
    archive = io.BytesIO()
    typed: dict[str, Any] = {name: np.array(c, _WHOLE.get(name, np.float64)) for name, c in columns.items()}
    np.savez_compressed(archive, **typed)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(archive.getvalue())
            file.flush()
            sync_data(file.fileno())
        _name(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    part.unlink()


def _free(path: Path) -> Path:
    """Where a recording that was cut off is saved: `finger-cut-off.npz` beside `finger.npz`, or -2, -3 and so on."""
    names = (path.with_name(f"{path.stem}-cut-off{'' if n == 1 else f'-{n}'}{path.suffix}") for n in count(1))
    return next(name for name in names if not name.exists())


def _name(part: Path, path: Path) -> None:
    """Rename without ever taking the place of another file."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a card without hard links (FAT): look, then rename
        if path.exists():
            raise FileExistsError(17, "there is such a file by now") from None
        part.rename(path)
    else:
        part.unlink()
    sync_folder(path.parent)
