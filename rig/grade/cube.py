"""A .cube file (Adobe Cube LUT Specification 1.0, 2013): a table of colours by red, green, blue."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rig.errors import UserError
from rig.zones import Floats

LARGEST = 129


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """values: float64 (n, n, n, 3), read-only, by blue, green, red (red changes fastest in the file). low, high: the
    domain. Two with the same sha256 are the same table."""

    values: NDArray[np.float64]
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    sha256: str

    def __eq__(self, other: object) -> bool:
        """The same table."""
        return isinstance(other, Cube) and other.sha256 == self.sha256

    def __hash__(self) -> int:
        """Of the table."""
        return hash(self.sha256)

    def look_up(self, rgb: Floats) -> Floats:
        """Red, green, blue (..., 3) through the table, linear between its entries; beyond it its edge counts."""
        size = self.values.shape[0]
        low, high = np.asarray(self.low), np.asarray(self.high)
        place = np.clip((rgb - low) / (high - low), 0.0, 1.0) * (size - 1)
        at = np.minimum(place.astype(np.int64), size - 2)
        part = place - at
        out = np.zeros(rgb.shape)
        for corner in range(8):
            step = np.array([corner & 1, corner >> 1 & 1, corner >> 2])
            share = np.prod(np.where(step, part, 1.0 - part), axis=-1)
            red, green, blue = np.moveaxis(at + step, -1, 0)
            out += share[..., None] * self.values[blue, green, red]
        return out


@lru_cache(maxsize=4)
def read_cube(path: str) -> Cube:
    """The table of a file; UserError in one line where it is none."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: expected a .cube file, got: {getattr(error, 'strerror', None) or error}") from None
    return parse_cube(text, path)


def parse_cube(text: str, where: str) -> Cube:
    """A table from the text of a .cube file; UserError where it is none."""
    size, low, high, rows = 0, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#")[0].split()
        if not words or words[0] == "TITLE":
            continue
        try:
            if words[0] == "LUT_3D_SIZE":
                size = int(words[1])
            elif words[0] == "DOMAIN_MIN":
                low = (float(words[1]), float(words[2]), float(words[3]))
            elif words[0] == "DOMAIN_MAX":
                high = (float(words[1]), float(words[2]), float(words[3]))
            else:
                rows.append([float(words[0]), float(words[1]), float(words[2])])
        except (ValueError, IndexError):
            raise UserError(f"{where}:{number}: expected a line of a 3D .cube, got {line.strip()[:40]}") from None
    if not 2 <= size <= LARGEST or len(rows) != size**3:
        raise UserError(f"{where}: expected LUT_3D_SIZE of 2 to {LARGEST} and its cube of rows, got {len(rows)} rows")
    values = np.array(rows).reshape(size, size, size, 3)
    values.flags.writeable = False
    return Cube(values, low, high, sha256(text.encode()).hexdigest())
