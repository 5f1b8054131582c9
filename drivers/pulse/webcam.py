"""A fingertip on a webcam's lens, or a clip of one: the mean colour of each frame is the pulse.

More blood swallows more light, so that brightness goes the way a MAX30102's counts go. Lit through the finger most of
the light is red, and where red is clipped green still moves: the sum of the channels carries the pulse of each. What is
no whole fingertip in good light (drivers/pulse/covering.py) is told as no finger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Protocol

import numpy as np

from drivers.clock import Clock, Service
from drivers.errors import DeviceLost, DriverError
from drivers.handover import Line
from drivers.names import Bench
from drivers.pulse.covering import Covering
from drivers.pulse.exposure import ExposureSteps
from drivers.pulse.frames import ClipMeans, Mean, WebcamMeans
from drivers.readings import PulseSamples
from drivers.settings import PulseSettings

FULL_COUNTS = 0x3FFFF
SILENT_NS = 2_000_000_000


class Means(Protocol):
    """Where the means of frames come from."""

    @property
    def period_ns(self) -> int:
        """How often ``grab`` wants to be called; it may wait for a frame."""

    def grab(self, now_ns: int) -> list[Mean]:
        """The frames that are due."""

    def close(self) -> None:
        """Release the webcam or the clip."""


OpenMeans = Callable[[str, Clock], Means]


def _is_webcam(source: str) -> bool:
    return not source or source.isdigit()


def _open_means(source: str, clock: Clock) -> Means:
    return WebcamMeans(int(source or "0"), clock) if _is_webcam(source) else ClipMeans(source, clock.now_ns())


def samples_from_means(
    means: Sequence[Mean], first_sample: int = 0, finger: bool = True, factors: Sequence[float] | None = None
) -> PulseSamples:
    """Means of frames, oldest first, as pulse samples.

    factors: what the light of each is multiplied by (drivers/pulse/exposure.py). ir_counts is the sum of the channels,
    262143 where it is 510 or more: red and as much again, which no light through a finger is. red_counts is the red
    alone, 262143 where it is white.
    """
    rgb = np.array([(m.red, m.green, m.blue) for m in means], np.float64)
    if factors is not None:
        rgb *= np.array(factors)[:, None]
    ir = np.rint(np.clip(rgb.sum(axis=1) / 510.0, 0, 1) * FULL_COUNTS).astype(np.int32)
    red = np.rint(np.clip(rgb[:, 0] / 255.0, 0, 1) * FULL_COUNTS).astype(np.int32)
    times = np.array([m.t_ns for m in means], np.int64)
    for array in (times, ir, red):
        array.flags.writeable = False
    return PulseSamples(times, ir, red, first_sample, finger=finger)


class FingerOnLens:
    """A PulseSensor. A service of the clock grabs the frames, so that step never waits for a camera."""

    def __init__(self, source: str, clock: Clock, open_means: OpenMeans | None = None) -> None:
        self._source, self._clock = source, clock
        self._open_means = open_means or _open_means
        self._line: Line[Mean] = Line()
        self._means: Means | None = None
        self._service: Service | None = None
        self._death: Exception | None = None
        self._number = 0
        self._newest_ns = 0
        self._came_ns = 0
        self._steps = ExposureSteps()
        self._covering: Covering | None = None

    @property
    def covering(self) -> Covering | None:
        """What covers the lens now; None before the first frame. drivers/pulse/covering.py has it in words (SAYS)."""
        return self._covering

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
        self._means, self._death = means, None
        self._number, self._newest_ns, self._came_ns = 0, 0, self._clock.now_ns()
        self._line.take()
        self._steps.restart()
        self._covering = None
        self._service = self._clock.serve("pulse frames", self._grab, means.period_ns, self._died)

    def _grab(self, now_ns: int) -> None:
        means = self._means
        if means is not None:
            for mean in means.grab(now_ns):
                self._line.put(mean)

    def _died(self, name: str, error: Exception) -> None:
        del name
        self._death = error

    def step(self, now_ns: int) -> list[PulseSamples]:
        """The frames since the last call, as samples: one reading for those under a finger in a row, one for those
        under none. DeviceLost when none came for 2 s."""
        if self._means is None:
            return []
        if self._death is not None:
            death = self._death
            self.close()
            if isinstance(death, DriverError):
                raise death
            raise DeviceLost(f"{self.name}: its frames ended ({death}): is it still plugged in?") from death
        means = []
        for mean in self._line.take():
            if mean.t_ns > self._newest_ns:
                means.append(mean)
                self._newest_ns = mean.t_ns
        if not means:
            if now_ns - self._came_ns > SILENT_NS:
                self.close()
                raise DeviceLost(f"{self.name}: no frame for 2 s: is it still plugged in, or used by another program?")
            return []
        self._came_ns = now_ns
        self._covering = means[-1].covering
        return [self._samples(list(row), finger) for finger, row in groupby(means, lambda m: m.covering == "finger")]

    def _samples(self, means: list[Mean], finger: bool) -> PulseSamples:
        first, self._number = self._number, self._number + len(means)
        if not finger:
            self._steps.restart()
            return samples_from_means(means, first, finger)
        factors = [self._steps.factor(m.t_ns / 1e9, m.red + m.green + m.blue) for m in means]
        return samples_from_means(means, first, finger, factors)

    def close(self) -> None:
        """Stop grabbing and release the camera."""
        service, self._service = self._service, None
        means, self._means = self._means, None
        ended = service.stop() if service is not None else True
        if means is not None and ended:  # a camera that still holds the thread cannot be released under it
            means.close()


def make(settings: PulseSettings, bench: Bench) -> FingerOnLens:
    """settings.source: the webcam's number (0 where empty), or a clip of a fingertip, which plays again at its end."""
    return FingerOnLens(settings.source, bench.clock)
