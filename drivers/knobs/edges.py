"""Pins watched for edges: each edge stamped when it happened, in one line, whatever factory the pins come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from drivers.clock import Clock
from drivers.errors import DeviceNotFound
from drivers.handover import Line

BUSY_TRIES = 5
BUSY_WAIT_NS = 50_000_000
STAMP_NS, STAMP_TRIES = 50_000, 3
SETTLE_NS = 20_000_000  # five steps: longer than an edge is on its way through lgpio, also under load
WAKE_NS = 1_000_000
OLDEST_TICK_S = 2.0  # a tick older than this, or from the future, counts another clock than the factory says


@dataclass(frozen=True, slots=True)
class Edge:
    """A pin (BCM number) came to a level, at a time."""

    t_ns: int
    pin: int
    level: bool


class Doubt:
    """Whether levels may be believed over what their edges told.

    A pin is read at once, while its edge is still on its way: a level that differs may only be ahead of its edge. It is
    believed when it differs in the same way for SETTLE_NS, and no edge came meanwhile.
    """

    def __init__(self) -> None:
        self._seen: tuple[object, int | None] | None = None
        self._since_ns = 0

    def believes(self, now_ns: int, told: object, seen: object, edge_ns: int | None) -> bool:
        """told: by the edges, the newest of which was at edge_ns; seen: on the pins now, after all edges were taken."""
        if (seen, edge_ns) != self._seen:
            self._seen, self._since_ns = (seen, edge_ns), now_ns
        return seen == told or now_ns - self._since_ns >= SETTLE_NS


class PinEdges:
    """Inputs with pull-up. The callbacks only stamp and queue; everything else happens in whoever drains ``take()``."""

    def __init__(
        self,
        factory: Any,
        clock: Clock,
        pins: Iterable[int],
        where: str,
        wake: Callable[[], None] | None = None,
    ) -> None:
        """Claim the pins; raises a DriverError with the remedy, and then holds none of them. wake: called when an edge
        has come, at most a thousand times a second: bounce is many edges."""
        self._factory, self._clock, self._wake = factory, clock, wake
        self._woken_ns = 0
        self._line: Line[Edge] = Line()
        self._pins: dict[int, Any] = {}
        self._newest_ns = 0
        # gpiozero keeps only a weak reference to a callback: these are the strong ones
        self._callbacks: dict[int, Callable[[float, int], None]] = {}
        try:
            for number in pins:
                self._pins[number] = claim_pin(factory, clock, number, where)
            for number, pin in self._pins.items():
                self._callbacks[number] = self._stamp(number)
                pin.when_changed = self._callbacks[number]
        except BaseException:
            self.close()
            raise

    def level(self, number: int) -> bool:
        """Where a pin is now; true is high, at rest."""
        return bool(self._pins[number].state)

    def take(self) -> list[Edge]:
        """The edges since the last call, in the order in which they came."""
        return self._line.take()

    def close(self) -> None:
        """Watch no more; the pins stay with their factory. Harmless when closed."""
        for pin in self._pins.values():
            pin.when_changed = None
        self._pins.clear()
        self._callbacks.clear()

    def _stamp(self, number: int) -> Callable[[float, int], None]:
        now_ns, put, factory = self._clock.now_ns, self._line.put, self._factory

        def stamp(tick: float, level: int) -> None:
            t_ns = happened_ns(now_ns, factory, tick)
            if level in (0, 1):  # lgpio also calls with 2: a watchdog's time-out
                # all callbacks come on one thread, in order: the small error of two clock readings must not turn it
                self._newest_ns = max(self._newest_ns, t_ns)
                put(Edge(self._newest_ns, number, bool(level)))
                if self._wake is not None and self._newest_ns - self._woken_ns >= WAKE_NS:
                    self._woken_ns = self._newest_ns
                    self._wake()

        return stamp


def happened_ns(now_ns: Callable[[], int], factory: Any, tick: float) -> int:
    """When an edge happened, on our clock. Read again where the thread was interrupted between the two clocks."""
    for _ in range(STAMP_TRIES):
        entry_ns = now_ns()
        t_ns = entry_ns - age_ns(factory, tick)
        if now_ns() - entry_ns < STAMP_NS:
            break
    return t_ns


def age_ns(factory: Any, tick: float) -> int:
    """How long ago the factory's tick was, ns; 0 where the tick cannot be of the factory's clock.

    lgpio's tick is the kernel's stamp of the edge, CLOCK_MONOTONIC since Linux 5.7 and wall time before: only a short
    age is believed, and otherwise the edge is as old as its callback.
    """
    age_s = factory.ticks_diff(factory.ticks(), tick)
    return round(age_s * 1e9) if 0.0 <= age_s <= OLDEST_TICK_S else 0


def claim_pin(factory: Any, clock: Clock, number: int, where: str) -> Any:
    """A pin as an input with pull-up. "GPIO busy" just after a close is tried again; errors are worded."""
    for left in reversed(range(BUSY_TRIES)):
        try:
            pin = factory.pin(number)
            pin.input_with_pull("up")
            pin.bounce = None  # bounce is part of the truth: it is decoded, not hidden
            pin.edges = "both"
        except Exception as error:  # each factory has its own errors; all of them are worded and raised again
            busy = "busy" in str(error).lower()
            if busy and left:
                clock.sleep_until_ns(clock.now_ns() + BUSY_WAIT_NS)
                continue
            remedy = "does another program hold it? (gpioinfo shows who)" if busy else "is the pin number right?"
            raise DeviceNotFound(f"{where}: expected pin {number} as an input, got {error}: {remedy}") from error
        else:
            return pin
    raise AssertionError("the last try returns or raises")
