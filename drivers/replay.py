"""Every device again, from recorded entries that are handed in: replay is a driver, nothing above can tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Generic, Protocol, TypeVar, cast

from drivers.clock import Clock
from drivers.interfaces import CameraInfo
from drivers.readings import Frame, Grip, Motion, PulseSamples, Reading, Skin, Turn

R = TypeVar("R")


class Pace(Protocol):
    """When the frames of a replay come, and with which times."""

    def start(self) -> None:
        """The next frame is the first."""

    def wait_for(self, recorded_ns: int) -> int:
        """Return when the frame that was recorded then is due, with the time that it is to have."""


class ReplayClock:
    """The clock of one replay, for its camera and its sensors together: the first frame is now, and all that was
    recorded is as much later as that. shift_ns: how much; None until the camera has given its first frame."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.shift_ns: int | None = None

    def start(self) -> None:
        """The next one asked for is now."""
        self.shift_ns = None

    def wait_for(self, recorded_ns: int) -> int:
        """Return when it is that time again, with the time it then is; the first one asked for is now."""
        if self.shift_ns is None:
            self.shift_ns = self._clock.now_ns() - recorded_ns
        self._clock.sleep_until_ns(recorded_ns + self.shift_ns)
        return recorded_ns + self.shift_ns


class ReplayCamera:
    """Frames as they were recorded: with a pace when it says so and with the times that it gives, without one as fast
    as they are read and with the times they were recorded at."""

    def __init__(self, info: CameraInfo, frames: Iterable[Frame], clock: Pace | None = None) -> None:
        self._info, self._frames, self._clock = info, frames, clock
        self._left: Iterator[Frame] = iter(())

    def open(self) -> CameraInfo:
        """Start at the first frame."""
        self._left = iter(self._frames)
        if self._clock is not None:
            self._clock.start()
        return self._info

    def read(self) -> Frame | None:
        """The next frame, or None after the last."""
        frame = next(self._left, None)
        if frame is None or self._clock is None:
            return frame
        return replace(frame, t_ns=self._clock.wait_for(frame.t_ns))

    def lock(self) -> None:
        """Exposure, gain and white balance are what they were."""

    def unlock(self) -> None:
        """Exposure, gain and white balance are what they were."""

    def close(self) -> None:
        """Give no more frames."""
        self._left = iter(())


class ReplaySensor(Generic[R]):
    """Readings as they were recorded: (when it became known, reading), oldest first; step gives what is due by then.

    Without a clock, step takes the time of the recording. With the camera's, step takes that clock's, and the
    readings have its times; nothing is due before the first frame has come.
    """

    def __init__(
        self,
        name: str,
        readings: Iterable[tuple[int, R]],
        period_ns: int = 5_000_000,
        clock: ReplayClock | None = None,
    ) -> None:
        self.name, self.period_ns = name, period_ns
        self._readings, self._clock = readings, clock
        self._left: Iterator[tuple[int, R]] = iter(())
        self._next: tuple[int, R] | None = None

    def open(self) -> None:
        """Start at the first reading."""
        self._left = iter(self._readings)
        self._next = next(self._left, None)

    def step(self, now_ns: int) -> Sequence[R]:
        """All readings that were known by now_ns and were not given yet."""
        shift_ns = 0 if self._clock is None else self._clock.shift_ns
        due: list[R] = []
        while shift_ns is not None and self._next is not None and self._next[0] + shift_ns <= now_ns:
            due.append(cast(R, later(cast(Reading, self._next[1]), shift_ns)))
            self._next = next(self._left, None)
        return due

    def close(self) -> None:
        """Give no more readings."""
        self._next = None


def later(reading: Reading, shift_ns: int) -> Reading:
    """The same reading so much later: every time in it is moved."""
    if shift_ns == 0:
        return reading
    if isinstance(reading, PulseSamples | Motion | Skin | Grip):
        t_ns = reading.t_ns + shift_ns
        t_ns.setflags(write=False)
        return replace(reading, t_ns=t_ns)
    if isinstance(reading, Turn):
        edges_ns = tuple(edge_ns + shift_ns for edge_ns in reading.edges_ns)
        return replace(reading, t_ns=reading.t_ns + shift_ns, edges_ns=edges_ns)
    return replace(reading, t_ns=reading.t_ns + shift_ns)
