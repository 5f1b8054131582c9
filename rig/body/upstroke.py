"""Every rise of the blood volume that could be the upstroke of a pulse: when it was steepest, how far it went.

The slope sum of Zong, Heldt, Moody and Mark (Computers in Cardiology 30, 2003), built for arterial pressure, live.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from rig.body.filters import lowpass, lowpass_delay_s
from rig.body.grid import RATE_HZ, STEP_S

BESSEL = 0.577  # the q whose delay is the same for all that passes: the shape of an upstroke is kept
WINDOW = 18  # steps of the slope sum: about the longest upstroke of a finger, 180 ms
NEAR = 6  # steps on either side of the steepest one whose slopes say when it was
OVER = 0.02  # of the slope sum: a step that rises less than that rises no more


@dataclass(frozen=True, slots=True)
class Upstroke:
    """The blood volume has just risen: when (s), and by how much (natural log of the light, so 0.01 is about 1 %)."""

    t_s: float
    rise: float


class UpstrokeSeeker:
    """Blood volume at even steps of 10 ms in (any unit, here -ln of the light), upstrokes out, each once, as they end.

    cutoff_hz: of the low-pass: lower tells more from jolts, and later. ended: steps without a rise that end one. drift:
    over how many usual intervals the mean slope is taken: a rise is what is steeper. A breath lifts the whole light, at
    times more than a pulse does, and then nothing would ever fall.
    """

    def __init__(self, cutoff_hz: float, ended: int, drift: float) -> None:
        self._smooth = lowpass(cutoff_hz, RATE_HZ, BESSEL)
        self._delay_s = lowpass_delay_s(cutoff_hz, BESSEL) + 0.5 * STEP_S
        self._ended, self._slowly = ended, drift
        self.restart()

    def restart(self) -> None:
        """The signal starts anew."""
        self._smooth.restart()
        self._y: float | None = None
        self._drift = 0.0
        self._rises: deque[float] = deque([0.0] * WINDOW, WINDOW)
        self._course: list[tuple[float, float]] | None = None  # (t, rise) of the upstroke under way
        self._still = 0
        self._most = 0.0
        self.sum = 0.0

    def push(self, t_s: float, x: float, least: float, ibi_s: float) -> Upstroke | None:
        """The next step; an Upstroke of at least ``least`` where one has just ended. ``sum``: risen in 180 ms.

        ibi_s: the usual interval, as far as it is known.
        """
        y = self._smooth.push(x)
        slope = 0.0 if self._y is None else y - self._y
        self._y = y
        rise = max(0.0, slope - self._drift)
        self._drift += (slope - self._drift) * STEP_S / (self._slowly * ibi_s)
        self.sum += rise - self._rises[0]
        self._rises.append(rise)
        if self._course is None:
            if rise > 0.0 and self.sum > least:
                start = t_s - (WINDOW - 1) * STEP_S
                self._course = [(start + i * STEP_S, r) for i, r in enumerate(self._rises)]
                self._most, self._still = self.sum, 0
            return None
        self._course.append((t_s, rise))
        self._most = max(self._most, self.sum)
        self._still = self._still + 1 if rise < OVER * self._most else 0
        if self._still < self._ended and len(self._course) < 3 * WINDOW:
            return None
        course, self._course = self._course, None
        return Upstroke(self._when(course), self._most)

    def _when(self, course: list[tuple[float, float]]) -> float:
        """Centre of the slopes around the steepest one, without the delay of the filter."""
        steepest = max(range(len(course)), key=lambda i: course[i][1])
        near = course[max(0, steepest - NEAR) : steepest + NEAR + 1]
        weight = sum(r * r for _, r in near)
        return sum(t * r * r for t, r in near) / weight - self._delay_s
