"""A small I2C converter (ADS1115 and its relations) that several drivers of one rig may share, a conversion at a time.

Both registers (datasheet SBAS444): conversion 0 and configuration 1, 16 bits, the higher byte first. Single shots are
asked for, not a stream, so that the time of every sample is the host's own. Where skin, grip and potentiometers hang on
one chip, whoever asks first has it until its conversion is read: nobody reads what another one asked for.
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
ABANDONED_NS = 500_000_000  # a conversion that nobody came back for: the longest lasts an eighth of a second
PATIENT_NS = 60_000_000  # so long one is refused at most, where others ask more often
# 475 samples/s (6): a mean of 2 ms, so that a knob on it is as quick as one on pins.
_QUICK, _QUICK_NS = 6, 2_105_263


@dataclass(frozen=True, slots=True)
class Converter:
    """What tells one chip from the other. mux: its input to ground; rate: the bits, and how long a conversion takes."""

    address: int
    mux: int
    rate: int
    conversion_ns: int

    def config(self, gain: int) -> int:
        """To convert once, in that range."""
        return START | self.mux << 12 | gain << 9 | SINGLE_SHOT | self.rate << 5 | NO_COMPARATOR


class OneAtATime:
    """Whose conversion is under way on each chip; for the threads of all drivers.

    Who was refused for a while is next: one who asks often does not keep out one who asks seldom.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, int], tuple[object, int]] = {}
        self._refused: dict[tuple[str, int], tuple[object, int]] = {}

    def take(self, chip: tuple[str, int], who: object, now_ns: int) -> bool:
        """True where the chip is free, or who's already; chip: the bus's name and the address."""
        with self._lock:
            holder, since_ns = self._under_way.get(chip, (who, now_ns))
            busy = holder is not who and now_ns - since_ns < ABANDONED_NS
            waiting, asked_ns = self._refused.get(chip, (who, now_ns))
            kept = waiting is not who and PATIENT_NS <= now_ns - asked_ns < ABANDONED_NS
            if busy or kept:
                if now_ns - asked_ns >= ABANDONED_NS:
                    waiting, asked_ns = who, now_ns
                self._refused[chip] = (waiting, asked_ns)
                return False
            if waiting is who:
                self._refused.pop(chip, None)
            self._under_way[chip] = (who, now_ns)
            return True

    def give(self, chip: tuple[str, int], who: object) -> None:
        """Who's conversion was read, or is given up; harmless where it has none."""
        with self._lock:
            if self._under_way.get(chip, (None, 0))[0] is who:
                del self._under_way[chip]


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
        self._asked_ns: int | None = None
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
            if self._bench.converters.take(self._chip, self, self._bench.clock.now_ns()):
                find(device, self.name, self._config)
                self._bench.converters.give(self._chip, self)
            # else another driver converts on it now: it is there
        except DriverError:
            self.close()
            raise
        self._device = device

    @property
    def _config(self) -> int:
        return self._converters[self._next].config(FULL_SCALES_V.index(4.096))

    def step(self, now_ns: int) -> list[tuple[int, int, float]]:
        """(channel, when, volts) of the conversion that is ready, if one is; and the next one is asked for."""
        device = self._device
        if device is None or now_ns < self._retry_ns:
            return []
        if self._spoke_ns is None:
            self._spoke_ns = now_ns
        try:
            found = self._look(device, now_ns)
            if self._asked_ns is None:
                self._ask(device, now_ns)
        except OSError as error:
            self._give_up()
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

    def _look(self, device: Device, now_ns: int) -> list[tuple[int, int, float]]:
        converter = self._converters[self._next]
        if self._asked_ns is None or now_ns - self._asked_ns < SLOW * converter.conversion_ns:
            return []
        config = read16(device, CONFIG)
        if same_config(config, self._config) and not config & START:
            return []  # still converting
        asked_ns = self._asked_ns
        code = read16(device, CONVERSION)
        self._give_up()
        if not same_config(config, self._config):  # a brown-out: it forgot what it was asked for
            return []
        volts = 4.096 * (code - (code >> 15 << 16)) / 32768.0
        channel = self._channels[self._next]
        self._next = (self._next + 1) % len(self._channels)
        return [(channel, asked_ns + converter.conversion_ns // 2, volts)]

    def _ask(self, device: Device, now_ns: int) -> None:
        if self._bench.converters.take(self._chip, self, now_ns):
            before_ns = self._bench.clock.now_ns()
            write16(device, CONFIG, self._config)
            self._asked_ns = (before_ns + self._bench.clock.now_ns()) // 2

    def _give_up(self) -> None:
        self._asked_ns = None
        self._bench.converters.give(self._chip, self)

    def close(self) -> None:
        """Release the bus; after a single shot the chip sleeps by itself."""
        self._device = None
        self._give_up()
        bus, self._bus = self._bus, None
        if bus is not None:
            bus.close()
