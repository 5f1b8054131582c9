"""Chroma between its half size in YUV420 and the picture's full size, so that there and back again changes nothing."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from rig.zones import Floats


def enlarge(plane: Floats, size: tuple[int, int]) -> Floats:
    """Half a size to the full one (width, height), linear between, as players show it."""
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR), np.float64)


def reduce(plane: Floats) -> Floats:
    """The full size to the half such that what ``enlarge`` makes of it has the same mean over each two by two pixels.

    The means themselves would be enlarged to something softer, and a print that leaves colours alone would blur them.
    """
    height, width = plane.shape
    means = plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    return np.asarray(_sharpening(height // 2) @ means @ _sharpening(width // 2).T)


@lru_cache(maxsize=4)
def _sharpening(count: int) -> Floats:
    """(count, count): undoes along one axis what enlarging and taking means does: 1/8, 3/4, 1/8 of each and its two."""
    softened = 0.75 * np.eye(count) + 0.125 * (np.eye(count, k=1) + np.eye(count, k=-1))
    softened[0, 0] += 0.125
    softened[-1, -1] += 0.125
    return np.asarray(np.linalg.inv(softened))
