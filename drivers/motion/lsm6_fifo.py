"""The two FIFOs of the LSM6 family: words with tags (LSM6DSO, DSOX, DSR), or a pattern of bare words (LSM6DS3, DSL).

After LSM6DSOX datasheet (ST DS12814), chapters 9.5 to 9.8, 9.43 and 9.69, and AN5272 (FIFO); LSM6DS3 datasheet (ST
DocID026899), FIFO_CTRL1 to FIFO_DATA_OUT_H. Both overwrite their oldest words when they are full.
"""

from __future__ import annotations

from struct import unpack
from typing import Protocol

from drivers.i2c import Device
from drivers.motion.chip import Look, Read, Row

STATUS = 0x3A
_CONTINUOUS = 0x06
_RATES = {100: 0x04, 200: 0x05}
_DEAD = (b"\x00\x00", b"\xff\xff")  # a value that a chip without supply says


class Lsm6Fifo(Protocol):
    """One of the two."""

    @property
    def burst(self) -> int:
        """Samples in one read, at most."""

    @property
    def holds(self) -> int:
        """See ImuChip."""

    def stop(self) -> None:
        """Off, and with that empty."""

    def start(self) -> None:
        """Gyroscope and accelerometer, at the rate of both; the oldest is overwritten."""

    def is_started(self) -> bool:
        """Its registers are as start() has left them."""

    def look(self) -> Look:
        """See ImuChip."""

    def read(self, samples: int) -> Read:
        """See ImuChip."""


class TaggedFifo:
    """512 words of seven bytes: a tag that names the sensor and counts the time slots modulo 4, and three values.

    A sample is made of the two words of one slot; a slot that lacks one (overwritten, or its sensor was starting) is
    left out, and its number tells so.
    """

    WORDS, WORD_BYTES = 512, 7
    ROTATION, ACCELERATION = 0x01, 0x02  # TAG_SENSOR
    BATCH, MODE, DATA = 0x09, 0x0A, 0x78
    FULL = 0x40  # FIFO_OVR_IA of FIFO_STATUS2
    burst = 3  # 42 bytes
    holds = WORDS // 2

    def __init__(self, device: Device, rate_hz: int) -> None:
        self._device, self._batch = device, _RATES[rate_hz] << 4 | _RATES[rate_hz]
        self._half: dict[int, tuple[int, ...]] = {}  # of the slot that has begun, by sensor
        self._slot = 0

    def stop(self) -> None:
        """See Lsm6Fifo."""
        self._device.write(self.MODE, 0x00)
        self._half = {}

    def start(self) -> None:
        """See Lsm6Fifo."""
        self._device.write(self.BATCH, self._batch)
        self._device.write(self.MODE, _CONTINUOUS)

    def is_started(self) -> bool:
        """See Lsm6Fifo."""
        return self._device.read_block(self.BATCH, 2) == bytes([self._batch, _CONTINUOUS])

    def look(self) -> Look:
        """See ImuChip."""
        low, high = self._device.read_block(STATUS, 2)
        words = (high & 0x03) << 8 | low
        return Look((words + len(self._half)) // 2, in_doubt=bool(high & self.FULL))

    def read(self, samples: int) -> Read:
        """See ImuChip."""
        words = 2 * samples - len(self._half)
        try:
            data = self._device.read_block(self.DATA, words * self.WORD_BYTES)
        except OSError:
            self._half = {}
            raise
        rows: list[Row] = []
        slots: list[int] = []
        for i in range(0, len(data), self.WORD_BYTES):
            sensor, slot = data[i] >> 3, data[i] >> 1 & 3
            if slot != self._slot:
                self._half, self._slot = {}, slot
            if sensor in (self.ACCELERATION, self.ROTATION):  # no other was asked for
                self._half[sensor] = unpack("<3h", data[i + 1 : i + self.WORD_BYTES])
            if self.ACCELERATION in self._half and self.ROTATION in self._half:
                ax, ay, az = self._half[self.ACCELERATION]
                rx, ry, rz = self._half[self.ROTATION]
                rows.append((ax, ay, az, rx, ry, rz))
                slots.append(slot)
                self._half = {}
        return Read(rows, slots, is_dubious=len(rows) < samples or data[-2:] in _DEAD)


class PlainFifo:
    """Words of two bytes, in a pattern of six: rotation x, y, z, acceleration x, y, z."""

    PATTERN = 6
    DECIMATION, DECIMATION_OF_OTHERS, MODE, DATA = 0x08, 0x09, 0x0A, 0x3E
    FULL = 0x40  # OVER_RUN of FIFO_STATUS2
    EVERY_ONE = 0x09  # DEC_FIFO_GYRO, DEC_FIFO_XL: no decimation
    burst = 4  # 48 bytes

    def __init__(self, device: Device, rate_hz: int, words: int) -> None:
        self._device, self._words = device, words
        self._mode = _RATES[rate_hz] << 3 | _CONTINUOUS
        self.holds = words // self.PATTERN

    def stop(self) -> None:
        """See Lsm6Fifo."""
        self._device.write(self.MODE, 0x00)

    def start(self) -> None:
        """See Lsm6Fifo."""
        self._device.write(self.DECIMATION, self.EVERY_ONE)
        self._device.write(self.DECIMATION_OF_OTHERS, 0x00)
        self._device.write(self.MODE, self._mode)

    def is_started(self) -> bool:
        """See Lsm6Fifo."""
        return self._device.read_block(self.DECIMATION, 3) == bytes([self.EVERY_ONE, 0x00, self._mode])

    def look(self) -> Look:
        """See ImuChip. What is left of a sample that was read or overwritten in part is thrown away."""
        words, at, full = self._status()
        if at >= self.PATTERN:  # no place in it: whatever answers is not the FIFO
            return Look(0, in_doubt=True)
        if at and words >= self.PATTERN - at:
            self._device.read_block(self.DATA, 2 * (self.PATTERN - at))
            words, at, _ = self._status()
            full = True
        return Look(0 if at else words // self.PATTERN, in_doubt=full)

    def _status(self) -> tuple[int, int, bool]:
        """Words in it, the place of the next one in the pattern, and whether it is full."""
        low, high, pattern, more = self._device.read_block(STATUS, 4)
        words = (high & 0x0F) << 8 | low
        full = bool(high & self.FULL)
        if full and words == 0:  # one more than its bits can tell
            words = self._words - self.PATTERN
        return words, (more & 0x03) << 8 | pattern, full

    def read(self, samples: int) -> Read:
        """See ImuChip."""
        data = self._device.read_block(self.DATA, 2 * self.PATTERN * samples)
        rows: list[Row] = []
        for i in range(0, len(data), 2 * self.PATTERN):
            rx, ry, rz, ax, ay, az = unpack("<6h", data[i : i + 2 * self.PATTERN])
            rows.append((ax, ay, az, rx, ry, rz))
        return Read(rows, is_dubious=data[-2:] in _DEAD)
