"""How smooth a movement was: SPARC and LDLJ of its speed, and the speed of a knob from its detents."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

RATE_HZ = 100.0
SMOOTHED_S = 0.05
_REST_S = 0.1


def sparc(
    speed: ArrayLike, rate_hz: float, most_hz: float = 10.0, least_share: float = 0.05, pad_levels: int = 4
) -> float | None:
    """Spectral arc length of a speed profile (n,): below 0, nearer to it where smoother; a single bell is about -1.4.

    The length of the curve of its amplitude spectrum, normalised, from 0 Hz to where it last reaches least_share, at
    most most_hz; padded with zeros to 2 ** pad_levels times its length. None for less than 3 samples or no motion.
    Source: S. Balasubramanian, A. Melendez-Calderon, A. Roby-Brami, E. Burdet, On the analysis of movement smoothness,
    J. NeuroEngineering and Rehabilitation 12:112, 2015.
    """
    values = np.asarray(speed, np.float64)
    if values.size < 3 or not values.any():
        return None
    length = 1 << (int(np.ceil(np.log2(values.size))) + pad_levels)
    amplitudes = np.abs(np.fft.rfft(values, length))
    amplitudes = amplitudes / amplitudes.max()
    step_hz = rate_hz / length
    amplitudes = amplitudes[: int(np.floor(most_hz / step_hz + 1e-9)) + 1]
    last = int(np.flatnonzero(amplitudes >= least_share)[-1])
    if last == 0:
        return None
    return -float(np.hypot(1.0 / last, np.diff(amplitudes[: last + 1])).sum())


def ldlj(speed: ArrayLike, rate_hz: float) -> float | None:
    """Log dimensionless jerk of a speed profile (n,): below 0, nearer to it where smoother.

    -ln(duration^3 / peak^2 * integral of (d2 speed / dt2)^2). None for less than 3 samples, or no jerk. Source: as of
    sparc(); N. Hogan, D. Sternad, J. Motor Behavior 41(6), 2009.
    """
    values = np.asarray(speed, np.float64)
    if values.size < 3:
        return None
    step_s = 1.0 / rate_hz
    jerk = np.diff(values, 2) / step_s**2
    whole = float((jerk**2).sum()) * step_s
    peak = float(np.abs(values).max())
    if whole <= 0.0 or peak <= 0.0:
        return None
    return -float(np.log((values.size * step_s) ** 3 / peak**2 * whole))


def movement_speed(
    times_s: Sequence[float], positions: Sequence[float] | None = None, rate_hz: float = RATE_HZ
) -> NDArray[np.float64]:
    """The speed of a knob, detents a second, every 1 / rate_hz seconds from just before its first detent to its last.

    times_s: of each detent, rising. positions: where the knob was then, in detents; without them one more each time.
    Between them it went evenly, and half a step more before the first and after the last, in the time of one: a hand
    that starts and stops there is slower by so much. Then the speed is smoothed by a raised cosine whose width at half
    its height is 50 ms: steps of whole detents are no jerks of a hand. Of a bell of 6 detents or more SPARC is so
    within 0.02 of the hand's own. Empty for less than 2 detents.
    """
    if len(times_s) < 2:
        return np.zeros(0)
    times = np.asarray(times_s, np.float64)
    places = np.arange(times.size, dtype=np.float64) if positions is None else np.asarray(positions, np.float64)
    times = np.concatenate([[2 * times[0] - times[1]], times, [2 * times[-1] - times[-2]]])
    places = np.concatenate([[1.5 * places[0] - 0.5 * places[1]], places, [1.5 * places[-1] - 0.5 * places[-2]]])
    wide = round(SMOOTHED_S * rate_hz)
    grid = np.arange(times[0] - _REST_S, times[-1] + _REST_S + 0.5 / rate_hz, 1.0 / rate_hz)
    raw = np.diff(np.interp(grid, times, places)) * rate_hz
    window = 0.5 + 0.5 * np.cos(np.pi * np.arange(-wide + 1, wide) / wide)
    return np.convolve(raw, window / window.sum(), mode="same")
