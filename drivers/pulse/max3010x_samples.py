"""What comes off a MAX3010x's FIFO made into readings: numbered, timed, told apart from what was lost.

The driver (drivers/pulse/max3010x.py) talks to the chip; here is what it learns of the chip's clock, of the samples'
numbers, of the finger, and of the board.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.clock_fit import ClockFit
from drivers.pulse.fifo_count import FifoCount
from drivers.pulse.finger import Finger
from drivers.pulse.light import AutoLight
from drivers.pulse.max3010x_registers import MA_A_STEP, code_of
from drivers.pulse.swap import SwapFinder
from drivers.readings import PulseSamples
from drivers.settings import PulseSettings

# Samples by which the clock's count may be off: it knows where in its period the chip stands to about half of one.
ESTIMATE_WITHIN = 1.5
FIND_OUT = -1  # as light_since


class Max3010xSamples:
    """The samples of one opening after another; the rate, the currents and what was found of the board are kept.

    light_since: the first sample that the new currents alone have lit, while that one is still to come.
    """

    def __init__(self, settings: PulseSettings, now_ns: int) -> None:
        self.fit = ClockFit(1.0 / settings.rate_hz)
        self.light = AutoLight((code_of(settings.red_led_ma), code_of(settings.led_ma)), settings.auto_light)
        self.swap = SwapFinder()  # of the board: what was decided once holds when it is opened again
        self._finger = Finger(settings.adc_range_na)
        # a sample is the mean of its conversions, and the last of them ends it
        self._earlier_s = 0.5 * (settings.averaging - 1) / settings.averaging / settings.rate_hz
        self.begin(now_ns)

    def begin(self, now_ns: int) -> None:
        """The chip was configured now; its next sample is number 0."""
        self.count = FifoCount()
        self.fit.restart()
        self.light.restart()
        self.swap.reopen()
        self.light_since: int | None = None
        self.temperature_c: float | None = None
        self._begun_ns = now_ns
        self._guessed: tuple[float, int, int, int] | None = None  # what was lost before the chip's rate was known
        self._held: list[list[int]] = [[], []]  # samples of both slots, read before the chip's rate is known
        self._held_lost = 0
        self._newest_ns = 0

    def begun_anew(self) -> None:
        """The chip forgot its samples and was configured again: how many it lost, the clock will say."""
        self.count.expected = None
        self.light_since = None
        self.light.restart()

    def change_light(self, codes: tuple[int, int]) -> None:
        """The currents are these from some sample on, which light_since will tell."""
        self.light.changed(codes)
        self.swap.restart()

    def look(self, ready: int, before_ns: int, now_ns: int, quiet_ns: int | None) -> None:
        """So many samples were there between the two times, none of them at quiet_ns where that is known."""
        since_s = -math.inf if quiet_ns is None else quiet_ns / 1e9
        self.fit.look(self.count.number + ready, before_ns / 1e9, now_ns / 1e9, since_s)
        if self.light_since == FIND_OUT:
            self.light_since = self.count.number + ready + 1

    def count_lost(self, read: int, overflow: int, ready: int, now_ns: int) -> None:
        """Samples that were overwritten, or popped by a burst that failed, or not taken in a brown-out."""
        count, begun_anew = self.count, self.count.expected is None
        passed = count.number + ready
        if self.fit.started and self.fit.known:
            estimate = self.fit.number_at(now_ns / 1e9) - passed
            count.count(read, overflow, estimate, ESTIMATE_WITHIN + 4.0 * self.fit.rate_uncertainty * estimate)
        elif count.is_clear(read, overflow):
            count.count(read, overflow, 0.0)
        else:  # nobody knows its rate yet: told again when it is known
            since_s = (now_ns - self._begun_ns) / 1e9
            moved = 0 if count.expected is None else (read - count.expected) & 31
            lost = count.count(read, overflow, since_s / self.fit.period_s - passed)
            self._guessed = None if begun_anew else (since_s, passed, moved, lost)
            self.fit.restart()
        self.swap.restart()
        if begun_anew:
            self.fit.resume()

    def deliver(self, first: list[int], second: list[int], now_ns: int) -> list[PulseSamples]:
        """The next samples of both slots, just read: at most one reading, none while the chip's rate is unknown."""
        count = self.count
        if self.light_since is not None:
            first, second = self._drop_unsure(first, second)
            if not first:
                return []
        count.number += len(first)
        if count.lost and self._held[0]:  # the held ones are older than the loss: given up, so that numbers go on
            self._held_lost += len(self._held[0])
            self._held = [[], []]
        self._held_lost += count.take()
        if not self.fit.known:
            self._held = [self._held[0] + first, self._held[1] + second]
            return []
        if self._held[0]:
            first, second, self._held = self._held[0] + first, self._held[1] + second, [[], []]
        if self._guessed is not None:
            self._tell_again(*self._guessed)
        lost, self._held_lost = self._held_lost, 0
        return [self._reading(first, second, lost, now_ns)]

    def _drop_unsure(self, first: list[int], second: list[int]) -> tuple[list[int], list[int]]:
        """The sample in which the currents changed was lit by both: nobody can use it."""
        count = self.count
        unsure = min(len(first), max(0, (self.light_since or 0) - count.number))
        count.number += unsure
        count.lost += unsure
        if unsure < len(first):
            self.light_since = None
        return first[unsure:], second[unsure:]

    def _tell_again(self, since_s: float, passed: int, moved: int, lost: int) -> None:
        more = self.count.rounded(moved, since_s / self.fit.period_s - passed) - lost
        self._guessed = None
        self.count.number += more
        self._held_lost += more
        self.fit.shift(more)

    def _reading(self, first: list[int], second: list[int], lost: int, now_ns: int) -> PulseSamples:
        swapped = self.swap.swapped
        (red, ir) = (second, first) if swapped else (first, second)
        red_ma, ir_ma = (code * MA_A_STEP for code in self.light.codes[:: -1 if swapped else 1])
        number = self.count.number - len(first)
        t_ns = self.fit.times_ns(number, len(first), self._newest_ns, now_ns, self._earlier_s)
        self._newest_ns = int(t_ns[-1])
        finger = self._finger.see(sum(ir) / len(ir), ir_ma) if ir_ma else self._finger.see(sum(red) / len(red), red_ma)
        self.light.add(first, second, now_ns, finger)
        if not self.swap.is_decided:
            if lost or not finger:
                self.swap.restart()
            if finger:
                self.swap.add(first, second, self.fit.period_s)
        temperature_c, self.temperature_c = self.temperature_c, None
        return PulseSamples(
            t_ns=t_ns,
            ir_counts=_frozen(np.array(ir, np.int32)),
            red_counts=_frozen(np.array(red, np.int32)),
            first_sample=number,
            lost_samples=lost,
            temperature_c=temperature_c,
            clock_error=self.fit.clock_error,
            finger=finger,
            ir_ma=round(ir_ma, 1),
            red_ma=round(red_ma, 1),
            swapped=swapped,
        )


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array
