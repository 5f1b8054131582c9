"""darktable's tone equalizer with "EIGF", its default: the exposure-independent guided filter.

From the manual (docs.darktable.org, module reference, tone equalizer) and the description above its source: a guided
filter of the linear luminance whose variance is taken relative to pixel times mean, with Gaussian windows, and without
the last averaging of slopes and offsets, which gave bright halos. Defaults as in darktable_guided.py.
"""

from __future__ import annotations

import cv2
import numpy as np

from peers.darktable_guided import DIAMETER, REFINEMENT
from peers.want import Floats, Want, light_of, zones_of


def ev(zones: Floats, want: Want) -> Floats:
    """The EV of each pixel."""
    light = light_of(zones)
    sigma = max(1.0, (DIAMETER * max(light.shape) - 1.0) / 2.0)

    def mean_of(plane: Floats) -> Floats:
        return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REFLECT))

    mean = mean_of(light)
    relative = np.maximum(mean_of(light * light) - mean * mean, 0.0) / np.maximum(mean * light, 1e-6)
    slope = relative / (relative + 1.0 / REFINEMENT)
    return want(zones_of(slope * light + (1.0 - slope) * mean))
