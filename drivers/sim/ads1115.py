"""An ADS1115 at register level, so that the real driver runs on it: conversions take their time, and only then count.

After the datasheet (SBAS444): a pointer register, then 16 bits, the higher byte first; bit 15 of the configuration
starts a single shot and reads 0 until it has ended; in continuous mode the newest whole conversion is read; codes are
two's complement and stop at full scale; the clock is the chip's own, within 10 %.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from drivers.clock import Clock

CONVERSION, CONFIG = 0, 1
AT_POWER_UP = (0x0000, 0x8583, 0x8000, 0x7FFF)
FULL_SCALES_V = (6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256)
RATES_HZ = (8, 16, 32, 64, 128, 250, 475, 860)
WAKE_NS = 25_000  # from power-down, before a single shot begins
NOISE_V = 0.00015  # of the board before it; the chip's own is less (datasheet, table 1)


class Ads1115:
    """Registers and conversions. Time passes when the bus touches it.

    inputs: volts between each setting of the multiplexer's bits, at a time of the clock (ns); what is not listed is
    0 V. clock_error: 0.01 is 1 % fast. bits, rates_hz, registers: of its smaller relations (drivers/sim/tla2022.py).
    ``started_ns`` are the beginnings of all conversions that have ended: truth for tests.
    """

    def __init__(
        self,
        inputs: dict[int, Callable[[int], float]],
        clock: Clock,
        clock_error: float = 0.03,
        seed: int = 0,
        *,
        bits: int = 16,
        rates_hz: Sequence[int] = RATES_HZ,
        registers: int = 4,
    ) -> None:
        self._inputs, self._clock, self._clock_error = inputs, clock, clock_error
        self._bits, self._rates_hz, self._registers = bits, rates_hz, registers
        self._random = Random(seed)
        self.noise_v = NOISE_V
        self.dead = False  # it answers, and converts no more
        self.started_ns: list[int] = []
        self._power_up()

    def _power_up(self) -> None:
        self._r = list(AT_POWER_UP)
        self._pointer = 0
        self._since_ns: int | None = None  # when the conversion under way began

    def brown_out(self) -> None:
        """The supply dips: every register is as after power-up."""
        self._power_up()

    def write(self, data: bytes) -> None:
        """The pointer, then the two bytes of its register, if they follow."""
        self._catch_up()
        if not data:
            return
        self._pointer = data[0] & 3
        if len(data) >= 3 and CONFIG <= self._pointer < self._registers:
            self._set(self._pointer, data[1] << 8 | data[2])

    def read(self, length: int) -> bytes:
        """The register that the pointer is at, over and over."""
        self._catch_up()
        value = self._r[self._pointer] if self._pointer < self._registers else 0
        return (value.to_bytes(2, "big") * (length // 2 + 1))[:length]

    def _set(self, register: int, value: int) -> None:
        if register != CONFIG:
            self._r[register] = value
            return
        now_ns = self._clock.now_ns()
        if not value & 0x100:  # continuous: bit 15 does nothing, and reads 0 while it converts
            self._r[CONFIG], self._since_ns = value & 0x7FFF, now_ns
        elif value & 0x8000 and self._since_ns is None:
            self._r[CONFIG], self._since_ns = value & 0x7FFF, now_ns + WAKE_NS
        else:  # what is under way goes on with what it began with
            self._r[CONFIG] = value & 0x7FFF | (0x8000 if self._since_ns is None else 0)

    @property
    def _conversion_ns(self) -> int:
        return round(1e9 / self._rates_hz[self._r[CONFIG] >> 5 & 7] / (1.0 + self._clock_error))

    def _catch_up(self) -> None:
        if self._since_ns is None or self.dead:
            return
        whole = (self._clock.now_ns() - self._since_ns) // self._conversion_ns
        if whole < 1:
            return
        if self._r[CONFIG] & 0x100:
            self._convert(self._since_ns)
            self._r[CONFIG] |= 0x8000
            self._since_ns = None
            return
        self._since_ns += whole * self._conversion_ns
        self._convert(self._since_ns - self._conversion_ns)

    def _convert(self, start_ns: int) -> None:
        self.started_ns.append(start_ns)
        del self.started_ns[:-4096]
        config = self._r[CONFIG]
        source = self._inputs.get(config >> 12 & 7)
        volts = source(start_ns + self._conversion_ns // 2) if source is not None else 0.0
        most = 1 << (self._bits - 1)
        code = round((volts + self._random.gauss(0.0, self.noise_v)) / FULL_SCALES_V[config >> 9 & 7] * most)
        self._r[CONVERSION] = (min(max(code, -most), most - 1) << (16 - self._bits)) & 0xFFFF
