"""A MAX30102 at register level, so that the real driver runs on it: FIFO, flags, and the habits that kill drivers.

After the MAX30102 datasheet (Maxim 19-7740, rev 1) and the measurements in real logs: the chip's clock is its own, bits
23..18 of a FIFO word hold junk, WR equals RD both when the FIFO is empty and when it is full, OVF_COUNTER saturates at
15 and is cleared by a pop, RD moves after a sample's first byte, and reading a status register clears it.
"""

from __future__ import annotations

import errno
import math
import os
from typing import Protocol

from drivers.clock import Clock

DEPTH = 32
OVERFLOW_MAX = 0x0F
RATES_HZ = (50, 100, 200, 400, 800, 1000, 1600, 3200)
# Highest rate with two LEDs at a pulse width of 69, 118, 215, 411 us (datasheet, table 11); one LED allows more.
RATE_MAX_TWO_LEDS_HZ = (1600, 1000, 800, 400)
RATE_MAX_ONE_LED_HZ = (3200, 1600, 1600, 1000)
CONVERSION_NS = 29_000_000
STATUS_1, STATUS_2, ENABLE_1, ENABLE_2 = 0x00, 0x01, 0x02, 0x03
ADC_STEPS_NA = (2048, 4096, 8192, 16384)
# What a feed gives is what a chip at these settings sees: drivers/sim/feed.py scales a finger so.
FEED_LED_CODE, FEED_RANGE_NA = 35, 4096
WR_PTR, OVF, RD_PTR, FIFO_DATA, FIFO_CONFIG, MODE, SPO2 = 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A
RED_LED, IR_LED, TEMP_INT, TEMP_FRAC, TEMP_EN = 0x0C, 0x0D, 0x1F, 0x20, 0x21
REVISION, PART = 0xFE, 0xFF
A_FULL, PPG_RDY, PWR_RDY, TEMP_RDY = 0x80, 0x40, 0x01, 0x02


class Skin(Protocol):
    """What the chip needs of a feed."""

    def counts(self, t_s: float) -> tuple[float, float]:
        """(red, ir), as at FEED_LED_CODE and FEED_RANGE_NA; what is above 18 bits there is clipped here."""


class Max30102:
    """Registers and FIFO. Time passes when the bus touches it: it catches up with clock.now_ns() first.

    clock_error: how much faster its clock runs than the host's (0.01 = 1 %). seed: of the junk bits. swapped: a board
    whose red and IR LEDs are swapped, currents and samples alike, as many clones' are. ``taken`` counts the FIFO
    samples since sampling began, ``lost`` those that were overwritten or found no room: truth for tests.
    """

    def __init__(
        self,
        feed: Skin,
        clock: Clock,
        start_ns: int,
        clock_error: float = 0.004,
        seed: int = 0,
        swapped: bool = False,
    ) -> None:
        self._feed, self._clock, self._start_ns, self._clock_error = feed, clock, start_ns, clock_error
        self._seed = seed
        self.swapped = swapped
        self.part_id = 0x15
        self.temperature_c = 31.5
        self.taken = 0
        self.lost = 0
        self.sample_t_ns: list[int] = []  # true times of the samples in the FIFO, and of those read since reset
        self._nacks = 0
        self._power_up()

    def _power_up(self) -> None:
        self._r = bytearray(256)
        self._r[STATUS_1] = PWR_RDY
        self._fifo = [b"\0" * 6] * DEPTH
        self._wr = self._rd = self._count = self._ovf = 0
        self._rest = b""  # bytes of a sample that was read in part, within one transaction
        self._register = 0
        self._sampling_since_ns: int | None = None
        self._next = 0  # number of the next ADC sample since then
        self._sum = (0, 0, 0)  # red, ir, how many: of the samples being averaged
        self._converted_ns: int | None = None

    def brown_out(self) -> None:
        """The supply dips: every register is as after power-up, and PWR_RDY is set."""
        self._catch_up()
        self._power_up()

    def nack(self, times: int) -> None:
        """Do not acknowledge the next ``times`` transactions."""
        self._nacks = times

    @property
    def interrupt(self) -> bool:
        """Whether it pulls its INT pin low now: an enabled flag stands, or PWR_RDY, which needs no enabling."""
        self._catch_up()
        return bool(
            self._r[STATUS_1] & (self._r[ENABLE_1] & 0xE0 | PWR_RDY) or self._r[STATUS_2] & self._r[ENABLE_2] & TEMP_RDY
        )

    # The bus side.

    def write(self, data: bytes) -> None:
        """First the register, then its values; the register moves on, except at the FIFO."""
        if self._nacks > 0:
            self._nacks -= 1
            raise OSError(errno.EREMOTEIO, os.strerror(errno.EREMOTEIO))
        self._catch_up()
        self._rest = b""
        if not data:
            return
        self._register = data[0]
        for value in data[1:]:
            self._set(self._register, value)
            if self._register != FIFO_DATA:
                self._register = (self._register + 1) & 0xFF

    def read(self, length: int) -> bytes:
        """From the register that was written last."""
        self._catch_up()
        out = bytearray()
        for _ in range(length):
            if self._register == FIFO_DATA:
                out.append(self._pop_byte())
                continue
            out.append(self._get(self._register))
            self._register = (self._register + 1) & 0xFF
        return bytes(out)

    def _get(self, register: int) -> int:
        fixed = {WR_PTR: self._wr, OVF: self._ovf, RD_PTR: self._rd, PART: self.part_id, REVISION: 0x03}
        value = fixed.get(register, self._r[register])
        if register in (STATUS_1, STATUS_2):
            self._r[register] = 0
        return value

    def _set(self, register: int, value: int) -> None:
        if register == WR_PTR:
            self._wr = value & 31
            self._count = (self._wr - self._rd) & 31
        elif register == OVF:
            self._ovf = value & 31
        elif register == RD_PTR:
            self._rd = value & 31
            self._count = (self._wr - self._rd) & 31
        elif register == MODE and value & 0x40:
            self._power_up()
            self._r[STATUS_1] = 0  # a reset by the bus is no brown-out
        elif register == TEMP_EN:
            if value & 1 and self._converted_ns is None:
                self._converted_ns = self._clock.now_ns() + CONVERSION_NS
            self._r[TEMP_EN] = value & 1
        elif register not in (STATUS_1, STATUS_2, FIFO_DATA, TEMP_INT, TEMP_FRAC, PART, REVISION):
            self._r[register] = value
            if register in (MODE, SPO2, FIFO_CONFIG):
                self._begin_sampling()

    def _pop_byte(self) -> int:
        if not self._rest:
            self._rest = self._fifo[self._rd][: 3 * self._leds]
            if self._count > 0:
                self._rd = (self._rd + 1) & 31
                self._count -= 1
            self._ovf = 0
            self._r[STATUS_1] &= ~PPG_RDY & 0xFF
        byte, self._rest = self._rest[0], self._rest[1:]
        return byte

    # The sampling side.

    @property
    def _leds(self) -> int:
        return 1 if self._r[MODE] & 7 == 2 else 2

    @property
    def _running(self) -> bool:
        return self._r[MODE] & 7 in (2, 3, 7) and not self._r[MODE] & 0x80

    @property
    def rate_hz(self) -> float:
        """ADC samples a second of the chip's own clock; too fast a setting falls back to the highest possible."""
        width = self._r[SPO2] & 3
        most = (RATE_MAX_ONE_LED_HZ if self._leds == 1 else RATE_MAX_TWO_LEDS_HZ)[width]
        return float(min(RATES_HZ[(self._r[SPO2] >> 2) & 7], most))

    @property
    def _averaged(self) -> int:
        return int(min(32, 1 << (self._r[FIFO_CONFIG] >> 5)))

    def _begin_sampling(self) -> None:
        self._sampling_since_ns = self._clock.now_ns() if self._running else None
        self._next, self._sum = 1, (0, 0, 0)

    def _catch_up(self) -> None:
        now_ns = self._clock.now_ns()
        if self._converted_ns is not None and now_ns >= self._converted_ns:
            self._converted_ns = None
            whole = int(self.temperature_c // 1)
            self._r[TEMP_INT], self._r[TEMP_FRAC] = whole & 0xFF, int((self.temperature_c - whole) * 16)
            self._r[TEMP_EN] = 0
            self._r[STATUS_2] |= TEMP_RDY
        if self._sampling_since_ns is None:
            return
        step_ns = 1e9 / (self.rate_hz * (1.0 + self._clock_error))
        newest = int((now_ns - self._sampling_since_ns) / step_ns)
        averaged = self._averaged
        rollover = bool(self._r[FIFO_CONFIG] & 0x10)
        if rollover:  # after a long sleep only what can still be in the FIFO is worth making
            self._skip((newest - self._next) // averaged - 2 * DEPTH, averaged)
        while self._next <= newest:
            if not rollover and self._count == DEPTH:  # and with no room, nothing is
                self._skip((newest - self._next) // averaged - OVERFLOW_MAX, averaged)
            t_ns = self._sampling_since_ns + round(self._next * step_ns)
            red, ir = self._convert(t_ns)
            total_red, total_ir, count = self._sum
            self._sum = (total_red + red, total_ir + ir, count + 1)
            self._next += 1
            if count + 1 >= averaged:
                self._push(t_ns, self._sum[0] // averaged, self._sum[1] // averaged)
                self._sum = (0, 0, 0)

    def _skip(self, samples: int, averaged: int) -> None:
        if samples > 0:
            self._next += samples * averaged
            self.taken += samples
            self.lost += samples
            if self._r[FIFO_CONFIG] & 0x10:  # the pointers went round with them
                self._wr, self._rd = (self._wr + samples) & 31, (self._rd + samples) & 31

    def _convert(self, t_ns: int) -> tuple[int, int]:
        """The counts of the two slots: what the finger gives back, by the slot's current, and at most full scale."""
        red, ir = self._feed.counts((t_ns - self._start_ns) / 1e9)
        first, second = (ir, red) if self.swapped else (red, ir)
        unseen = (1 << (3 - (self._r[SPO2] & 3))) - 1  # shorter pulses give fewer bits, left-justified
        full = FEED_LED_CODE * ADC_STEPS_NA[self._r[SPO2] >> 5 & 3]
        first = _whole(first * self._r[RED_LED] * FEED_RANGE_NA / full)
        second = _whole(second * self._r[IR_LED] * FEED_RANGE_NA / full)
        return min(max(first, 0), 0x3FFFF) & ~unseen, min(max(second, 0), 0x3FFFF) & ~unseen

    def _push(self, t_ns: int, red: int, ir: int) -> None:
        self.taken += 1
        self._r[STATUS_1] |= PPG_RDY
        if self._count == DEPTH:
            self._ovf = min(OVERFLOW_MAX, self._ovf + 1)
            self.lost += 1
            if not self._r[FIFO_CONFIG] & 0x10:  # no rollover: the new sample finds no room
                return
            self._rd = (self._rd + 1) & 31
            self._count -= 1
        self._fifo[self._wr] = b"".join(self._word(value, i) for i, value in enumerate((red, ir)))
        self.sample_t_ns.append(t_ns)
        del self.sample_t_ns[:-4096]
        self._wr = (self._wr + 1) & 31
        self._count += 1
        if self._count >= DEPTH - (self._r[FIFO_CONFIG] & 0x0F):
            self._r[STATUS_1] |= A_FULL

    def _word(self, value: int, channel: int) -> bytes:
        junk = ((self.taken * 2 + channel + self._seed) * 2_654_435_761 >> 13) & 0x3F
        return (junk << 18 | value).to_bytes(3, "big")


def _whole(counts: float) -> int:
    """Down to a whole count; a float that is one but for its last digits is that one."""
    return math.floor(counts + 1e-6)
