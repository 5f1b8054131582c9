"""Simulated time: it passes only while somebody sleeps, and services step on the sleeper's own thread, in order."""

from __future__ import annotations

import heapq
from itertools import count

from drivers.clock import OnDeath, Service, Step


class SimulatedClock:
    """A clock of one thread. Two runs with the same calls see the same times to the nanosecond."""

    def __init__(self, start_ns: int = 1_000_000_000_000, wall_ns: int = 1_767_225_600_000_000_000) -> None:
        self._now_ns = start_ns
        self._wall_offset_ns = wall_ns - start_ns
        self._due: list[tuple[int, int, _Stepper]] = []
        self._order = count()

    def now_ns(self) -> int:
        """Simulated CLOCK_BOOTTIME."""
        return self._now_ns

    def wall_ns(self) -> int:
        """Simulated wall time; set_wall_ns makes it jump, as NTP does."""
        return self._now_ns + self._wall_offset_ns

    def set_wall_ns(self, wall_ns: int) -> None:
        """Make wall time jump; CLOCK_BOOTTIME does not move."""
        self._wall_offset_ns = wall_ns - self._now_ns

    def sleep_until_ns(self, t_ns: int) -> None:
        """Step every service that is due on the way, then arrive."""
        while self._due and self._due[0][0] <= t_ns:
            due_ns, _, stepper = heapq.heappop(self._due)
            self._now_ns = max(self._now_ns, due_ns)
            stepper.run(due_ns)
        self._now_ns = max(self._now_ns, t_ns)

    def serve(self, name: str, step: Step, period_ns: int, on_death: OnDeath) -> Service:
        """Step from now on whenever somebody sleeps past the period."""
        stepper = _Stepper(self, name, step, period_ns, on_death)
        self.schedule(self._now_ns, stepper)
        return stepper

    def schedule(self, due_ns: int, stepper: _Stepper) -> None:
        """Put a stepper in line; ties go in the order of scheduling."""
        heapq.heappush(self._due, (due_ns, next(self._order), stepper))


class _Stepper:
    def __init__(self, clock: SimulatedClock, name: str, step: Step, period_ns: int, on_death: OnDeath) -> None:
        self._clock, self._name, self._step, self._period_ns, self._on_death = clock, name, step, period_ns, on_death
        self._next_ns = clock.now_ns()
        self.alive = True

    def wake(self) -> None:
        if self.alive and self._next_ns > self._clock.now_ns():
            self._next_ns = self._clock.now_ns()
            self._clock.schedule(self._next_ns, self)

    def stop(self, timeout_s: float = 5.0) -> bool:
        self.alive = False
        return True

    def run(self, due_ns: int) -> None:
        if not self.alive or due_ns != self._next_ns:  # stopped, or woken earlier: this entry is stale
            return
        self._next_ns = due_ns + self._period_ns
        self._clock.schedule(self._next_ns, self)
        try:
            self._step(self._clock.now_ns())
        except Exception as error:  # noqa: BLE001 - the root of a service: its death is reported, never silent
            self.alive = False
            self._on_death(self._name, error)
