"""The simulated bus below the real smbus2: what it asks of /dev/i2c-N by ioctl is answered by a SimBus."""

from __future__ import annotations

import ctypes
import errno
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from smbus2 import SMBus, smbus2

if TYPE_CHECKING:
    from drivers.sim.bus import SimBus
    from drivers.sim.world import World

SHIM = "DARKROOM_TEST_I2C_SHIM"  # the shim that this process was started with (LD_PRELOAD)
_OPEN, _TRANSFER, _SMBUS = range(3)  # of i2c_shim.c


class _Wired:
    """A World whose bus is reached as on a Pi."""

    def __init__(self, world: World, number: int) -> None:
        self._world, self._number = world, number

    @property
    def bus(self) -> SMBus:
        """Opened anew, as a driver does it."""
        return SMBus(self._number)

    def __getattr__(self, name: str) -> Any:
        """The rest is the World's."""
        return getattr(self._world, name)


class I2cPath:
    """Answers the ioctls of /dev/i2c-N. buses: those that are there; refused: errno of opening one."""

    def __init__(self) -> None:
        self.buses: dict[int, SimBus] = {}
        self.refused: dict[int, int] = {}
        self.asked = 0
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
        self._handler = kind(self._answer)  # kept: the shim holds no reference
        ctypes.CDLL(os.environ[SHIM]).i2c_shim_handle(self._handler)

    def connect(self, bus: SimBus) -> int:
        """The number of its /dev/i2c-N, the same each time."""
        number = next((number for number, known in self.buses.items() if known is bus), len(self.buses))
        self.buses[number] = bus
        return number

    def _answer(self, kind: int, number: int, address: int, argument: int) -> int:
        self.asked += 1
        try:
            if kind == _OPEN:
                return -self.refused.get(number, 0 if number in self.buses else errno.ENOENT)
            bus = self.buses[number]
            if kind == _TRANSFER:
                transfer = smbus2.i2c_rdwr_ioctl_data.from_address(argument)
                bus.i2c_rdwr(*(transfer.msgs[k] for k in range(transfer.nmsgs)))
                return int(transfer.nmsgs)
            _smbus(bus, address, smbus2.i2c_smbus_ioctl_data.from_address(argument))
        except OSError as error:
            return -(error.errno or errno.EIO)
        return 0


def _smbus(bus: SimBus, address: int, asked: Any) -> None:
    """What the kernel makes of an SMBus call on an adapter that only knows I2C; the calls that drivers make."""
    data = asked.data.contents
    is_read = asked.read_write == smbus2.I2C_SMBUS_READ
    if asked.size == smbus2.I2C_SMBUS_BYTE_DATA and is_read:
        data.byte = bus.read_byte_data(address, asked.command)
    elif asked.size == smbus2.I2C_SMBUS_BYTE_DATA:
        bus.write_byte_data(address, asked.command, data.byte)
    elif asked.size == smbus2.I2C_SMBUS_I2C_BLOCK_DATA and is_read:
        answer = bus.read_i2c_block_data(address, asked.command, data.block[0])
        data.block[1 : len(answer) + 1] = answer
    else:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))


@cache
def i2c_path() -> I2cPath:
    """The one of this process, which was started with the shim."""
    return I2cPath()


def wired(world: World) -> Any:
    """The World as a driver's test reaches it: as it is, or through the ioctls where this process has the shim."""
    return _Wired(world, i2c_path().connect(world.bus)) if SHIM in os.environ else world
