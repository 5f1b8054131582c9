"""How the hand moves: 0..1, and its acceleration beside the pulse, at even steps, in units of its own gravity."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from drivers.readings import Motion

STEP_RATE_HZ = 25.0  # nothing of a pulse or of a step is above 12 Hz
KEPT = 256  # steps: a little more than the ten seconds that anybody looks back
# RMS of the last second, of gravity. A hand that holds a camera still stays under .03; a walking one is over .3. The
# author's choice: half or twice as much of either moves the middle, and not the ends.
STILL_G, MOVES_G = 0.03, 0.3
HOLE = 5  # steps, 0.2 s: less than half a stride
MEAN_S = 1.0  # over which the acceleration is taken as gravity and posture
GRAVITY_S = 20.0  # of the slow mean whose length is gravity, in whatever unit the sensor has
SILENT_S = 1.0


class Moving:
    """Motion readings in. Only the acceleration's ratio to its own mean counts, so its unit and axes do not matter."""

    def __init__(self) -> None:
        """Nothing is known of the hand yet."""
        self._steps: deque[tuple[float, float, float]] = deque(maxlen=KEPT)
        self._step: int | None = None  # number of the one that is being filled
        self._sum, self._count = (0.0, 0.0, 0.0), 0
        self._gravity: tuple[float, float, float] | None = None
        self._near = (0.0, 0.0, 0.0)
        self._seen_s = 0.0  # of gravity
        self._power = 0.0
        self._newest_s = -math.inf

    def add(self, reading: Motion, origin_ns: int) -> None:
        """Samples; times are counted from origin_ns. One that is not newer than the step before is left out."""
        for t_ns, (x, y, z) in zip(reading.t_ns.tolist(), reading.acceleration_m_s2.tolist(), strict=True):
            if not math.isfinite(x + y + z):
                continue
            t_s = (t_ns - origin_ns) / 1e9
            step = math.floor(t_s * STEP_RATE_HZ)
            if self._step is not None and step != self._step:
                if step < self._step:
                    continue
                self._close(step - self._step)
            self._step = step
            self._sum = self._sum[0] + x, self._sum[1] + y, self._sum[2] + z
            self._count += 1
            self._newest_s = t_s

    def now(self, now_s: float) -> float:
        """0..1: 0 is a hand held still, 1 one that walks. 0 too where there is no sensor, or none for a second."""
        if now_s - self._newest_s > SILENT_S:
            return 0.0
        return min(1.0, max(0.0, (self.strength_g - STILL_G) / (MOVES_G - STILL_G)))

    @property
    def strength_g(self) -> float:
        """RMS of the last second's acceleration without its mean, in g (gravity's own length is 1)."""
        return math.sqrt(self._power)

    @property
    def newest_step(self) -> int | None:
        """Number of the newest whole step since the origin; None before the first."""
        return self._step - 1 if self._step is not None and self._steps else None

    def window(self, last_step: int, length: int) -> NDArray[np.float64] | None:
        """(length, 3): the acceleration in g at the steps up to last_step; None where they are not all known."""
        newest = self.newest_step
        if newest is None or self._gravity is None:
            return None
        end = len(self._steps) - (newest - last_step)
        if end > len(self._steps) or end - length < 0:
            return None
        steps = np.array(list(self._steps)[end - length : end])
        return steps / max(math.hypot(*self._gravity), 1e-9)

    def _close(self, steps: int) -> None:
        """The step that was being filled is whole. A few that nothing came in are as it was; more are a hole, and a
        window does not reach over it."""
        x, y, z = (total / self._count for total in self._sum)
        self._sum, self._count = (0.0, 0.0, 0.0), 0
        self._seen_s = min(self._seen_s + 1.0 / STEP_RATE_HZ, GRAVITY_S)
        weight = 1.0 / (STEP_RATE_HZ * self._seen_s)
        if self._gravity is None:
            self._gravity = self._near = (x, y, z)
        gx, gy, gz = self._gravity
        self._gravity = gx + (x - gx) * weight, gy + (y - gy) * weight, gz + (z - gz) * weight
        nx, ny, nz = self._near
        part = 1.0 / (STEP_RATE_HZ * MEAN_S)
        self._near = nx + (x - nx) * part, ny + (y - ny) * part, nz + (z - nz) * part
        away = (x - nx) ** 2 + (y - ny) ** 2 + (z - nz) ** 2
        length = sum(axis * axis for axis in self._gravity) or 1.0
        self._power += (away / length - self._power) * part
        if steps > HOLE:
            self._steps.clear()
            return
        for _ in range(steps):
            self._steps.append((x, y, z))
