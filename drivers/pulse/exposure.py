"""Takes sudden steps of a camera's automatic exposure out of the light of a fingertip.

A camera that hunts for its exposure changes the whole picture by some percent within one to four frames. A pulse does
that too, but always about as fast: so a change that is much faster than the fastest of the last seconds is no pulse.
It is taken out as a factor, which then goes back to 1 so slowly that no beat is seen in it. A change of an
eighth or more is left in: a finger that moves does that, and whoever reads the pulse has to see it.
"""

from __future__ import annotations

import math
from collections import deque

LOOK_BACK = 120  # frames, 4 s: three beats of a slow heart
RANK = 5  # the fifth fastest of them stands for how fast this pulse is: about one frame a beat
TIMES = 2.5  # choice; below 2 real beats are clipped, above 4 hardly a step is found
WHILE = 0.9  # the same, for the frames right after the first of a step
AFTER = 3  # frames
LEAST = 0.003  # of the light: smaller steps are smaller than most pulses
MOST = 0.12  # as a natural logarithm
RETURN_S = 20.0  # 0.008 Hz: far below any heart
GAP_S = 0.5


class ExposureSteps:
    """Light in, factor out: light times factor is the light without the steps."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """The light starts anew (a finger was put on)."""
        self._rising: deque[float] = deque([0.0] * LOOK_BACK, LOOK_BACK)  # changes of one frame, as natural logarithms
        self._falling: deque[float] = deque([0.0] * LOOK_BACK, LOOK_BACK)
        self._before: tuple[float, float] | None = None
        self._seen = self._after = 0
        self._taken = 0.0

    def factor(self, t_s: float, light: float) -> float:
        """The next frame's. light: more than 0, any unit."""
        level = math.log(light)
        before, self._before = self._before, (t_s, level)
        if before is None or t_s - before[0] > GAP_S:
            self.restart()
            self._before = (t_s, level)
            return 1.0
        change = level - before[1]
        self._taken *= math.exp(-(t_s - before[0]) / RETURN_S)
        same, other = (self._rising, self._falling) if change > 0 else (self._falling, self._rising)
        same.append(abs(change))
        other.append(0.0)
        self._seen += 1
        self._after -= 1
        if self._seen > LOOK_BACK // 2:
            usual = sorted(same)[-RANK]
            limit = max(LEAST, (WHILE if self._after > 0 else TIMES) * usual)
            if limit < abs(change) < MOST:
                self._taken += change
                if self._after <= 0:
                    self._after = AFTER + 1
        return math.exp(-self._taken)
