"""The guided filter (K. He, J. Sun, X. Tang, Guided image filtering, IEEE TPAMI 35, 2013, algorithm 1), box windows."""

from __future__ import annotations

import cv2
import numpy as np

from peers.want import Floats


def box(plane: Floats, radius: int) -> Floats:
    """Means over windows of 2 radius + 1 pixels, mirrored at the edges."""
    size = (2 * radius + 1, 2 * radius + 1)
    return np.asarray(cv2.blur(np.asarray(plane, np.float64), size, borderType=cv2.BORDER_REFLECT))


def guided_filter(guide: Floats, plane: Floats, radius: int, eps: float) -> Floats:
    """The plane, smoothed except where the guide has an edge of more variance than eps."""
    mean, mean_of_plane = box(guide, radius), box(plane, radius)
    variance = np.maximum(box(guide * guide, radius) - mean * mean, 0.0)
    slope = (box(guide * plane, radius) - mean * mean_of_plane) / (variance + eps)
    return np.asarray(box(slope, radius) * guide + box(mean_of_plane - slope * mean, radius))
