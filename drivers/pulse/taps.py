"""A pulse sensor without a sensor: beats tapped by hand, on the space bar of the page or of the terminal."""

from __future__ import annotations

from drivers.handover import Line
from drivers.names import Bench
from drivers.readings import ReportedBeat
from drivers.settings import PulseSettings

CLOSEST_NS = 250_000_000  # a held key repeats itself faster than a heart can: 240 beats/min


class Taps:
    """Each tap is a ReportedBeat; ``tap`` may be called from any thread."""

    def __init__(self) -> None:
        self._line: Line[ReportedBeat] = Line()
        self._last_ns: int | None = None
        self._open = False

    @property
    def name(self) -> str:
        """What messages call it."""
        return "pulse tapped by hand"

    @property
    def period_ns(self) -> int:
        """20 ms."""
        return 20_000_000

    def open(self) -> None:
        """Listen from now on."""
        self._line.take()
        self._last_ns = None
        self._open = True

    def tap(self, t_ns: int) -> None:
        """A beat was tapped at t_ns. Taps closer than 250 ms to the last are the key repeating, and left out, however
        long it is held."""
        if not self._open:
            return
        last_ns, self._last_ns = self._last_ns, t_ns
        if last_ns is None or t_ns - last_ns >= CLOSEST_NS:
            self._line.put(ReportedBeat(t_ns))

    def step(self, now_ns: int) -> list[ReportedBeat]:
        """The taps since the last call."""
        del now_ns
        return self._line.take()

    def close(self) -> None:
        """Listen no more."""
        self._open = False


def make(settings: PulseSettings, bench: Bench) -> Taps:
    """Taps need neither settings nor bench."""
    del settings, bench
    return Taps()
