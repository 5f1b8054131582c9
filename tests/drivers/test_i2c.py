from __future__ import annotations

import errno
import sys

import pytest
from smbus2 import i2c_msg

from drivers.errors import DeviceLost, DeviceNotFound, DevicePermission
from drivers.i2c import Device, Field, bus_name, open_bus
from drivers.sim.bus import SimBus


class Memory:
    """A chip of 256 plain registers."""

    def __init__(self) -> None:
        self.registers = bytearray(range(256))
        self.at = 0

    def write(self, data: bytes) -> None:
        self.at = data[0]
        for value in data[1:]:
            self.registers[self.at] = value
            self.at += 1

    def read(self, length: int) -> bytes:
        return bytes(self.registers[self.at : self.at + length])


class Shape:
    whole = Field(0x10)
    middle = Field(0x11, 5, 3)

    def __init__(self, device: Device) -> None:
        self.device = device


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def bus(memory: Memory) -> SimBus:
    return SimBus({0x20: memory})


@pytest.fixture
def device(bus: SimBus) -> Device:
    return Device(bus, 0x20, "pulse sensor", "/dev/i2c-1")


def test_a_bus_that_is_not_there_says_how_to_switch_i2c_on() -> None:
    with pytest.raises(DeviceNotFound) as caught:
        open_bus(250)
    assert str(caught.value) == ("I2C bus /dev/i2c-250 is not there: is I2C on? (sudo raspi-config, Interface, I2C)")
    assert isinstance(caught.value, FileNotFoundError)


def test_without_smbus2_the_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smbus2", None)
    with pytest.raises(ImportError, match="pip install smbus2"):
        open_bus(1)


def test_bus_names() -> None:
    assert bus_name(1) == "/dev/i2c-1"
    assert bus_name("sim") == "the simulated bus"


def test_a_narrow_field_leaves_its_neighbours_alone(memory: Memory, device: Device) -> None:
    memory.registers[0x11] = 0b1010_1010
    shape = Shape(device)
    assert shape.middle == 0b101
    shape.middle = 0b010
    assert memory.registers[0x11] == 0b1001_0010


def test_a_whole_field_is_written_in_one_transfer(bus: SimBus, device: Device, memory: Memory) -> None:
    before = bus.transfers
    Shape(device).whole = 0xA5
    assert (memory.registers[0x10], bus.transfers - before) == (0xA5, 1)


@pytest.mark.parametrize("value", [-1, 8])
def test_a_value_that_does_not_fit_names_the_field_and_writes_nothing(
    value: int, device: Device, memory: Memory
) -> None:
    with pytest.raises(ValueError, match=f"middle: expected 0 to 7, got {value}"):
        Shape(device).middle = value
    assert memory.registers == bytearray(range(256))


@pytest.mark.parametrize("length", [1, 32, 33, 192])
def test_a_block_of_any_length_is_one_transfer(length: int, bus: SimBus, device: Device) -> None:
    before = bus.transfers
    assert device.read_block(0x05, length) == bytes(range(5, 5 + length))
    assert bus.transfers - before == 1


def test_messages_of_smbus2_itself_are_filled(bus: SimBus, memory: Memory) -> None:
    answer = i2c_msg.read(0x20, 4)
    bus.i2c_rdwr(i2c_msg.write(0x20, [0x40, 9, 8, 7]), i2c_msg.write(0x20, [0x40]), answer)
    assert list(answer) == [9, 8, 7, 0x43]


def test_an_absent_address_answers_as_the_pis_adapter_does(bus: SimBus) -> None:
    with pytest.raises(OSError) as caught:
        bus.read_byte_data(0x57, 0)
    assert caught.value.errno == errno.EREMOTEIO


def test_faults_come_as_often_as_asked_and_then_stop(bus: SimBus) -> None:
    bus.fail(errno.ETIMEDOUT, 2)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            bus.read_byte_data(0x20, 0)
    assert bus.read_byte_data(0x20, 7) == 7


def test_not_found_is_worded_with_the_remedy(device: Device) -> None:
    expected = (
        "pulse sensor not found at 0x20 on /dev/i2c-1: is it wired, and is I2C on? (sudo raspi-config, Interface, I2C)"
    )
    for code in (errno.EREMOTEIO, errno.ENXIO, errno.EIO):
        assert str(device.not_found(OSError(code, "x"))) == expected
    assert "pull-up" in str(device.not_found(OSError(errno.ETIMEDOUT, "x")))
    denied = device.not_found(OSError(errno.EACCES, "x"))
    assert isinstance(denied, DevicePermission)
    assert "usermod -aG i2c" in str(denied)


def test_lost_is_worded_with_the_reason(device: Device) -> None:
    lost = device.lost(OSError(errno.EREMOTEIO, "x"))
    assert isinstance(lost, DeviceLost)
    assert str(lost) == (
        "pulse sensor at 0x20 on /dev/i2c-1 no longer answers (nothing acknowledges): has a wire come loose?"
    )
    assert "Protocol error" in str(device.lost(OSError(errno.EPROTO, "Protocol error")))
