"""What comes off an IMU's FIFO made into readings: numbered, timed, the lost ones counted.

These FIFOs do not tell how many samples they lost. But the chip's clock goes on whatever is lost, and its fit
(drivers/clock_fit.py) knows which number the newest sample must have. One look at the FIFO tells that to within one
sample; the mean of eight looks, spread over a sample's period, tells it surely. Until then samples are held back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.clock_fit import HELD_UP_S, ClockFit
from drivers.motion.chip import Read, Row
from drivers.readings import Motion

# A look falls anywhere in a period, wrong by 0.29 of it (standard deviation of a uniform one); the mean of eight by
# 0.10: five times below the half sample that would be rounded to a wrong number. Four to 20 do.
LOOKS = 8
# After it was configured a gyroscope needs 30 ms (MPU-6050) to 70 ms (LSM6DSOX) until it tells the truth (datasheets).
SETTLE_S = 0.1
SLOTS = 4
# A line that was learnt for a second or two strays, over a stall of seconds, by more than eight looks do (see LOOKS):
# then these begin a line of their own, and as many are waited for as make it as good, but no more than some two
# seconds of them (80 to 120 do). In samples; 0.1 to 0.25 do.
STRAYS = 0.15
MOST_LOOKS = 120
STALE_S = 0.2  # choice, 0.1 to 0.4: of samples that wait to be read when nothing is known of the chip's rate


@dataclass
class _Doubt:
    """How many were lost is being found out. most: what can have been lost at most.

    slots_tell: the chip numbers its samples, and the one before is known. carried: what slots told, modulo SLOTS, of
    an earlier loss that this one was added to; residue: of all, once known. line: a sample's number and time on the
    line before, where looks have begun another, on which nothing is lost yet. span: from there to now, in samples.
    """

    most: float
    slots_tell: bool
    carried: int = 0
    residue: int | None = None
    total: float = 0.0
    looks: int = 0
    line: tuple[int, float] | None = None
    span: float = 0.0


@dataclass
class _Run:
    """Samples that follow each other. lost: just before the first."""

    first: int
    lost: int
    rows: list[Row]


class MotionSamples:
    """The samples of one opening after another; the rate that was learnt is kept. Every ``*_ns`` is host time.

    delay_s: what the chip's filters lag behind. m_s2_a_code, rad_s_a_code: scale of the codes.
    """

    def __init__(self, rate_hz: float, m_s2_a_code: float, rad_s_a_code: float, delay_s: float) -> None:
        self.rate_hz = rate_hz
        self.fit = ClockFit(1.0 / rate_hz)
        self._scale = np.repeat([m_s2_a_code, rad_s_a_code], 3)
        self._delay_s = delay_s

    def begin(self, now_ns: int) -> None:
        """The chip was configured now; its next sample is number 0."""
        self._begun_s = now_ns / 1e9
        self.temperature_c: float | None = None
        self._newest_ns = now_ns
        self._start_again()
        self._is_first_known = True

    def _start_again(self) -> None:
        """Nobody knows the rate yet, and the numbers are no longer known: they will be told by the time since."""
        self.fit.restart()
        self._number = 0  # of the next sample that is read, lost ones counted
        self._lost = 0
        self._is_first_known = False
        self._is_anew = False
        self._doubt: _Doubt | None = None
        self._slot: int | None = None  # of the newest sample
        self._held: list[_Run] = []
        self._settling = round(SETTLE_S * self.rate_hz)

    def begun_anew(self) -> None:
        """The chip had forgotten its samples and was configured again: how many it lost, the clock will say."""
        if not self._can_number:
            self._start_again()
            return
        if self._doubt is not None and self._doubt.looks and self._doubt.line is not None:
            self._settle_doubt(self._doubt)  # as far as is known: the numbers of its line tell time no longer
        self._give_up_held()
        self._is_anew, self._doubt, self._slot = True, None, None
        self._settling = round(SETTLE_S * self.rate_hz)

    def doubt(self, most: float = math.inf) -> None:
        """Samples may have been lost just now, so many at most."""
        if not self._can_number:
            self._start_again()
            return
        if self._is_anew:
            return
        carried, slots_tell, before = 0, self._slot is not None, self._doubt
        if before is not None:  # what was lost then and what now cannot be told apart
            carried = before.carried if before.residue is None else before.residue
            slots_tell &= before.slots_tell
            most += before.most
            self._give_up_held()
        self._doubt = _Doubt(most, slots_tell, carried, line=before.line if before is not None else None)

    def is_stale(self, ready: int) -> bool:
        """They go back further than a rate that was learnt within half a second can tell."""
        return not self._can_number and ready > STALE_S * self.rate_hz

    @property
    def wants_line(self) -> bool:
        """The next look begins a line of times, on which all later times rest."""
        return self._is_anew or not self.fit.started

    @property
    def _can_number(self) -> bool:
        return self.fit.known and self.fit.started and self._is_first_known

    def _give_up_held(self) -> None:
        """Held samples are counted as lost."""
        self._lost += sum(run.lost + len(run.rows) for run in self._held)
        self._held = []

    def look(self, ready: int, before_ns: int, now_ns: int) -> None:
        """So many samples were there between the two times: one at least, for an empty FIFO may be a dead one."""
        before_s, now_s = before_ns / 1e9, now_ns / 1e9
        if self._is_anew:
            missed = max(0, round(self.fit.number_at(now_s) - (self._number + ready)))
            self._number += missed
            self._lost += missed
            self.fit.resume()
            self._is_anew = False
        if self._doubt is None:
            self.fit.look(self._number + ready, before_s, now_s)
        elif now_s - before_s <= HELD_UP_S:
            self._look_in_doubt(self._doubt, ready, before_s, now_s)

    def _look_in_doubt(self, doubt: _Doubt, ready: int, before_s: float, now_s: float) -> None:
        newest_s = self.fit.time_s(self._number + ready - 1)
        lost = (0.5 * (before_s + now_s) - newest_s) / self.fit.period_s - 0.5
        if not doubt.looks:
            doubt.span = lost + ready
            if doubt.line is None and doubt.span * self.fit.rate_uncertainty > STRAYS:
                doubt.line = self._number, self.fit.time_s(self._number)
            if doubt.line is not None:
                self.fit.resume()
        if doubt.line is not None:
            self.fit.look(self._number + ready, before_s, now_s)
        doubt.total += lost
        doubt.looks += 1

    def deliver(self, read: Read, now_ns: int) -> list[Motion]:
        """The next samples, just read; readings of those whose numbers and times are known."""
        for i, row in enumerate(read.rows):
            missed = self._missed(read.slots[i]) if read.slots else 0
            self._number += 1 + missed
            self._lost += missed
            if self._settling > 0:
                self._settling -= 1
                self._lost += 1
            elif self._held and not self._lost:
                self._held[-1].rows.append(row)
            else:
                self._held.append(_Run(self._number - 1, self._lost, [row]))
                self._lost = 0
        if self._doubt is not None and self._is_enough(self._doubt):
            self._settle_doubt(self._doubt)
        if not self.fit.known or self._doubt is not None:
            return []
        if not self._is_first_known:
            self._count_from_start()
        runs, self._held = self._held, []
        return [self._reading(run, now_ns) for run in runs]

    def _missed(self, slot: int) -> int:
        """Samples that the chip left out just before this one; in doubt, the first one's slot is a hint."""
        missed = 0 if self._slot is None else (slot - self._slot - 1) % SLOTS
        self._slot = slot
        if self._doubt is not None and not self._doubt.slots_tell:
            return 0
        if self._doubt is not None and self._doubt.residue is None:
            self._doubt.residue = (self._doubt.carried + missed) % SLOTS
            return 0
        return missed

    def _is_enough(self, doubt: _Doubt) -> bool:
        is_steady = doubt.line is None or doubt.span * self.fit.rate_uncertainty < STRAYS
        return doubt.looks >= (LOOKS if is_steady else MOST_LOOKS)

    def _settle_doubt(self, doubt: _Doubt) -> None:
        lost = doubt.total / doubt.looks
        if doubt.line is not None:
            number, time_s = doubt.line
            lost = (self.fit.time_s(number) - time_s) / self.fit.period_s
        residue = doubt.residue
        if residue is not None:
            lost = residue + SLOTS * round((lost - residue) / SLOTS)
        counted = int(min(max(0, round(lost)), doubt.most))
        self._shift(counted)
        if doubt.line is not None:
            self.fit.shift(counted)
        self._doubt = None

    def _count_from_start(self) -> None:
        """What was lost before the rate was known: the first sample of all came one period after the start."""
        lost = max(0, round((self.fit.time_s(0) - self._begun_s) / self.fit.period_s) - 1)
        self._shift(lost)
        self.fit.shift(lost)
        self._is_first_known = True

    def _shift(self, lost: int) -> None:
        self._number += lost
        if not self._held:
            self._lost += lost
            return
        self._held[0].lost += lost
        for run in self._held:
            run.first += lost

    def _reading(self, run: _Run, now_ns: int) -> Motion:
        values = (np.array(run.rows, np.float64) * self._scale).astype(np.float32)
        t_ns = self.fit.times_ns(run.first, len(run.rows), self._newest_ns, now_ns, self._delay_s)
        self._newest_ns = int(t_ns[-1])
        temperature_c, self.temperature_c = self.temperature_c, None
        return Motion(
            t_ns=t_ns,
            acceleration_m_s2=_frozen(np.ascontiguousarray(values[:, :3])),
            rotation_rad_s=_frozen(np.ascontiguousarray(values[:, 3:])),
            first_sample=run.first,
            lost_samples=run.lost,
            temperature_c=temperature_c,
            clock_error=self.fit.clock_error,
        )


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array
