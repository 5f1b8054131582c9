"""One opening of a webcam or a clip: a thread grabs its frames; nothing of it reaches the next opening."""

from __future__ import annotations

import threading
from typing import Protocol

from drivers.handover import Line
from drivers.pulse.frames import Mean


class Means(Protocol):
    """Where the means of frames come from."""

    @property
    def period_ns(self) -> int:
        """How often ``grab`` wants to be called; it may wait for a frame."""

    def grab(self, now_ns: int) -> list[Mean]:
        """The frames that are due."""

    def close(self) -> None:
        """Release the webcam or the clip."""


class Grabbing:
    """Its frames, and what it ended with.

    A read of a camera that was pulled out may hang for seconds. Nobody can release the camera under it, so that
    whoever is the last to have it does: end(), or the thread that is still in grab() then.
    """

    def __init__(self, means: Means) -> None:
        self.frames: Line[Mean] = Line()
        self.death: Exception | None = None
        self._means = means
        self._lock = threading.Lock()
        self._reading = self._over = False

    def grab(self, now_ns: int) -> None:
        """A service's step: the frames that are due."""
        with self._lock:
            if self._over:
                return
            self._reading = True
        try:
            for mean in self._means.grab(now_ns):
                self.frames.put(mean)
        finally:
            if self._left():
                self._means.close()

    def _left(self) -> bool:
        """The reader is back; whether it is too late, and the camera its own to release."""
        with self._lock:
            self._reading = False
            return self._over

    def died(self, name: str, error: Exception) -> None:
        """The service's on_death."""
        del name
        self.death = error

    def end(self) -> None:
        """No more frames; the camera is released now, or when it lets its reader go."""
        with self._lock:
            self._over, reading = True, self._reading
        if not reading:
            self._means.close()
