"""Arousal, 0..1, against this person's own slow baseline; None until 15 s of it are known. Never an emotion.

Two parts, added and clamped. The heart: 0 at or below the baseline, 1 at 20 % above it. The vessels, which answer first
(vasoconstriction starts 1.2 s after an event and peaks at 2.9 s): half a part when the pulse's amplitude has halved
against its own baseline, left out while the mean light is not steady, for then the thumb presses differently. Nothing
published maps physiology to a picture: these figures are the author's choice, and the photographer's to route.
"""

from __future__ import annotations

import math

BASELINE_S = 120.0
LEAST_S = 15.0
FULL_RATE = 0.20
VESSELS = 0.5
STEADY = 0.03  # of the light
SETTLE_S = 1.5
LOST_S, FADE_S = 3.0, 2.0


class Baseline:
    """A mean that follows slowly: of everything at first, of the last two minutes later."""

    def __init__(self, time_constant_s: float = BASELINE_S) -> None:
        self._time_constant_s = time_constant_s
        self.value = 0.0
        self.known_s = 0.0

    def add(self, value: float, lasted_s: float) -> None:
        """The value held for lasted_s."""
        self.known_s += lasted_s
        window = min(self.known_s, self._time_constant_s)
        if window > 0:
            self.value += (value - self.value) * min(1.0, lasted_s / window)


class Arousal:
    """Fed with trusted beats; ``at`` glides between what they give, so that nothing that it drives ever jumps.

    Without a trusted beat for 3 s both values fade over two more, to 0 and to the baseline, and are then unknown.
    """

    def __init__(self) -> None:
        self._rate = Baseline()
        self._amplitude = Baseline()
        self._light = Baseline(10.0)
        self._last_s: float | None = None
        self._from = (0.0, 0.5)  # arousal and amplitude at the last beat
        self._to = (0.0, 0.5)  # and what they go towards
        self._seen_amplitude = False

    def add(self, t_s: float, rate_bpm: float | None, rise: float | None, light: float | None) -> None:
        """A trusted beat: the heart rate now (beats/min), its rise and -ln of the mean light (None: no waveform)."""
        lasted_s = min(2.0, max(0.0, t_s - self._last_s)) if self._last_s is not None else 0.0
        self._from = self._glide(t_s)
        self._last_s = t_s
        if rate_bpm is None:
            return
        self._rate.add(math.log(rate_bpm), lasted_s)
        against, narrowed = 0.0, 0.0
        if rise is not None and light is not None:
            against, narrowed = self._vessels(lasted_s, rise, light)
        faster = math.log(rate_bpm) - self._rate.value
        arousal = min(1.0, max(0.0, faster / math.log1p(FULL_RATE)) + VESSELS * narrowed)
        self._to = (
            arousal if self._rate.known_s >= LEAST_S else 0.0,
            min(1.0, max(0.0, 0.5 + 0.25 * against)),
        )

    def _vessels(self, lasted_s: float, rise: float, light: float) -> tuple[float, float]:
        """(amplitude against its baseline in doublings, how far narrowed 0..1)."""
        self._light.add(light, lasted_s)
        against = math.log2(rise) - self._amplitude.value if self._amplitude.known_s > 0 else 0.0
        if self._light.known_s <= 0 or abs(light - self._light.value) >= STEADY:
            return against, 0.0
        self._amplitude.add(math.log2(rise), lasted_s)
        self._seen_amplitude = True
        return against, min(1.0, max(0.0, -against))

    def at(self, now_s: float) -> tuple[float | None, float | None]:
        """(arousal, amplitude) now, each 0..1 or None while unknown."""
        if self._last_s is None or now_s - self._last_s >= LOST_S + FADE_S:
            return None, None
        arousal, amplitude = self._glide(now_s)
        return (
            arousal if self._rate.known_s >= LEAST_S else None,
            amplitude if self._seen_amplitude else None,
        )

    def _glide(self, now_s: float) -> tuple[float, float]:
        if self._last_s is None:
            return 0.0, 0.5
        age_s = max(0.0, now_s - self._last_s)
        left = math.exp(-age_s / SETTLE_S)
        fade = min(1.0, max(0.0, 1.0 - (age_s - LOST_S) / FADE_S))
        arousal = self._to[0] + (self._from[0] - self._to[0]) * left
        amplitude = self._to[1] + (self._from[1] - self._to[1]) * left
        return arousal * fade, 0.5 + (amplitude - 0.5) * fade
