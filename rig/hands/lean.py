"""Leaning in by the body: the rig tilted slowly after stillness, and a grip firmer than just before."""

from __future__ import annotations

from math import exp

import numpy as np
from numpy.typing import NDArray

from drivers.readings import Grip
from rig.hands.one_euro import OneEuro

WINDOW_S = 3.5
_BIN_S = 0.25
_STILL_BINS = 4
# Held still in the hand: physiological tremor and sway are some 0.02 to 0.1 rad/s and 0.05 to 0.3 m/s2; walking is ten
# times that (rig/body/moving.py measures it for the pulse). Half and twice these bounds do no harm.
_STILL_RAD_S, _STILL_M_S2 = 0.15, 0.4
# All through it no step of a walk, and no turn to something else: leaning forward takes a second or two.
_CALM_M_S2, _CALM_RAD_S = 0.8, 0.7
# A trunk leaning in to look closer goes forward by 5 to 20 degrees, and the rig with it; a camera lifted or put down
# goes by 45 and more. The author's choice, a third either way does no harm.
_FROM_DEG, _FULL_DEG, _OTHER_DEG, _NOT_DEG = 3.0, 10.0, 30.0, 45.0


def lean_of(
    acceleration_m_s2: NDArray[np.float32], rotation_rad_s: NDArray[np.float32], rate_hz: float
) -> float | None:
    """The body coming forward, 0..1, over the last 3.5 s: still for a second, then tilted slowly by 3 to 10 degrees.

    acceleration_m_s2, rotation_rad_s: (n, 3), evenly sampled. How the chip is mounted is not known, so a lean back
    counts as one forward. None where the window is shorter.
    """
    per_bin = round(_BIN_S * rate_hz)
    bins = round(WINDOW_S / _BIN_S)
    if per_bin < 2 or acceleration_m_s2.shape[0] < per_bin * bins:
        return None
    pull = acceleration_m_s2[-per_bin * bins :].astype(np.float64).reshape(bins, per_bin, 3)
    turning = rotation_rad_s[-per_bin * bins :].astype(np.float64).reshape(bins, per_bin, 3)
    if not (np.isfinite(pull).all() and np.isfinite(turning).all()):
        return None
    means = pull.mean(axis=1)
    shaking = np.sqrt(((pull - means[:, None]) ** 2).sum(axis=2).mean(axis=1))
    turned = np.sqrt((turning.mean(axis=1) ** 2).sum(axis=1))
    if shaking.max() > _CALM_M_S2 or turned.max() > _CALM_RAD_S:
        return 0.0
    if shaking[:_STILL_BINS].max() > _STILL_M_S2 or turned[:_STILL_BINS].max() > _STILL_RAD_S:
        return 0.0
    before, now = means[:_STILL_BINS].mean(axis=0), means[-2:].mean(axis=0)
    lengths = float(np.linalg.norm(before) * np.linalg.norm(now))
    if lengths <= 0.0:
        return 0.0
    tilt_deg = float(np.degrees(np.arccos(np.clip(before @ now / lengths, -1.0, 1.0))))
    rising = (tilt_deg - _FROM_DEG) / (_FULL_DEG - _FROM_DEG)
    other = (_NOT_DEG - tilt_deg) / (_NOT_DEG - _OTHER_DEG)
    return min(1.0, max(0.0, min(rising, other)))


class GripOwn:
    """Grip against this person's own strongest so far, and how much firmer it is than just before.

    The force is 1-euro filtered: 1 Hz at rest (a force-sensing resistor drifts and a hand's force is 1 to 3 Hz), 2 Hz
    more for each 10 N/s.
    """

    # No strongest of a person's is below that of a light hold, so that the first touch is not at once all: 2 N, the
    # author's choice; 1 to 5 do as well.
    _LEAST_N = 2.0
    # What is usual follows with 10 s; firmer by a tenth of the own range begins to tell, by four tenths is all.
    _USUAL_S, _FROM, _FULL = 10.0, 0.1, 0.4

    def __init__(self) -> None:
        self._filter = OneEuro(1.0, 0.2, 1.0)
        self._strongest_n = self._LEAST_N
        self._usual: float | None = None
        self._t_ns: int | None = None
        self.value: float | None = None
        self.force_n = 0.0
        self.firmer = 0.0

    @property
    def newest_ns(self) -> int | None:
        """Of the newest sample that had a force."""
        return self._t_ns

    def add(self, grip: Grip) -> None:
        """More samples; those with no force known, or no younger than the last, are left out."""
        for t_ns, force_n in zip(grip.t_ns.tolist(), grip.force_n.tolist(), strict=True):
            if force_n != force_n or (self._t_ns is not None and t_ns <= self._t_ns):
                continue
            step_s = 0.0 if self._t_ns is None else (t_ns - self._t_ns) / 1e9
            self._t_ns = t_ns
            self.force_n = filtered = max(0.0, self._filter.add(force_n, t_ns / 1e9))
            self._strongest_n = max(self._strongest_n, filtered)
            self.value = filtered / self._strongest_n
            if self._usual is None:
                self._usual = self.value
            self._usual += (1.0 - exp(-step_s / self._USUAL_S)) * (self.value - self._usual)
            self.firmer = min(1.0, max(0.0, (self.value - self._usual - self._FROM) / (self._FULL - self._FROM)))
