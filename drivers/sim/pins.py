"""Simulated GPIO pins at edge level: a gpiozero pin factory whose inputs are moved from outside, at stated times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin

from drivers.clock import Clock

PI_3B = "a02082"  # the revision that gpiozero's own mock pretends to be


class SimPin(MockPin):  # type: ignore[misc]
    """An input pulled up. Unlike MockPin it keeps no history (that grows for ever), and what holds it low stays there
    when a driver claims the pin: a switch does not move because somebody looks at it."""

    def __init__(self, factory: SimPins, info: Any) -> None:
        super().__init__(factory, info)
        self._pull = "up"
        self._state = True
        self.pulled_low: Callable[[], bool] | None = None  # by a simulated chip's open-drain output
        self.driven: list[tuple[int, float]] = []  # (t_ns, level or share of a tone) of an output
        self._frequency: float | None = None
        self._factory_clock = factory.clock

    def _set_state(self, value: float) -> None:
        """Driven by a driver: what it was told is kept with its time, for tests."""
        self.driven.append((self._factory_clock.now_ns(), value))
        del self.driven[:-4096]
        self._state = bool(value)

    def _get_frequency(self) -> float | None:
        return self._frequency

    def _set_frequency(self, value: float | None) -> None:
        self._frequency = value

    def _get_state(self) -> bool:
        return self._state and not (self.pulled_low is not None and self.pulled_low())

    def _set_pull(self, value: str) -> None:
        self._pull = value

    def clear_states(self) -> None:
        """There is no history to clear."""
        self.states: list[Any] = []

    def move(self, level: bool, t_ns: int, heard: bool = True) -> None:
        """Come to a level at a time: an edge, told to whoever watches the pin, when that is a change and is heard."""
        if self._state != level:
            self._state = level
            if heard and self._when_changed is not None:
                self.tell(t_ns, level)

    def tell(self, t_ns: int, level: bool) -> None:
        """Call the watcher as lgpio does: with the edge's own tick."""
        watcher = self._get_when_changed()
        if watcher is not None:
            watcher(t_ns, level)


class SimPins(MockFactory):  # type: ignore[misc]
    """Forty pins of a Pi whose ticks are nanoseconds of the world's clock (lgpio's are seconds of CLOCK_MONOTONIC)."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(PI_3B, SimPin)
        self.clock = clock
        self._by_number: dict[int, SimPin] = {}

    def ticks(self) -> int:
        """The world's clock now, ns."""
        return self.clock.now_ns()

    def ticks_diff(self, later: int, earlier: int) -> float:
        """Seconds between two ticks."""
        return (later - earlier) / 1e9

    def set_level(self, pin: int, level: bool, t_ns: int, heard: bool = True) -> None:
        """Move a pin (BCM number); t_ns: when it happened on the world's clock, now or a little ago. heard: false for
        an edge that the kernel lost."""
        found = self._by_number.get(pin)
        if found is None:  # looking a pin up in gpiozero's tables is far slower than an edge may be
            found = self._by_number[pin] = self.pin(pin)
        found.move(level, t_ns, heard)
