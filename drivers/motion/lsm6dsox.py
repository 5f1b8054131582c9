"""LSM6DSOX and its family over I2C (LSM6DSO, DSR, DSL, DSM, DS3): registers, ranges, and which FIFO it has.

After the LSM6DSOX datasheet (ST DS12814) and the LSM6DS3 datasheet (ST DocID026899): registers 0x0F to 0x20 are the
same in all of them. After a brown-out all are back at their defaults: both sensors off, and the FIFO too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from struct import unpack

from drivers.errors import WrongDevice
from drivers.i2c import Device, Field
from drivers.motion.chip import STANDARD_GRAVITY, ImuChip, Look, Read
from drivers.motion.identity import LSM6DSOX
from drivers.motion.imu import Imu
from drivers.motion.lsm6_fifo import Lsm6Fifo, PlainFifo, TaggedFifo
from drivers.names import Bench
from drivers.settings import MotionSettings

RESET_READS = 50  # of 0.4 ms on a bus of 100 kHz; the datasheet says 50 us
_RATES = {100: 0x40, 200: 0x50}  # ODR_XL, ODR_G: 104 and 208 Hz
_ACCEL_4, _GYRO_500 = 0x08, 0x04
_WHOLE_AND_NEXT, _RESET = 0x44, 0x01  # BDU, IF_INC; SW_RESET


@dataclass(frozen=True, slots=True)
class _Model:
    """rate: of the nominal 100. words: of a FIFO without tags; 0 has tags."""

    rate_hz: float
    words: int
    degree_codes: float


_MODELS = {
    0x6C: _Model(6667 / 64, 0, 256.0),  # the rate: INTERNAL_FREQ_FINE
    0x6B: _Model(6667 / 64, 0, 256.0),
    0x6A: _Model(104.0, 2048, 256.0),
    0x69: _Model(104.0, 4096, 16.0),
}


class Lsm6Registers:
    """The registers that are used, by the datasheet's names."""

    who_am_i = Field(0x0F)
    ctrl1_xl = Field(0x10)
    ctrl2_g = Field(0x11)
    ctrl3_c = Field(0x12)
    reset = Field(0x12, 0, 0)

    CONTROL = 0x10  # CTRL1_XL, CTRL2_G, CTRL3_C: three in a row
    TEMPERATURE = 0x20

    def __init__(self, device: Device) -> None:
        self.device = device


class Lsm6:
    """An ImuChip. +-4 g and +-500 deg/s. Its low-pass at half the rate lags by some 3 ms, which no datasheet tells."""

    m_s2_a_code = 0.122e-3 * STANDARD_GRAVITY
    rad_s_a_code = math.radians(17.5e-3)
    delay_s = 0.0

    def __init__(self, device: Device, rate_hz: int) -> None:
        self._registers = Lsm6Registers(device)
        self._nominal_hz = rate_hz
        self._model = _MODELS[0x6C]
        self._fifo: Lsm6Fifo = TaggedFifo(device, rate_hz)
        self._wanted = bytes([_RATES[rate_hz] | _ACCEL_4, _RATES[rate_hz] | _GYRO_500, _WHOLE_AND_NEXT])

    @property
    def rate_hz(self) -> float:
        """See ImuChip."""
        return self._model.rate_hz * self._nominal_hz / 100.0

    @property
    def burst(self) -> int:
        """See ImuChip."""
        return self._fifo.burst

    @property
    def holds(self) -> int:
        """See ImuChip."""
        return self._fifo.holds

    def find(self) -> None:
        """See ImuChip."""
        registers, device = self._registers, self._registers.device
        who = registers.who_am_i
        if who not in _MODELS:
            raise WrongDevice(
                f"motion sensor at 0x{device.address:02x} on {device.where}: expected WHO_AM_I {LSM6DSOX.expected()}, "
                f"got {LSM6DSOX.stranger(who)}"
            )
        self._model = _MODELS[who]
        words = self._model.words
        self._fifo = PlainFifo(device, self._nominal_hz, words) if words else TaggedFifo(device, self._nominal_hz)
        registers.ctrl3_c = _WHOLE_AND_NEXT | _RESET
        if all(registers.reset for _ in range(RESET_READS)):
            raise WrongDevice(
                f"motion sensor at 0x{device.address:02x} on {device.where}: expected its reset to end, got none "
                f"after {RESET_READS} reads: take its power off"
            )

    def configure(self) -> None:
        """See ImuChip."""
        registers = self._registers
        self._fifo.stop()
        registers.ctrl3_c = self._wanted[2]
        registers.ctrl1_xl = self._wanted[0]
        registers.ctrl2_g = self._wanted[1]
        self._fifo.start()

    def is_configured(self) -> bool:
        """See ImuChip."""
        control = self._registers.device.read_block(Lsm6Registers.CONTROL, 3)
        return control == self._wanted and self._fifo.is_started()

    def look(self) -> Look:
        """See ImuChip."""
        return self._fifo.look()

    def empty(self) -> None:
        """See ImuChip. A failure between the two is seen as a FIFO that is off, and mended as one."""
        self._fifo.stop()
        self._fifo.start()

    def read(self, samples: int) -> Read:
        """See ImuChip."""
        return self._fifo.read(samples)

    def temperature_c(self) -> float:
        """See ImuChip."""
        (codes,) = unpack("<h", self._registers.device.read_block(Lsm6Registers.TEMPERATURE, 2))
        return float(25.0 + codes / self._model.degree_codes)

    def sleep(self) -> None:
        """See ImuChip."""
        self._registers.ctrl1_xl = 0x00
        self._registers.ctrl2_g = 0x00


def make(settings: MotionSettings, bench: Bench) -> Imu:
    """The sensor of these settings, not yet opened; bus "sim" is the world's."""

    def chip_at(device: Device) -> ImuChip:
        return Lsm6(device, settings.rate_hz)

    return Imu(settings, bench, LSM6DSOX.address, LSM6DSOX.other_address, chip_at)
