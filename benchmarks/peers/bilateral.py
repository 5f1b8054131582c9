"""The bilateral base layer.

From F. Durand, J. Dorsey, Fast bilateral filtering for the display of high-dynamic-range images, SIGGRAPH 2002,
section 6: the base is a bilateral filter of the logarithm of light, sigma 2 % of the picture's size and 0.4 in log10.
"""

from __future__ import annotations

import cv2
import numpy as np

from peers.want import Floats, Want

SIGMA_SPACE = 0.02
SIGMA_RANGE = 0.4 / np.log10(2.0)  # in zones
EVERY = 4  # it is reckoned on every so many pixels and read with the pixel's own tone, as in the paper's section 5
STEP = SIGMA_RANGE / 4.0


def ev(zones: Floats, want: Want) -> Floats:
    """The EV of each pixel, by the paper's piecewise-linear way: one blur for each step of tone."""
    tones = np.asarray(zones, np.float64)
    height, width = tones.shape
    small = np.asarray(cv2.resize(tones, (-(-width // EVERY), -(-height // EVERY)), interpolation=cv2.INTER_NEAREST))
    sigma = max(1.0, SIGMA_SPACE * max(tones.shape) / EVERY)
    low = float(tones.min())
    count = int(np.ceil((float(tones.max()) - low) / STEP)) + 1
    base = np.zeros_like(tones)
    for index in range(count + 1):
        tone = low + index * STEP
        near = np.exp(-0.5 * ((small - tone) / SIGMA_RANGE) ** 2)
        norm = np.asarray(cv2.GaussianBlur(near, (0, 0), sigma))
        layer = np.asarray(cv2.GaussianBlur(near * small, (0, 0), sigma)) / np.maximum(norm, 1e-12)
        full = np.asarray(cv2.resize(layer, (width, height), interpolation=cv2.INTER_LINEAR))
        base += np.maximum(1.0 - np.abs(tones - tone) / STEP, 0.0) * full
    return want(base)
