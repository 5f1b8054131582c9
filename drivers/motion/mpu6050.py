"""MPU-6050, 6500, 9250 or 9255 over I2C: registers, ranges, filter and FIFO of this family.

After MPU-6000/MPU-6050 Register Map (RM-MPU-6000A-00, rev 4.2) and MPU-6500 Register Map (RM-MPU-6500A-00, rev 2.1).
The FIFO overwrites its oldest bytes when it is full, and no sample ends where it does: then it is emptied. It starts
asleep, and after a brown-out it is asleep again (6050), or its FIFO is off (6500).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from struct import unpack

from drivers.errors import WrongDevice
from drivers.i2c import Device, Field
from drivers.motion.chip import STANDARD_GRAVITY, ImuChip, Look, Read
from drivers.motion.identity import MPU6050
from drivers.motion.imu import Imu
from drivers.names import Bench
from drivers.settings import MotionSettings

SAMPLE_BYTES = 12
RESET_READS = 300  # of 0.4 ms on a bus of 100 kHz: the 100 ms that the datasheet allows, and some
_SLEEP, _RESET, _CLOCK_GYRO = 0x40, 0x80, 0x01
_FIFO_ON, _FIFO_RESET = 0x40, 0x04
_GYRO_500, _ACCEL_4 = 0x08, 0x08
_GYRO_AND_ACCEL = 0x78


@dataclass(frozen=True, slots=True)
class _Model:
    """delays_ms: of the filter codes 2 (about 94 Hz) and 3 (about 43 Hz): acceleration's, rotation's."""

    fifo_bytes: int
    degree_codes: float
    zero_c: float
    has_own_accel_filter: bool
    delays_ms: dict[int, tuple[float, float]]


_6050 = _Model(1024, 340.0, 36.53, False, {2: (3.0, 2.8), 3: (4.9, 4.8)})
_6500 = _Model(512, 333.87, 21.0, True, {2: (7.8, 3.9), 3: (11.8, 5.9)})
_MODELS = {who: _6050 if who == 0x68 else _6500 for who in MPU6050.chips}


class Mpu6050Registers:
    """The registers that are used, by the datasheet's names."""

    divider = Field(0x19)  # of 1 kHz, less one
    config = Field(0x1A)  # DLPF_CFG 2..0
    gyro_config = Field(0x1B)
    accel_config = Field(0x1C)
    accel_config_2 = Field(0x1D)  # of the 6500
    fifo_enable = Field(0x23)
    user_control = Field(0x6A)
    power = Field(0x6B)
    who_am_i = Field(0x75)

    CONFIG = 0x19  # divider, config, gyro_config, accel_config: four in a row
    TEMPERATURE = 0x41
    POWER = 0x6A  # user_control, power
    FIFO_COUNT = 0x72
    FIFO_DATA = 0x74

    def __init__(self, device: Device) -> None:
        self.device = device


class Mpu6050:
    """An ImuChip. +-4 g and +-500 deg/s; the low-pass is below half the rate."""

    m_s2_a_code = STANDARD_GRAVITY / 8192.0
    rad_s_a_code = math.radians(1.0 / 65.5)
    burst = 4  # 48 bytes: 4.4 ms of a bus of 100 kHz

    def __init__(self, device: Device, rate_hz: int) -> None:
        self._registers = Mpu6050Registers(device)
        self.rate_hz = float(rate_hz)
        self._filter = 3 if rate_hz <= 100 else 2
        self._model = _6050
        self._emptying = False

    @property
    def delay_s(self) -> float:
        """See ImuChip. One for both: halfway between acceleration's and rotation's."""
        return 0.0005 * sum(self._model.delays_ms[self._filter])

    @property
    def holds(self) -> int:
        """See ImuChip."""
        return self._model.fifo_bytes // SAMPLE_BYTES

    def find(self) -> None:
        """See ImuChip."""
        registers, device = self._registers, self._registers.device
        who = registers.who_am_i
        if who not in _MODELS:
            raise WrongDevice(
                f"motion sensor at 0x{device.address:02x} on {device.where}: expected WHO_AM_I {MPU6050.expected()}, "
                f"got {MPU6050.stranger(who)}"
            )
        self._model = _MODELS[who]
        registers.power = _RESET
        if not any(not registers.power & _RESET for _ in range(RESET_READS)):
            raise WrongDevice(
                f"motion sensor at 0x{device.address:02x} on {device.where}: expected its reset to end, got none "
                f"after {RESET_READS} reads: take its power off"
            )

    def configure(self) -> None:
        """See ImuChip."""
        registers = self._registers
        registers.power = _CLOCK_GYRO
        registers.user_control = 0x00
        registers.fifo_enable = 0x00
        registers.divider, registers.config, registers.gyro_config, registers.accel_config = self._wanted
        if self._model.has_own_accel_filter:
            registers.accel_config_2 = self._filter
        registers.fifo_enable = _GYRO_AND_ACCEL
        self.empty()

    @property
    def _wanted(self) -> bytes:
        return bytes([round(1000 / self.rate_hz) - 1, self._filter, _GYRO_500, _ACCEL_4])

    def is_configured(self) -> bool:
        """See ImuChip."""
        device = self._registers.device
        return (
            device.read_block(Mpu6050Registers.CONFIG, 4) == self._wanted
            and device.read_block(Mpu6050Registers.POWER, 2) == bytes([_FIFO_ON, _CLOCK_GYRO])
            and self._registers.fifo_enable == _GYRO_AND_ACCEL
        )

    def empty(self) -> None:
        """See ImuChip. The FIFO is reset only while it is off."""
        self._emptying = True
        for value in (0x00, _FIFO_RESET, _FIFO_ON):
            self._registers.user_control = value
        self._emptying = False

    def look(self) -> Look:
        """See ImuChip. A count that is no whole number of samples is asked for twice: one may just be written."""
        if self._emptying:  # it was begun, and the bus failed
            self.empty()
            return Look(0, in_doubt=True)
        count = self._count()
        if count % SAMPLE_BYTES and count < self._model.fifo_bytes - SAMPLE_BYTES:
            count = self._count()
        if count % SAMPLE_BYTES or count > self._model.fifo_bytes - SAMPLE_BYTES:
            self.empty()
            return Look(0, in_doubt=True)
        return Look(count // SAMPLE_BYTES)

    def _count(self) -> int:
        high, low = self._registers.device.read_block(Mpu6050Registers.FIFO_COUNT, 2)
        return high << 8 | low

    def read(self, samples: int) -> Read:
        """See ImuChip. Big-endian; acceleration first, as the registers are in order.

        An empty FIFO gives ones (6500) or its last byte again and again (6050), and a chip without supply zeros.
        """
        data = self._registers.device.read_block(Mpu6050Registers.FIFO_DATA, samples * SAMPLE_BYTES)
        rows = [unpack(">6h", data[i : i + SAMPLE_BYTES]) for i in range(0, len(data), SAMPLE_BYTES)]
        return Read(rows, is_dubious=data[-1] in (0x00, 0xFF, data[-2]))

    def temperature_c(self) -> float:
        """See ImuChip."""
        (codes,) = unpack(">h", self._registers.device.read_block(Mpu6050Registers.TEMPERATURE, 2))
        return float(codes / self._model.degree_codes + self._model.zero_c)

    def sleep(self) -> None:
        """See ImuChip."""
        self._registers.power = _SLEEP


def make(settings: MotionSettings, bench: Bench) -> Imu:
    """The sensor of these settings, not yet opened; bus "sim" is the world's."""

    def chip_at(device: Device) -> ImuChip:
        return Mpu6050(device, settings.rate_hz)

    return Imu(settings, bench, MPU6050.address, MPU6050.other_address, chip_at)
