"""A skin board behind a small I2C converter (ADS1115, TLA2022): one conversion after the other, each with its time.

Both chips have the same two registers (datasheets, register maps: ADS1115 SBAS444, TLA2022 SBAS846): conversion 0 and
configuration 1, 16 bits, the higher byte first. Single shots are asked for, not a stream: so the time of every sample
is the host's own, whatever the chip's clock does (it may be 10 % off), none is read twice, and a chip that lost its
supply is configured again with the next one. Neither has an identity: that the configuration is read back as it was
written is all that tells it from another device.

The more the skin conducts, the lower the voltage, and the more each step of it means: of 12 bits over the whole range
one is 0.08 uS at 20 uS, and a level that drifts over such steps looks like responses. So the chip is told a finer range
as the voltage falls. (From one range to another its gain changes by 0.1 % at most, 0.02 uS: no response.)
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
from drivers.skin.circuit import LOWEST_V, Circuit, Contact

CONVERSION, CONFIG = 0, 1
START, SINGLE_SHOT, NO_COMPARATOR = 0x8000, 0x0100, 0x0003  # TLA2022: bits 4..0 are reserved and always 3
FULL_SCALES_V = (6.144, 4.096, 2.048, 1.024, 0.512, 0.256)  # by the three bits from bit 9 on
FINEST = len(FULL_SCALES_V) - 1
# 22 samples/s: skin changes below 1 Hz; 10 to 32 would do. But no multiple of half a period of the mains (10 ms at
# 50 Hz, 8.3 ms at 60 Hz): at 50 ms hum comes out as a slow wave, at 45 ms as one of 3 Hz and more, smoothed away.
PERIOD_NS = 45_000_000
SLOW = 1.15  # the chip's clock may be 10 % off
OPEN_TRIES = 8
# Waits after failing steps; the sixth failure in a row is a lost sensor, and no bad contact.
RETRY_NS = (0, 50_000_000, 50_000_000, 100_000_000, 200_000_000)
SILENT_NS = 2_000_000_000
# Parts of a range: a finer one is taken when the voltage fills no more of it, a coarser one when it fills more of this.
# Author's choice; .5 to .7 and .85 to .95 do as well.
FINER, COARSER = 0.6, 0.9
FULL = 0x7FF0  # code at the end of the range, of 12 bits as of 16


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


def widest(most_v: float) -> int:
    """The finest range that holds ``most_v`` volts."""
    return max(gain for gain, volts in enumerate(FULL_SCALES_V) if volts >= 1.05 * most_v)


class ConverterSkin:
    """A SkinSensor: 22 samples a second, one at a time. ``circuit``: of its board.

    ``volts``: of the newest sample; None before the first, or where it was at the end of the range.
    """

    def __init__(
        self, board: str, converter: Converter, circuit: Circuit, settings: SkinSettings, bench: Bench
    ) -> None:
        """board: what messages call it."""
        self._converter, self.circuit, self._settings, self._bench = converter, circuit, settings, bench
        self._address = settings.address or converter.address
        self._board, self._where = board, bus_name(settings.bus)
        self._widest = widest(circuit.supply_v)
        self._bus: Bus | None = None
        self._device: Device | None = None
        self._begin()

    def _begin(self) -> None:
        self.volts: float | None = None
        self._set_range(self._widest)
        self._asked_ns: int | None = None  # when the conversion under way was asked for
        self._failures, self._retry_ns = 0, -(10**18)
        self._spoke_ns: int | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"skin sensor {self._board} at 0x{self._address:02x} on {self._where}"

    @property
    def period_ns(self) -> int:
        """45 ms: the rate of the samples."""
        return PERIOD_NS

    @property
    def contact(self) -> Contact:
        """What the newest sample says of the electrodes."""
        return "above" if self.volts is None else self.circuit.contact(self.volts)

    def open(self) -> None:
        """Find the converter and set it; a chip that keeps no configuration is another one."""
        self.close()
        bus = self._bus = self._bench.world().bus if self._settings.bus == "sim" else open_bus(self._settings.bus)
        device = Device(bus, self._address, f"skin sensor {self._board}", self._where)
        self._begin()
        try:
            self._find(device)
        except DriverError:
            self.close()
            raise
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
                if not (config ^ self._config) & ~START & 0xFFFF:
                    return
                if not left:
                    raise WrongDevice(
                        f"{self.name}: expected a converter that keeps its configuration 0x{self._config & ~START:04x},"
                        f" got 0x{config:04x}: is another device at this address?"
                    )

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
        full, is_widest = FULL_SCALES_V[self._gain], self._gain == self._widest
        self.volts = None if FULL <= code < 0x8000 else full * (code - (code >> 15 << 16)) / 32768.0
        self._range()
        self._ask(device)
        if self.volts is None and not is_widest:  # more than the fine range holds: it is measured again
            return None
        return self._reading(t_ns)

    def _ask(self, device: Device) -> None:
        self._asked_ns = None
        before_ns = self._bench.clock.now_ns()
        _write(device, CONFIG, self._config)
        self._asked_ns = (before_ns + self._bench.clock.now_ns()) // 2

    def _range(self) -> None:
        """The range of the next conversion."""
        volts = self.volts
        if volts is None or volts < LOWEST_V:
            self._set_range(self._widest)
        elif volts > COARSER * FULL_SCALES_V[self._gain] or volts < FINER * FULL_SCALES_V[min(self._gain + 1, FINEST)]:
            fits = [gain for gain, full in enumerate(FULL_SCALES_V) if gain >= self._widest and FINER * full >= volts]
            self._set_range(max(fits, default=self._widest))

    def _set_range(self, gain: int) -> None:
        self._gain, self._config = gain, self._converter.config(gain)

    def _reading(self, t_ns: int) -> Skin:
        conductance_us = math.nan if self.volts is None else self.circuit.conductance_us(self.volts)
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
