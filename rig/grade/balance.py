"""White balance and film luma on YUV codes, without what could not change a code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from drivers.colour import rgb_to_yuv_matrix
from drivers.readings import Bytes8, Colour
from rig.grade.recipe import HalfColour, Halves, Triple
from rig.grade.tone import film_weights, lift, white
from rig.zones import Floats, luma_of_codes

MOST = 127.5  # how far a code of U or V can be from grey
LEAST = 0.25  # a smaller change of a code is not seen in it, or, of Y, one of a whole code: the eye's 0.3 CIEDE2000
LEAST_ON_Y = 1.0

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """What a code of U and of V, counted from grey, adds to Y (None where it would not be seen), and makes of U and V.

    casts: what the negative's own luma + lift, 1 being white, adds to U and V; None where it would not be seen. greys:
    the code of Y that the film sees in a grey of each code of Y; None where that is it.
    """

    on_y: Pair | None
    on_u: Pair
    on_v: Pair
    casts: Pair | None
    greys: Bytes8 | None

    @property
    def reach(self) -> float:
        """The most codes by which it moves Y for the sake of U and V."""
        return 0.0 if self.on_y is None else MOST * (abs(self.on_y[0]) + abs(self.on_y[1]))

    @property
    def stays(self) -> bool:
        """True when nothing would be seen of it."""
        moved = abs(self.on_u[0] - 1.0) + abs(self.on_u[1]) + abs(self.on_v[0]) + abs(self.on_v[1] - 1.0)
        return moved * MOST < LEAST and self.on_y is None and self.casts is None and self.greys is None


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """One side, or the first and the second side of a half-frame filter and where that lies."""

    first: Side
    second: Side | None = None
    halves: Halves | None = None

    @property
    def sides(self) -> tuple[Side, ...]:
        """One, or both."""
        return (self.first,) if self.second is None else (self.first, self.second)


@lru_cache(maxsize=4)
def balance(gains: Triple, half: HalfColour | None, film: Triple, colour: Colour) -> Balance | None:
    """White balance and film luma in frames of that colour; None where nothing would be seen of them."""
    if half is None:
        only = _side(gains, film, colour)
        return None if only.stays else Balance(only)
    sides = [_side(_times(gains, of_side), film, colour) for of_side in (half.first, half.second)]
    return None if all(side.stays for side in sides) else Balance(sides[0], sides[1], half.halves)


def _side(gains: Triple, film: Triple, colour: Colour) -> Side:
    """Linear but for the lift: the channels are g * v + (g - 1) * lift(u), with u the negative's own luma."""
    to_yuv = rgb_to_yuv_matrix(colour)[:, :3]
    encoded = white(gains, colour)
    through = to_yuv @ np.diag(encoded) @ np.linalg.inv(to_yuv)
    of_grey = to_yuv @ (encoded - 1.0) * 255.0  # added by a luma + lift of 1
    if film != (1.0, 1.0, 1.0):
        seen = film_weights(film, colour) * to_yuv[0].sum()
        through[0], of_grey[0] = seen @ np.diag(encoded) @ np.linalg.inv(to_yuv), seen @ (encoded - 1.0) * 255.0
    (y_u, y_v), (u_u, u_v), (v_u, v_v) = through[:, 1:].tolist()
    corners = 255.0 * to_yuv[1:] @ np.indices((2, 2, 2)).reshape(3, 8)  # U and V of all that RGB has
    greys = np.rint(of_grey[0] * lifted(colour))
    return Side(
        (y_u, y_v) if np.abs((y_u, y_v) @ corners).max() >= LEAST_ON_Y else None,
        (u_u, u_v),
        (v_u, v_v),
        (float(of_grey[1]), float(of_grey[2])) if np.abs(of_grey[1:]).max() >= LEAST else None,
        np.clip(np.arange(256) + greys, 0, 255).astype(np.uint8) if greys.any() else None,
    )


def lifted(colour: Colour) -> Floats:
    """(256,): luma + lift of each code of Y; none below black."""
    luma = luma_of_codes(colour)
    return np.asarray(np.maximum(luma, 0.0) + lift(luma, colour.transfer))


def _times(a: Triple, b: Triple) -> Triple:
    return a[0] * b[0], a[1] * b[1], a[2] * b[2]
