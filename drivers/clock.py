"""The only place that reads time or waits. Nanoseconds of CLOCK_BOOTTIME: it goes on while the machine sleeps.

Everyone else is given times or a Clock, so that a ten-minute shoot is a three-second test (drivers/sim/clock.py).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

Step = Callable[[int], None]
OnDeath = Callable[[str, Exception], None]


class Service(Protocol):
    """Something that steps by itself: on the system clock, a thread."""

    @property
    def alive(self) -> bool:
        """False once it was stopped or its step raised."""

    def wake(self) -> None:
        """Step soon, not only when the period is over."""

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Step no more; True when the step under way (if any) ended within the time."""


class Clock(Protocol):
    """Time, waiting, and whatever runs beside the frame loop."""

    def now_ns(self) -> int:
        """CLOCK_BOOTTIME now."""

    def wall_ns(self) -> int:
        """Wall time now (UNIX, UTC); may jump. Only for anchors and names."""

    def sleep_until_ns(self, t_ns: int) -> None:
        """Return at t_ns; at once where it is past."""

    def serve(self, name: str, step: Step, period_ns: int, on_death: OnDeath) -> Service:
        """Call ``step(now_ns)`` every period_ns and whenever it is woken, beside the caller.

        An exception that step lets out ends the service and is handed to on_death(name, exception), once.
        """


class SystemClock:
    """The machine's own time; services are threads."""

    def now_ns(self) -> int:
        """CLOCK_BOOTTIME, or the monotonic clock where there is none (macOS)."""
        if hasattr(time, "CLOCK_BOOTTIME"):
            return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        return time.monotonic_ns()

    def wall_ns(self) -> int:
        """UNIX time in UTC."""
        return time.time_ns()

    def sleep_until_ns(self, t_ns: int) -> None:
        """Sleep; loops because time.sleep counts CLOCK_MONOTONIC."""
        while (left := t_ns - self.now_ns()) > 0:
            time.sleep(left / 1e9)

    def serve(self, name: str, step: Step, period_ns: int, on_death: OnDeath) -> Service:
        """Start a named daemon thread."""
        return _Thread(self, name, step, period_ns, on_death)


class _Thread:
    def __init__(self, clock: SystemClock, name: str, step: Step, period_ns: int, on_death: OnDeath) -> None:
        self._clock, self._step, self._period_ns, self._on_death = clock, step, period_ns, on_death
        self._event = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive() and not self._stopping

    def wake(self) -> None:
        self._event.set()

    def stop(self, timeout_s: float = 5.0) -> bool:
        self._stopping = True
        self._event.set()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        due = self._clock.now_ns()
        try:
            while not self._stopping:
                now = self._clock.now_ns()
                due = max(due + self._period_ns, now) if now >= due else due
                self._step(now)
                left = due - self._clock.now_ns()
                if left > 0 and not self._stopping:
                    self._event.wait(left / 1e9)
                self._event.clear()
        except Exception as error:  # noqa: BLE001 - the root of a thread: its death is reported, never silent
            self._on_death(self._thread.name, error)
