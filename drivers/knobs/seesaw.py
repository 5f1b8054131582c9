"""Four encoders on one I2C board, Adafruit's 5752: 0 dodge, 1 burn; push 2 is record, push 3 steps the soul switch.

The board counts by itself, so that no detent is lost between two looks: turns are differences of positions, and one
that was not read is in the next. One question a step, answered at the next: no step waits. Both encoders and the pushes
take three steps, 12 ms, longer than a push button bounces (Ganssle, "A Guide to Debouncing").

Each position is set to a number of its own first, far from 0, from the other's and from any levels of pins. One that is
suddenly far away was another question's answer or was disturbed, and is asked again; one that stays away tells that the
board began anew. Boards with firmware of before 2024 cannot be set (Adafruit_Seesaw issue 90), and begin anew at 0:
there whatever is further than a hand turns tells it, and four pushes at once, which is how pins look without their
pull-ups; a turn is told once the pins have been seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from drivers.errors import BadInput, DeviceLost, DriverError, WrongDevice
from drivers.i2c import Bus, Device, bus_name, open_bus
from drivers.knobs.seesaw_board import (
    ADDRESS,
    ANSWER_NS,
    DIRECTION_IN,
    HARDWARE_ID,
    HARDWARE_IDS,
    LAST_ADDRESS,
    LEVELS,
    PRODUCT,
    PULL_ON,
    PUSH_PINS,
    PUSHES,
    RESET,
    RESET_NS,
    SET_HIGH,
    VERSION,
    Question,
    answer,
    ask,
    position,
    send,
    send32,
    signed32,
)
from drivers.names import Bench
from drivers.readings import Control, HandReading, Knob, Press, Soul, SoulPosition, Turn
from drivers.settings import KnobsSettings
from drivers.sim.world import SEESAW

T = TypeVar("T")

WHAT = "knobs on the seesaw board"
PERIOD_NS = 4_000_000
FIRST = (0x10000000, 0x30000000)  # where the encoders of dodge and burn begin to count
FAR = 1000  # detents between two looks: ten seconds at 100 a second, twenty times the longest wait
# Of a board that cannot be set: detents between two looks, and for each second between them; no hand is faster.
NEAR, FASTEST = 4, 250
BEYOND_PINS = 0xFF000000  # of the levels: no ATtiny has so many pins, and these bits never change
OPEN_TRIES = 8
OPEN_WAIT_NS = 5_000_000
# Waits after failing steps; the sixth failure in a row is a lost board, and no busy one or a bad contact.
RETRY_NS = (0, 50_000_000, 50_000_000, 100_000_000, 200_000_000)

_KNOBS: tuple[Knob, ...] = ("dodge", "burn")
_CONTROLS: tuple[Control, ...] = ("dodge", "burn", "record")
_CYCLE = (position(0), LEVELS, position(1))
_NEXT_SOUL: dict[SoulPosition, SoulPosition] = {"off": "set", "set": "proof", "proof": "off"}


def make(settings: KnobsSettings, bench: Bench) -> SeesawKnobs:
    """The knobs that the settings describe, not yet opened."""
    return SeesawKnobs(settings, bench)


class SeesawKnobs:
    """Knobs. The soul stays where it was stepped to when the board is lost and found again."""

    period_ns = PERIOD_NS

    def __init__(self, settings: KnobsSettings, bench: Bench) -> None:
        self._settings, self._bench = settings, bench
        usual = SEESAW if settings.bus == "sim" else ADDRESS
        self._address, self._where = settings.address or usual, bus_name(settings.bus)
        self._bus: Bus | None = None
        self._device: Device | None = None
        self._soul: SoulPosition = "set"
        self._signs = tuple(1 if pins.reverse else -1 for pins in (settings.dodge, settings.burn))
        self._begin()

    def _begin(self) -> None:
        self._positions = [0, 0]
        self._seen_ns, self._settable = [0, 0], True
        self._down = [False] * len(PUSH_PINS)
        self._next, self._asked_ns = 0, -1
        self._asked: Question | None = None
        self._levels: tuple[int, int] | None = None  # when, and what: believed once the next position is
        self._beyond = 0
        self._failures, self._far, self._retry_ns = 0, 0, -(10**18)
        self._told_soul = False
        self._unsure: list[HandReading] = []

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{WHAT} at 0x{self._address:02x} on {self._where}"

    def open(self) -> None:
        """Find the board, reset it and see where everything stands. Raises a DriverError with the remedy."""
        self.close()
        if not ADDRESS <= self._address <= LAST_ADDRESS:
            raise BadInput(
                f"knobs.address: expected 0x{ADDRESS:02x} to 0x{LAST_ADDRESS:02x} (0 is the first), "
                f"got 0x{self._address:02x}: which of the board's jumpers are closed?"
            )
        bus = self._bus = self._bench.world().bus if self._settings.bus == "sim" else open_bus(self._settings.bus)
        device = Device(bus, self._address, WHAT, self._where)
        self._begin()
        try:
            self._find(device)
            self._set_up(device)
        except DriverError:
            self.close()
            raise
        except OSError as error:
            self.close()
            raise device.not_found(error) from error
        self._device = device

    def step(self, now_ns: int) -> Sequence[HandReading]:
        """What the answer that has come tells; the next question. DeviceLost: gone for good, or it began anew."""
        device = self._device
        if device is None or now_ns < self._retry_ns:
            return []
        readings: list[HandReading] = []
        if not self._told_soul:
            self._told_soul = True
            readings.append(Soul(now_ns, self._soul))
        try:
            if self._asked is not None:
                if now_ns - self._asked_ns < ANSWER_NS:
                    return readings
                readings += self._take(self._asked, *self._answer(device, self._asked))
            self._ask(device)
        except DriverError:
            self.close()
            raise
        except OSError as error:
            self._asked = None
            if self._failures < len(RETRY_NS):
                self._retry_ns = now_ns + RETRY_NS[self._failures]
                self._failures += 1
                return readings
            self.close()
            raise device.lost(error) from error
        self._failures = 0
        return readings

    def close(self) -> None:
        """Release the bus; harmless when closed."""
        self._device = None
        bus, self._bus = self._bus, None
        if bus is not None:
            bus.close()

    def _ask(self, device: Device) -> None:
        question = _CYCLE[self._next]
        self._asked = None
        ask(device, question)
        self._asked, self._asked_ns = question, self._bench.clock.now_ns()

    def _answer(self, device: Device, question: Question) -> tuple[int, int]:
        before_ns = self._bench.clock.now_ns()
        value = answer(device, question)
        return (before_ns + self._bench.clock.now_ns()) // 2, value

    def _take(self, question: Question, t_ns: int, value: int) -> list[HandReading]:
        self._asked = None
        if question == LEVELS:
            if value & BEYOND_PINS != self._beyond:
                return self._doubt(f"the levels of its pins, got 0x{value:08x}")
            if not value & PUSHES:
                return self._doubt("one push or two at once, got all four")
            self._levels = t_ns, value
            self._next = (self._next + 1) % len(_CYCLE)
            turns, self._unsure = self._unsure, []
            return turns
        encoder = _CYCLE.index(question) // 2
        moved = signed32(value - self._positions[encoder])
        if abs(moved) > (FAR if self._settable else NEAR + FASTEST * (t_ns - self._seen_ns[encoder]) / 1e9):
            return self._doubt(f"encoder {encoder} near {self._positions[encoder]}, got {signed32(value)}")
        self._far, self._positions[encoder], self._seen_ns[encoder] = 0, signed32(value), t_ns
        self._next = (self._next + 1) % len(_CYCLE)
        readings = self._pushed()
        if moved:
            (readings if self._settable else self._unsure).append(
                Turn(t_ns, _KNOBS[encoder], self._signs[encoder] * moved)
            )
        return readings

    def _doubt(self, expected: str) -> list[HandReading]:
        """It is asked again, twice; then it is no disturbance."""
        self._far, self._levels = self._far + 1, None
        if self._far < 3:
            return []
        raise DeviceLost(f"{self.name}: expected {expected}: the board began anew; is its supply firm? (VIN, GND)")

    def _pushed(self) -> list[HandReading]:
        if self._levels is None:
            return []
        (t_ns, levels), self._levels = self._levels, None
        readings: list[HandReading] = []
        for number, pin in enumerate(PUSH_PINS):
            down = not levels >> pin & 1
            if down == self._down[number]:
                continue
            self._down[number] = down
            if number < len(_CONTROLS):
                readings.append(Press(t_ns, _CONTROLS[number], down))
            elif down:
                self._soul = _NEXT_SOUL[self._soul]
                readings.append(Soul(t_ns, self._soul))
        return readings

    def _find(self, device: Device) -> None:
        hardware, version = self._ask_patiently(device, HARDWARE_ID), self._ask_patiently(device, VERSION)
        if hardware not in HARDWARE_IDS or version >> 16 != PRODUCT:
            raise WrongDevice(
                f"{self.name}: expected product {PRODUCT} on an ATtiny817 (0x87), got product {version >> 16}, "
                f"hardware 0x{hardware:02x}: is another board at this address? knobs.address is where this one is"
            )

    def _set_up(self, device: Device) -> None:
        """Reset, pull-ups for the pushes, and the positions set. Firmware that does not set them is taken as it is."""
        clock = self._bench.clock
        self._patiently(lambda: send(device, RESET, b"\xff"))
        clock.sleep_until_ns(clock.now_ns() + RESET_NS)
        for where in (DIRECTION_IN, PULL_ON, SET_HIGH):
            self._patiently(partial(send32, device, where, PUSHES))
        for encoder, first in enumerate(FIRST):
            where = position(encoder).module, position(encoder).function
            self._patiently(partial(send32, device, where, first))
            self._positions[encoder] = signed32(self._ask_patiently(device, position(encoder)))
            self._seen_ns[encoder] = clock.now_ns()
            self._settable = self._settable and self._positions[encoder] == first
        levels = self._ask_patiently(device, LEVELS)
        self._beyond = levels & BEYOND_PINS
        self._down = [not levels >> pin & 1 for pin in PUSH_PINS]

    def _ask_patiently(self, device: Device, question: Question) -> int:
        def both() -> int:
            ask(device, question)
            self._bench.clock.sleep_until_ns(self._bench.clock.now_ns() + ANSWER_NS)
            return answer(device, question)

        return self._patiently(both)

    def _patiently(self, say: Callable[[], T]) -> T:
        """For open(), which may wait: a busy board is told again."""
        clock = self._bench.clock
        for _ in range(OPEN_TRIES - 1):
            try:
                return say()
            except OSError:
                clock.sleep_until_ns(clock.now_ns() + OPEN_WAIT_NS)
        return say()
