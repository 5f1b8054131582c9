"""Keeps a pulse as it came from the sensor in one file, .npz or .csv, which `--pulse FILE` plays again.

Columns t_s (seconds from the first sample), red and ir (counts), as drivers/sim/feed.py reads them. Where the LED
current changed, all counts are told as at the lowest current of the recording: they are proportional to it.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from drivers.readings import PulseSamples
from rig.errors import UserError
from rig.session.files import sync_data, sync_folder
from rig.words import did_you_mean

ENDINGS = (".npz", ".csv")
LEAST_SAMPLES = 2  # fewer play nothing


class PulseFile:
    """One recording. ``PATH.part`` while it is made; ``keep`` puts it whole at PATH; ``close`` drops what was not.

    A pulse is body data: only this user can read the file.
    """

    def __init__(self, path: Path) -> None:
        """UserError when there is such a file, or none can be made there."""
        if path.suffix.lower() not in ENDINGS:
            near = did_you_mean(path.suffix.lower(), ENDINGS)
            raise UserError(f"--record {path}: expected a name that ends in .npz or .csv, got {path.name}{near}")
        if path.exists():
            raise UserError(f"--record {path}: expected a new file, got one that is there; choose another name")
        self.path, self.part = path, path.with_name(f"{path.name}.part")
        try:
            self._number: int | None = os.open(self.part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            says = f"expected no {self.part.name} beside it, got one: another rig pulse writes it, or one was cut off"
            raise UserError(f"--record {path}: {says}; delete it or choose another name") from None
        except OSError as error:
            says = f"expected a folder that can be written, got: {error.strerror}"
            raise UserError(f"--record {path}: {says}") from None
        self._pieces: list[PulseSamples] = []
        self._newest_ns: int | None = None
        self.samples = 0
        self.kept = False

    def add(self, samples: PulseSamples) -> None:
        """What the sensor gave, oldest first; what is not newer than what came before is left out."""
        if len(samples.t_ns) == 0 or (self._newest_ns is not None and int(samples.t_ns[0]) <= self._newest_ns):
            return
        self._newest_ns = int(samples.t_ns[-1])
        self._pieces.append(samples)
        self.samples += len(samples.t_ns)

    def keep(self) -> bool:
        """Write it whole, wait until it is on the card, and give it its name; False when there is too little to keep.

        UserError where that fails: when the name was taken meanwhile, what was recorded stays in ``part``.
        """
        if self._number is None or self.samples < LEAST_SAMPLES:
            return False
        number, self._number = self._number, None
        try:
            with open(number, "wb") as file:
                file.write(self._bytes())
                file.flush()
                sync_data(file.fileno())
        except OSError as error:
            self.part.unlink(missing_ok=True)
            raise UserError(f"--record {self.path}: expected room for the pulse, got: {error.strerror}") from None
        try:
            _name(self.part, self.path)
        except OSError as error:
            says = f"expected to give it its name, got: {error.strerror}; the pulse is in {self.part}"
            raise UserError(f"--record {self.path}: {says}") from None
        self.kept = True
        return True

    def close(self) -> None:
        """Nothing half-made stays behind."""
        if self._number is not None:
            os.close(self._number)
            self._number = None
            self.part.unlink(missing_ok=True)

    def _bytes(self) -> bytes:
        t_ns = np.concatenate([piece.t_ns for piece in self._pieces])
        columns = {
            "t_s": (t_ns - t_ns[0]) / 1e9,
            "red": _counts([(piece.red_counts, piece.red_ma) for piece in self._pieces]),
            "ir": _counts([(piece.ir_counts, piece.ir_ma) for piece in self._pieces]),
        }
        if self.path.suffix.lower() == ".npz":
            archive = io.BytesIO()
            np.savez_compressed(archive, **columns)
            return archive.getvalue()
        rows = zip(*(column.tolist() for column in columns.values()), strict=True)
        return ("t_s,red,ir\n" + "".join(f"{t:.6f},{red},{ir}\n" for t, red, ir in rows)).encode()


def _counts(pieces: list[tuple[NDArray[np.int32], float | None]]) -> NDArray[np.int32]:
    currents = [current for _, current in pieces if current]
    least = min(currents, default=0.0)
    told = [counts if not current else counts * (least / current) for counts, current in pieces]
    return np.rint(np.concatenate(told)).astype(np.int32)


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
