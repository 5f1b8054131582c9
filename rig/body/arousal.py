"""Arousal, 0..1, against this person's own baseline, or unknown. Never an emotion.

Three channels, each 0 at the baseline, added and cut at 1:

vessels (fast)   The pulse's amplitude against its own slow mean: 1 when it has halved, half a part of arousal. The
                 sympathetic nerves narrow the finger's vessels from 1.2 s after an event on, most at 2.9 s (Frontiers
                 in Physiology 14, 1294239, 2023), and a gasp or a shock halves the flow (Wilder-Smith, Liurong and
                 Fook-Chong, Microvascular Research 69, 2005). The amplitude is AC over DC, as the natural log of the
                 light gives it: normalised pulse volume (Sawada, Tanaka and Yamakoshi, Int. J. Psychophysiology 41,
                 2001). A thumb that presses differently changes it too, and so does a hand that moves: left out while
                 the mean light or the hand is not still, and learnt anew after.
heart (medium)   The heart rate against its slow mean, or against the one set on purpose: 1 at 20 % above, a whole part.
                 Only as far as the body does not work: "additional heart rate" (Myrtek, Heart and Emotion, 2004).
vagal (slow)     RMSSD against its slow mean, or the one set on purpose: 1 when it has halved, a quarter part. RMSSD
                 falls in mental stress (Kim et al., Psychiatry Investigation 15, 2018); less than 30 s of it tell
                 nothing (Munoz et al., PLoS ONE 10, 2015), so this one speaks of the last minute.

Nothing published maps physiology to a picture: the parts and the full marks are the author's choice, and routes scale
what they make of it. A third more or less of any of them changes how much, not when.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from statistics import median

from rig.body.baseline import QuietBaseline, Rolling
from rig.body.glide import FADE_S, RISE_S, STEEPEST, Fade, Glide

VESSELS, HEART, VAGAL = 0.5, 1.0, 0.25  # parts of arousal
# What is usual at rest (breathing moves all three) up to what is full: log2 of amplitude, ln of rate, ln of RMSSD.
NARROWED = (0.15, 1.0)
FASTER = (0.02, math.log(1.2))
LOWER = (0.2, math.log(2.0))
AMPLITUDE_S, RATE_S, RMSSD_S = 120.0, 120.0, 300.0  # of the slow means; from half to twice as long does as well
LEAST_S = 15.0  # of a baseline that is learnt, before anything is held against it
MOMENT_S = 1.0  # of a heart rate, before it is held against a baseline that was set
LEAST_AMPLITUDE_S = 5.0  # of steady light, about a breath: the thumb is put on again and again
DOUBTED_S = 1.0  # what an amplitude learnt under another pressure still counts: the first seconds outweigh it
LEAST_SLOW_S = 30.0
LIGHT_S, STEADY = 10.0, 0.03  # the mean light of ten seconds, and how far off it is steady (as ln: 3 %)
MOVING = 0.3  # of Body.moving: from here on the amplitude is not believed; .15 to .5 do as well
WORK = (0.3, 0.8)  # of Body.moving over time: from here on, and up to there, a fast heart is more and more work
WORK_UP_S, WORK_DOWN_S = 5.0, 45.0  # a heart follows work in seconds and rests again within a minute or so
PATIENCE = 2.2  # usual intervals without a trusted beat: one may be missed
# And that is this long at least, and at most: with FADE_S, neutral about 2 s after the quality has fallen by half where
# no beat comes (rig/body/reader.py, _beatless_s); a heart below 60 beats/min that misses one fades a little.
PATIENCE_S = (1.5, 2.25)
SLOPE = STEEPEST + max(1.0 / FADE_S, 1.0 / RISE_S)  # per s: neither arousal nor amplitude ever moves faster than this


@dataclass(frozen=True, slots=True)
class Channels:
    """What each channel said at the newest trusted beat, 0..1; None is unknown."""

    vessels: float | None = None
    heart: float | None = None
    vagal: float | None = None

    @property
    def arousal(self) -> float:
        """All that is known, in their parts."""
        parts = ((VESSELS, self.vessels), (HEART, self.heart), (VAGAL, self.vagal))
        return min(1.0, sum(part * channel for part, channel in parts if channel is not None))


class Arousal:
    """Fed with trusted beats; ``at`` glides between what they give, so that nothing that it drives ever jumps.

    When trusted beats stop coming (or ``lost`` says so) both values fade to neutral within FADE_S, to 0 and to the
    baseline, and are then unknown. They come back as gently.
    """

    def __init__(self, baseline: QuietBaseline | None = None) -> None:
        """baseline: what was measured on purpose; where there is none, what is usual is learnt from now on."""
        self._set = baseline
        self._rate, self._rmssd = Rolling(RATE_S), Rolling(RMSSD_S)
        self._amplitude, self._light = Rolling(AMPLITUDE_S), Rolling(LIGHT_S)
        self._rises: deque[float] = deque(maxlen=3)
        self._work = 0.0
        self._last_s: float | None = None
        self._fade = Fade()
        self._to_arousal, self._to_amplitude = Glide(0.0), Glide(0.5)
        self._amplitude_seen = False
        self.channels = Channels()

    @property
    def _known(self) -> bool:
        return self._rate.known_s >= (LEAST_S if self._set is None else MOMENT_S)

    def add(
        self,
        t_s: float,
        rate_bpm: float | None,
        rise: float | None,
        light: float | None,
        rmssd_ms: float | None = None,
        moving: float = 0.0,
    ) -> None:
        """A trusted beat, at t_s, when it was found. rate_bpm: the heart rate now, beats/min. rise, light: its rise and
        -ln of the mean light (None: no waveform). moving: how much the hand moves, 0..1."""
        if self._last_s is not None and t_s < self._last_s:
            return
        lasted_s = min(2.0, t_s - self._last_s) if self._last_s is not None else 0.0
        self._last_s = t_s
        least, most = PATIENCE_S
        self._fade.beat(t_s, min(most, max(least, PATIENCE * 60.0 / rate_bpm)) if rate_bpm else most)
        if rate_bpm is None:
            return
        slowly_s = WORK_UP_S if moving > self._work else WORK_DOWN_S
        self._work += (moving - self._work) * -math.expm1(-lasted_s / slowly_s)
        against, vessels = self._vessels(lasted_s, rise, light, moving)
        self.channels = Channels(vessels, self._heart(lasted_s, rate_bpm), self._vagal(lasted_s, rmssd_ms))
        self._to_arousal.aim(t_s, self.channels.arousal if self._known else 0.0)
        self._to_amplitude.aim(t_s, min(1.0, max(0.0, 0.5 + 0.25 * against)))

    def lost(self, t_s: float) -> None:
        """The pulse is lost at t_s (the finger is off, say): fade at once, and do not wait for a beat that is due."""
        self._fade.lost(t_s)
        self._rises.clear()

    def relit(self) -> None:
        """The same finger under another light: its amplitude is learnt anew."""
        self._amplitude.doubt(0.0)
        self._rises.clear()

    def at(self, now_s: float, lost_s: float = math.inf) -> tuple[float | None, float | None]:
        """(arousal, amplitude) now, each 0..1 or None while unknown. lost_s: since when nothing has come, as ``lost``
        would say it, where that is only seen by looking at the clock."""
        if self._fade.gone(now_s, lost_s):
            return None, None
        there = self._fade.at(now_s, lost_s)
        return (
            self._to_arousal.at(now_s) * there if self._known else None,
            0.5 + (self._to_amplitude.at(now_s) - 0.5) * there if self._amplitude_seen else None,
        )

    def _vessels(
        self, lasted_s: float, rise: float | None, light: float | None, moving: float
    ) -> tuple[float, float | None]:
        """(amplitude against its baseline in doublings, how far narrowed 0..1)."""
        if rise is None or light is None or rise <= 0.0:
            return 0.0, None
        self._rises.append(math.log2(rise))
        size = median(self._rises)  # of three: one odd pulse is no vasoconstriction
        self._light.add(light, lasted_s)
        against = size - self._amplitude.value if self._amplitude.known_s > 0 else 0.0
        if self._light.known_s <= 0 or abs(light - self._light.value) >= STEADY or moving >= MOVING:
            self._amplitude.doubt(DOUBTED_S)  # the thumb may lie differently afterwards
            return against, None
        self._amplitude.add(size, lasted_s)
        self._amplitude_seen = True
        enough = self._amplitude.known_s >= LEAST_AMPLITUDE_S
        return against, _ramp(-against, *NARROWED) if enough else None

    def _heart(self, lasted_s: float, rate_bpm: float) -> float | None:
        rate = math.log(rate_bpm)
        self._rate.add(rate, lasted_s)
        usual = self._rate.value if self._set is None else math.log(self._set.heart_rate_bpm)
        if not self._known:
            return None
        return _ramp(rate - usual, *FASTER) * (1.0 - _ramp(self._work, *WORK))

    def _vagal(self, lasted_s: float, rmssd_ms: float | None) -> float | None:
        if rmssd_ms is None or rmssd_ms <= 0.0:
            return None
        rmssd = math.log(rmssd_ms)
        self._rmssd.add(rmssd, lasted_s)
        if self._set is not None and self._set.rmssd_ms:
            return _ramp(math.log(self._set.rmssd_ms) - rmssd, *LOWER)
        return _ramp(self._rmssd.value - rmssd, *LOWER) if self._rmssd.known_s >= LEAST_SLOW_S else None


def _ramp(value: float, none: float, full: float) -> float:
    """0 up to ``none``, 1 from ``full`` on, straight between them."""
    return min(1.0, max(0.0, (value - none) / (full - none)))
