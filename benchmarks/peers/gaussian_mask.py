"""A Gaussian mask: what an unsharp contrast mask in the darkroom does, and most software's shadows and highlights did.

From A. Adams, The Print (1983), on masks, and N. Moroney, Local colour correction using non-linear masking, CIC 2000:
the blurred picture decides how much light a pixel gets. sigma 2.5 % of the longer side.
"""

from __future__ import annotations

import cv2
import numpy as np

from peers.want import Floats, Want

SIGMA = 0.025


def ev(zones: Floats, want: Want) -> Floats:
    """The EV of each pixel."""
    tones = np.asarray(zones, np.float64)
    sigma = max(1.0, SIGMA * max(tones.shape))
    return want(np.asarray(cv2.GaussianBlur(tones, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)))
