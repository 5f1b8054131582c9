"""Zones, linear light and code values, and the small luma on which a picture's zones are read.

Zone V is 18 % grey and one zone is one stop (A. Adams, The Negative). White, in a picture that is encoded for a
screen, therefore lies at zone 7.5: code values do not reach further.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.colour import planes
from drivers.readings import Bytes8, Colour, Frame
from rig.errors import UserError

GREY = 0.18
NUMERALS = ("0", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
SMALL = 8  # the small luma is an eighth as wide and as high as the picture
# offset, exponent, toe slope, where the toe ends (encoded): IEC 61966-2-1 and ITU-R BT.709-6 section 1.2.
TRANSFERS = {"srgb": (0.055, 2.4, 12.92, 0.04045), "bt709": (0.099, 1 / 0.45, 4.5, 0.081)}

Floats = NDArray[np.float64]


def decode(value: Floats | float, transfer: str) -> Floats:
    """Encoded value 0..1 to linear light 0..1."""
    offset, exponent, slope, toe = TRANSFERS[transfer]
    encoded = np.asarray(value, np.float64)
    power = ((np.maximum(encoded, 0.0) + offset) / (1.0 + offset)) ** exponent
    return np.where(encoded <= toe, encoded / slope, power)


def encode(light: Floats | float, transfer: str) -> Floats:
    """Linear light 0..1 to encoded value 0..1."""
    offset, exponent, slope, toe = TRANSFERS[transfer]
    linear = np.asarray(light, np.float64)
    power = (1.0 + offset) * np.maximum(linear, 0.0) ** (1.0 / exponent) - offset
    return np.where(linear <= toe / slope, linear * slope, power)


def luma_of_codes(colour: Colour) -> Floats:
    """(256,): what each code value of Y says, 0 is black and 1 is white; codes outside a limited range go past both."""
    codes = np.arange(256, dtype=np.float64)
    return (codes - 16.0) / 219.0 if colour.range == "limited" else codes / 255.0


@cache
def zones_of_codes(colour: Colour) -> Floats:
    """(256,), read-only: the zone 0..10 that each code value of Y lies in, as a grey of that luma."""
    light = decode(luma_of_codes(colour), colour.transfer)
    zones = np.clip(5.0 + np.log2(np.maximum(light, 1e-6) / GREY), 0.0, 10.0)
    zones.flags.writeable = False
    return zones


def read_zone(text: str, where: str) -> float:
    """A zone as people write it, 0 to 10, or I to X in Roman numerals; UserError where it is none."""
    word = text.strip().upper()
    if word in NUMERALS:
        return float(NUMERALS.index(word))
    try:
        zone = float(word)
    except ValueError:
        zone = -1.0
    if not 0.0 <= zone <= 10.0:
        raise UserError(f"{where}: expected a zone of 0 to 10 (0, I, II ... X), got {text or 'nothing'}")
    return zone


def value_of_zone(zone: float, transfer: str) -> float:
    """The encoded value (1 is white) of a grey in that zone."""
    return float(encode(GREY * 2.0 ** (zone - 5.0), transfer))


def small_luma(frame: Frame) -> Bytes8:
    """The negative's Y at an eighth of the size, rounded up; from the camera's own small picture where it gives one.

    Halved as far as it goes: OpenCV averages two by two pixels several times faster than it does anything else. The
    last step is in floats, so that rounding adds up no further than two steps before it.
    """
    size = (-(-frame.width // SMALL), -(-frame.height // SMALL))
    luma: NDArray[Any] = planes(frame.pixels if frame.small is None else frame.small)[0]
    while luma.shape[1] > 2 * size[0] and luma.shape[0] % 2 == luma.shape[1] % 2 == 0:
        luma = np.asarray(cv2.resize(luma, (luma.shape[1] // 2, luma.shape[0] // 2), interpolation=cv2.INTER_AREA))
    if luma.shape[::-1] == size:
        return np.asarray(luma, np.uint8)
    return np.rint(cv2.resize(luma.astype(np.float32), size, interpolation=cv2.INTER_AREA)).astype(np.uint8)


def small_zones(frame: Frame, luma: Bytes8 | None = None) -> NDArray[np.float32]:
    """The zone 0..10 of each pixel of the small luma; luma: small_luma(frame), where it is known already."""
    small = small_luma(frame) if luma is None else luma
    return np.asarray(cv2.LUT(small, zones_of_codes(frame.colour).astype(np.float32)))
