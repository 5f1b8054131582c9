"""Shadows/Highlights of RawTherapee 5.5 and later, and of ART.

From RawPedia (Shadows/Highlights): a mask of the tones within the tonal width, made edge-aware by the guided filter
with the picture's luma as its guide, default radius 40 pixels; the mask is then the share of the correction. The guide
is encoded luma 0..1; eps 0.005 of it.
"""

from __future__ import annotations

import numpy as np

from peers.guided import guided_filter
from peers.want import Floats, Want, light_of
from rig.zones import encode

RADIUS = 40
EPS = 0.005


def ev(zones: Floats, want: Want) -> Floats:
    """The EV of each pixel; every gain has a mask of its own, 0..1."""
    guide = np.asarray(encode(light_of(zones), "srgb"))
    total = np.zeros(np.shape(zones))
    for gain in want.gains:
        mask = guided_filter(guide, gain.weight(np.asarray(zones, np.float64)), RADIUS, EPS)
        total += gain.stops * np.clip(mask, 0.0, 1.0)
    return total
