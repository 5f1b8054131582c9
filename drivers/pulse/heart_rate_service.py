"""The bytes of Bluetooth's heart rate service: what one measurement of a chest strap says.

Source: Bluetooth SIG, Heart Rate Service 1.0, section 3.1, and GATT Specification Supplement, Heart Rate Measurement.
"""

from __future__ import annotations

from dataclasses import dataclass

SERVICE = "0000180d-0000-1000-8000-00805f9b34fb"
MEASUREMENT = "00002a37-0000-1000-8000-00805f9b34fb"
TICKS_PER_S = 1024  # intervals are counted in 1/1024 s
WIDE, TOUCHES, FEELS, ENERGY, INTERVALS = 0x01, 0x02, 0x04, 0x08, 0x10  # the flags, by bit


@dataclass(frozen=True, slots=True)
class Measurement:
    """One notification. contact: the strap touches skin; None where it cannot tell. rr_s: intervals from R wave to
    R wave in s, oldest first, the newest ending at the last beat that the strap knows; empty when none ended."""

    rate_bpm: int
    rr_s: tuple[float, ...] = ()
    contact: bool | None = None


def read_measurement(data: bytes | bytearray) -> Measurement | None:
    """What the bytes of characteristic 0x2A37 say; None where they end too early to be one."""
    if not data:
        return None
    flags = data[0]
    at = 3 if flags & WIDE else 2
    if len(data) < at:
        return None
    rate = int.from_bytes(data[1:at], "little")
    if flags & ENERGY:
        at += 2
    left = data[at:] if flags & INTERVALS else b""
    if len(data) < at or len(left) % 2:
        return None
    ticks = (int.from_bytes(left[i : i + 2], "little") for i in range(0, len(left), 2))
    contact = bool(flags & TOUCHES) if flags & FEELS else None
    return Measurement(rate, tuple(tick / TICKS_PER_S for tick in ticks), contact)
