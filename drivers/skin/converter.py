"""A skin board behind a small I2C converter (ADS1115, TLA2022): one conversion after the other, each with its time.

Both chips have the same two registers (datasheets, register maps: ADS1115 SBAS444, TLA2022 SBAS846): conversion 0 and
configuration 1, 16 bits, the higher byte first. Single shots are asked for, not a stream: so the time of every sample
is the host's own, whatever the chip's clock does (it may be 10 % off), none is read twice, and a chip that lost its
supply is configured again with the next one. Neither has an identity: that the configuration is read back as it was
written is all that tells it from another device.
"""

from __future__ import annotations

import errno
import math
from dataclasses import dataclass

import numpy as np

from drivers.errors import DeviceLost, DriverError, WrongDevice
from drivers.i2c import Bus, Device, bus_name, open_bus
from drivers.names import Bench
from drivers.readings import Skin
from drivers.settings import SkinSettings
from drivers.skin.circuit import Circuit

CONVERSION, CONFIG = 0, 1
START, SINGLE_SHOT, NO_COMPARATOR = 0x8000, 0x0100, 0x0003  # TLA2022: bits 4..0 are reserved and always 3
FULL_SCALES_V = (6.144, 4.096, 2.048, 1.024, 0.512, 0.256)  # by the three bits from bit 9 on
PERIOD_NS = 50_000_000  # 20 samples/s: skin changes below 1 Hz; 10 to 32 would do as well
SLOW = 1.15  # the chip's clock may be 10 % off
OPEN_TRIES = 8
# Waits after failing steps; the sixth failure in a row is a lost sensor, and no bad contact.
RETRY_NS = (0, 50_000_000, 50_000_000, 100_000_000, 200_000_000)
SILENT_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Converter:
    """What tells one chip from the other. mux: its input to ground; rate: the bits, and how long a conversion takes."""

    address: int
    mux: int
    rate: int
    conversion_ns: int

    def config(self, most_v: float) -> int:
        """To convert once, in the finest range that holds ``most_v`` volts."""
        gain = max(code for code, volts in enumerate(FULL_SCALES_V) if volts >= 1.05 * most_v)
        return START | self.mux << 12 | gain << 9 | SINGLE_SHOT | self.rate << 5 | NO_COMPARATOR


class ConverterSkin:
    """A SkinSensor: 20 samples a second, one at a time."""

    def __init__(
        self, board: str, converter: Converter, circuit: Circuit, settings: SkinSettings, bench: Bench
    ) -> None:
        """board: what messages call it."""
        self._converter, self._circuit, self._settings, self._bench = converter, circuit, settings, bench
        self._address = settings.address or converter.address
        self._board, self._where = board, bus_name(settings.bus)
        self._config = converter.config(circuit.most_v)
        self._volts_a_step = FULL_SCALES_V[self._config >> 9 & 7] / 32768.0
        self._bus: Bus | None = None
        self._device: Device | None = None
        self._begin()

    def _begin(self) -> None:
        self._asked_ns: int | None = None  # when the conversion under way was asked for
        self._failures, self._retry_ns = 0, -(10**18)
        self._spoke_ns: int | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"skin sensor {self._board} at 0x{self._address:02x} on {self._where}"

    @property
    def period_ns(self) -> int:
        """50 ms: the rate of the samples."""
        return PERIOD_NS

    def open(self) -> None:
        """Find the converter and set it; a chip that keeps no configuration is another one."""
        self.close()
        bus = self._bus = self._bench.world().bus if self._settings.bus == "sim" else open_bus(self._settings.bus)
        device = Device(bus, self._address, f"skin sensor {self._board}", self._where)
        try:
            self._find(device)
        except DriverError:
            self.close()
            raise
        self._begin()
        self._device = device

    def _find(self, device: Device) -> None:
        for left in reversed(range(OPEN_TRIES)):
            try:
                _write(device, CONFIG, self._config)
                config = _read(device, CONFIG)
            except OSError as error:
                if not left or error.errno == errno.ETIMEDOUT:  # a stuck bus takes a second to say so
                    raise device.not_found(error) from error
            else:
                if (config ^ self._config) & ~START & 0xFFFF:
                    raise WrongDevice(
                        f"{self.name}: expected a converter that keeps its configuration 0x{self._config & ~START:04x},"
                        f" got 0x{config:04x}: is another device at this address?"
                    )
                return

    def step(self, now_ns: int) -> list[Skin]:
        """The sample that is ready, if one is, and the next one asked for.

        DeviceLost when the bus fails six times in a row, or when the chip answers and ends no conversion for 2 s.
        """
        device = self._device
        if device is None or now_ns < self._retry_ns:
            return []
        if self._spoke_ns is None:
            self._spoke_ns = now_ns
        try:
            reading = self._look(device, now_ns)
        except OSError as error:
            self._asked_ns = None  # whether it was heard is unknown
            if self._failures < len(RETRY_NS):
                self._retry_ns = now_ns + RETRY_NS[self._failures]
                self._failures += 1
                return []
            self.close()
            raise device.lost(error) from error
        self._failures = 0
        if reading is not None:
            self._spoke_ns = now_ns
            return [reading]
        if now_ns - self._spoke_ns > SILENT_NS:
            self.close()
            raise DeviceLost(f"{self.name}: expected a sample within 2 s, got none; is its supply firm? (3V3, GND)")
        return []

    def _look(self, device: Device, now_ns: int) -> Skin | None:
        if self._asked_ns is None:
            self._ask(device)
            return None
        if now_ns - self._asked_ns < SLOW * self._converter.conversion_ns:
            return None
        config = _read(device, CONFIG)
        if (config ^ self._config) & ~START & 0xFFFF:  # a brown-out: it forgot what it was asked for
            self._ask(device)
            return None
        if not config & START:  # still converting
            return None
        code = _read(device, CONVERSION)
        t_ns = self._asked_ns + self._converter.conversion_ns // 2
        self._ask(device)
        return self._reading(t_ns, code - 0x10000 if code & 0x8000 else code)

    def _ask(self, device: Device) -> None:
        self._asked_ns = None
        before_ns = self._bench.clock.now_ns()
        _write(device, CONFIG, self._config)
        self._asked_ns = (before_ns + self._bench.clock.now_ns()) // 2

    def _reading(self, t_ns: int, code: int) -> Skin:
        full = code >= 0x7FF0  # at the end of the range, of 12 bits as of 16: more than can be told
        conductance_us = math.nan if full else self._circuit.conductance_us(code * self._volts_a_step)
        times, values = np.array([t_ns], np.int64), np.array([conductance_us], np.float32)
        times.flags.writeable = values.flags.writeable = False
        return Skin(times, values)

    def close(self) -> None:
        """Release the bus; after a single shot the chip sleeps by itself."""
        self._device = None
        bus, self._bus = self._bus, None
        if bus is not None:
            bus.close()


def _read(device: Device, register: int) -> int:
    return int.from_bytes(device.read_block(register, 2), "big")


def _write(device: Device, register: int, value: int) -> None:
    from smbus2 import i2c_msg

    device.bus.i2c_rdwr(i2c_msg.write(device.address, [register, value >> 8, value & 0xFF]))
