"""The breath, from what it does to the pulse at the finger: the heart hurries a little as you breathe in.

Three things of each pulse go with the breath: the time since the one before (respiratory sinus arrhythmia), its height,
and the light that it stands on. As in W. Karlen et al., "Multiparameter respiratory rate estimation from the
photoplethysmogram" (IEEE Trans. Biomed. Eng. 60(7), 2013), a rate is believed where they agree on it. Where the breath
is, the intervals alone say: that the heart quickens while one breathes in holds for nearly everybody (D. Eckberg, J.
Physiol. 548, 2003), while pulse height and light go either way. Between two looks the breath runs on by itself.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rig.body.running_phase import RunningPhase

WINDOW_S = 32.0  # Karlen's, for the same reason: at 6 breaths a minute three of them
LEAST_S = 20.0  # of it, before anything is said
GRID_HZ = 4.0
SLOWEST_HZ, FASTEST_HZ = 0.1, 0.5  # 6 to 30 breaths a minute
# Of what beats sample nothing above half of their rate can be told, and near it little.
OF_BEATS = 0.4
NEAR_HZ = 0.035  # about a peak: half of the window's own width
# How much of the power is about the peak: of intervals that only scatter 0.3, and in one of a hundred looks 0.6; of a
# heart that follows the breath by 2 % 0.85. 0.03 to either side changes how soon a breath is shown, and not which.
CLEAR = (0.58, 0.75)
AGREE_HZ = 4.0 / 60.0  # Karlen: estimates that lie further apart are no estimate
ALONE = 0.6  # quality of the intervals where nothing else is known or agrees: a chest strap tells only them
LOST = 2.0  # breaths without another look: nothing is known any more
LATE_RUNS = 16
RECENT = 1.5  # breaths from the end of the window that say where the breath is now
ADDED = 512  # zeros: the peak is found between two lines of the spectrum

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Beat:
    t_s: float
    ibi_s: float
    rise: float | None
    light: float | None


class Breath:
    """Feed it clean beats; ask for any time. It depends on the beats' own times, not on when they came."""

    def __init__(self) -> None:
        self._beats: deque[_Beat] = deque()
        self._running = RunningPhase(LATE_RUNS)
        self._qualities: deque[tuple[float, float]] = deque(maxlen=LATE_RUNS)

    def add(
        self, beat_s: float, ibi_s: float | None, late_s: float, rise: float | None = None, light: float | None = None
    ) -> None:
        """A clean beat. ibi_s: since the one before, None where that is not known. late_s: how long after a beat it is
        told at the latest: it counts from then on. rise, light: height of the pulse and the light it stands on, as
        natural logs; None where there is only the beat."""
        if ibi_s is None:
            return
        if self._beats and beat_s - self._beats[-1].t_s > 3.0 * ibi_s:  # beats were lost: the breath went on
            self._beats.clear()
        self._beats.append(_Beat(beat_s, ibi_s, rise, light))
        while beat_s - self._beats[0].t_s > WINDOW_S:
            self._beats.popleft()
        if beat_s - self._beats[0].t_s < LEAST_S:
            return
        from_s = beat_s + late_s
        rate_hz, phase, quality = _look(list(self._beats))
        self._qualities.append((from_s, quality))
        if quality > 0.0:
            self._running.follow(from_s, phase + late_s * rate_hz, rate_hz, from_s + LOST / rate_hz)

    def forget(self) -> None:
        """Another finger, or none."""
        self._beats.clear()
        self._qualities.clear()
        self._running.forget()

    def at(self, now_s: float) -> tuple[float | None, float]:
        """How far in: 0 is out, 1 is in, None is unknown; and the quality of that, 0..1."""
        phase = self._running.at(now_s)
        quality = next((quality for from_s, quality in reversed(self._qualities) if from_s <= now_s), 0.0)
        if phase is None or quality == 0.0:
            return None, 0.0
        return 0.5 + 0.5 * math.cos(2.0 * math.pi * phase), quality

    @property
    def rate_per_min(self) -> float | None:
        """Breaths a minute at the last look; None where it was not clear."""
        return _rate_per_min(list(self._beats))


def _rate_per_min(beats: list[_Beat]) -> float | None:
    if not beats or beats[-1].t_s - beats[0].t_s < LEAST_S:
        return None
    rate_hz, _, quality = _look(beats)
    return 60.0 * rate_hz if quality > 0.0 else None


def _look(beats: list[_Beat]) -> tuple[float, float, float]:
    """(rate in Hz, phase at the last beat with 0 all the way in, quality)."""
    times = np.array([beat.t_s for beat in beats])
    most_hz = min(FASTEST_HZ, OF_BEATS / float(np.median([beat.ibi_s for beat in beats])))
    # an interval belongs to the middle of the time that it was; the heart is quick when you breathe in
    hurry = -np.array([beat.ibi_s for beat in beats])
    middles = times + 0.5 * hurry
    even = np.arange(times[-1] - WINDOW_S, times[-1], 1.0 / GRID_HZ)
    even = even[even >= times[0]]
    own = _even(middles, hurry, even)
    rate_hz, share = _peak(own, most_hz)
    clear = _ramp(share)
    if clear == 0.0:
        return rate_hz, 0.0, 0.0
    others = []
    for values in ([beat.rise for beat in beats], [beat.light for beat in beats]):
        if all(value is not None for value in values):
            others.append(_peak(_even(times, np.array(values, np.float64), even), most_hz))
    agreeing = [_ramp(each) for hz, each in others if abs(hz - rate_hz) <= AGREE_HZ]
    against = [_ramp(each) for hz, each in others if abs(hz - rate_hz) > AGREE_HZ]
    quality = clear * max([ALONE, *(ALONE + (1.0 - ALONE) * each for each in agreeing)])
    quality *= 1.0 - max([0.0, *against]) * (1.0 - max([0.0, *agreeing]))
    return rate_hz, _phase(own, even, rate_hz, float(times[-1])), quality


def _even(times: Floats, values: Floats, even: Floats) -> Floats:
    """At even times, without its slow course (a parabola)."""
    course = np.interp(even, times, values)
    x = (even - even[0]) / (even[-1] - even[0])
    return np.asarray(course - np.polyval(np.polyfit(x, course, 2), x))


def _peak(values: Floats, most_hz: float) -> tuple[float, float]:
    """Where in the band of breaths the power is, and the share of all power from there up and down that is near."""
    power = np.abs(np.fft.rfft(values * np.hanning(values.size), values.size + ADDED)) ** 2
    lines = np.fft.rfftfreq(values.size + ADDED, 1.0 / GRID_HZ)
    band = (lines >= SLOWEST_HZ) & (lines <= most_hz)
    whole = float(power[(lines >= 0.5 * SLOWEST_HZ) & (lines <= 1.5 * most_hz)].sum())
    if not band.any() or whole <= 0.0:
        return SLOWEST_HZ, 0.0
    peak_hz = float(lines[band][int(np.argmax(power[band]))])
    return peak_hz, float(power[np.abs(lines - peak_hz) <= NEAR_HZ].sum()) / whole


def _phase(values: Floats, even: Floats, rate_hz: float, at_s: float) -> float:
    """Rounds at at_s, 0 at the top, from the newest breaths alone."""
    newest = even >= even[-1] - RECENT / rate_hz
    t, x = even[newest], values[newest]
    turns = 2.0 * np.pi * rate_hz * (t - at_s)
    basis = np.column_stack([np.cos(turns), np.sin(turns), np.ones_like(t)])
    a, b, _ = np.linalg.lstsq(basis, x, rcond=None)[0]
    return math.atan2(-b, a) / (2.0 * math.pi)


def _ramp(share: float) -> float:
    none, full = CLEAR
    return min(1.0, max(0.0, (share - none) / (full - none)))
