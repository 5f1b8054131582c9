"""An LSM6DSOX at register level (or a DSL or DS3, by its WHO_AM_I), so that the real driver runs on it.

After the LSM6DSOX datasheet (ST DS12814) and the LSM6DS3 datasheet (ST DocID026899): after power-up both sensors and
the FIFO are off; the newer chips batch words with tags, the older ones bare words in a pattern; a full FIFO overwrites.
"""

from __future__ import annotations

import math
from collections import deque

from drivers.clock import Clock
from drivers.sim.handheld import GRAVITY_M_S2
from drivers.sim.imu_sampling import Moved, Sampling, codes

WHO_AM_I, CTRL1_XL, CTRL2_G, CTRL3_C, OUT_TEMP, FIFO_STATUS = 0x0F, 0x10, 0x11, 0x12, 0x20, 0x3A
MODE, TAGGED_BATCH, PLAIN_DECIMATION, PLAIN_DATA, TAGGED_DATA = 0x0A, 0x09, 0x08, 0x3E, 0x78
RATES_HZ = {4: 104.0, 5: 208.0}
ACCEL_MG = {0: 0.061, 2: 0.122, 3: 0.244, 1: 0.488}  # a code, by FS_XL
GYRO_MDPS = {0: 8.75, 1: 17.5, 2: 35.0, 3: 70.0}  # a code, by FS_G
CONTINUOUS, WHOLE, NEXT, SOFT_RESET, OVER_RUN = 6, 0x40, 0x04, 0x01, 0x40
WORDS = {0x6C: 512, 0x6B: 512, 0x6A: 2048, 0x69: 4096}


class Lsm6dsox:
    """Registers and FIFO. Time passes when the bus touches it: it catches up with clock.now_ns() first.

    ``sampling.t_ns`` are the true times of all samples, ``lost`` counts those that the FIFO overwrote.
    """

    def __init__(
        self, moved: Moved, clock: Clock, start_ns: int, clock_error: float = 0.008, who_am_i: int = 0x6C
    ) -> None:
        self._moved, self._clock, self._start_ns = moved, clock, start_ns
        self.who_am_i = who_am_i
        self.is_tagged = who_am_i in (0x6C, 0x6B)
        self.words = WORDS.get(who_am_i, 512)
        self.temperature_c = 29.0
        self.sampling = Sampling(clock_error)
        self.lost = 0
        self._power_up()

    def _power_up(self) -> None:
        self._r = bytearray(256)
        self._r[CTRL3_C] = NEXT
        self._fifo: deque[bytes] = deque()
        self._is_over_run = False
        self._slot = 0
        self._pattern = 0  # place of the next word to be read
        self._rest = b""  # of a word that was read in part
        self._register = 0
        self.sampling.stop()

    def brown_out(self) -> None:
        """The supply dips: every register is as after power-up, the FIFO is gone."""
        self._catch_up()
        self._power_up()

    def write(self, data: bytes) -> None:
        """First the register, then its values."""
        self._catch_up()
        self._rest = b""
        self._register = data[0] if data else self._register
        for value in data[1:]:
            self._set(self._register, value)
            self._register += 1

    def read(self, length: int) -> bytes:
        """From the register that was written last; at the FIFO it goes round its output registers."""
        self._catch_up()
        out = bytearray()
        first = TAGGED_DATA if self.is_tagged else PLAIN_DATA
        if self._register == first:
            while len(out) < length:
                out += self._pop()
            return bytes(out[:length])
        status = self._status()
        temperature = round((self.temperature_c - 25.0) * (16 if self.who_am_i == 0x69 else 256))
        fixed = {WHO_AM_I: self.who_am_i, OUT_TEMP: temperature & 0xFF, OUT_TEMP + 1: temperature >> 8 & 0xFF}
        for _ in range(length):
            out.append(status.get(self._register, fixed.get(self._register, self._r[self._register])))
            self._register += 1
        return bytes(out)

    def _status(self) -> dict[int, int]:
        count = len(self._fifo)
        bits = 0x03 if self.is_tagged else 0x0F if self.who_am_i == 0x69 else 0x07
        status = {FIFO_STATUS: count & 0xFF, FIFO_STATUS + 1: count >> 8 & bits | OVER_RUN * self._is_over_run}
        return status if self.is_tagged else {**status, FIFO_STATUS + 2: self._pattern, FIFO_STATUS + 3: 0}

    def _pop(self) -> bytes:
        if not self._fifo:
            return bytes(7 if self.is_tagged else 2)
        self._is_over_run = False
        self._pattern = (self._pattern + 1) % 6
        return self._fifo.popleft()

    def _set(self, register: int, value: int) -> None:
        if register == CTRL3_C and value & SOFT_RESET:
            self._power_up()
            return
        before, self._r[register] = self._r[register], value
        if register in (CTRL1_XL, CTRL2_G) and value != before:
            self.sampling.stop()
            rate_hz = RATES_HZ.get(self._r[CTRL1_XL] >> 4)
            if rate_hz and self._r[CTRL2_G] >> 4 == self._r[CTRL1_XL] >> 4:
                if self.is_tagged:
                    rate_hz *= 6667 / 6656
                self.sampling.start(self._clock.now_ns(), rate_hz)
        if register == MODE and value & 7 == 0:
            self._fifo.clear()
            self._is_over_run, self._pattern = False, 0

    @property
    def _is_batching(self) -> bool:
        rate = self._r[CTRL1_XL] >> 4
        if self._r[MODE] & 7 != CONTINUOUS:
            return False
        if self.is_tagged:
            return self._r[TAGGED_BATCH] == rate << 4 | rate
        return self._r[PLAIN_DECIMATION] == 0x09 and self._r[MODE] >> 3 == rate

    def _catch_up(self) -> None:
        times = self.sampling.due(self._clock.now_ns())
        holds = self.words // (2 if self.is_tagged else 6) + 2
        if self._is_batching:  # what will be overwritten within this look need not be made
            over = max(0, len(times) - holds)
            self.lost += over
            self._slot = (self._slot + over) & 3
        for t_ns in times[-holds:]:
            if self._is_batching:
                self._take(t_ns)

    def _take(self, t_ns: int) -> None:
        acceleration, rotation = self._moved.at((t_ns - self._start_ns) / 1e9)
        a_code = 1e-3 * ACCEL_MG[self._r[CTRL1_XL] >> 2 & 3] * GRAVITY_M_S2
        r_code = math.radians(1e-3 * GYRO_MDPS[self._r[CTRL2_G] >> 2 & 3])
        words = [value.to_bytes(2, "little", signed=True) for value in codes(rotation, r_code)]
        words += [value.to_bytes(2, "little", signed=True) for value in codes(acceleration, a_code)]
        if self.is_tagged:
            tags = [sensor << 3 | self._slot << 1 for sensor in (0x01, 0x02)]
            tags = [tag | tag.bit_count() & 1 for tag in tags]  # TAG_PARITY makes the ones even
            words = [bytes([tag]) + b"".join(words[3 * i : 3 * i + 3]) for i, tag in enumerate(tags)]
        self._slot = (self._slot + 1) & 3
        self._fifo.extend(words)
        self._is_over_run |= len(self._fifo) >= self.words
        if len(self._fifo) > self.words:
            self.lost += 1
        while len(self._fifo) > self.words:
            self._fifo.popleft()
            self._pattern = (self._pattern + 1) % 6
