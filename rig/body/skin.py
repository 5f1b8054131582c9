"""Reads the skin: a slow level (SCL), what stands above it, and single responses (SCR) with onset, amplitude and rise.

A response is told from trough to peak, as the Society for Psychophysiological Research wants it reported (Boucsein et
al., Publication recommendations for electrodermal measurements, Psychophysiology 49, 2012): it begins 1 to 3 s after
its event, rises for 1 to 3 s, and is at least 0.01 to 0.05 uS high. It is known when it stops rising. About one person
in ten does not respond at all: as long as no response was seen, what stands above the level is unknown, and not zero.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace

from drivers.readings import Skin
from rig.body.filters import lowpass, lowpass_delay_s
from rig.body.rises import Rise, Rises

RATE_HZ = 10.0  # skin changes below 1 Hz; all is counted on a grid, whatever the sensor's rate
# Author's choice: delays by 0.28 s, which is taken off, and puts onsets 0.2 to 0.3 s early; .7 to 1.5 Hz find the same.
SMOOTH_HZ, SMOOTH_Q = 1.0, 0.577
# What no skin does: Kleckner et al., IEEE Trans. Biomed. Eng. 65 (2018): out of 0.05 to 60 uS, faster than 10 uS/s; and
# nothing is believed for 5 s after.
LEAST_US, MOST_US, FASTEST_US_S = 0.05, 60.0, 10.0
SETTLE_S = 5.0
GAP_S = 1.0  # a longer hole is not bridged
# The level is the least of so many seconds, smoothed: a response is over by then (half recovery 2 to 10 s, Boucsein).
LEVEL_S, LEVEL_TAU_S = 12.0, 4.0
FRESH_S, SILENT_S = 0.5, 2.0
# Noise is measured where a response has next to nothing: in the mean size of second differences, which is 1.95 times
# the standard deviation of white noise. Smoothed, half of it is left, and five of those is what it rises by now and
# then: so high, a response must be at least.
NOISE_TAU_S, NOISE_RISE = 10.0, 2.5 / 1.95


@dataclass(frozen=True, slots=True)
class SkinResponse:
    """One SCR. onset, peak: in host time. found_ns: when it was known. amplitude: from onset to peak."""

    onset_ns: int
    peak_ns: int
    amplitude_us: float
    rise_s: float
    found_ns: int


@dataclass(frozen=True, slots=True)
class SkinLevel:
    """The skin now. scl_us: the slow level; scr_us: how far it stands above, 0 and more; None is unknown.

    quality: 0..1, 0 with the electrodes off or for 5 s after something that no skin does, or without samples for 2 s.
    """

    scl_us: float | None = None
    scr_us: float | None = None
    quality: float = 0.0


class SkinReader:
    """All state of the skin. The same readings give the same responses, whatever chunks they come in."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._origin_ns: int | None = None
        self._smooth = lowpass(SMOOTH_HZ, RATE_HZ, SMOOTH_Q)
        self._rises = Rises(1.0 / RATE_HZ)
        self._newest: tuple[float, float] | None = None  # time and value of the last sample that was no nonsense
        self._joined = False  # the next sample goes on from it
        self._held = (0.0, SkinLevel())  # what was known when the signal broke off, and when
        self._step = 0  # of the grid
        self._since_s = math.inf  # believed from here on
        self._value = 0.0
        self._level: float | None = None
        self._noise = 0.0  # mean size of the second differences, uS
        self._raw: deque[float] = deque(maxlen=3)
        self._least: deque[tuple[float, float]] = deque()  # rising values, oldest first: the first is the least
        self._responds = False

    def add(self, reading: Skin, seen_ns: int) -> list[SkinResponse]:
        """Samples of the skin, seen at seen_ns; the responses that they complete, oldest first."""
        if self._origin_ns is None and len(reading.t_ns):
            self._origin_ns = int(reading.t_ns[0])
        found: list[SkinResponse] = []
        for t_ns, value in zip(reading.t_ns.tolist(), reading.conductance_us.tolist(), strict=True):
            for rise in self._sample((t_ns - (self._origin_ns or 0)) / 1e9, value):
                found.append(self._response(rise, seen_ns))
        self._responds = self._responds or bool(found)
        return found

    def read(self, now_ns: int) -> SkinLevel:
        """What is known at now_ns; it fades within 2 s of the last sample that could be believed."""
        if self._origin_ns is None or self._newest is None:
            return SkinLevel()
        now_s = (now_ns - self._origin_ns) / 1e9
        held_s, held = self._held
        faded = _fresh(now_s - held_s) * held.quality
        if faded > 0.0 and now_s >= held_s:
            return replace(held, quality=faded)
        known = self._known()
        quality = known.quality * _fresh(now_s - self._newest[0])
        return replace(known, quality=quality) if quality > 0.0 else SkinLevel()

    def _known(self) -> SkinLevel:
        """At the newest sample."""
        if self._newest is None or self._level is None:
            return SkinLevel()
        settled = min(1.0, max(0.0, (self._newest[0] - self._since_s) / SETTLE_S - 1.0))
        above = max(0.0, self._value - self._level) if self._responds else None
        return SkinLevel(self._level, above, settled)

    def _sample(self, t_s: float, value: float) -> list[Rise]:
        if math.isnan(value) or not LEAST_US <= value <= MOST_US:
            self._joined = False
            return []
        before = self._newest
        if before is None or not self._goes_on(t_s, value, before):
            self._begin(t_s)
            self._newest = t_s, value
            return []
        self._newest = t_s, value
        took_s = t_s - before[0]
        rises: list[Rise] = []
        while (grid_s := self._step / RATE_HZ) <= t_s:
            part = (grid_s - before[0]) / took_s
            rise = self._on_grid(grid_s, before[1] + part * (value - before[1]))
            if rise is not None and rise.onset_s >= self._since_s + SETTLE_S:
                rises.append(rise)
            self._step += 1
        return rises

    def _goes_on(self, t_s: float, value: float, before: tuple[float, float]) -> bool:
        took_s = t_s - before[0]
        if not self._joined or not 0.0 < took_s <= GAP_S:
            return False
        return abs(value - before[1]) <= FASTEST_US_S * max(took_s, 1.0 / RATE_HZ)

    def _begin(self, t_s: float) -> None:
        known = self._known()
        if known.quality > 0.0 and self._newest is not None:
            self._held = self._newest[0], known
        self._joined, self._since_s = True, t_s
        self._step = math.ceil(t_s * RATE_HZ)
        self._smooth.restart()
        self._rises.restart()
        self._least.clear()
        self._raw.clear()
        self._level = None

    def _on_grid(self, t_s: float, value: float) -> Rise | None:
        self._raw.append(value)
        if len(self._raw) == 3:
            bent = abs(self._raw[0] - 2.0 * self._raw[1] + self._raw[2])
            self._noise += (bent - self._noise) / (NOISE_TAU_S * RATE_HZ)
        t_s -= lowpass_delay_s(SMOOTH_HZ, SMOOTH_Q)
        value = self._value = self._smooth.push(value)
        while self._least and self._least[-1][1] >= value:
            self._least.pop()
        self._least.append((t_s, value))
        while self._least[0][0] <= t_s - LEVEL_S:
            self._least.popleft()
        least = self._least[0][1]
        self._level = least if self._level is None else self._level + (least - self._level) / (LEVEL_TAU_S * RATE_HZ)
        return self._rises.push(t_s, value, NOISE_RISE * self._noise)

    def _response(self, rise: Rise, seen_ns: int) -> SkinResponse:
        origin_ns = self._origin_ns or 0
        onset_ns, peak_ns = (origin_ns + round(at_s * 1e9) for at_s in (rise.onset_s, rise.peak_s))
        return SkinResponse(onset_ns, peak_ns, rise.amplitude, rise.peak_s - rise.onset_s, seen_ns)


def _fresh(age_s: float) -> float:
    """1 up to FRESH_S, then down to 0 at SILENT_S."""
    return min(1.0, max(0.0, (SILENT_S - age_s) / (SILENT_S - FRESH_S)))
