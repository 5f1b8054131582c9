"""How long things take on the running rig: knob, beat and frame to the print, and the print to the page."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.readings import Press, Slide, Turn
from rig.decide import Moment

KEPT = 4096  # of each: two minutes of frames
NAMES = ("knob_to_print", "beat_to_print", "frame_to_print", "print_to_page", "knob_to_page")
LONGEST_MS = 10_000.0  # more than that is no latency but a page that slept


@dataclass(frozen=True, slots=True)
class Latency:
    """One kind of way. count: how many were measured since the rig runs; newest_ms: the last of them, oldest first."""

    count: int
    newest_ms: list[float]


class Ways:
    """The newest durations of one kind. add() is one thread's, newest() anybody's."""

    def __init__(self) -> None:
        self._ms: list[float] = []
        self._count = 0

    def add(self, ms: float) -> None:
        """One more; what is longer than ten seconds, or negative beyond a clock's error, is passed over."""
        if not -5.0 <= ms <= LONGEST_MS:
            return
        if len(self._ms) < KEPT:
            self._ms.append(ms)
        else:
            self._ms[self._count % KEPT] = ms
        self._count += 1

    def newest(self) -> Latency:
        """A copy."""
        count, ms = self._count, self._ms[:]
        start = count % KEPT if len(ms) == KEPT else 0
        return Latency(count, [round(value, 2) for value in ms[start:] + ms[:start]])


class Latencies:
    """Filled by the frame loop with each print, and by the server with what pages tell.

    knob_to_print: every turn, push and slide, from its edge on the pin to the print that it is in; beat_to_print: every
    beat that was found, from the upstroke; frame_to_print: from mid-exposure. print_to_page: until a page has drawn it;
    knob_to_page: the newest edge until a page has drawn its print.
    """

    def __init__(self) -> None:
        self.ways = {name: Ways() for name in NAMES}

    def printed(self, moment: Moment, frame_ns: int, done_ns: int) -> None:
        """A print is there. A few microseconds."""
        self.ways["frame_to_print"].add((done_ns - frame_ns) / 1e6)
        for beat in moment.beats:
            self.ways["beat_to_print"].add((done_ns - beat.t_ns) / 1e6)
        for reading in moment.readings:
            if isinstance(reading, Turn | Press | Slide):
                self.ways["knob_to_print"].add((done_ns - reading.t_ns) / 1e6)

    def shown(self, name: str, ms: float) -> None:
        """A page tells print_to_page or knob_to_page; other names are passed over."""
        if name in ("print_to_page", "knob_to_page"):
            self.ways[name].add(ms)

    def told(self) -> dict[str, Latency]:
        """All of them."""
        return {name: ways.newest() for name, ways in self.ways.items()}
