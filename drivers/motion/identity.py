"""Which motion sensor is it? What the WHO_AM_I registers of the two families say, and those of their neighbours.

The numbers are those of the chips' register maps (InvenSense, ST). Some chips share one: an LSM6DSO32 says 0x6C like an
LSM6DSO and cannot be told from it (its ranges are twice as wide, so that gravity reads as 4.9 m/s^2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """One driver's chips. others: sold for the same purpose, or found at the same address, and not driven by it."""

    name: str
    address: int
    other_address: int
    register: int
    chips: Mapping[int, str]
    others: Mapping[int, str]
    beware: str = ""

    def expected(self) -> str:
        """`0x68 (MPU-6050), 0x70 (MPU-6500)`: all that it knows."""
        *most, last = [f"0x{who:02x} ({chip})" for who, chip in self.chips.items()]
        return f"{', '.join(most)} or {last}"

    def stranger(self, who: int) -> str:
        """What answers instead, as far as its number tells."""
        if who in self.others:
            return f"0x{who:02x} ({self.others[who]}), which this driver does not know"
        return f"0x{who:02x}: is another device at this address?{self.beware}"


MPU6050 = Family(
    "mpu6050",
    address=0x68,
    other_address=0x69,
    register=0x75,
    chips={0x68: "MPU-6050", 0x70: "MPU-6500", 0x71: "MPU-9250", 0x73: "MPU-9255"},
    others={
        0x11: "ICM-20600",
        0x12: "ICM-20602",
        0x19: "MPU-6886",
        0x20: "ICM-20690",
        0x47: "ICM-42688",
        0x74: "MPU-6515",
        0x78: "MPU-6880",
        0x98: "ICM-20689",
        0xA6: "ICM-20609",
        0xAF: "ICM-20608",
    },
    beware=" (the clock DS3231 has 0x68 too, and so has the ICM-20948)",
)
LSM6DSOX = Family(
    "lsm6dsox",
    address=0x6A,
    other_address=0x6B,
    register=0x0F,
    chips={
        0x6C: "LSM6DSO, DSOX",
        0x6B: "LSM6DSR, ISM330DHCX",
        0x6A: "LSM6DSL, DSM, DS3TR-C",
        0x69: "LSM6DS3, DS33",
    },
    others={
        0x22: "LSM6DSO16IS",
        0x68: "LSM9DS1",
        0x6D: "LSM6DST",
        0x70: "LSM6DSV",
        0x71: "LSM6DSV16BX",
        0xD3: "L3G4200D",
        0xD4: "L3GD20",
        0xD7: "L3GD20H",
    },
)
FAMILIES = {family.name: family for family in (MPU6050, LSM6DSOX)}
