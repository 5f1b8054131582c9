"""Knobs on the keys of a terminal, for a desktop or over ssh. Harmless where there is no terminal.

up / k, down / j      dodge more, dodge less
right / l, left / h   burn more, burn less
d, b                  tap dodge, tap burn (twice quickly: this knob to zero)
D, B                  hold dodge, hold burn, until pressed again (turning while held walks the aim)
u                     both pressed: undo
e                     keep the stroke of the knob used last
p                     place what lies under the centre spot on zone V
r                     record
m                     mute the ticks, or not
s                     soul: set, proof, off, set ...
Every other key is handed on (the space bar taps a beat, see drivers/pulse/taps.py).
"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from drivers.clock import Clock
from drivers.errors import DeviceLost
from drivers.names import Bench
from drivers.readings import Control, HandReading, Knob, Placing, Press, Soul, SoulPosition, Turn
from drivers.settings import KnobsSettings

PERIOD_NS = 10_000_000
ESCAPE_NS = 50_000_000  # an arrow's three bytes may be torn apart on a slow line, but not by more than this

OnKey = Callable[[str, int], None]

_TURNS: dict[str, tuple[Knob, int]] = {
    "k": ("dodge", 1),
    "j": ("dodge", -1),
    "l": ("burn", 1),
    "h": ("burn", -1),
    "\x1b[A": ("dodge", 1),
    "\x1b[B": ("dodge", -1),
    "\x1b[C": ("burn", 1),
    "\x1b[D": ("burn", -1),
}
_TAPS: dict[str, tuple[Control, ...]] = {
    "d": ("dodge",),
    "b": ("burn",),
    "u": ("dodge", "burn"),
    "r": ("record",),
    "e": ("keep",),
}
MIDDLE_ZONE = 5.0
_HOLDS: dict[str, Knob] = {"D": "dodge", "B": "burn"}
_NEXT_SOUL: dict[SoulPosition, SoulPosition] = {"set": "proof", "proof": "off", "off": "set"}


def make(settings: KnobsSettings, bench: Bench) -> KeyboardKnobs:  # noqa: ARG001 - every driver is made alike
    """The keys of this program's terminal, not yet opened."""
    return KeyboardKnobs(bench.clock)


class KeyboardKnobs:
    """Reads a terminal without waiting, one key at a time; the terminal is as it was after close()."""

    name = "knobs on the keyboard"
    period_ns = PERIOD_NS

    def __init__(self, clock: Clock, terminal: int | None = None, on_key: OnKey | None = None) -> None:
        """terminal: a file descriptor, standard input where None; on_key: told each key that is no knob, and when."""
        self._clock, self._wanted, self.on_key = clock, terminal, on_key
        self._terminal: int | None = None
        self._before: list[Any] | None = None
        self._pending = ""
        self._pending_ns = 0
        self._held: set[Knob] = set()
        self._soul: SoulPosition = "set"
        self._muted = False

    def open(self) -> None:
        """Take the keys one by one, without echo; nothing where the input is no terminal, or not ours to read."""
        self.close()
        terminal = self._wanted if self._wanted is not None else _standard_input()
        if terminal is None or not os.isatty(terminal) or not _in_foreground(terminal):
            return
        import termios
        import tty

        try:
            self._before = termios.tcgetattr(terminal)
            tty.setcbreak(terminal, termios.TCSANOW)
        except termios.error as error:
            raise self._hung_up(error) from error
        self._terminal = terminal

    def step(self, now_ns: int) -> Sequence[HandReading]:
        """The keys that were pressed since the last call; their time is now_ns. DeviceLost: the terminal hung up."""
        readings: list[HandReading] = []
        for key in self._keys(now_ns):
            readings += self._meaning(key, now_ns)
        return readings

    def close(self) -> None:
        """Give the terminal back; harmless when closed."""
        if self._terminal is not None and self._before is not None:
            import termios

            with suppress(termios.error, OSError):  # a terminal that hung up needs nothing back
                termios.tcsetattr(self._terminal, termios.TCSANOW, self._before)
        self._terminal, self._before, self._pending = None, None, ""
        self._held.clear()

    def _keys(self, now_ns: int) -> list[str]:
        if self._terminal is None:
            return []
        if came := self._came(self._terminal):
            if not self._pending:
                self._pending_ns = now_ns
            self._pending += came.decode("latin-1")
        keys: list[str] = []
        while self._pending:
            size = _key_size(self._pending)
            if size is None and now_ns - self._pending_ns < ESCAPE_NS:
                break
            size = size or 1
            keys.append(self._pending[:size].replace("\x1bO", "\x1b["))
            self._pending = self._pending[size:]
        return keys

    def _came(self, terminal: int) -> bytes:
        """What waits to be read; empty where nothing does."""
        try:
            if not select.select([terminal], [], [], 0.0)[0]:
                return b""
            if came := os.read(terminal, 1024):
                return came
        except OSError as error:
            raise self._hung_up(error) from error
        raise self._hung_up("the end of its input")

    def _hung_up(self, what: object) -> DeviceLost:
        self.close()
        return DeviceLost(f"{self.name}: expected keys of a terminal, got {what}: was it closed, or did ssh drop?")

    def _meaning(self, key: str, t_ns: int) -> list[HandReading]:
        if key in _TURNS:
            knob, detents = _TURNS[key]
            return [Turn(t_ns, knob, detents)]
        if key in _TAPS:
            controls = _TAPS[key]
            return [*(Press(t_ns, one, True) for one in controls), *(Press(t_ns, one, False) for one in controls)]
        if key in _HOLDS:
            held = _HOLDS[key]
            self._held ^= {held}
            return [Press(t_ns, held, held in self._held)]
        if key == "m":
            self._muted = not self._muted
            return [Press(t_ns, "mute", self._muted)]
        if key == "p":
            return [Placing(t_ns, MIDDLE_ZONE)]
        if key == "s":
            self._soul = _NEXT_SOUL[self._soul]
            return [Soul(t_ns, self._soul)]
        if self.on_key is not None:
            self.on_key(key, t_ns)
        return []


def _key_size(text: str) -> int | None:
    """Characters of the first key in text: 3 for an arrow, None while an escape sequence is not whole."""
    if text[0] != "\x1b":
        return 1
    if len(text) == 1 or (text[1] in "[O" and len(text) == 2):
        return None
    return 3 if text[1] in "[O" else 1


def _standard_input() -> int | None:
    """None where standard input is closed or was replaced by something without a descriptor."""
    try:
        return sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):
        return None


def _in_foreground(terminal: int) -> bool:
    """False in the background of a shell, where changing the terminal would stop the program (SIGTTOU)."""
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:  # a terminal that is not our controlling one: nobody else's job control is in the way
        return True
