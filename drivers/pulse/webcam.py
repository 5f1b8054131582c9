"""A fingertip on a webcam's lens, or a clip of one: the mean colour of each frame is the pulse.

More blood swallows more light, so that brightness goes the way a MAX30102's counts go. Lit through the finger most of
the light is red, and where red is clipped green still moves: the sum of the channels carries the pulse of each. What is
no whole fingertip in good light (drivers/pulse/covering.py) is told as no finger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from drivers.clock import Clock, Service
from drivers.errors import DeviceLost, DriverError
from drivers.names import Bench
from drivers.pulse.covering import CLIPPED, SAYS
from drivers.pulse.exposure import ExposureSteps
from drivers.pulse.frames import ClipMeans, Mean, WebcamMeans
from drivers.pulse.grabbing import Grabbing, Means
from drivers.readings import PulseSamples
from drivers.settings import PulseSettings

FULL_COUNTS = 0x3FFFF
SILENT_NS = 2_000_000_000
FIRST_NS = 8_000_000_000  # a webcam that is started may take some seconds for its first frame
RELEASE_S = 1.0  # a frame takes 0.2 s at most; a camera that was pulled out may hold its reader for much longer

OpenMeans = Callable[[str, Clock], Means]


def _is_webcam(source: str) -> bool:
    return not source or source.isdigit()


def _open_means(source: str, clock: Clock) -> Means:
    return WebcamMeans(int(source or "0"), clock) if _is_webcam(source) else ClipMeans(source, clock.now_ns())


def samples_from_means(
    means: Sequence[Mean],
    first_sample: int = 0,
    finger: bool = True,
    factors: Sequence[float] | None = None,
    lost_samples: int = 0,
) -> PulseSamples:
    """Means of frames, oldest first, as pulse samples.

    factors: what the light of each is multiplied by (drivers/pulse/exposure.py). ir_counts is the sum of the channels,
    262143 where it is 506 or more: clipped red and as much again, which no light through a finger is. red_counts is the
    red alone, 262143 where it is clipped: from 253 on, for then most pixels are white. What the camera has clipped
    stays so whatever the factor.
    """
    rgb = np.array([(m.red, m.green, m.blue) for m in means], np.float64)
    scale = np.ones(len(means)) if factors is None else np.array(factors)
    ir = _counts(rgb.sum(axis=1), scale, 2.0)
    red = _counts(rgb[:, 0], scale, 1.0)
    times = np.array([m.t_ns for m in means], np.int64)
    for array in (times, ir, red):
        array.flags.writeable = False
    return PulseSamples(times, ir, red, first_sample, lost_samples, finger=finger)


def _counts(light: NDArray[np.float64], scale: NDArray[np.float64], channels: float) -> NDArray[np.int32]:
    counts = np.rint(np.clip(light * scale / (255.0 * channels), 0.0, 1.0) * FULL_COUNTS)
    return np.where(light >= CLIPPED * channels, FULL_COUNTS, counts).astype(np.int32)


class FingerOnLens:
    """A PulseSensor. A service of the clock grabs the frames, so that step never waits for a camera."""

    def __init__(self, source: str, clock: Clock, open_means: OpenMeans | None = None) -> None:
        self._source, self._clock = source, clock
        self._open_means = open_means or _open_means
        self._run: Grabbing | None = None
        self._service: Service | None = None
        self._number = self._lost = 0
        self._newest: Mean | None = None
        self._silent_ns = 0  # when no frame has come for too long
        self._steps = ExposureSteps()

    @property
    def name(self) -> str:
        """What messages call it."""
        return (
            f"fingertip on webcam {self._source or '0'}" if _is_webcam(self._source) else f"fingertip in {self._source}"
        )

    @property
    def period_ns(self) -> int:
        """20 ms: a frame is handed on soon after it came."""
        return 20_000_000

    def open(self) -> None:
        """Open the webcam or the clip and begin to grab."""
        self.close()
        means = self._open_means(self._source, self._clock)
        self._run = run = Grabbing(means)
        self._number = self._lost = 0
        self._newest = None
        self._silent_ns = self._clock.now_ns() + FIRST_NS
        self._steps.restart()
        self._service = self._clock.serve("pulse frames", run.grab, means.period_ns, run.died)

    def step(self, now_ns: int) -> list[PulseSamples]:
        """The frames since the last call, as samples: one reading for those under a finger in a row, one for those
        under none. DeviceLost when none came for 2 s (8 s at first).

        A frame whose time is not later than the one before has no place in the pulse and is counted as lost; the same
        frame once more is none.
        """
        if self._run is None:
            return []
        if self._run.death is not None:
            death = self._run.death
            self.close()
            if isinstance(death, DriverError):
                raise death
            raise DeviceLost(f"{self.name}: its frames ended ({death}): is it still plugged in?") from death
        readings: list[PulseSamples] = []
        row: list[Mean] = []
        for mean in self._run.frames.take():
            newest = self._newest
            if newest is not None and mean.t_ns <= newest.t_ns:
                if mean != newest:
                    readings += self._samples(row)
                    row = []
                    self._lost += 1
                continue
            if row and (row[-1].covering == "finger") != (mean.covering == "finger"):
                readings += self._samples(row)
                row = []
            self._newest = mean
            row.append(mean)
        readings += self._samples(row)
        if readings:
            self._silent_ns = now_ns + SILENT_NS
        elif now_ns > self._silent_ns:
            self.close()
            raise DeviceLost(f"{self.name}: no frame for 2 s: is it still plugged in, or used by another program?")
        return readings

    def _samples(self, row: list[Mean]) -> list[PulseSamples]:
        """None, or one reading of a row that is under a finger, or under none."""
        if not row:
            return []
        lost, self._lost = self._lost, 0
        first = self._number + lost
        self._number = first + len(row)
        if row[0].covering != "finger":
            self._steps.restart()
            bare = samples_from_means(row, first, finger=False, lost_samples=lost)
            return [replace(bare, advice=SAYS[row[-1].covering])]
        factors = [self._steps.factor(m.t_ns / 1e9, m.red + m.green + m.blue) for m in row]
        return [samples_from_means(row, first, True, factors, lost)]

    def close(self) -> None:
        """Stop grabbing and release the camera; one that hangs is released when it lets go of its reader."""
        service, self._service = self._service, None
        run, self._run = self._run, None
        if service is not None:
            service.stop(RELEASE_S)
        if run is not None:
            run.end()


def make(settings: PulseSettings, bench: Bench) -> FingerOnLens:
    """settings.source: the webcam's number (0 where empty), or a clip of a fingertip, which plays again at its end."""
    return FingerOnLens(settings.source, bench.clock)
