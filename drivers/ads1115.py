"""A small I2C converter (ADS1115 and its relations) that several drivers of one rig may share, a conversion at a time.

Both registers (datasheet SBAS444): conversion 0 and configuration 1, 16 bits, the higher byte first. Single shots are
asked for, not a stream, so that the time of every sample is the host's own. Where skin, grip and potentiometers hang on
one chip, the conversions that they want are done one after the other: nobody reads what another one asked for.
"""

from __future__ import annotations

import errno
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from drivers.errors import DeviceLost, DriverError, WrongDevice
from drivers.i2c import Bus, Device, bus_name, open_bus

if TYPE_CHECKING:
    from drivers.clock import Clock
    from drivers.names import Bench

ADDRESS = 0x48
CONVERSION, CONFIG = 0, 1
START, SINGLE_SHOT, NO_COMPARATOR = 0x8000, 0x0100, 0x0003  # TLA2022: bits 4..0 are reserved and always 3
FULL_SCALES_V = (6.144, 4.096, 2.048, 1.024, 0.512, 0.256)  # by the three bits from bit 9 on
SLOW = 1.15  # the chip's clock may be 10 % off
OPEN_TRIES = 8
# Waits after failing steps; the sixth failure in a row is a lost device, and no bad contact.
RETRY_NS = (0, 50_000_000, 50_000_000, 100_000_000, 200_000_000)
SILENT_NS = 2_000_000_000
# 475 samples/s (6): a mean of 2 ms, so that a knob on it is as quick as one on pins.
_QUICK, _QUICK_NS = 6, 2_105_263


@dataclass(frozen=True, slots=True)
class Wanted:
    """A conversion: the configuration that starts it, and how long it takes."""

    config: int
    conversion_ns: int


@dataclass(frozen=True, slots=True)
class Converter:
    """What tells one chip from the other. mux: its input to ground; rate: the bits, and how long a conversion takes."""

    address: int
    mux: int
    rate: int
    conversion_ns: int
    shared: tuple[int, int] | None = None  # rate and duration where others wait for the chip

    def wanted(self, gain: int, is_shared: bool = False) -> Wanted:
        """To convert once, in that range."""
        rate, conversion_ns = self.shared if is_shared and self.shared else (self.rate, self.conversion_ns)
        config = START | self.mux << 12 | gain << 9 | SINGLE_SHOT | rate << 5 | NO_COMPARATOR
        return Wanted(config, conversion_ns)


class _Chip:
    """What is known of one chip. who: the driver; each has one conversion wanted, under way or done at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.queue: list[tuple[object, Wanted]] = []
        self.under_way: tuple[object, Wanted, int] | None = None  # the last: when it was asked for
        self.busy_until_ns = 0  # one that nobody waits for any more may be under way: a new one would not begin
        self.done: list[tuple[object, int, int]] = []  # (who, when, code)
        self.users: list[object] = []

    def waits(self, who: object) -> bool:
        if self.under_way is not None and self.under_way[0] is who:
            return True
        return any(one is who for one, _ in self.queue)

    def advance(self, device: Device, clock: Clock) -> None:
        """Read what has ended, for whomever it is; begin the next. OSError: what was under way is begun once more."""
        try:
            self._read(device, clock.now_ns())
            if self.under_way is None and self.queue and clock.now_ns() >= self.busy_until_ns:
                self._start(device, clock)
        except OSError:
            if self.under_way is not None:  # whether it was heard is unknown
                self._abandon()
            raise

    def _abandon(self) -> None:
        assert self.under_way is not None
        who, wanted, asked_ns = self.under_way
        self.under_way, self.busy_until_ns = None, asked_ns + round(SLOW * wanted.conversion_ns)
        self.queue.insert(0, (who, wanted))

    def _read(self, device: Device, now_ns: int) -> None:
        if self.under_way is None:
            return
        who, wanted, asked_ns = self.under_way
        if now_ns - asked_ns < SLOW * wanted.conversion_ns:
            return
        config = read16(device, CONFIG)
        if not same_config(config, wanted.config):  # a brown-out: it forgot what it was asked for
            self._abandon()
        elif config & START:
            code = read16(device, CONVERSION)
            self.under_way = None
            self.done.append((who, asked_ns + wanted.conversion_ns // 2, code))

    def _start(self, device: Device, clock: Clock) -> None:
        who, wanted = self.queue.pop(0)
        before_ns = clock.now_ns()
        self.under_way = who, wanted, before_ns
        write16(device, CONFIG, wanted.config)
        self.under_way = who, wanted, (before_ns + clock.now_ns()) // 2

    def withdraw(self, who: object) -> None:
        if self.under_way is not None and self.under_way[0] is who:
            self._abandon()
        self.queue = [one for one in self.queue if one[0] is not who]
        self.done = [one for one in self.done if one[0] is not who]
        self.users = [one for one in self.users if one is not who]


class OneAtATime:
    """The conversions that the drivers of a rig want of each chip, one after the other, first come first served.

    A driver that steps does what is due for all of them: what has ended is read and kept for whoever wanted it, and the
    next is begun. So one that steps seldom holds up nobody. chip: the bus's name and the address.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chips: dict[tuple[str, int], _Chip] = {}

    def take(self, chip: tuple[str, int], who: object, device: Device, clock: Clock) -> tuple[int, int] | None:
        """When who's conversion was, and its code; None while it is not over. Raises OSError."""
        known = self._chip(chip)
        with known.lock:
            known.advance(device, clock)
            found = next((one for one in known.done if one[0] is who), None)
            if found is None:
                return None
            known.done.remove(found)
            return found[1], found[2]

    def ask(self, chip: tuple[str, int], who: object, wanted: Wanted, device: Device, clock: Clock) -> None:
        """Want a conversion, begun now or when it is its turn; who may want one at a time. Raises OSError."""
        known = self._chip(chip)
        with known.lock:
            if not any(one is who for one in known.users):
                known.users.append(who)
            if not known.waits(who):
                known.queue.append((who, wanted))
            known.advance(device, clock)

    def find(self, chip: tuple[str, int], wanted: Wanted, device: Device, name: str, clock: Clock) -> None:
        """See that a converter is there, unless another driver converts on it now. DriverError where none is."""
        known = self._chip(chip)
        with known.lock:
            if known.under_way is not None:
                return
            clock.sleep_until_ns(known.busy_until_ns)
            find(device, name, wanted.config)
            known.busy_until_ns = clock.now_ns() + round(SLOW * wanted.conversion_ns)

    def is_shared(self, chip: tuple[str, int], who: object) -> bool:
        """Whether anybody else converts on it."""
        known = self._chip(chip)
        with known.lock:
            return any(one is not who for one in known.users)

    def withdraw(self, chip: tuple[str, int], who: object) -> None:
        """Who wants nothing any more; harmless where it wanted nothing."""
        known = self._chip(chip)
        with known.lock:
            known.withdraw(who)

    def _chip(self, chip: tuple[str, int]) -> _Chip:
        with self._lock:
            return self._chips.setdefault(chip, _Chip())


def read16(device: Device, register: int) -> int:
    """One register. Raises OSError."""
    return int.from_bytes(device.read_block(register, 2), "big")


def write16(device: Device, register: int, value: int) -> None:
    """Set one register. Raises OSError."""
    from smbus2 import i2c_msg

    device.bus.i2c_rdwr(i2c_msg.write(device.address, [register, value >> 8, value & 0xFF]))


def same_config(a: int, b: int) -> bool:
    """Whether two configurations are the same but for the conversion being under way."""
    return not (a ^ b) & ~START & 0xFFFF


def find(device: Device, name: str, config: int) -> None:
    """See that a converter is there: what is written into its configuration is read back. DriverError where not."""
    for left in reversed(range(OPEN_TRIES)):
        try:
            write16(device, CONFIG, config)
            kept = read16(device, CONFIG)
        except OSError as error:
            if not left or error.errno == errno.ETIMEDOUT:  # a stuck bus takes a second to say so
                raise device.not_found(error) from error
        else:
            if same_config(kept, config):
                return
            if not left:
                raise WrongDevice(
                    f"{name}: expected a converter that keeps its configuration 0x{config & ~START:04x},"
                    f" got 0x{kept:04x}: is another device at this address?"
                )


class AnalogInputs:
    """Some inputs of an ADS1115, one after the other, 0 to 4.096 V each, from step to step; never waits.

    With the sim bus its world's. A DeviceLost says that the bus failed six times in a row, or that the chip answers and
    ends no conversion for 2 s.
    """

    def __init__(
        self, what: str, bus: int | Literal["sim"], address: int, channels: Sequence[int], bench: Bench
    ) -> None:
        """what: messages call it that. channels: A0 to A3, in the order in which they are converted."""
        self._what, self._setting, self._address = what, bus, address or ADDRESS
        self._bench, self._where = bench, bus_name(bus)
        self._converters = [Converter(self._address, 4 + channel, _QUICK, _QUICK_NS) for channel in channels]
        self._channels = tuple(channels)
        self._chip = (self._where, self._address)
        self._bus: Bus | None = None
        self._device: Device | None = None
        self._begin()

    def _begin(self) -> None:
        self._next = 0
        self._failures, self._retry_ns = 0, -(10**18)
        self._spoke_ns: int | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{self._what} at 0x{self._address:02x} on {self._where}"

    def open(self) -> None:
        """Find the converter. Raises a DriverError with the remedy."""
        self.close()
        bus = self._bus = self._bench.world().bus if self._setting == "sim" else open_bus(self._setting)
        device = Device(bus, self._address, self._what, self._where)
        self._begin()
        try:
            self._bench.converters.find(self._chip, self._wanted, device, self.name, self._bench.clock)
        except DriverError:
            self.close()
            raise
        self._device = device

    @property
    def _wanted(self) -> Wanted:
        return self._converters[self._next].wanted(FULL_SCALES_V.index(4.096))

    def step(self, now_ns: int) -> list[tuple[int, int, float]]:
        """(channel, when, volts) of the conversion that is ready, if one is; and the next one is asked for."""
        device = self._device
        if device is None or now_ns < self._retry_ns:
            return []
        if self._spoke_ns is None:
            self._spoke_ns = now_ns
        try:
            found = self._look(device)
        except OSError as error:
            if self._failures < len(RETRY_NS):
                self._retry_ns = now_ns + RETRY_NS[self._failures]
                self._failures += 1
                return []
            self.close()
            raise device.lost(error) from error
        self._failures = 0
        if found:
            self._spoke_ns = now_ns
        elif now_ns - self._spoke_ns > SILENT_NS:
            self.close()
            raise DeviceLost(f"{self.name}: expected a sample within 2 s, got none; is its supply firm? (3V3, GND)")
        return found

    def _look(self, device: Device) -> list[tuple[int, int, float]]:
        converters, clock = self._bench.converters, self._bench.clock
        ended = converters.take(self._chip, self, device, clock)
        found: list[tuple[int, int, float]] = []
        if ended is not None:
            t_ns, code = ended
            found.append((self._channels[self._next], t_ns, 4.096 * (code - (code >> 15 << 16)) / 32768.0))
            self._next = (self._next + 1) % len(self._channels)
        converters.ask(self._chip, self, self._wanted, device, clock)
        return found

    def close(self) -> None:
        """Release the bus; after a single shot the chip sleeps by itself."""
        self._device = None
        self._bench.converters.withdraw(self._chip, self)
        bus, self._bus = self._bus, None
        if bus is not None:
            bus.close()
