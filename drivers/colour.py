"""YUV420 to RGB and back, for both matrices and both ranges. OpenCV's own conversions assume limited-range BT.601.

Coefficients: ITU-R BT.601-7 and BT.709-6; ranges: ITU-R BT.709-6 section 3 (limited: Y 16..235, C 16..240).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.pool import FramePool
from drivers.readings import Bytes8, Colour

_KR_KB = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722)}


def rgb_to_yuv_matrix(colour: Colour) -> NDArray[np.float64]:
    """(3, 4): code values 0..255 of R, G, B, 1 to code values of Y, U, V."""
    kr, kb = _KR_KB[colour.matrix]
    kg = 1.0 - kr - kb
    luma = np.array([kr, kg, kb])
    blue = (np.array([0.0, 0.0, 1.0]) - luma) / (2.0 * (1.0 - kb))
    red = (np.array([1.0, 0.0, 0.0]) - luma) / (2.0 * (1.0 - kr))
    y_scale, c_scale, y_zero = (219 / 255, 224 / 255, 16.0) if colour.range == "limited" else (1.0, 1.0, 0.0)
    scaled = np.stack([luma * y_scale, blue * c_scale, red * c_scale])
    return np.hstack([scaled, [[y_zero], [128.0], [128.0]]])


def yuv_to_rgb_matrix(colour: Colour) -> NDArray[np.float64]:
    """(3, 4): code values of Y, U, V, 1 to code values 0..255 of R, G, B."""
    forward = rgb_to_yuv_matrix(colour)
    inverse = np.linalg.inv(forward[:, :3])
    return np.hstack([inverse, -inverse @ forward[:, 3:]])


def planes(pixels: Bytes8) -> tuple[Bytes8, Bytes8, Bytes8]:
    """Views of Y (h, w), U and V (h / 2, w / 2) into I420 pixels of shape (h * 3 // 2, w)."""
    rows, width = pixels.shape
    height = rows * 2 // 3
    half = (height // 2, width // 2)
    chroma = pixels[height:].reshape(2, *half)
    return pixels[:height], chroma[0], chroma[1]


def to_rgb(pixels: Bytes8, colour: Colour) -> Bytes8:
    """I420 to RGB, uint8 (h, w, 3), rounded; chroma is interpolated linearly."""
    y, u, v = planes(pixels)
    size = (y.shape[1], y.shape[0])
    merged = cv2.merge([y, cv2.resize(u, size), cv2.resize(v, size)])
    return np.asarray(cv2.transform(merged, yuv_to_rgb_matrix(colour)), np.uint8)


def from_rgb(rgb: Bytes8, colour: Colour, pool: FramePool | None = None) -> Bytes8:
    """RGB, uint8 (h, w, 3) with h and w even, to I420; chroma is the mean of each two by two pixels.

    pool: whose memory is used, where pictures keep coming.
    """
    height, width = rgb.shape[:2]
    memory = FramePool() if pool is None else pool
    yuv, half = memory.take((height, width, 3)), memory.take((height // 2, width // 2, 3))
    cv2.transform(rgb, rgb_to_yuv_matrix(colour), dst=yuv)
    cv2.resize(yuv, (width // 2, height // 2), dst=half, interpolation=cv2.INTER_AREA)
    pixels = memory.take((height * 3 // 2, width))
    y, u, v = planes(pixels)
    y[:], u[:], v[:] = yuv[..., 0], half[..., 1], half[..., 2]
    return pixels
