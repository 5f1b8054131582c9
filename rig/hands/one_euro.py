"""The 1-euro filter: smooth while it moves slowly, quick while it moves fast."""

from __future__ import annotations

from math import pi


class OneEuro:
    """One value, sample by sample (G. Casiez, N. Roussel, D. Vogel: 1 Euro Filter, CHI 2012).

    min_cutoff_hz: of a value that rests; lower is calmer. beta: how much the cutoff rises with speed, Hz for each
    unit a second; higher lags less. derivative_cutoff_hz: of the speed itself, 1 Hz in the paper.
    """

    def __init__(self, min_cutoff_hz: float = 1.0, beta: float = 0.0, derivative_cutoff_hz: float = 1.0) -> None:
        self._min_cutoff_hz = min_cutoff_hz
        self._beta = beta
        self._derivative_cutoff_hz = derivative_cutoff_hz
        self._t_s: float | None = None
        self._speed = 0.0
        self.value: float | None = None

    def add(self, value: float, t_s: float) -> float:
        """The filtered value at t_s, seconds; a sample that is not younger than the last one changes nothing."""
        if self._t_s is None or self.value is None:
            self._t_s, self.value = t_s, value
            return value
        step_s = t_s - self._t_s
        if step_s <= 0.0:
            return self.value
        speed = (value - self.value) / step_s
        self._speed += _alpha(step_s, self._derivative_cutoff_hz) * (speed - self._speed)
        cutoff_hz = self._min_cutoff_hz + self._beta * abs(self._speed)
        self._t_s = t_s
        self.value += _alpha(step_s, cutoff_hz) * (value - self.value)
        return self.value


def _alpha(step_s: float, cutoff_hz: float) -> float:
    """How far one sample goes of a low pass of the first order: 1 / (1 + tau / step), tau = 1 / (2 pi cutoff)."""
    return 1.0 / (1.0 + 1.0 / (2.0 * pi * cutoff_hz * step_s))
