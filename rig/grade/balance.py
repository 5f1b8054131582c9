"""White balance on YUV codes, without what could not change a code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from drivers.readings import Colour
from rig.grade.tone import lift, white_on_yuv
from rig.zones import luma_of_codes

MOST = 127.5  # how far a code of U or V can be from grey
LEAST = 0.5  # a smaller change of a code is not seen in it

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """What a code of U and of V gives to Y (added), and to U and V; None where it would not be seen.

    casts: by each code of the negative's Y, what it puts on U (low byte) and on V (high byte), or takes from them.
    """

    on_y: Pair | None
    on_u: Pair | None
    on_v: Pair | None
    casts: NDArray[np.uint16]
    takes: tuple[bool, bool]


@lru_cache(maxsize=4)
def balance(gains: tuple[float, float, float], colour: Colour) -> Balance | None:
    """The white balance for gains of linear light in frames of that colour; None where nothing would be seen of it."""
    of_chroma, of_grey = white_on_yuv(gains, colour)
    on_y, on_u, on_v = (
        (float(u), float(v)) if (abs(u - u_before) + abs(v - v_before)) * MOST >= LEAST else None
        for (u, v), u_before, v_before in zip(of_chroma, (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), strict=True)
    )
    luma = np.maximum(luma_of_codes(colour), 0.0)
    sizes = np.rint(np.outer(np.abs(of_grey[1:]), luma + lift(luma, colour.transfer)))
    if on_y is on_u is on_v is None and not sizes.any():
        return None
    u, v = np.minimum(sizes, 255.0).astype(np.uint16)
    return Balance(on_y, on_u, on_v, u + 256 * v, (bool(of_grey[1] < 0.0), bool(of_grey[2] < 0.0)))
