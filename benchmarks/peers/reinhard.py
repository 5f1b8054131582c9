"""Reinhard's local operator: automatic dodging and burning.

From E. Reinhard, M. Stark, P. Shirley, J. Ferwerda, Photographic tone reproduction for digital images, SIGGRAPH 2002,
section 3.2: for each pixel the largest of eight scales, 1.6 apart, whose centre-surround difference
(V1 - V2) / (2^phi a / s^2 + V1) stays below eps; V1 of it is the light around the pixel. phi 8, eps 0.05, a 0.18,
alpha 1 / (2 sqrt 2). It is read here as the zone in which the pixel lies.
"""

from __future__ import annotations

import cv2
import numpy as np

from peers.want import Floats, Want, light_of, zones_of

PHI, EPS, KEY, SCALES, RATIO = 8.0, 0.05, 0.18, 8, 1.6
ALPHA = 1.0 / (2.0 * np.sqrt(2.0))


def ev(zones: Floats, want: Want) -> Floats:
    """The EV of each pixel."""
    light = light_of(zones)
    sizes = [RATIO**index for index in range(SCALES + 1)]
    # the paper's R is exp(-r^2 / (alpha s)^2): a Gaussian of standard deviation alpha s / sqrt 2
    seen = [np.asarray(cv2.GaussianBlur(light, (0, 0), ALPHA * s / np.sqrt(2.0))) for s in sizes]
    around, going = seen[0].copy(), np.ones(light.shape, np.bool_)
    for size, centre, surround in zip(sizes[:SCALES], seen[:-1], seen[1:], strict=True):
        contrast = (centre - surround) / (2.0**PHI * KEY / size**2 + centre)
        going &= np.abs(contrast) < EPS
        around[going] = centre[going]
    return want(zones_of(around))
