"""The clock of a negative that is played: whoever performs over it lives on its time, whatever time it is now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, cast

from drivers.clock import Clock, OnDeath, Service, Step
from drivers.interfaces import Sensor, Waking
from drivers.readings import Grip, Motion, PulseSamples, Reading, Skin
from drivers.replay import later

R = TypeVar("R")

MOST_HELD = 4096  # before the first frame: a minute of the pulse


class NegativeClock:
    """Time stands at the first frame until that is shown, and goes on from there as any time does.

    It paces the ReplayCamera of the negative too: its frames come when it is their time, with the times they have.
    """

    def __init__(self, clock: Clock, first_ns: int) -> None:
        """first_ns: the time of the negative's first frame."""
        self._clock, self._first_ns = clock, first_ns
        self.shift_ns: int | None = None

    def start(self) -> None:
        """Stand at the first frame (again)."""
        self.shift_ns = None

    def wait_for(self, recorded_ns: int) -> int:
        """Return when it is that time; the first one asked for is now."""
        if self.shift_ns is None:
            self.shift_ns = self._clock.now_ns() - recorded_ns
        self.sleep_until_ns(recorded_ns)
        return recorded_ns

    def now_ns(self) -> int:
        """The negative's time now."""
        shift_ns = self.shift_ns  # read once: the loop's thread may set it meanwhile
        return self._first_ns if shift_ns is None else self._clock.now_ns() - shift_ns

    def wall_ns(self) -> int:
        """Wall time: that of today, not the negative's."""
        return self._clock.wall_ns()

    def sleep_until_ns(self, t_ns: int) -> None:
        """Return at t_ns; where time stands, after as long as it is away from there."""
        self._clock.sleep_until_ns(self._clock.now_ns() + t_ns - self.now_ns())

    def serve(self, name: str, step: Step, period_ns: int, on_death: OnDeath) -> Service:
        """A service of the clock beneath, told the negative's time."""
        return self._clock.serve(name, lambda _: step(self.now_ns()), period_ns, on_death)


class OnNegative(Generic[R]):
    """A sensor of today on the negative's time: what it reads from the first frame on, and shortly before."""

    def __init__(self, sensor: Sensor[R], clock: NegativeClock, today: Clock) -> None:
        """today: the sensor's own clock."""
        self._sensor, self._clock, self._today = sensor, clock, today
        self.wake: Callable[[], None] = lambda: None
        if isinstance(sensor, Waking):
            sensor.wake = lambda: self.wake()
        self._held: list[R] = []

    @property
    def name(self) -> str:
        """The sensor's own."""
        return self._sensor.name

    @property
    def period_ns(self) -> int:
        """The sensor's own."""
        return self._sensor.period_ns

    @property
    def searching(self) -> bool:
        """Whether it is open and still looked for, as a strap is."""
        return bool(getattr(self._sensor, "searching", False))

    def open(self) -> None:
        """Open it. Raises what it raises."""
        self._sensor.open()

    def step(self, now_ns: int) -> Sequence[R]:
        """What came, in the negative's time; held until that has begun. What no take can hold, from before its clock
        was switched on, is dropped."""
        del now_ns
        self._held += self._sensor.step(self._today.now_ns())
        del self._held[:-MOST_HELD]
        shift_ns = self._clock.shift_ns
        if shift_ns is None or not self._held:
            return []
        came, self._held = self._held, []
        moved = (later(cast(Reading, reading), -shift_ns) for reading in came)
        return [cast(R, reading) for reading in moved if _first_ns(reading) >= 0]

    def close(self) -> None:
        """Close it."""
        self._held = []
        self._sensor.close()


def _first_ns(reading: Reading) -> int:
    if isinstance(reading, PulseSamples | Motion | Skin | Grip):
        return int(reading.t_ns[0]) if len(reading.t_ns) else 0
    return reading.t_ns
