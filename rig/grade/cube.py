"""A .cube file, read and written (Adobe Cube LUT Specification 1.0, 2013; and the INPUT_RANGE of DaVinci Resolve)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rig.errors import UserError
from rig.grade.cube_table import Cube
from rig.loader import read_text
from rig.words import did_you_mean
from rig.zones import Floats

if TYPE_CHECKING:
    from rig.grade.look import Look

LARGEST = {1: 65536, 3: 129}  # entries along a side; the specification itself allows 256 in 3D
MOST_TOLD = 8  # mistakes
SIZES = {"LUT_1D_SIZE": 1, "LUT_3D_SIZE": 3}
RANGES = ("LUT_1D_INPUT_RANGE", "LUT_3D_INPUT_RANGE")
KEYS = ("TITLE", *SIZES, "DOMAIN_MIN", "DOMAIN_MAX", *RANGES)


@lru_cache(maxsize=64)
def read_cube(path: str) -> Cube:
    """The table of a file; UserError where it is none.

    Read once: while a rig runs, a file that is changed or gone changes no print and stops no shoot.
    """
    file = Path(path)
    text = read_text(file, "a .cube file (text in UTF-8)")
    if "\0" in text:
        raise UserError(f"{file}: expected a .cube file (text in UTF-8), got byte 0x00")
    return replace(parse_cube(text, file.name), source=text.encode())


def parse_cube(text: str, where: str) -> Cube:
    """A table from the text of a .cube file; UserError with all mistakes, one a line, each with its line."""
    reader = _Reader()
    for number, line in enumerate(text.splitlines(), 1):
        reader.line(number, line)
    reader.end()
    if reader.mistakes:
        said = [f"{where}:{number}: {says}" for number, says in sorted(reader.mistakes)]
        if len(said) > MOST_TOLD:
            said[MOST_TOLD:] = [f"{where}: and {len(said) - MOST_TOLD} more such lines"]
        raise UserError("\n".join(said))
    shape = (reader.size,) * reader.sides + (3,)
    values = np.array(reader.rows, np.float64).reshape(shape)
    values.flags.writeable = False
    (red, green, blue), (red_end, green_end, blue_end) = reader.low, reader.high
    kept = repr((shape, reader.low, reader.high)).encode() + values.tobytes()
    return Cube(values, (red, green, blue), (red_end, green_end, blue_end), sha256(kept).hexdigest())


class _Reader:
    """Goes through the lines once, and collects the table and what is wrong."""

    def __init__(self) -> None:
        self.mistakes: list[tuple[int, str]] = []
        self.sides, self.size, self._size_line = 3, 0, 1
        self.low, self.high = [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]
        self._domain_line = 1
        self.rows: list[list[float]] = []

    def line(self, number: int, line: str) -> None:
        words = line.split("#")[0].split()
        if not words or words[0] == "TITLE":
            return
        if words[0] in SIZES:
            self._sized(number, words)
        elif words[0] in ("DOMAIN_MIN", "DOMAIN_MAX"):
            self._domain_line = number
            ends = self._numbers(number, words[1:], 3, f"three numbers after {words[0]}")
            if ends:
                self.low, self.high = (ends, self.high) if words[0] == "DOMAIN_MIN" else (self.low, ends)
        elif words[0] in RANGES:
            self._domain_line = number
            ends = self._numbers(number, words[1:], 2, f"two numbers after {words[0]}")
            if ends:
                self.low, self.high = [ends[0]] * 3, [ends[1]] * 3
        elif words[0][0].isalpha() and words[0].lower() not in ("nan", "inf", "infinity"):
            says = f"expected three numbers or one of {', '.join(KEYS)}, got {words[0][:40]}"
            self.mistakes.append((number, says + did_you_mean(words[0], KEYS)))
        else:
            self.rows.append(self._numbers(number, words, 3, "red, green, blue"))

    def _sized(self, number: int, words: list[str]) -> None:
        if self.size:
            self.mistakes.append((number, f"expected one table in a file, got a second one ({words[0]})"))
            return
        self.sides, self._size_line = SIZES[words[0]], number
        largest = LARGEST[self.sides]
        if len(words) == 2 and words[1].isdecimal() and 2 <= int(words[1][:9]) <= largest:
            self.size = int(words[1])
        else:
            self.size = -1
            got = " ".join(words[1:])[:40] or "nothing"
            self.mistakes.append((number, f"{words[0]}: expected a whole number 2 to {largest}, got {got}"))

    def _numbers(self, number: int, words: list[str], count: int, wanted: str) -> list[float]:
        """So many finite numbers; none where the words are something else, which is a mistake."""
        try:
            values = [float(word) for word in words]
        except ValueError:
            values = []
        if len(values) == count and all(map(math.isfinite, values)):
            return values
        self.mistakes.append((number, f"expected {wanted}, got {' '.join(words)[:40] or 'nothing'}"))
        return []

    def end(self) -> None:
        """What can only be said when all has been read."""
        if self.size == 0:
            self.mistakes.append((1, "expected LUT_3D_SIZE or LUT_1D_SIZE before the table, got none"))
        wanted = self.size**3 if self.sides == 3 else self.size
        if self.size > 0 and len(self.rows) != wanted:
            says = f"expected {wanted} rows of red, green, blue for a size of {self.size}, got {len(self.rows)}"
            self.mistakes.append((self._size_line, says))
        if not all(low < high for low, high in zip(self.low, self.high, strict=True)):
            says = f"expected a domain that begins below its end, got {self.low} to {self.high}"
            self.mistakes.append((self._domain_line, says))


def write_cube(
    print_: Look | Callable[[Floats], Floats], size: int = 33, title: str = "", routes: Sequence[str] = ()
) -> str:
    """The text of a 3D .cube, ``size`` entries along each side, for a look or for a function of encoded red, green,
    blue (n, 3), 1 is white, to the same of the print.

    Of a look: what it does to a colour wherever it is. What depends on the place in the picture (zones, dodge, burn,
    vignette, grain, ...) or moves from frame to frame (auto; routes, given by name) is left out, and a comment says so.
    Its luma is BT.709's, its transfer sRGB.
    """
    from rig.grade.global_print import GlobalPrint  # it needs Look, which needs this module

    if not 2 <= size <= LARGEST[3]:
        raise UserError(f"size: expected 2 to {LARGEST[3]} entries along each side, got {size}")
    lines = [f'TITLE "{title.replace(chr(34), chr(39))}"'] if title else []
    if callable(print_):
        function = print_
    else:
        whole = GlobalPrint.of(print_)
        function = whole.print
        if whole.left_out:
            lines.append(f"# left out, as it depends on the place in the picture: {', '.join(whole.left_out)}")
        moving = [*(["auto"] if print_.auto.strength else []), *(f"route {name}" for name in routes)]
        if moving:
            lines.append(f"# left out, as it moves from frame to frame: {', '.join(moving)}")
    lines.append(f"LUT_3D_SIZE {size}")
    return "\n".join((*lines, *_rows(function, size))) + "\n"


def _rows(function: Callable[[Floats], Floats], size: int) -> Iterator[str]:
    side = np.arange(size) / (size - 1)
    for blue in side:
        green, red = np.meshgrid(side, side, indexing="ij")
        grid = np.stack([red, green, np.full_like(red, blue)], axis=-1).reshape(-1, 3)
        for printed in np.clip(function(grid), 0.0, 1.0):
            yield "{:.6f} {:.6f} {:.6f}".format(*printed)
