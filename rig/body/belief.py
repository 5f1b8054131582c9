"""What is believed of the heart rate while the hand moves: a probability for each rate, carried from second to second.

A Bayesian histogram: a heart changes slowly, so what was believed a second ago is smeared a little, and then weighed by
what the last eight seconds say (rig/body/spectrum.py). It knows when it does not know: then no rate has enough of it.
The spectrum as a likelihood, exp(WEIGHT * spectrum), is a choice: windows a second apart share seven eighths of what
they say, so that each may say little.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

# Mean change in a second, beats/min: a heart at the onset of exercise changes by 1 to 2 a second at most (as TROIKA's
# 10 to 15 in a window of 8 s moved by 2 s allow for too). 1.5 to 3 do as well.
CHANGE_BPM = 2.0
JUMP = 1.0e-4  # of the probability goes anywhere, so that a wrong belief is not for ever; 1e-7 to 1e-3 do as well
# Of the spectrum's peak, as log likelihood. 1.5 to 2 follow a rate as well; the more, the sooner it is sure, and wrong.
WEIGHT = 1.5
USUAL_BPM, USUAL_SPREAD = 80.0, 0.4  # at first: ln-normal, two thirds of it between 54 and 119
NEAR_BPM = 5.0  # probability is counted within this, the width that a rate is called right in
# The share within NEAR_BPM at which a rate is shown, and down to which it goes on being shown: a new belief must be
# surer than one that has been followed through time. Author's choice: .8 to begin, and .3 to .5 to go on, do as well.
BEGIN, GO_ON = 0.85, 0.35
# The mean of the spectrum over all rates: a single peak gives .06, noise .35 to .45. Above this nothing stands out.
CROWDED, CROWDED_S = 0.3, 5.0

Floats = NDArray[np.float64]


class Belief:
    """The probability of each rate. ``see`` once a second."""

    def __init__(self, rates_bpm: Floats) -> None:
        """rates_bpm: even steps."""
        self._rates = rates_bpm
        apart = np.abs(rates_bpm[:, None] - rates_bpm[None, :])
        change = np.exp(-apart / CHANGE_BPM) + JUMP
        self._change: Floats = change / change.sum(axis=0)
        self._usual: Floats = np.exp(-0.5 * (np.log(rates_bpm / USUAL_BPM) / USUAL_SPREAD) ** 2)
        self._usual /= self._usual.sum()
        self._p = self._usual
        self._crowd = CROWDED
        self._newest_s = -math.inf
        self._sure = False
        self._rate_bpm = USUAL_BPM

    def see(self, t_s: float, spectrum: Floats) -> None:
        """What the window that ends at t_s says, 0..1 for each rate."""
        gone_s = t_s - self._newest_s
        if gone_s > 60.0:
            self._p = self._usual
        else:
            for _ in range(max(1, round(gone_s))):
                self._p = self._change @ self._p
        self._newest_s = t_s
        self._p = self._p * np.exp(WEIGHT * spectrum)
        self._p = self._p / self._p.sum()
        self._crowd += (float(spectrum.mean()) - self._crowd) / CROWDED_S
        near = self._near  # once a second, here: a rate is asked for with every sample
        self._rate_bpm = float((self._p[near] * self._rates[near]).sum() / self._p[near].sum())
        self._sure = self._crowd < CROWDED and self.sureness > (GO_ON if self._sure else BEGIN)

    def lost(self) -> None:
        """The signal broke off: what is believed must be sure again before it is shown."""
        self._sure = False

    @property
    def sureness(self) -> float:
        """Probability, 0..1, that the rate is within 5 beats/min of the likeliest one."""
        return float(self._p[self._near].sum())

    def heart_rate_bpm(self, now_s: float) -> float | None:
        """The mean of what is near the likeliest rate; None while not sure, or without a window for 2.5 s."""
        if not self._sure or now_s - self._newest_s > 2.5:
            return None
        return self._rate_bpm

    @property
    def _near(self) -> NDArray[np.bool_]:
        near: NDArray[np.bool_] = np.abs(self._rates - self._rates[int(np.argmax(self._p))]) <= NEAR_BPM
        return near
