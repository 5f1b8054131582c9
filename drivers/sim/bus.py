"""A simulated I2C bus with smbus2's calls: the real drivers run on it, and it fails as a Pi's does."""

from __future__ import annotations

import ctypes
import errno
import os
from collections import deque
from collections.abc import Mapping
from random import Random
from typing import Any, Protocol

_READ = 0x0001  # I2C_M_RD of linux/i2c.h


class Chip(Protocol):
    """A device at one address. A transaction is writes and reads; the first byte written is the register."""

    def write(self, data: bytes) -> None:
        """Bytes from the master."""

    def read(self, length: int) -> bytes:
        """Bytes for the master. May raise OSError: the chip does not acknowledge."""


class SimBus:
    """smbus2.SMBus, as far as the drivers use it, over simulated chips.

    An address where nothing is answers EREMOTEIO, as the Pi's adapter (i2c-bcm2835) does. close() changes nothing: the
    world goes on, and the bus may be used again, as after a fresh SMBus().
    """

    def __init__(self, devices: Mapping[int, Chip]) -> None:
        self.devices: dict[int, Chip] = dict(devices)
        self.transfers = 0
        self._faults: deque[int] = deque()
        self._late_faults: deque[int] = deque()
        self._share, self._share_code, self._random = 0.0, 0, Random(0)

    def fail(self, code: int, times: int = 1, late: bool = False) -> None:
        """The next ``times`` transfers raise OSError(code) before they reach a chip; late: reads, after they did.

        A late one has popped the FIFO and cleared the flags, and what it read is gone: a disturbed last byte.
        """
        (self._late_faults if late else self._faults).extend([code] * times)

    def fail_share(self, code: int, share: float, seed: int = 0) -> None:
        """From now on this share of all transfers, 0 to 1, raises OSError(code) before it reaches a chip."""
        self._share, self._share_code, self._random = share, code, Random(seed)

    def heal(self) -> None:
        """Forget the faults that are still to come."""
        self._faults.clear()
        self._late_faults.clear()
        self._share = 0.0

    def read_byte_data(self, i2c_addr: int, register: int, force: bool | None = None) -> int:
        """One register."""
        del force
        return self._read(i2c_addr, register, 1)[0]

    def write_byte_data(self, i2c_addr: int, register: int, value: int, force: bool | None = None) -> None:
        """Set one register."""
        del force
        self._begin(i2c_addr).write(bytes([register, value]))

    def read_i2c_block_data(self, i2c_addr: int, register: int, length: int, force: bool | None = None) -> list[int]:
        """1 to 32 bytes from a register on."""
        del force
        if not 1 <= length <= 32:
            raise ValueError(f"Desired block length over 32 bytes: {length}")
        return list(self._read(i2c_addr, register, length))

    def i2c_rdwr(self, *i2c_msgs: Any) -> None:
        """smbus2.i2c_msg objects, read ones are filled in place."""
        chips = [self._begin(i2c_msgs[0].addr)] + [self._chip(m.addr) for m in i2c_msgs[1:]] if i2c_msgs else []
        for chip, message in zip(chips, i2c_msgs, strict=True):
            if message.flags & _READ:
                ctypes.memmove(message.buf, self._late(chip.read(message.len)), message.len)
            else:
                chip.write(ctypes.string_at(message.buf, message.len))

    def close(self) -> None:
        """Harmless: the simulated world stays."""

    def _read(self, address: int, register: int, length: int) -> bytes:
        chip = self._begin(address)
        chip.write(bytes([register]))
        return self._late(chip.read(length))

    def _late(self, data: bytes) -> bytes:
        if self._late_faults:
            raise _error(self._late_faults.popleft())
        return data

    def _begin(self, address: int) -> Chip:
        self.transfers += 1
        if self._faults:
            raise _error(self._faults.popleft())
        if self._share and self._random.random() < self._share:
            raise _error(self._share_code)
        return self._chip(address)

    def _chip(self, address: int) -> Chip:
        try:
            return self.devices[address]
        except KeyError:
            raise _error(errno.EREMOTEIO) from None


def _error(code: int) -> OSError:
    return OSError(code, os.strerror(code))
