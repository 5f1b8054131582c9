"""A synthetic heart under a fingertip: beats with respiratory sinus arrhythmia, and the light they leave."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from drivers.sim.scenario import HeartChange

IR_COUNTS, PERFUSION = 150_000.0, 0.01  # as drivers/sim/feed.py scales a recording
RED_PART, RED_PERFUSION = 0.8, 0.5
NOISE_COUNTS = 12.0
GLIDE = 0.25  # of the way to the new rate, each beat: 94 % of it after ten
BREATHS_HZ = 0.25
ARRHYTHMIA, JITTER = 0.035, 0.006  # of an IBI


class Heart:
    """Beats from the changes on, the same for the same seed; counts(t) depends on t alone, whatever the order.

    A beat's time is the steepest rise of its pulse. As the heart hurries above where it began, the pulse narrows (its
    amplitude halves at +20 %): what arousal does.
    """

    def __init__(self, changes: Sequence[HeartChange], seed: int) -> None:
        self._changes = sorted(changes, key=lambda change: change.at_s)
        self._random = Random(seed)
        self._seed = seed
        self._breath = self._random.uniform(0.0, 2.0 * math.pi)
        self._first_bpm = self._changes[0].bpm if self._changes else 68.0
        self._bpm = self._first_bpm
        self._beats: list[float] = [0.2 - 60.0 / self._bpm]
        self._sizes: list[float] = [1.0]

    @property
    def beats_s(self) -> NDArray[np.float64]:
        """The beats so far, as far as the light was asked for; from 0 on."""
        return np.array([beat for beat in self._beats if beat >= 0.0])

    def beats_until(self, t_s: float) -> NDArray[np.float64]:
        """All beats from 0 to t_s."""
        self._live(t_s)
        return np.array([beat for beat in self._beats if 0.0 <= beat <= t_s])

    def breath(self, t_s: float) -> float:
        """-1 all the way out, 1 all the way in: then the heart hurries."""
        return math.sin(2.0 * math.pi * BREATHS_HZ * t_s + self._breath)

    def counts(self, t_s: float) -> tuple[int, int]:
        """(red, ir) at t_s, 18 bits; more blood, fewer counts."""
        self._live(t_s + 1.0)
        newest = bisect_right(self._beats, t_s + 0.25)
        blood = 0.0
        for k in range(max(0, newest - 4), newest):
            blood += self._sizes[k] * _pulse(t_s - self._beats[k])
        breath = self.breath(t_s)
        drift = 0.15 * breath + 0.10 * math.sin(2.0 * math.pi * 0.1 * t_s)
        z = blood - 0.35 + drift
        ir = IR_COUNTS * (1.0 - PERFUSION * z) + NOISE_COUNTS * self._noise(t_s, 0)
        red = RED_PART * IR_COUNTS * (1.0 - RED_PERFUSION * PERFUSION * z) + NOISE_COUNTS * self._noise(t_s, 1)
        return round(red), round(ir)

    def _live(self, until_s: float) -> None:
        while self._beats[-1] <= until_s:
            at_s = self._beats[-1]
            target = self._first_bpm
            for change in self._changes:
                if change.at_s <= at_s:
                    target = change.bpm
            self._bpm += GLIDE * (target - self._bpm)
            breath = self.breath(at_s)
            ibi_s = 60.0 / self._bpm * (1.0 - ARRHYTHMIA * breath + JITTER * self._random.gauss(0.0, 1.0))
            hurried = min(1.0, max(0.0, (self._bpm / self._first_bpm - 1.0) / 0.2))
            self._beats.append(at_s + max(0.25, ibi_s))
            self._sizes.append((1.0 - 0.5 * hurried) * (1.0 + 0.05 * breath))

    def _noise(self, t_s: float, channel: int) -> float:
        """About normal, of the time and the seed alone (sum of four uniform numbers from splitmix64)."""
        mask = 0xFFFF_FFFF_FFFF_FFFF
        z = (round(t_s * 1e6) * 2 + channel + self._seed * 0x9E37_79B9 + 0x9E37_79B9_7F4A_7C15) & mask
        z = ((z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB) & mask
        z ^= z >> 31
        total = (z & 0xFFFF) + (z >> 16 & 0xFFFF) + (z >> 32 & 0xFFFF) + (z >> 48)
        return (total / 65535.0 - 2.0) * math.sqrt(3.0)


def _pulse(since_s: float) -> float:
    """Blood volume of one pulse, since_s after its steepest rise: systole, the reflected wave, the run-off."""
    systole = math.exp(-0.5 * ((since_s - 0.085) / 0.085) ** 2)
    reflected = 0.38 * math.exp(-0.5 * ((since_s - 0.36) / 0.09) ** 2)
    run_off = 0.30 * math.exp(-0.5 * ((since_s - 0.24) / 0.11) ** 2)
    return systole + reflected + run_off


def systole_s() -> float:
    """From a beat (the steepest rise of its pulse) to the systolic peak, s."""
    return max((number / 1000 for number in range(200)), key=_pulse)
