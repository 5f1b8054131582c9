"""Reads the body: pulse readings in, beats out, and what is known of the person at any moment."""

from __future__ import annotations

import math
from collections import deque

from drivers.readings import BodyReading, Motion, PulseSamples, ReportedBeat, Skin
from rig.body.arousal import Arousal
from rig.body.baseline import QuietBaseline
from rig.body.beat_phase import BeatPhase
from rig.body.beats import UpstrokeFinder
from rig.body.breath import Breath
from rig.body.first_look import FirstLook
from rig.body.grid import Grid
from rig.body.meaning import Beat, Body
from rig.body.motion_rate import MotionRate
from rig.body.moving import Moving
from rig.body.quality import Quality
from rig.body.rhythm import TRUSTED, Rhythm
from rig.body.skin import SkinReader

# Of 262143: without a finger this reflective sensor sees next to nothing. Only where the driver cannot tell the LED's
# current: one that can knows better than any count.
FINGER_COUNTS = 20_000
CLIPPED_COUNTS = 260_000  # of 262143: at the end of the range there is no pulse; the noise reaches a little below it
CLIPPED_S = 0.5  # a pulse's rise: what is clipped in that time spoils it
DOUBT = 0.4  # of a beat's quality, taken off when the hand moves fully: the best ones still count
STIRRED = 0.05  # of Body.moving: from here on the beats alone do not tell the rate; 0 to .15 do as well
STIRRED_S = 8.0  # and so long after: beats that were found in movement stay in the rate about that long
SETTLE_S = 0.6  # the light of a finger that is put on, taken off or moved changes for that long
MOVED = 0.12  # of the light in 50 ms: no pulse does that
STOPPED_S, SILENT_S = 0.5, 2.0  # without samples: from here on the quality falls, and then nothing is known
DOUBT_S = 0.5  # from doubt to none where no beat comes
FOUND_LATE_S = 0.2  # a beat is found so long after it at the latest, also with a frame to wait for (95 % in 0.14 s)
TOLD_LATE_S = 2.5  # 30 beats/min, and half a second on the way
WAVE_STEP, WAVE_POINTS = 4, 125  # the little waveform: 25 points a second, five seconds


class BodyReader:
    """All state of the body. The same readings give the same beats and the same Body, whenever it is asked."""

    def __init__(self, baseline: QuietBaseline | None = None) -> None:
        """baseline: this person's quiet heart, measured on purpose; without one, what is usual is learnt."""
        self._grid = Grid()
        self._finder = UpstrokeFinder()
        self._quality = Quality()
        self._rhythm = Rhythm()
        self._phase = BeatPhase()
        self._breath = Breath()
        self._arousal = Arousal(baseline)
        self._first_look = FirstLook()
        self._skin = SkinReader()
        self._moving = Moving()
        self._motion_rate = MotionRate(self._moving)
        self._stirred_s = -math.inf  # when the hand last moved
        self._finger = True
        self._is_told = False  # the beats come from a device that finds them itself: no movement spoils them
        self._is_timed = True  # and it measures the time between them: taps do not
        self._swapped = False
        self._clipped = 0.0  # 1 at a clipped sample, 0 CLIPPED_S after the last of them
        self._sample_s = -math.inf  # newest sample under a finger
        self._origin_ns: int | None = None
        self._light = 0.0
        self._before: deque[float] = deque(maxlen=5)
        self._off_until_s = -math.inf
        self._newest_s = -math.inf  # newest sample under a finger, or newest reported beat
        self._beat_s: float | None = None
        self._sqi, self._judged = 0.0, 0  # mean quality of the last beats, and how many of them
        self._steps = 0
        self._wave: deque[float] = deque(maxlen=WAVE_POINTS)

    def add(self, reading: BodyReading, seen_ns: int) -> list[Beat]:
        """One reading of a sensor of the body, seen at seen_ns; the beats that it completes, oldest first."""
        if isinstance(reading, Skin):
            self._skin.add(reading, seen_ns)
            return []
        if isinstance(reading, Motion):
            self._motion(reading)
            return []
        beats = (
            [self._reported(reading, seen_ns)] if isinstance(reading, ReportedBeat) else self._samples(reading, seen_ns)
        )
        for beat in beats:
            ibi_s = None if beat.ibi_ms is None else beat.ibi_ms / 1000.0
            self._phase.add(self._seconds(beat.t_ns), ibi_s, TOLD_LATE_S if self._is_told else FOUND_LATE_S)
        return beats

    def read(self, now_ns: int) -> Body:
        """What is known at now_ns. Without a finger, or without samples for 2 s, heart rate and RMSSD are unknown.

        While the hand moves, the heart rate is the one that pulse and accelerometer agree on (rig/body/belief.py).
        Arousal and amplitude fade first (rig/body/arousal.py), so that nothing that they drive ever jumps.
        """
        skin = self._skin.read(now_ns)
        if self._origin_ns is None:
            return Body(scl_us=skin.scl_us, scr_us=skin.scr_us)
        now_s = (now_ns - self._origin_ns) / 1e9
        newest = None if self._beat_s is None else self._origin_ns + round(self._beat_s * 1e9)
        silent_s = now_s - self._newest_s
        beatless_s = now_s - self._beat_s if self._beat_s is not None else math.inf
        sqi = self._sqi * _fade(beatless_s, self._beatless_s(), DOUBT_S)
        if not self._is_told:
            sqi *= _fade(silent_s, STOPPED_S, SILENT_S - STOPPED_S)
        rate = self._rate(now_s) if self._finger and silent_s <= SILENT_S else None
        stopped_s = math.inf if self._is_told else self._sample_s + STOPPED_S
        arousal, amplitude = self._arousal.at(now_s, stopped_s)
        breath, breath_sqi = self._breath.at(now_s) if rate is not None else (None, 0.0)
        moving = self._moving.now(now_s)
        return Body(
            heart_rate_bpm=rate,
            rmssd_ms=self._rmssd_ms(now_s) if rate is not None else None,
            amplitude=amplitude,
            arousal=arousal,
            sqi=sqi,
            newest_beat_ns=newest,
            moving=moving,
            scl_us=skin.scl_us,
            scr_us=skin.scr_us,
            beat_phase=self._phase.at(now_s) if rate is not None else None,
            breath=breath,
            breath_sqi=breath_sqi * sqi * (1.0 - moving),
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

    def _rate(self, now_s: float) -> float | None:
        by_beats = self._rhythm.heart_rate_bpm(now_s)
        still = self._is_told or now_s - self._stirred_s > STIRRED_S
        if by_beats is not None and still:
            return by_beats if self._is_told or not self._finder.doubts(60.0 / by_beats) else None
        moved = self._motion_rate.heart_rate_bpm(now_s)
        return self._first_look.heart_rate_bpm(now_s) if moved is None and still else moved

    def _expected_s(self, now_s: float) -> float | None:
        """The interval between beats while the hand moves, as far as pulse and accelerometer agree on one."""
        moved = self._motion_rate.heart_rate_bpm(now_s) if now_s - self._stirred_s <= STIRRED_S else None
        return 60.0 / moved if moved else None

    def _rmssd_ms(self, now_s: float) -> float | None:
        """Of intervals that were measured: a finger that taps adds its own 20 ms and more."""
        return self._rhythm.rmssd_ms(now_s) if self._is_timed else None

    def _beatless_s(self) -> float:
        """How long no beat is no bad sign: half an interval more than usual; a told beat may come a second late."""
        return TOLD_LATE_S if self._is_told else min(1.75, max(1.5, 1.5 * self._finder.usual_ibi_s))

    def _motion(self, motion: Motion) -> None:
        if not len(motion.t_ns):
            return
        t_s = self._seconds(int(motion.t_ns[-1]))
        assert self._origin_ns is not None
        self._moving.add(motion, self._origin_ns)
        if self._moving.now(t_s) > STIRRED:
            self._stirred_s = t_s

    def _reported(self, beat: ReportedBeat, seen_ns: int) -> Beat:
        t_s = self._seconds(beat.t_ns)
        if not self._is_told:
            self._is_told, self._is_timed, self._finger = True, False, True
        self._is_timed = self._is_timed or beat.ibi_ms is not None
        ibi_s = self._rhythm.add(t_s, 1.0, None if beat.ibi_ms is None else beat.ibi_ms / 1000.0)
        self._beat_s, self._sqi = t_s, 1.0
        self._newest_s = t_s + 1.0  # nothing comes between two reported beats
        rate = self._rhythm.heart_rate_bpm(t_s)
        if self._is_timed:
            self._breath.add(t_s, ibi_s, TOLD_LATE_S)
        found_s = max(t_s, self._seconds(seen_ns))
        self._arousal.add(found_s, rate, None, None, self._rmssd_ms(t_s), self._moving.now(t_s))
        return Beat(beat.t_ns, seen_ns, None if ibi_s is None else ibi_s * 1000.0, 1.0)

    def _samples(self, samples: PulseSamples, seen_ns: int) -> list[Beat]:
        beats: list[Beat] = []
        ma = samples.ir_ma or 1.0
        self._is_told, self._is_timed = False, True
        if samples.swapped != self._swapped and len(samples.t_ns):  # from here on the other LED is the infrared
            self._swapped = samples.swapped
            self._off_until_s = self._seconds(int(samples.t_ns[0])) + SETTLE_S
            self._arousal.relit()
        least = FINGER_COUNTS if samples.ir_ma is None else 1
        for t_ns, counts in zip(samples.t_ns.tolist(), samples.ir_counts.tolist(), strict=True):
            t_s = self._seconds(t_ns)
            before, self._finger = self._finger, samples.finger and counts >= least
            if not self._finger:
                self._off_until_s = t_s + SETTLE_S
                if before:
                    self._arousal.lost(t_s)
                    self._forget()
                    self._rhythm.forget()  # whoever comes next
                    self._phase.forget()
                    self._breath.forget()
                    self._wave.clear()
                continue
            if t_s - self._sample_s > STOPPED_S:
                self._arousal.lost(self._sample_s + STOPPED_S)
            if t_s - self._sample_s > SILENT_S:
                self._rhythm.forget()
            self._clipped = max(0.0, self._clipped - max(0.0, t_s - self._sample_s) / CLIPPED_S)
            if counts > CLIPPED_COUNTS:
                self._clipped = 1.0
            self._sample_s = t_s
            anew, steps = self._grid.push(t_s, -math.log(counts / ma))
            if anew:
                self._restart()
            for step_s, x in steps:
                beat = self._step(step_s, x, seen_ns)
                if beat is not None:
                    beats.append(beat)
        return beats

    def _restart(self) -> None:
        self._forget()
        self._before.clear()

    def _forget(self) -> None:
        self._finder.restart()
        self._quality.restart()
        self._rhythm.restart()
        self._motion_rate.restart()
        self._first_look.restart()
        self._sqi, self._judged = 0.0, 0

    def _draw(self, y: float) -> None:
        """Every step has its place on the waveform, also one that says nothing."""
        self._steps += 1
        if self._steps % WAVE_STEP == 0:
            self._wave.append(y)

    def _step(self, t_s: float, x: float, seen_ns: int) -> Beat | None:
        moved = len(self._before) == 5 and abs(x - self._before[0]) > MOVED
        self._before.append(x)
        if moved:
            self._off_until_s = t_s + SETTLE_S
        if t_s < self._off_until_s:
            self._light = x
            self._forget()
            self._draw(self._wave[-1] if self._wave else 0.0)
            return None
        self._newest_s = t_s
        self._light += (x - self._light) * 0.01
        self._motion_rate.push(t_s, x)
        self._first_look.push(t_s, x)
        self._draw(self._quality.push(x))
        upstroke = self._finder.push(t_s, x, self._expected_s(t_s))
        if upstroke is None or (self._beat_s is not None and upstroke.t_s <= self._beat_s):
            return None
        ibi = upstroke.t_s - self._beat_s if self._beat_s is not None else None
        sqi = self._quality.judge(upstroke.rise, self._finder.usual_rise, ibi, self._finder.usual_ibi_s)
        moving = self._moving.now(t_s)
        sqi *= (1.0 - DOUBT * moving) * (1.0 - self._clipped)
        self._judged += 1
        self._sqi += (sqi - self._sqi) * max(0.3, 1.0 / self._judged)
        self._beat_s = upstroke.t_s
        ibi_s = self._rhythm.add(upstroke.t_s, sqi)
        if sqi >= TRUSTED:
            self._breath.add(upstroke.t_s, ibi_s, FOUND_LATE_S, math.log(upstroke.rise), self._light)
            self._arousal.add(t_s, self._rate(t_s), upstroke.rise, self._light, self._rmssd_ms(t_s), moving)
        assert self._origin_ns is not None
        t_ns = self._origin_ns + round(upstroke.t_s * 1e9)
        return Beat(t_ns, seen_ns, None if ibi_s is None else ibi_s * 1000.0, sqi)


def _fade(age_s: float, full_s: float, over_s: float) -> float:
    """1 up to full_s, then straight down to 0 over over_s."""
    return min(1.0, max(0.0, 1.0 - (age_s - full_s) / over_s))
