"""Your print: after a minute of shooting, the most telling moment of the last minute as one PNG; no take is needed."""

from __future__ import annotations

import pickle
import subprocess
import sys
from array import array
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.clock import Clock
from drivers.colour import to_rgb
from drivers.readings import Frame, PulseSamples
from rig.decide import Moment
from rig.grade.look import Look, look_to_dict
from rig.grade.printer import Print
from rig.hands.state import HandState
from rig.sheet import SheetMoment
from rig.sheet_moment import STROKE_NS, STROKE_WORTH, WINDOW_S, date_line, look_line, telling

WINDOW_NS = round(WINDOW_S * 1e9)
MOST_OLD_SAMPLES = 6000
# Drawing takes a fifth of a second: in a process of its own, so that the frame loop never waits for it.
_DRAW = """
import pickle, sys
from rig.sheet import sheet_png
sys.stdout.buffer.write(sheet_png(pickle.load(sys.stdin.buffer)))
"""


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    score: float
    frame: Frame
    made: Print
    heart_rate_bpm: float | None


class Keepsake:
    """Remembers the last minute: references to one frame and its print, the pulse, the hands. Fed by the frame loop."""

    def __init__(self, clock: Clock, look_name: str, why: str) -> None:
        self._clock, self._look_name, self._why = clock, look_name, why
        self._first_ns: int | None = None
        self._newest_ns = 0
        self._best: _Kept | None = None
        self._worth: tuple[Look, float] | None = None
        self._pulse = (array("q"), array("i"))  # times, counts: a minute or two; replaced both at once
        self._beats_ns: deque[int] = deque()
        self._hands: deque[tuple[int, HandState]] = deque()

    @property
    def ready(self) -> bool:
        """A minute has passed and there is a moment to show."""
        return self._first_ns is not None and self._newest_ns - self._first_ns >= WINDOW_NS

    def add(self, frame: Frame, made: Print, moment: Moment) -> None:
        """One frame of the loop."""
        self._newest_ns = frame.t_ns
        if self._first_ns is None:
            self._first_ns = frame.t_ns
        for reading in moment.readings:
            if isinstance(reading, PulseSamples):
                self._pulse[0].frombytes(reading.t_ns.astype(np.int64).tobytes())
                self._pulse[1].frombytes(reading.ir_counts.astype(np.int32).tobytes())
        self._beats_ns.extend(beat.t_ns for beat in moment.beats)
        if not self._hands or self._hands[-1][1] != moment.hands:
            self._hands.append((frame.t_ns, moment.hands))
        self._forget(frame.t_ns - WINDOW_NS)
        if self._worth is None or self._worth[0] != made.look:
            self._worth = (made.look, telling(look_to_dict(made.look)))
        edge_ns = moment.newest_edge_ns
        stroke = edge_ns is not None and 0 <= frame.t_ns - edge_ns <= STROKE_NS
        score = self._worth[1] + (STROKE_WORTH if stroke else 0.0)
        best = self._best
        if best is None or score > best.score or best.frame.t_ns < frame.t_ns - WINDOW_NS:
            self._best = _Kept(score, frame, made, moment.body.heart_rate_bpm)

    def png(self) -> bytes | None:
        """Draw it (about a second, elsewhere); None while there is nothing to draw. For the server's side threads."""
        moment = self._moment()
        if moment is None:
            return None
        done = subprocess.run(
            [sys.executable, "-c", _DRAW], input=pickle.dumps(moment), capture_output=True, check=True
        )
        return done.stdout

    def _moment(self) -> SheetMoment | None:
        best = self._best
        if best is None or not self.ready:
            return None
        from_ns, to_ns = self._newest_ns - WINDOW_NS, self._newest_ns
        hands = [((t - from_ns) / 1e9, state) for t, state in list(self._hands)]
        pulse_s, pulse = self._wave(from_ns)
        wall_s = (self._clock.wall_ns() - self._clock.now_ns() + best.frame.t_ns) / 1e9
        return SheetMoment(
            negative=to_rgb(best.frame.pixels, best.frame.colour),
            print=to_rgb(best.made.pixels, best.made.colour),
            at_s=(best.frame.t_ns - from_ns) / 1e9,
            from_s=0.0,
            to_s=(to_ns - from_ns) / 1e9,
            pulse_s=pulse_s,
            pulse=pulse,
            beats_s=[(t - from_ns) / 1e9 for t in list(self._beats_ns)],
            dodge=[(t, state.dodge_stops) for t, state in hands],
            burn=[(t, state.burn_stops) for t, state in hands],
            ev=[(t, state.ev) for t, state in hands],
            why=self._why,
            date=date_line(wall_s),
            heart_rate_bpm=best.heart_rate_bpm,
            look=look_line(self._look_name, look_to_dict(best.made.look)),
        )

    def _wave(self, from_ns: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        times, counts = self._pulse
        count = min(len(times), len(counts))  # the frame loop may be adding some
        since = np.array(times[:count], np.int64) - from_ns
        return since / 1e9, -np.array(counts[:count], np.float64)

    def _forget(self, before_ns: int) -> None:
        times, counts = self._pulse
        old = bisect_left(times, before_ns)
        if old > MOST_OLD_SAMPLES:
            self._pulse = (times[old:], counts[old:])
        while self._beats_ns and self._beats_ns[0] < before_ns:
            self._beats_ns.popleft()
        while len(self._hands) > 1 and self._hands[1][0] < before_ns:
            self._hands.popleft()
