"""The sampling clock of a simulated IMU, and what it samples: its own, and not the host's."""

from __future__ import annotations

from typing import Protocol

from drivers.sim.handheld import Vector


class Moved(Protocol):
    """Whatever moves the chip."""

    def at(self, t_s: float) -> tuple[Vector, Vector]:
        """(acceleration in m/s^2 with gravity, rotation in rad/s) at t_s."""


class Sampling:
    """Samples as they come due. clock_error: how much faster it runs than the host (0.01 = 1 %).

    ``t_ns`` holds the time of every sample ever taken: truth for tests.
    """

    def __init__(self, clock_error: float) -> None:
        self._clock_error = clock_error
        self.t_ns: list[int] = []
        self.stop()

    def stop(self) -> None:
        """No more samples."""
        self._since_ns: int | None = None
        self._rate_hz = 0.0
        self._next = 1

    def start(self, now_ns: int, rate_hz: float) -> None:
        """The first sample comes one period from now."""
        self._since_ns, self._rate_hz, self._next = now_ns, rate_hz * (1.0 + self._clock_error), 1

    def due(self, now_ns: int) -> list[int]:
        """Times of the samples since the last call."""
        if self._since_ns is None:
            return []
        newest = int((now_ns - self._since_ns) * self._rate_hz / 1e9)
        times = [self._since_ns + round(k * 1e9 / self._rate_hz) for k in range(self._next, newest + 1)]
        self._next = max(self._next, newest + 1)
        self.t_ns += times
        return times


def codes(values: Vector, a_code: float) -> list[int]:
    """What a 16-bit converter makes of them."""
    return [max(-32768, min(32767, round(value / a_code))) for value in values]
