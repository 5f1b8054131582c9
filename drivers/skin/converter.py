"""A skin board behind a small I2C converter (ADS1115, TLA2022): one conversion after the other, each with its time.

How they are asked is in drivers/ads1115.py. Single shots: none is read twice, whatever the chip's clock does (it may be
10 % off), and a chip that lost its supply is configured again with the next one. Neither has an identity: that the
configuration is read back as it was written is all that tells it from another device.

The more the skin conducts, the lower the voltage, and the more each step of it means: of 12 bits over the whole range
one is 0.08 uS at 20 uS, and a level that drifts over such steps looks like responses. So the chip is told a finer range
as the voltage falls. (From one range to another its gain changes by 0.1 % at most, 0.02 uS: no response.)
"""

from __future__ import annotations

import math

import numpy as np

from drivers.ads1115 import FULL_SCALES_V, RETRY_NS, SILENT_NS, Converter, Wanted
from drivers.errors import DeviceLost, DriverError
from drivers.i2c import Bus, Device, bus_name, open_bus
from drivers.names import Bench
from drivers.readings import Skin
from drivers.settings import SkinSettings
from drivers.skin.circuit import LOWEST_V, Circuit, Contact

FINEST = len(FULL_SCALES_V) - 1
# 22 samples/s: skin changes below 1 Hz; 10 to 32 would do. But no multiple of half a period of the mains (10 ms at
# 50 Hz, 8.3 ms at 60 Hz): at 50 ms hum comes out as a slow wave, at 45 ms as one of 3 Hz and more, smoothed away.
PERIOD_NS = 45_000_000
# Parts of a range: a finer one is taken when the voltage fills no more of it, a coarser one when it fills more of this.
# Author's choice; .5 to .7 and .85 to .95 do as well.
FINER, COARSER = 0.6, 0.9
FULL = 0x7FF0  # code at the end of the range, of 12 bits as of 16


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
        self._chip = (self._where, self._address)
        self._widest = widest(circuit.supply_v)
        self._bus: Bus | None = None
        self._device: Device | None = None
        self._begin()

    def _begin(self) -> None:
        self.volts: float | None = None
        self._set_range(self._widest)
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
            self._bench.converters.find(self._chip, self._wanted, device, self.name, self._bench.clock)
        except DriverError:
            self.close()
            raise
        self._device = device

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
            reading = self._look(device)
        except OSError as error:
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

    def _look(self, device: Device) -> Skin | None:
        converters, clock = self._bench.converters, self._bench.clock
        ended = converters.take(self._chip, self, device, clock)
        if ended is None:
            converters.ask(self._chip, self, self._wanted, device, clock)
            return None
        t_ns, code = ended
        full, is_widest = FULL_SCALES_V[self._gain], self._gain == self._widest
        self.volts = None if FULL <= code < 0x8000 else full * (code - (code >> 15 << 16)) / 32768.0
        self._range()
        reading = self._reading(t_ns)
        converters.ask(self._chip, self, self._wanted, device, clock)
        if self.volts is None and not is_widest:  # more than the fine range holds: it is measured again
            return None
        return reading

    @property
    def _wanted(self) -> Wanted:
        return self._converter.wanted(self._gain, self._bench.converters.is_shared(self._chip, self))

    def _range(self) -> None:
        """The range of the next conversion."""
        volts = self.volts
        if volts is None or volts < LOWEST_V:
            self._set_range(self._widest)
        elif volts > COARSER * FULL_SCALES_V[self._gain] or volts < FINER * FULL_SCALES_V[min(self._gain + 1, FINEST)]:
            fits = [gain for gain, full in enumerate(FULL_SCALES_V) if gain >= self._widest and FINER * full >= volts]
            self._set_range(max(fits, default=self._widest))

    def _set_range(self, gain: int) -> None:
        self._gain = gain

    def _reading(self, t_ns: int) -> Skin:
        conductance_us = math.nan if self.volts is None else self.circuit.conductance_us(self.volts)
        times, values = np.array([t_ns], np.int64), np.array([conductance_us], np.float32)
        times.flags.writeable = values.flags.writeable = False
        return Skin(times, values)

    def close(self) -> None:
        """Release the bus; after a single shot the chip sleeps by itself."""
        self._device = None
        self._bench.converters.withdraw(self._chip, self)
        bus, self._bus = self._bus, None
        if bus is not None:
            bus.close()
