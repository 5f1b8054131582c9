"""I2C: a bus that speaks smbus2's calls, registers as descriptors, and errno put into words."""

from __future__ import annotations

import errno
from typing import Any, Protocol, overload

from drivers.errors import DeviceLost, DeviceNotFound, DevicePermission, DriverError, LibraryMissing

REMEDY = "is it wired, and is I2C on? (sudo raspi-config, Interface, I2C)"
BLOCK_MAX = 32  # bytes of an SMBus block; more in one go needs i2c_rdwr

_REASONS = {
    errno.EREMOTEIO: "nothing acknowledges",
    errno.ENXIO: "nothing acknowledges",
    errno.EIO: "the transfer failed",
    errno.ETIMEDOUT: "the bus is stuck: is a wire shorted, or a pull-up missing?",
    errno.EAGAIN: "another master holds the bus",
    errno.EBUSY: "a kernel driver has taken this address",
}


class Bus(Protocol):
    """The calls of smbus2.SMBus that the drivers use. Each raises OSError as the adapter gives it."""

    def read_byte_data(self, i2c_addr: int, register: int) -> int:
        """One register."""

    def write_byte_data(self, i2c_addr: int, register: int, value: int) -> None:
        """Set one register."""

    def read_i2c_block_data(self, i2c_addr: int, register: int, length: int) -> list[int]:
        """1 to 32 registers from ``register`` on."""

    def i2c_rdwr(self, *i2c_msgs: Any) -> None:
        """Several smbus2.i2c_msg in one transaction, of any length."""

    def close(self) -> None:
        """Release the bus."""


def open_bus(number: int) -> Bus:
    """The bus /dev/i2c-number. DeviceNotFound, DevicePermission or LibraryMissing say what to do."""
    where = bus_name(number)
    try:
        from smbus2 import SMBus
    except ImportError as error:
        raise LibraryMissing(
            f"I2C bus {where}: expected the library smbus2, got {error}: pip install smbus2"
        ) from error
    try:
        bus: Bus = SMBus(number)
    except FileNotFoundError as error:
        raise DeviceNotFound(f"I2C bus {where} is not there: is I2C on? (sudo raspi-config, Interface, I2C)") from error
    except PermissionError as error:
        remedy = "sudo usermod -aG i2c $USER, then log in again"
        raise DevicePermission(f"I2C bus {where} may not be opened by this user: {remedy}") from error
    except OSError as error:
        raise DeviceNotFound(f"I2C bus {where} cannot be opened ({error.strerror or error}): {REMEDY}") from error
    return bus


def bus_name(number: int | str) -> str:
    """What messages call a bus: its file, or the simulated one."""
    return f"/dev/i2c-{number}" if isinstance(number, int) else "the simulated bus"


class Device:
    """One address on one bus; base of nothing, holder of registers: make a class of Fields around it.

    what: what messages call it ("pulse sensor"). where: the bus ("/dev/i2c-1").
    """

    def __init__(self, bus: Bus, address: int, what: str, where: str) -> None:
        self.bus, self.address, self.what, self.where = bus, address, what, where

    def read(self, register: int) -> int:
        """One register."""
        return self.bus.read_byte_data(self.address, register)

    def write(self, register: int, value: int) -> None:
        """Set one register."""
        self.bus.write_byte_data(self.address, register, value)

    def read_block(self, register: int, length: int) -> bytes:
        """``length`` bytes in ONE transaction, however many: nothing is split between two."""
        if length <= BLOCK_MAX:
            return bytes(self.bus.read_i2c_block_data(self.address, register, length))
        from smbus2 import i2c_msg

        answer = i2c_msg.read(self.address, length)
        self.bus.i2c_rdwr(i2c_msg.write(self.address, [register]), answer)
        return bytes(answer)

    def not_found(self, error: OSError) -> DriverError:
        """The worded error for a device that does not answer when it is opened."""
        if error.errno in (errno.EREMOTEIO, errno.ENXIO, errno.EIO):
            return DeviceNotFound(f"{self.what} not found at 0x{self.address:02x} on {self.where}: {REMEDY}")
        if error.errno in (errno.EACCES, errno.EPERM):
            remedy = "sudo usermod -aG i2c $USER, then log in again"
            return DevicePermission(
                f"{self.what} at 0x{self.address:02x} on {self.where} may not be used by this user: {remedy}"
            )
        return DeviceNotFound(f"{self.what} not found at 0x{self.address:02x} on {self.where} ({reason(error)})")

    def lost(self, error: OSError) -> DeviceLost:
        """The worded error for a device that used to answer."""
        return DeviceLost(
            f"{self.what} at 0x{self.address:02x} on {self.where} no longer answers ({reason(error)}): "
            "has a wire come loose?"
        )


def reason(error: OSError) -> str:
    """Why a transfer failed, in words; the system's own words where we have none."""
    return _REASONS.get(error.errno or 0, error.strerror or str(error))


class Registers(Protocol):
    """Whatever owns Fields: it has the device."""

    @property
    def device(self) -> Device:
        """The device whose registers these are."""


class Field:
    """Bits high..low of one register, read and set like an attribute.

    A field of all eight bits is written as it is; a narrower one is read, changed and written back. A value that does
    not fit raises ValueError before anything is written.
    """

    def __init__(self, register: int, high: int = 7, low: int = 0) -> None:
        self.register, self.low = register, low
        self.most = (1 << (high - low + 1)) - 1

    def __set_name__(self, owner: type, name: str) -> None:
        """Remember what it is called, for messages."""
        self.name = name

    @overload
    def __get__(self, registers: None, owner: type) -> Field: ...
    @overload
    def __get__(self, registers: Registers, owner: type) -> int: ...
    def __get__(self, registers: Registers | None, owner: type) -> Field | int:
        """The value on the chip now."""
        if registers is None:
            return self
        return (registers.device.read(self.register) >> self.low) & self.most

    def __set__(self, registers: Registers, value: int) -> None:
        """Set it on the chip."""
        if not 0 <= value <= self.most:
            raise ValueError(f"{self.name}: expected 0 to {self.most}, got {value}")
        device = registers.device
        if self.most != 0xFF:
            value = (device.read(self.register) & ~(self.most << self.low) & 0xFF) | value << self.low
        device.write(self.register, value)
