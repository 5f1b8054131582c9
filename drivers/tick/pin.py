"""A buzzer, a piezo or a vibration motor on one pin, through a transistor: short patterns that a hand tells apart."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, Never

from drivers.errors import DeviceNotFound
from drivers.handover import Latest
from drivers.interfaces import Tick
from drivers.names import Bench
from drivers.settings import TickSettings

PERIOD_NS = 5_000_000
MS = 1_000_000
# On, off, on ... in ms, of something that sounds at once. The author's choice: told apart with the eyes on the subject.
PATTERNS: dict[Tick, tuple[int, ...]] = {
    "zero": (30,),
    "aim": (20, 40, 20),
    "record": (150,),
    "lost": (80, 80) * 2 + (80,),
}
# A small motor needs 50 ms until it is felt: everything takes twice as long, and at least that.
MOTOR, MOTOR_LEAST = 2, 60


def make(settings: TickSettings, bench: Bench) -> PinTick:
    """What the settings describe, not yet opened."""
    return PinTick(settings, bench)


class PinTick:
    """A Ticker. tick() only leaves a wish; step() alone moves the pin."""

    period_ns = PERIOD_NS

    def __init__(self, settings: TickSettings, bench: Bench) -> None:
        self._settings, self._bench = settings, bench
        self._wish: Latest[list[Tick]] = Latest()
        self._done: list[Tick] | None = None
        self._due: deque[tuple[int, bool]] = deque()
        self._pin: Any = None
        self._open = ExitStack()

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{self._settings.name} on pin {self._settings.pin}"

    def open(self) -> None:
        """Claim the pin, silent. Raises a DriverError with the remedy."""
        self.close()
        with ExitStack() as stack:
            if self._settings.pins == "sim":
                factory = self._bench.world().pins
            else:
                factory = self._bench.pi_pins.open(f"tick.pin {self._settings.pin}")
                stack.callback(self._bench.pi_pins.close)
            try:
                pin = factory.pin(self._settings.pin)
                pin.function = "output"
                pin.state = 0
                stack.callback(pin.close)
            except Exception as error:  # each factory has its own errors; all of them are worded and raised again
                raise DeviceNotFound(
                    f"tick.pin: expected pin {self._settings.pin} as an output, got {error}: "
                    "does another program, or a knob, hold it? (gpioinfo shows who)"
                ) from error
            self._pin, self._open = pin, stack.pop_all()

    def tick(self, what: Tick) -> None:
        """Ask for one, from any thread; the newest counts."""
        self._wish.put([what])

    def step(self, now_ns: int) -> Sequence[Never]:
        """On or off, as is due."""
        if self._pin is None:
            return []
        wish = self._wish.get()
        if wish is not None and wish is not self._done:
            self._done = wish
            self._due = deque(self._pattern(wish[0], now_ns))
        while self._due and self._due[0][0] <= now_ns:
            self._sound(self._due.popleft()[1])
        return []

    def _pattern(self, what: Tick, now_ns: int) -> list[tuple[int, bool]]:
        """When it goes on and off."""
        at_ns, moves, on = now_ns, [], True
        for ms in PATTERNS[what]:
            moves.append((at_ns, on))
            at_ns += (max(MOTOR_LEAST, MOTOR * ms) if self._settings.name == "motor" else ms) * MS
            on = not on
        return [*moves, (at_ns, False)]

    def _sound(self, on: bool) -> None:
        if self._settings.name == "piezo":
            self._pin.frequency = self._settings.tone_hz if on else None
            self._pin.state = 0.5 if on else 0
        else:
            self._pin.state = int(on)

    def close(self) -> None:
        """Silent, and released; harmless when it is not open."""
        self._due.clear()
        try:
            if self._pin is not None:
                self._sound(on=False)
        finally:
            self._pin = None
            self._open.close()
