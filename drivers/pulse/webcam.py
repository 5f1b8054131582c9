"""A fingertip on a webcam's lens, or a clip of one: the mean green and red of each frame are the pulse.

More blood swallows more light, so that brightness goes the way a MAX30102's counts go. Lit through the finger most of
the light is red, and where red is clipped green still moves: their sum carries the pulse of either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from drivers.clock import Clock, Service
from drivers.errors import DeviceLost, DriverError
from drivers.handover import Line
from drivers.names import Bench
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


def samples_from_means(t_ns: ArrayLike, green: ArrayLike, red: ArrayLike, first_sample: int = 0) -> PulseSamples:
    """Means of frames as pulse samples.

    t_ns: (n,), the camera's own frame times, rising. green, red: (n,), mean code values 0..255. ir_counts is the sum of
    both and red_counts the red, each scaled so that white is 262143.
    """
    g, r = np.asarray(green, np.float64), np.asarray(red, np.float64)
    ir = np.rint((g + r) * (FULL_COUNTS / 510.0)).astype(np.int32)
    red_counts = np.rint(r * (FULL_COUNTS / 255.0)).astype(np.int32)
    times = np.array(t_ns, np.int64)
    for array in (times, ir, red_counts):
        array.flags.writeable = False
    return PulseSamples(times, ir, red_counts, first_sample)


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
        """The frames since the last call, as samples. DeviceLost when none came for 2 s."""
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
        first, self._number = self._number, self._number + len(means)
        return [samples_from_means([m.t_ns for m in means], [m.green for m in means], [m.red for m in means], first)]

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
