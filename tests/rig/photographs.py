"""Photographs in files, for the tests of stills: every format, depth and tag that a camera or a program writes."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray
from skimage import data


def photograph(height: int = 120, width: int = 160) -> NDArray[np.uint8]:
    """A part of a face and a suit, RGB."""
    return np.ascontiguousarray(data.astronaut()[60 : 60 + height, 120 : 120 + width])


def adobe_profile(name: str = "Adobe RGB (1998)", mluc: bool = False) -> bytes:
    """The least that is an ICC profile: a header, and a tag table with one description."""
    if mluc:
        text = name.encode("utf-16-be")
        desc = b"mluc\0\0\0\0" + struct.pack(">II", 1, 12) + b"enUS" + struct.pack(">II", len(text), 28) + text
    else:
        desc = b"desc\0\0\0\0" + struct.pack(">I", len(name) + 1) + name.encode() + b"\0"
    table = struct.pack(">I", 1) + struct.pack(">4sII", b"desc", 144, len(desc))
    body = bytes(16) + b"RGB XYZ " + bytes(12) + b"acsp" + bytes(88) + table + desc
    return struct.pack(">I", len(body) + 4 - 4) + body[4:]


def write_dng(path: Path, rgb: NDArray[np.uint8], orientation: int = 1) -> None:
    """A DNG as a camera writes it: one colour a pixel (RGGB), linear, 16 bits; its camera sees as sRGB does."""
    encoded = rgb / 255.0
    light = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    codes = np.rint(light * 65535).astype(np.uint16)
    mosaic = codes[..., 1].copy()
    mosaic[0::2, 0::2], mosaic[1::2, 1::2] = codes[0::2, 0::2, 0], codes[1::2, 1::2, 2]
    of_srgb = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    matrix = [part for value in np.linalg.inv(of_srgb).ravel() for part in (round(value * 10000), 10000)]
    tags = [
        (274, 3, 1, orientation, True),
        (50706, 1, 4, bytes([1, 4, 0, 0]), True),  # DNGVersion
        (50707, 1, 4, bytes([1, 1, 0, 0]), True),
        (50708, 2, 0, "darkroom rig, a test", True),  # UniqueCameraModel
        (33421, 3, 2, (2, 2), True),  # CFARepeatPatternDim
        (33422, 1, 4, bytes([0, 1, 1, 2]), True),  # CFAPattern
        (50717, 4, 1, 65535, True),  # WhiteLevel
        (50721, 10, 9, matrix, True),  # ColorMatrix1
        (50728, 5, 3, [1, 1] * 3, True),  # AsShotNeutral
        (50778, 3, 1, 21, True),  # CalibrationIlluminant1: D65
    ]
    tifffile.imwrite(path, mosaic, photometric=32803, extratags=tags, metadata=None)
