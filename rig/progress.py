"""How far long work has come: one line on a terminal (share, rate, time left), nothing in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TextIO, TypeVar

from drivers.clock import Clock

T = TypeVar("T")
_REDRAW_NS = 100_000_000
_CLEAR = "\r\x1b[K"


class Progress:
    """``with Progress(...) as progress``, and ``progress.step()`` after each piece; the line is gone at the end."""

    def __init__(self, what: str, total: int | None, unit: str, clock: Clock, stream: TextIO | None = None) -> None:
        """what: "printing"; total: how many units there will be, None when unknown; stream: stderr by default."""
        self._what, self._total, self._unit, self._clock = what, total, unit, clock
        self._stream = sys.stderr if stream is None else stream
        self._shown = self._stream.isatty()
        self._start_ns = clock.now_ns()
        self._drawn_ns = self._start_ns - _REDRAW_NS
        self.done = 0

    def step(self, count: int = 1) -> None:
        """``count`` units more are done; redraws ten times a second at most."""
        self.done += count
        if not self._shown:
            return
        now_ns = self._clock.now_ns()
        if now_ns - self._drawn_ns >= _REDRAW_NS or self.done == self._total:
            self._drawn_ns = now_ns
            self._stream.write(_CLEAR + self.line(now_ns))
            self._stream.flush()

    def line(self, now_ns: int) -> str:
        """`printing 120/300 frames, 40 %, 31.2 frames/s, 6 s left`."""
        seconds = (now_ns - self._start_ns) / 1e9
        rate = self.done / seconds if seconds > 0 else 0.0
        of = f"{self.done}/{self._total}" if self._total else str(self.done)
        parts = [f"{self._what} {of} {self._unit}"]
        if self._total:
            parts.append(f"{100 * self.done // self._total} %")
        if rate > 0:
            parts.append(f"{rate:.1f} {self._unit}/s")
            if self._total and self.done < self._total:
                parts.append(f"{_duration((self._total - self.done) / rate)} left")
        return ", ".join(parts)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._stream.write(_CLEAR)
            self._stream.flush()


def track(
    items: Iterable[T], what: str, total: int | None, unit: str, clock: Clock, stream: TextIO | None = None
) -> Iterator[T]:
    """The same items, with their progress shown while they are worked on."""
    with Progress(what, total, unit, clock, stream) as progress:
        for item in items:
            yield item
            progress.step()


def _duration(seconds: float) -> str:
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
