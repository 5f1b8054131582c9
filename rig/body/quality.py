"""How much a pulse can be trusted, 0..1: is it like this person's pulses, as large, in time, and a pulse at all.

Likeness to a running template after Orphanidou et al. (IEEE J. Biomed. Health Inform. 19, 2015), who ask for a
correlation of 0.86; cut to what is known while the pulse has only just risen. Skewness after Elgendi (Bioengineering 3,
21, 2016), who found it to tell good pulses best: blood comes in a short push and leaves slowly, so that good ones stand
between 0.3 and 1, a sine at 0, and what is upside down below. Beside the template it adds little, so it asks little:
only what leans the wrong way is doubted. Perfusion: a pulse that hardly stands out of the sensor's noise.
"""

from __future__ import annotations

import math
from collections import deque

from rig.body.filters import highpass, lowpass
from rig.body.grid import RATE_HZ, STEP_S

LENGTH = 45  # steps of the template: the last 0.45 s when a pulse is found
LEARN = 0.15  # weight of a new pulse in the template
SKEWED_S, SKEWED = 3.0, (-1.2, -0.3)  # window (two beats at 40 a minute), and from where to where it is doubted
# Of the light: three times the noise of a MAX30102 (12 counts of 150 000, rms) swings by .02 %; thrice that is clear.
PERFUSED = (2.0e-4, 6.0e-4)
MOST = 0.35  # of the light: no pulse takes a third of it, a movement does


class Quality:
    """Keeps the shape of the pulse. ``push`` every step, ``judge`` when an upstroke has ended."""

    def __init__(self) -> None:
        self._high = highpass(0.5, RATE_HZ, 0.707)
        self._low = lowpass(7.0, RATE_HZ, 0.577)
        self._newest: deque[float] = deque(maxlen=round(SKEWED_S / STEP_S))
        self._template: list[float] | None = None

    def restart(self) -> None:
        """The signal starts anew; the template is kept, for it is the same person."""
        self._high.restart()
        self._low.restart()
        self._newest.clear()

    def push(self, x: float) -> float:
        """The next step of the blood volume; gives it without its baseline."""
        y = self._low.push(self._high.push(x))
        self._newest.append(y)
        return y

    def judge(self, rise: float, usual_rise: float, ibi_s: float | None, usual_ibi_s: float) -> float:
        """SQI of the pulse that has just risen. ibi_s is None for the first one."""
        if len(self._newest) < LENGTH:
            return 0.0
        newest = list(self._newest)
        shape = _normal(newest[-LENGTH:])
        likeness = 0.0
        if self._template is None:
            self._template = shape
        else:
            likeness = sum(a * b for a, b in zip(self._template, shape, strict=True))
            weight = LEARN if likeness > 0.7 else 0.5 * LEARN
            self._template = _normal([a + weight * (b - a) for a, b in zip(self._template, shape, strict=True)])
        size = abs(math.log2(rise / usual_rise)) if usual_rise > 0 and rise > 0 else 2.0
        late = abs(math.log2(ibi_s / usual_ibi_s)) if ibi_s else 0.0
        fits = _ramp(likeness, 0.6, 0.9) * _ramp(size, 2.0, 1.0) * _ramp(late, 1.0, 0.4)
        return fits * _ramp(_skewness(newest), *SKEWED) * (_ramp(rise, *PERFUSED) if rise < MOST else 0.0)


def _skewness(values: list[float]) -> float:
    """Third standardised moment; 0 where nothing varies."""
    mean = sum(values) / len(values)
    away = [v - mean for v in values]
    variance = sum(a * a for a in away) / len(away)
    return sum(a * a * a for a in away) / len(away) / variance**1.5 if variance > 0.0 else 0.0


def _normal(values: list[float]) -> list[float]:
    mean = sum(values) / len(values)
    length = math.sqrt(sum((v - mean) ** 2 for v in values)) or 1.0
    return [(v - mean) / length for v in values]


def _ramp(value: float, none: float, full: float) -> float:
    """0 at ``none``, 1 at ``full``, straight between them; either may be the larger."""
    return min(1.0, max(0.0, (value - none) / (full - none)))
