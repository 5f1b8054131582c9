"""What the last eight seconds of a pulse under motion say about the heart rate: a cleaned spectrum.

Two ways to take the movement out, each blind to what the other sees, and the mean of both:

subtraction  What a sum of the three accelerations, up to .2 s late, can say of the pulse is taken off it (least
             squares, the window's own optimum of what an adaptive filter looks for). TROIKA takes off what the
             acceleration explains too, by singular spectra: Zhang, Pi and Liu, IEEE Trans. Biomed. Eng. 62, 2015.
Wiener       The spectrum is weighed by itself over itself plus that of the acceleration: WFPV, Temko, IEEE Trans.
             Biomed. Eng. 64, 2017.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rig.body.moving import STEP_RATE_HZ

LENGTH = 200  # steps: eight seconds, as in both papers
DELAYS = 6  # steps of 40 ms that the pulse may follow the acceleration by; 3 to 8 do as well
SLOWEST_HZ = 0.45  # slower is breathing and the baseline
# An acceleration below this is the sensor's own noise and explains nothing; .01 to .05 g do as well.
NOISE_G = 0.02
OUTLIER = 3.0  # of its own standard deviation: a jolt is cut there, so that it does not fill the window
LOWEST_BPM, HIGHEST_BPM = 30, 220

Floats = NDArray[np.float64]


class Spectrum:
    """Holds the tables; ``of`` has no memory."""

    def __init__(self) -> None:
        """The tables are made once: the slow part's basis, and a row of the Fourier transform for each rate."""
        self.rates_bpm: Floats = np.arange(LOWEST_BPM, HIGHEST_BPM + 1.0)
        steps = np.arange(LENGTH)
        count = int(2.0 * SLOWEST_HZ * LENGTH / STEP_RATE_HZ) + 1
        slow = np.stack([np.cos(np.pi * (steps + 0.5) * i / LENGTH) for i in range(count)], axis=1)
        self._slow: Floats = np.linalg.qr(slow)[0]
        hann = 0.5 - 0.5 * np.cos(2.0 * np.pi * (steps + 1.0) / (LENGTH + 1.0))
        angle = 2.0 * np.pi * np.outer(self.rates_bpm / 60.0, steps / STEP_RATE_HZ)
        self._rows = hann * np.exp(-1j * angle)

    def of(self, pulse: Floats, acceleration_g: Floats) -> Floats:
        """How much each of rates_bpm is in the pulse and not in the movement, 0..1, the strongest is 1.

        pulse: (LENGTH,), any unit. acceleration_g: (LENGTH + DELAYS - 1, 3), up to the same step.
        """
        y = self._fast(pulse[:, None])[:, 0]
        y = np.clip(y / (np.std(y) + 1e-12), -OUTLIER, OUTLIER)
        late = [acceleration_g[DELAYS - 1 - i : DELAYS - 1 - i + LENGTH] for i in range(DELAYS)]
        moves = self._fast(np.concatenate(late, axis=1))
        inner = moves.T @ moves
        inner[np.diag_indices_from(inner)] += LENGTH * NOISE_G**2
        rest = y - moves @ np.linalg.solve(inner, moves.T @ y)
        power = np.abs(self._rows @ np.column_stack([y, rest, moves[:, :3]])) ** 2
        movement = power[:, 2:].sum(axis=1)
        movement /= movement.max() + (LENGTH * NOISE_G) ** 2
        clean = np.zeros_like(movement)
        for i in range(2):
            own = power[:, i] / (power[:, i].max() + 1e-12)
            clean += own * own / (own + movement + 1e-12)  # not made 1 again: what is all movement is to say little
        result: Floats = clean / (clean.max() + 1e-12)
        return result

    def _fast(self, columns: Floats) -> Floats:
        result: Floats = columns - self._slow @ (self._slow.T @ columns)
        return result
