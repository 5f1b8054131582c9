"""An MPU-6050 at register level (or a 6500, by its WHO_AM_I), so that the real driver runs on it.

After RM-MPU-6000A-00, rev 4.2, and RM-MPU-6500A-00, rev 2.1: it wakes up asleep (the 6500 does not), the FIFO holds
1024 bytes (512) and overwrites the oldest, so that a sample is torn, and it is reset only while it is off.
"""

from __future__ import annotations

import math

from drivers.clock import Clock
from drivers.sim.handheld import GRAVITY_M_S2
from drivers.sim.imu_sampling import Moved, Sampling, codes

DIVIDER, CONFIG, GYRO_CONFIG, ACCEL_CONFIG, FIFO_EN = 0x19, 0x1A, 0x1B, 0x1C, 0x23
INT_ENABLE, INT_STATUS, ACCEL_OUT, TEMP_OUT, GYRO_OUT = 0x38, 0x3A, 0x3B, 0x41, 0x43
USER_CTRL, PWR_MGMT_1, FIFO_COUNT, FIFO_R_W, WHO_AM_I = 0x6A, 0x6B, 0x72, 0x74, 0x75
RESET, SLEEP, FIFO_ON, FIFO_RESET, OVERFLOW = 0x80, 0x40, 0x40, 0x04, 0x10
SAMPLED = ((ACCEL_OUT, 6, 0x08), (TEMP_OUT, 2, 0x80), (GYRO_OUT, 2, 0x40), (0x45, 2, 0x20), (0x47, 2, 0x10))


class Mpu6050:
    """Registers and FIFO. Time passes when the bus touches it: it catches up with clock.now_ns() first.

    delay_s: of its filters: a sample holds the motion of so long ago. ``sampling.t_ns`` are the true times of all
    samples, ``lost`` counts those that the FIFO overwrote, whole or in part.
    """

    def __init__(
        self,
        moved: Moved,
        clock: Clock,
        start_ns: int,
        clock_error: float = 0.008,
        who_am_i: int = 0x68,
        delay_s: float = 0.00485,
    ) -> None:
        self._moved, self._clock, self._start_ns = moved, clock, start_ns
        self.who_am_i, self.delay_s = who_am_i, delay_s
        self.depth = 1024 if who_am_i == 0x68 else 512
        self.temperature_c = 33.0
        self.sampling = Sampling(clock_error)
        self.lost = 0
        self._power_up()

    def _power_up(self) -> None:
        self._r = bytearray(256)
        self._r[PWR_MGMT_1] = SLEEP if self.who_am_i == 0x68 else 0x01
        self._fifo = bytearray()
        self._register = 0
        self.sampling.stop()

    def brown_out(self) -> None:
        """The supply dips: every register is as after power-up, the FIFO is gone."""
        self._catch_up()
        self._power_up()

    def write(self, data: bytes) -> None:
        """First the register, then its values; the register moves on, except at the FIFO."""
        self._catch_up()
        self._register = data[0] if data else self._register
        for value in data[1:]:
            self._set(self._register, value)
            self._register += self._register != FIFO_R_W

    def read(self, length: int) -> bytes:
        """From the register that was written last."""
        self._catch_up()
        count = len(self._fifo).to_bytes(2, "big")  # FIFO_COUNT_H latches both
        out = bytearray()
        for _ in range(length):
            if self._register == FIFO_R_W:
                out.append(self._fifo.pop(0) if self._fifo else 0)
                continue
            if self._register in (FIFO_COUNT, FIFO_COUNT + 1):
                out.append(count[self._register - FIFO_COUNT])
            else:
                out.append(self.who_am_i if self._register == WHO_AM_I else self._r[self._register])
            if self._register == INT_STATUS:
                self._r[INT_STATUS] = 0
            self._register += 1
        return bytes(out)

    def _set(self, register: int, value: int) -> None:
        if register == PWR_MGMT_1 and value & RESET:
            self._power_up()
            return
        if register == USER_CTRL and value & FIFO_RESET:
            if not value & FIFO_ON:
                self._fifo.clear()
            value &= ~FIFO_RESET
        before, self._r[register] = self._r[register], value
        if register in (PWR_MGMT_1, DIVIDER, CONFIG) and value != before:
            self.sampling.stop()
            if not self._r[PWR_MGMT_1] & SLEEP:
                base_hz = 1000.0 if 1 <= self._r[CONFIG] & 7 <= 6 else 8000.0
                self.sampling.start(self._clock.now_ns(), base_hz / (1 + self._r[DIVIDER]))

    def _catch_up(self) -> None:
        times = self.sampling.due(self._clock.now_ns())
        holds = self.depth // 12 + 2
        for old in (True, False):
            some = times[:-holds] if old else times[-holds:]
            for t_ns in some:
                self._take(t_ns, old)

    def _take(self, t_ns: int, is_overwritten: bool) -> None:
        enabled = self._r[FIFO_EN] if self._r[USER_CTRL] & FIFO_ON else 0
        if is_overwritten:
            self.lost += bool(enabled)
            return
        acceleration, rotation = self._moved.at((t_ns - self._start_ns) / 1e9 - self.delay_s)
        g_codes = 16384 >> (self._r[ACCEL_CONFIG] >> 3 & 3)
        degree_codes = 131.0 / (1 << (self._r[GYRO_CONFIG] >> 3 & 3))
        scale, zero_c = (340.0, 36.53) if self.who_am_i == 0x68 else (333.87, 21.0)
        values = codes(acceleration, GRAVITY_M_S2 / g_codes)
        values += [round((self.temperature_c - zero_c) * scale)]
        values += codes(rotation, math.radians(1.0 / degree_codes))
        self._r[ACCEL_OUT : ACCEL_OUT + 14] = b"".join(value.to_bytes(2, "big", signed=True) for value in values)
        for register, length, bit in SAMPLED:
            if enabled & bit:
                self._fifo += self._r[register : register + length]
        if (over := len(self._fifo) - self.depth) > 0:
            del self._fifo[:over]
            self.lost += 1
            self._r[INT_STATUS] |= self._r[INT_ENABLE] & OVERFLOW
