"""Reads the body: pulse readings in, beats out, and what is known of the person at any moment."""

from __future__ import annotations

import math
from collections import deque

from drivers.readings import BodyReading, Motion, PulseSamples, ReportedBeat, Skin
from rig.body.arousal import Arousal
from rig.body.beats import UpstrokeFinder
from rig.body.grid import Grid
from rig.body.meaning import Beat, Body
from rig.body.quality import Quality
from rig.body.rhythm import TRUSTED, Rhythm

FINGER_COUNTS = 20_000  # of 262143: without a finger this reflective sensor sees next to nothing
SETTLE_S = 0.6  # the light of a finger that is put on, taken off or moved changes for that long
MOVED = 0.12  # of the light in 50 ms: no pulse does that
SILENT_S = 2.0
WAVE_STEP, WAVE_POINTS = 4, 125  # the little waveform: 25 points a second, five seconds


class BodyReader:
    """All state of the body. The same readings give the same beats and the same Body, whenever it is asked."""

    def __init__(self) -> None:
        self._grid = Grid()
        self._finder = UpstrokeFinder()
        self._quality = Quality()
        self._rhythm = Rhythm()
        self._arousal = Arousal()
        self._origin_ns: int | None = None
        self._light = 0.0
        self._before: deque[float] = deque(maxlen=5)
        self._off_until_s = -math.inf
        self._newest_s = -math.inf  # newest sample under a finger, or newest reported beat
        self._beat_s: float | None = None
        self._sqi = 0.0
        self._steps = 0
        self._wave: deque[float] = deque(maxlen=WAVE_POINTS)

    def add(self, reading: BodyReading, seen_ns: int) -> list[Beat]:
        """One reading of a sensor of the body, seen at seen_ns; the beats that it completes, oldest first."""
        if isinstance(reading, Motion | Skin):
            return []
        if isinstance(reading, ReportedBeat):
            return [self._reported(reading, seen_ns)]
        return self._samples(reading, seen_ns)

    def read(self, now_ns: int) -> Body:
        """What is known at now_ns. Without a finger, or without samples for 2 s, heart rate and RMSSD are unknown.

        Arousal and amplitude fade first (rig/body/arousal.py), so that nothing that they drive ever jumps.
        """
        if self._origin_ns is None:
            return Body()
        now_s = (now_ns - self._origin_ns) / 1e9
        newest = None if self._beat_s is None else self._origin_ns + round(self._beat_s * 1e9)
        silent_s = now_s - self._newest_s
        beatless_s = now_s - self._beat_s if self._beat_s is not None else math.inf
        sqi = self._sqi * _fade(beatless_s, 1.5, 1.5) * _fade(silent_s, 0.5, SILENT_S - 0.5)
        alive = silent_s <= SILENT_S
        rate = self._rhythm.heart_rate_bpm(now_s) if alive else None
        arousal, amplitude = self._arousal.at(now_s)
        return Body(
            heart_rate_bpm=rate,
            rmssd_ms=self._rhythm.rmssd_ms(now_s) if rate is not None else None,
            amplitude=amplitude,
            arousal=arousal,
            sqi=sqi,
            newest_beat_ns=newest,
        )

    def wave(self) -> tuple[float, ...]:
        """The last five seconds of the pulse, 25 points a second, 0..1 of its own range, up is more blood."""
        points = list(self._wave)
        if not points:
            return ()
        low, high = min(points), max(points)
        span = max(high - low, 1e-3)
        return tuple((p - low) / span for p in points)

    def _seconds(self, t_ns: int) -> float:
        if self._origin_ns is None:
            self._origin_ns = t_ns
        return (t_ns - self._origin_ns) / 1e9

    def _reported(self, beat: ReportedBeat, seen_ns: int) -> Beat:
        t_s = self._seconds(beat.t_ns)
        ibi_s = self._rhythm.add(t_s, 1.0, None if beat.ibi_ms is None else beat.ibi_ms / 1000.0)
        self._beat_s, self._sqi = t_s, 1.0
        self._newest_s = t_s + 1.0  # nothing comes between two reported beats
        self._arousal.add(t_s, self._rhythm.heart_rate_bpm(t_s), None, None)
        return Beat(beat.t_ns, seen_ns, None if ibi_s is None else ibi_s * 1000.0, 1.0)

    def _samples(self, samples: PulseSamples, seen_ns: int) -> list[Beat]:
        beats: list[Beat] = []
        for t_ns, counts in zip(samples.t_ns.tolist(), samples.ir_counts.tolist(), strict=True):
            t_s = self._seconds(t_ns)
            if counts < FINGER_COUNTS:
                self._off_until_s = t_s + SETTLE_S
                continue
            anew, steps = self._grid.push(t_s, -math.log(counts))
            if anew:
                self._restart()
            for step_s, x in steps:
                beat = self._step(step_s, x, seen_ns)
                if beat is not None:
                    beats.append(beat)
        return beats

    def _restart(self) -> None:
        self._finder.restart()
        self._quality.restart()
        self._rhythm.restart()
        self._before.clear()

    def _step(self, t_s: float, x: float, seen_ns: int) -> Beat | None:
        moved = len(self._before) == 5 and abs(x - self._before[0]) > MOVED
        self._before.append(x)
        if moved:
            self._off_until_s = t_s + SETTLE_S
        if t_s < self._off_until_s:
            self._light = x
            self._finder.restart()
            self._quality.restart()
            self._rhythm.restart()
            return None
        self._newest_s = t_s
        self._light += (x - self._light) * 0.01
        y = self._quality.push(x)
        self._steps += 1
        if self._steps % WAVE_STEP == 0:
            self._wave.append(y)
        upstroke = self._finder.push(t_s, x)
        if upstroke is None or (self._beat_s is not None and upstroke.t_s <= self._beat_s):
            return None
        ibi = upstroke.t_s - self._beat_s if self._beat_s is not None else None
        sqi = self._quality.judge(upstroke.rise, self._finder.usual_rise, ibi, self._finder.usual_ibi_s)
        self._sqi += (sqi - self._sqi) * 0.3
        self._beat_s = upstroke.t_s
        ibi_s = self._rhythm.add(upstroke.t_s, sqi)
        if sqi >= TRUSTED:
            rate = self._rhythm.heart_rate_bpm(t_s)
            self._arousal.add(t_s, rate, upstroke.rise, self._light)
        assert self._origin_ns is not None
        t_ns = self._origin_ns + round(upstroke.t_s * 1e9)
        return Beat(t_ns, seen_ns, None if ibi_s is None else ibi_s * 1000.0, sqi)


def _fade(age_s: float, full_s: float, over_s: float) -> float:
    """1 up to full_s, then straight down to 0 over over_s."""
    return min(1.0, max(0.0, 1.0 - (age_s - full_s) / over_s))
