"""Adafruit's four-encoder board (5752) as it is spoken to: seesaw's modules and functions, asked now and read later.

Source: seesaw's reference and firmware (Adafruit_seesaw.h; Adafruit_seesawPeripheral, request and receive). A question
is two bytes, module and function; the answer is fetched by a transaction of its own, once the chip has had time for it.
Big-endian throughout. The firmware counts one a detent, down when turned clockwise; positions may be set.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.i2c import Device

ADDRESS, LAST_ADDRESS = 0x49, 0x50  # three solder jumpers
PRODUCT = 5752
HARDWARE_IDS = {0x84: "ATtiny806", 0x85: "ATtiny807", 0x86: "ATtiny816", 0x87: "ATtiny817"}
ANSWER_NS = 1_000_000  # the firmware answers within 250 us; a millisecond is kind to slow ones
RESET_NS = 20_000_000  # from a software reset until it acknowledges again; it needs about 10 ms
PUSH_PINS = (12, 14, 17, 9)  # of encoders 0 to 3, each to ground
PUSHES = sum(1 << pin for pin in PUSH_PINS)


@dataclass(frozen=True, slots=True)
class Question:
    """What can be asked: module, function, and the bytes of the answer."""

    module: int
    function: int
    size: int = 4


HARDWARE_ID = Question(0x00, 0x01, 1)
VERSION = Question(0x00, 0x02)  # product in the higher half, date of the firmware in the lower one
LEVELS = Question(0x01, 0x04)  # of all pins, one bit each
RESET, DIRECTION_IN, SET_HIGH, PULL_ON = (0x00, 0x7F), (0x01, 0x03), (0x01, 0x05), (0x01, 0x0B)


def position(encoder: int) -> Question:
    """Of an encoder, int32. Reading it takes nothing away, which reading its difference does."""
    return Question(0x11, 0x30 | encoder)


def ask(device: Device, question: Question) -> None:
    """The first half of a reading. Raises OSError."""
    send(device, (question.module, question.function), b"")


def answer(device: Device, question: Question) -> int:
    """The second half, ANSWER_NS or more after the first; without a sign. Raises OSError."""
    from smbus2 import i2c_msg

    message = i2c_msg.read(device.address, question.size)
    device.bus.i2c_rdwr(message)
    return int.from_bytes(bytes(message), "big")


def send(device: Device, where: tuple[int, int], data: bytes) -> None:
    """Bytes for a function of a module. Raises OSError."""
    from smbus2 import i2c_msg

    device.bus.i2c_rdwr(i2c_msg.write(device.address, [*where, *data]))


def send32(device: Device, where: tuple[int, int], value: int) -> None:
    """Four bytes for a function of a module. Raises OSError."""
    send(device, where, (value & 0xFFFFFFFF).to_bytes(4, "big"))


def signed32(value: int) -> int:
    """The same 32 bits as a signed number: also the shortest way round between two positions."""
    return ((value + 0x80000000) & 0xFFFFFFFF) - 0x80000000
