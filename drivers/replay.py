"""Every device again, from recorded entries that are handed in: replay is a driver, nothing above can tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from drivers.clock import Clock
from drivers.interfaces import CameraInfo
from drivers.readings import Frame

R = TypeVar("R")


class ReplayCamera:
    """Frames as they were recorded. With a clock they come at their own pace, without one as fast as they are read."""

    def __init__(self, info: CameraInfo, frames: Iterable[Frame], clock: Clock | None = None) -> None:
        self._info, self._frames, self._clock = info, frames, clock
        self._left: Iterator[Frame] = iter(())
        self._shift_ns: int | None = None

    def open(self) -> CameraInfo:
        """Start at the first frame."""
        self._left = iter(self._frames)
        self._shift_ns = None
        return self._info

    def read(self) -> Frame | None:
        """The next frame with the time it was recorded at, or None after the last."""
        frame = next(self._left, None)
        if frame is not None and self._clock is not None:
            if self._shift_ns is None:
                self._shift_ns = self._clock.now_ns() - frame.t_ns
            self._clock.sleep_until_ns(frame.t_ns + self._shift_ns)
        return frame

    def lock(self) -> None:
        """Exposure, gain and white balance are what they were."""

    def unlock(self) -> None:
        """Exposure, gain and white balance are what they were."""

    def close(self) -> None:
        """Give no more frames."""
        self._left = iter(())


class ReplaySensor(Generic[R]):
    """Readings as they were recorded: (when it became known, reading), oldest first; step gives what is due by then."""

    def __init__(self, name: str, readings: Iterable[tuple[int, R]], period_ns: int = 5_000_000) -> None:
        self.name, self.period_ns = name, period_ns
        self._readings = readings
        self._left: Iterator[tuple[int, R]] = iter(())
        self._next: tuple[int, R] | None = None

    def open(self) -> None:
        """Start at the first reading."""
        self._left = iter(self._readings)
        self._next = next(self._left, None)

    def step(self, now_ns: int) -> Sequence[R]:
        """All readings that were known by now_ns and were not given yet."""
        due: list[R] = []
        while self._next is not None and self._next[0] <= now_ns:
            due.append(self._next[1])
            self._next = next(self._left, None)
        return due

    def close(self) -> None:
        """Give no more readings."""
        self._next = None
