"""The heart rate while the hand moves, from the pulse and the acceleration of the last eight seconds."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from rig.body.belief import Belief
from rig.body.moving import STEP_RATE_HZ, Moving
from rig.body.spectrum import DELAYS, LENGTH, Spectrum

EVERY = 25  # steps: once a second
PATIENCE = 12  # steps that the accelerometer may be behind the pulse


class MotionRate:
    """Pulse in at even steps; looks at a window once a second, when the accelerometer's has come too."""

    def __init__(self, moving: Moving) -> None:
        """moving: of the same origin of time."""
        self._moving = moving
        self._spectrum = Spectrum()
        self._belief = Belief(self._spectrum.rates_bpm)
        self._pulse: deque[float] = deque(maxlen=LENGTH + PATIENCE + 1)
        self._step: int | None = None  # that is being filled
        self._sum, self._count = 0.0, 0
        self._due = 0

    def restart(self) -> None:
        """The pulse starts anew: windows do not reach over a gap."""
        self._pulse.clear()
        self._step, self._sum, self._count = None, 0.0, 0
        self._belief.lost()

    def push(self, t_s: float, x: float) -> None:
        """The next step of the blood volume (any unit), at most 40 ms after the one before."""
        step = math.floor(t_s * STEP_RATE_HZ)
        if self._step is not None and step > self._step:
            self._pulse.append(self._sum / self._count)
            self._sum, self._count = 0.0, 0
            self._look(self._step)
        self._step = step
        self._sum += x
        self._count += 1

    def heart_rate_bpm(self, now_s: float) -> float | None:
        """Beats/min, or None while nothing is sure or no accelerometer is there."""
        return self._belief.heart_rate_bpm(now_s)

    def _look(self, whole: int) -> None:
        """whole: the pulse's newest whole step."""
        seen = self._moving.newest_step
        if whole < self._due or seen is None:
            return
        last = min(seen, whole)
        start = len(self._pulse) - (whole - last) - LENGTH
        if last < self._due or whole - last > PATIENCE or start < 0:
            return
        acceleration = self._moving.window(last, LENGTH + DELAYS - 1)
        if acceleration is None:
            return
        self._due = last + EVERY
        pulse = np.array(list(self._pulse)[start : start + LENGTH])
        self._belief.see((last + 1) / STEP_RATE_HZ, self._spectrum.of(pulse, acceleration))
