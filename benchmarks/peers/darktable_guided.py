"""darktable's tone equalizer with "guided filter", at its defaults.

From the manual (docs.darktable.org, module reference, tone equalizer) and the comments of its source: the mask is the
linear luminance through a guided filter, smoothing diameter 5 % of the longer side, edges refinement 1 (eps is its
inverse), one pass, no quantization; each pixel gets the exposure that the curve has at the mask's EV.
"""

from __future__ import annotations

from peers.guided import guided_filter
from peers.want import Floats, Want, light_of, zones_of

DIAMETER = 0.05
REFINEMENT = 1.0


def ev(zones: Floats, want: Want) -> Floats:
    """The EV of each pixel."""
    light = light_of(zones)
    radius = max(1, round((DIAMETER * max(light.shape) - 1.0) / 2.0))
    return want(zones_of(guided_filter(light, light, radius, 1.0 / REFINEMENT)))
