"""The formulas of the recipe, on encoded values: white balance, exposure with its shoulder, the luma curve.

Above the toe, encoded values are a power of light plus an offset, so that a gain of light multiplies v + offset: all
three channels move together and the luma u with them. The formulas therefore act on luma, and chroma (v - u) gets a
gain. Both engines use these functions: the reference on every pixel, the fast one on its tables.
"""

from __future__ import annotations

import numpy as np

from drivers.colour import rgb_to_yuv_matrix
from drivers.readings import Colour
from rig.grade.luma_curve import bend
from rig.grade.recipe import CurvePart, Toning
from rig.zones import TRANSFERS, Floats, encode

KNEE = 0.75  # encoded; brighter tones are rolled off when light is added


def white(gains: tuple[float, float, float], colour: Colour) -> Floats:
    """(3,): gains g of encoded values for gains of linear light, scaled so that a grey keeps its luma.

    They are applied as ``v' = g * v + (g - 1) * lift(u)``, with u the luma before.
    """
    exponent = TRANSFERS[colour.transfer][1]
    encoded = np.asarray(gains) ** (1.0 / exponent)
    return np.asarray(encoded / float(luma_weights(colour) @ encoded))


def white_on_yuv(gains: tuple[float, float, float], colour: Colour) -> tuple[Floats, Floats]:
    """White balance on codes of YUV: (3, 2), what a code of U and of V gives to Y, U, V; (3,), what a luma + lift of 1
    adds to Y (nothing), U, V.
    """
    to_yuv = rgb_to_yuv_matrix(colour)[:, :3]
    encoded = white(gains, colour)
    of_chroma = (to_yuv @ np.diag(encoded) @ np.linalg.inv(to_yuv))[:, 1:]
    return np.asarray(of_chroma), np.asarray(to_yuv @ (encoded - 1.0) * 255.0)


def film_weights(film: tuple[float, float, float], colour: Colour) -> Floats:
    """(3,): what the encoded channels give to luma, through what the film sees; their sum is 1."""
    weights = luma_weights(colour) * np.asarray(film)
    return np.asarray(weights / weights.sum())


def luma_weights(colour: Colour) -> Floats:
    """(3,): what the encoded channels give to the colour's own luma."""
    return np.asarray(rgb_to_yuv_matrix(Colour(matrix=colour.matrix, range="full"))[0, :3])


def tint(luma: Floats, toning: Toning, colour: Colour) -> Floats:
    """(..., 3): what the tint curve adds to encoded red, green, blue at a printed luma; it has no luma of its own."""
    weights = luma_weights(colour)
    of_shadows, of_highlights = (
        np.asarray(rgb) - float(weights @ np.asarray(rgb)) for rgb in (toning.shadows, toning.highlights)
    )
    shadows, highlights = toning.shares(luma)
    return np.asarray(shadows[..., None] * of_shadows + highlights[..., None] * of_highlights)


def lift(luma: Floats, transfer: str) -> Floats:
    """The offset of the encoding, going to 0 at black as the toe does: black stays without a cast."""
    offset, _, _, toe = TRANSFERS[transfer]
    return offset * np.clip(luma / toe, 0.0, 1.0)


def expose(luma: Floats, ev: Floats, transfer: str) -> tuple[Floats, Floats]:
    """Luma 0..1 after ``ev`` stops (arrays that broadcast), and the gain of chroma that goes with it.

    Exact on greys up to the knee. Where light is added, tones above the knee are compressed so that white stays white
    and nothing clips: 1/f = 1/(x - K) + 1/(1 - K) - 1/(w - K), with x the exposed luma and w exposed white; it is the
    identity at 0 EV, rises with u and with EV. Its slope is the gain of chroma: it fades what has no room left below
    white, and no other gain by luma and EV alone keeps the worst skin's hue better by more than a quarter of a degree.
    """
    offset, exponent, _, _ = TRANSFERS[transfer]
    gain = 2.0 ** (np.asarray(ev, np.float64) / exponent)
    white_over = (1.0 + offset) * gain - offset - KNEE
    exposed = np.array((luma + offset) * gain - offset)
    gain = np.array(np.broadcast_to(gain, exposed.shape))
    _open_toe(np.broadcast_to(luma, exposed.shape), gain, exposed, transfer)
    room = 1.0 - KNEE
    bright = (exposed > KNEE) & (white_over > room)
    if bright.any():
        over, white_over = exposed[bright] - KNEE, np.broadcast_to(white_over, exposed.shape)[bright]
        rolled = 1.0 / (1.0 / over + (1.0 / room - 1.0 / white_over))
        exposed[bright] = KNEE + rolled
        gain[bright] *= (rolled / over) ** 2
    return exposed, gain


def _open_toe(luma: Floats, gain: Floats, exposed: Floats, transfer: str) -> None:
    """Correct ``exposed`` in place where light begins or ends in the linear toe: there it scales without the offset."""
    offset, exponent, slope, toe = TRANSFERS[transfer]
    dark = luma < toe
    if dark.any():
        exposed[dark] = encode(luma[dark] / slope * gain[dark] ** exponent, transfer)
    sunk = (exposed < toe) & ~dark
    if sunk.any():
        exposed[sunk] = slope * ((exposed[sunk] + offset) / (1.0 + offset)) ** exponent


def tone(
    luma: Floats, ev: Floats, curve: tuple[CurvePart, ...], saturation: float, transfer: str
) -> tuple[Floats, Floats]:
    """Printed luma and the gain of chroma. Luma beyond 0..1 (codes outside a limited range) keeps its distance."""
    inside = np.clip(luma, 0.0, 1.0)
    toned, gain = expose(inside, ev, transfer)
    if curve:
        toned, slope = bend(toned, curve, transfer)
        gain = gain * slope
    return toned + (luma - inside), gain * saturation
