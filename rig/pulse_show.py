"""Where the live pulse is shown: rows that are drawn again and again on a terminal, or a line a second in a pipe."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from typing import Protocol, TextIO

from rig.pulse_screen import PulseState, draw, tell, wrapped

_RED, _YELLOW, _END = "\x1b[31m", "\x1b[33m", "\x1b[0m"
_HIDE, _SHOW = "\x1b[?25l\x1b[?7l", "\x1b[?25h\x1b[?7h"  # the cursor, and long lines going on in the next
LEAST_ROWS, LEAST_COLUMNS = 12, 30


class Show(Protocol):
    """Someone who looks on."""

    @property
    def period_ns(self) -> int:
        """How often ``show`` is wanted."""

    def show(self, state: PulseState) -> None:
        """The newest state."""

    def say(self, line: str, bad: bool = False) -> None:
        """Something that happened and is to stay; bad: a fault."""

    def close(self) -> None:
        """Leave the terminal as it was; harmless the second time."""


def choose_show(stream: TextIO, environ: Mapping[str, str] | None = None) -> Show:
    """Rows where ``stream`` is a terminal that can draw and is large enough, else lines.

    Colour only without NO_COLOR (no-color.org: set and not empty).
    """
    env = os.environ if environ is None else environ
    if not stream.isatty() or env.get("TERM", "dumb") in ("dumb", ""):
        return Lines(stream)
    size = shutil.get_terminal_size()
    if size.lines < LEAST_ROWS or size.columns < LEAST_COLUMNS:
        return Lines(stream)
    return Terminal(stream, colour=not env.get("NO_COLOR"), symbols=_can_write(stream, "⣿█♥·"))


def _can_write(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


class Lines:
    """For a pipe, a log, or a terminal that cannot move its cursor."""

    period_ns = 1_000_000_000

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, state: PulseState) -> None:
        """One line."""
        self.say(tell(state))

    def say(self, line: str, bad: bool = False) -> None:
        """One line."""
        del bad
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(line.encode(encoding, "replace").decode(encoding) + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Nothing was changed."""


class Terminal:
    """Draws over its own rows; what is said stays above them."""

    period_ns = 66_000_000  # fifteen times a second: a beat is seen, a slow ssh is not flooded

    def __init__(self, stream: TextIO, colour: bool, symbols: bool) -> None:
        self._stream, self._colour, self._symbols = stream, colour, symbols
        self._rows = 0
        self._hidden = False

    def show(self, state: PulseState) -> None:
        """Draw it over what was drawn."""
        size = shutil.get_terminal_size()
        fault = wrapped(state.fault, size.columns - 1)[: size.lines - 1]
        rows = [*draw(state, size.columns - 1, self._symbols)[: size.lines - 1 - len(fault)], *fault]
        first = len(rows) - len(fault)
        drawn = "".join(f"{self._coloured(row, i >= first)}\x1b[K\n" for i, row in enumerate(rows))
        hide, self._hidden = "" if self._hidden else _HIDE, True
        self._write(f"{hide}{self._over()}{drawn}\x1b[J")
        self._rows = len(rows)

    def say(self, line: str, bad: bool = False) -> None:
        """A line that scrolls up with time."""
        rows = wrapped(line, shutil.get_terminal_size().columns - 1) or [""]
        told = "".join(f"{self._coloured(row, bad)}\n" for row in rows)
        self._write(f"{self._over()}\x1b[J{told}")
        self._rows = 0

    def close(self) -> None:
        """The last rows stay; the cursor is seen again."""
        self._rows = 0
        if self._hidden:
            self._hidden = False
            self._write(_SHOW)

    def _over(self) -> str:
        return f"\x1b[{self._rows}F" if self._rows else ""

    def _coloured(self, row: str, bad: bool) -> str:
        if not self._colour:
            return row
        return f"{_YELLOW}{row}{_END}" if bad else row.replace("♥", f"{_RED}♥{_END}")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
