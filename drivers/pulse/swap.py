"""Finds out whether a board has its red and IR LEDs swapped, as many clones of the MAX30102 have.

Oxygen-rich blood absorbs less red than infrared light, so the pulse moves the red light less: the ratio of the two
perfusions (AC over DC, red over IR) is about 0.5 at 98 % of oxygen and reaches 1 only at 85 % (J. G. Webster, Design of
Pulse Oximeters, 1997: SpO2 = 110 - 25 R). Four logs of real boards: 0.37 to 0.51. Above one, the two are swapped.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# The author's choices. Four seconds hold three beats and more of any heart that may be trusted at rest. Three windows
# in a row must agree, and a ratio of 0.8 to 1.25 decides nothing: a hand that moves gives 1, a true one of 1.25 would
# be 79 % of oxygen. More windows only take longer; a corridor half as wide takes a restless finger for a swapped board.
WINDOW_S, WINDOWS, CLEARLY = 4.0, 3, 1.25
# Two lights of one pulse go together (real logs: 0.97 and more); noise and different disturbances do not.
LEAST_CORRELATION = 0.95
# Standard deviation of the logarithm: a weak pulse of 0.1 % peak to peak, and more than any pulse: a moved finger.
LEAST_AC, MOST_AC = 0.0003, 0.03


class SwapFinder:
    """Decides from 12 s of a quiet finger, once an opening of the sensor; ``swapped`` is False until then.

    When the sensor is opened again the decision stands, for it is of the board, but is looked at anew: it may be
    another board.
    """

    def __init__(self) -> None:
        self.swapped = False
        self.reopen()

    def reopen(self) -> None:
        """Look at it anew."""
        self.is_decided = False
        self._votes = 0  # windows in a row: + for swapped, - for not
        self.restart()

    def restart(self) -> None:
        """The samples to come are no continuation of those that came."""
        self._first: list[int] = []
        self._second: list[int] = []

    def add(self, first: Sequence[int], second: Sequence[int], period_s: float) -> None:
        """Consecutive samples of the two slots, red and IR by the datasheet, of one light, with a finger on."""
        if self.is_decided:
            return
        self._first += first
        self._second += second
        if len(self._first) * period_s < WINDOW_S:
            return
        ratio = perfusion_ratio(self._first, self._second)
        self.restart()
        if ratio is None or 1.0 / CLEARLY < ratio < CLEARLY:
            self._votes = 0
        elif ratio > 1.0:
            self._votes = max(0, self._votes) + 1
        else:
            self._votes = min(0, self._votes) - 1
        if abs(self._votes) >= WINDOWS:
            self.is_decided, self.swapped = True, self._votes > 0


def perfusion_ratio(first: Sequence[int], second: Sequence[int]) -> float | None:
    """AC/DC of the first light over that of the second; None where it is no pulse that both show."""
    lights = np.array([first, second], np.float64)
    if lights.min() <= 0.0:
        return None
    logs = np.log(lights)
    along = np.linspace(-1.0, 1.0, logs.shape[1])
    trend = np.stack([along**power for power in range(4)], axis=1)  # whatever is slower than a beat
    weights = np.linalg.lstsq(trend, logs.T, rcond=None)[0]
    left = logs - (trend @ weights).T
    ac = np.sqrt(np.mean(left * left, axis=1))
    if ac.min() < LEAST_AC or ac.max() > MOST_AC:
        return None
    if float(np.mean(left[0] * left[1])) < LEAST_CORRELATION * float(ac[0] * ac[1]):
        return None
    return float(ac[0] / ac[1])
