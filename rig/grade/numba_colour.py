"""What the Numba engine knows of colour: zones, white balance, film, saturation, tints, as its loops read them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.colour import rgb_to_yuv_matrix, yuv_to_rgb_matrix
from drivers.readings import Colour
from rig.grade.numba_layout import (
    COLOUR_BITS,
    LOG_C,
    OUT_BITS,
    TINT_BITS,
    TINT_MIDDLE,
    TINT_MOST,
    TINT_ZERO,
    TINTS,
    ZERO_ZONE,
    ZONE_UNITS,
)
from rig.grade.recipe import Recipe, Toning, Triple
from rig.grade.tone import film_weights, lift, luma_weights, tint, white, white_on_yuv
from rig.zones import GREY, TRANSFERS, Floats, luma_of_codes

ONES = (1.0, 1.0, 1.0)
# Below the toe's end, x - 5.33 * (end - x)^2 has the zone of BT.709's toe within 0.03 (least maximum error).
BT709_BEND = 5.33
LOG_CONSTANTS = (16384.0, 4096.0, float(LOG_C))  # a half with 15 bits behind the point, a quarter with 14, and c
Floats32 = NDArray[np.float32]
Shorts = NDArray[np.int16]


@lru_cache(maxsize=4)
def zone_numbers(colour: Colour, bits: int) -> Floats32:
    """How zones are reckoned from codes of Y with so many bits behind the point (numba_kernels.zones_of).

    Above the toe a zone is E * log2(x) + c with x the encoded value plus the offset. What of it is taken the logarithm
    is scale * code + shift = 10 x, at least what zone 0 is; then 8192 * log2 of the middle zone, and E - 2 in 65536ths;
    the end of the toe, and how much the value bends below it (times the square of the distance): 0 where the toe ends
    below zone 0; last three constants of the logarithm.
    """
    offset, exponent, _, toe = TRANSFERS[colour.transfer]
    span, black = (219.0, 16.0) if colour.range == "limited" else (255.0, 0.0)
    scale = 10.0 / span / 2.0**bits
    lowest = 10.0 * (1.0 + offset) * (GREY / 32.0) ** (1.0 / exponent)
    zone_of_one = 5.0 - np.log2(GREY) - exponent * np.log2(1.0 + offset)
    middle = ZONE_UNITS * (np.log2(10.0) + (ZERO_ZONE - zone_of_one) / exponent)
    end = 10.0 * (toe + offset)
    bend = BT709_BEND / 10.0 if end > lowest and colour.transfer == "bt709" else 0.0
    shift = 10.0 * (offset - black / span)
    of_log = np.rint(middle), np.rint((exponent - 2.0) * 65536.0)
    return _fixed([scale, shift, lowest, *of_log, end, bend, *LOG_CONSTANTS], np.float32)


def sides(recipe: Recipe) -> tuple[Triple, Triple]:
    """The linear gains of both sides of a half-frame filter; twice the same without one."""
    if recipe.half is None:
        return recipe.gains, recipe.gains
    first, second = (
        (recipe.gains[0] * side[0], recipe.gains[1] * side[1], recipe.gains[2] * side[2])
        for side in (recipe.half.first, recipe.half.second)
    )
    return first, second


@dataclass(frozen=True, slots=True, eq=False)
class WhiteOfYuv:
    """White balance and film on codes of YUV, of both sides of a half-frame filter.

    on_luma: (2, 2), what U and V add to the luma that is seen. greys: (2, 256), what a code of Y adds to it, in 64ths
    of a code; zeros but with film. on_chroma: (2, 6), what U and V give to U beside itself, and to V, in 16384ths; what
    a code of luma and lift adds to U and V, in 65536ths; with the saturation.
    """

    on_luma: Floats32
    greys: Shorts
    on_chroma: Shorts


@lru_cache(maxsize=4)
def white_of_yuv(gains: tuple[Triple, Triple], film: Triple, saturation: float, colour: Colour) -> WhiteOfYuv:
    """Of the linear gains of both sides, what the film sees, and the saturation."""
    on_luma, greys, on_chroma = [], [], []
    span = 219.0 if colour.range == "limited" else 255.0
    luma = luma_of_codes(colour)
    weights, back = film_weights(film, colour), yuv_to_rgb_matrix(colour)
    for side in gains:
        of_chroma, of_grey = white_on_yuv(side, colour) if side != ONES else (np.eye(3)[:, 1:], np.zeros(3))
        seen = weights * _white(side, colour)
        on_luma.append(span / 255.0 * (seen @ back[:, 1:3]))
        grey = (float(seen.sum()) - 1.0) * span * (luma + lift(luma, colour.transfer))
        greys.append(np.clip(np.rint(64.0 * grey), -8000, 8000))
        beside = (saturation * of_chroma[1:] - np.eye(2)).ravel() * 16384.0
        on_chroma.append(_short([*beside, *(saturation * of_grey[1:] / span * 65536.0)]))
    return WhiteOfYuv(_fixed(on_luma, np.float32), _fixed(greys, np.int16), _fixed(on_chroma, np.int16))


@dataclass(frozen=True, slots=True, eq=False)
class FormsOfRgb:
    """Linear forms: by red, green, blue about 128, by the lift, and alone.

    forms: (2, 5, 5), of each side of a half-frame filter the luma that is seen; then what the gain of chroma multiplies
    in a channel, luma seen + s * (channel - luma): what all channels have in common, and each one's own by itself (in
    the place of red), the lift, and alone. bits: what those of channels have behind the point.
    """

    forms: Shorts
    bits: int


@lru_cache(maxsize=4)
def forms_of_rgb(gains: tuple[Triple, Triple], film: Triple, saturation: float, colour: Colour) -> FormsOfRgb:
    """Of the linear gains of both sides, what the film sees, and the saturation."""
    weights, seeing = luma_weights(colour), film_weights(film, colour)
    forms = np.zeros((2, 5, 4))
    for index, side in enumerate(gains):
        gain = _white(side, colour)
        forms[index, 0] = [*(seeing * gain), float(seeing @ gain) - 1.0]
        forms[index, 1] = [*(seeing * gain - saturation * weights * gain), float(seeing @ gain) - 1.0]
        for channel in range(3):
            own = saturation * gain[channel]
            forms[index, 2 + channel] = [own, 0.0, 0.0, own - saturation]
    # so many bits that twice white still has room; with fewer, four times
    bits = COLOUR_BITS if np.abs(forms[:, 1:2, :3]).max() + np.abs(forms[:, 2:]).max() < 1.99 else COLOUR_BITS - 1
    numbers = np.zeros((2, 5, 5))
    for index in range(5):
        behind = COLOUR_BITS if index == 0 else bits
        numbers[:, index, :4] = forms[:, index] * 2.0 ** (behind + 8)
        numbers[:, index, 4] = 128.0 * forms[:, index, :3].sum(axis=1) * 2.0**behind
    return FormsOfRgb(_fixed(_short(numbers), np.int16), bits)


@lru_cache(maxsize=4)
def luma_form(colour: Colour) -> Shorts:
    """(5,): luma by red, green, blue about 128, by the lift, and alone."""
    numbers = [*(luma_weights(colour) * 2.0 ** (COLOUR_BITS + 8)), 0.0, 128.0 * 2.0**COLOUR_BITS]
    return _fixed(_short(numbers), np.int16)


def _white(gains: Triple, colour: Colour) -> Floats:
    return white(gains, colour) if gains != ONES else np.ones(3)


def _short(values: Any) -> NDArray[Any]:
    return np.asarray(np.clip(np.rint(values), -32767, 32767))


@lru_cache(maxsize=4)
def luma_numbers(colour: Colour) -> Shorts:
    """Of Y, in codes: four times the zero, what a code adds to the lift near black in 2048ths, four times the lift."""
    offset, _, _, toe = TRANSFERS[colour.transfer]
    span, zero = (219.0, 16.0) if colour.range == "limited" else (255.0, 0.0)
    return _fixed(np.rint([4.0 * zero, 2048.0 * offset / toe, 4.0 * offset * span]), np.int16)


@lru_cache(maxsize=4)
def toe_numbers(transfer: str) -> Shorts:
    """Of a full range: the end of the toe in 64ths of a code, and what a code below it adds to the lift in 16384ths."""
    offset, _, _, toe = TRANSFERS[transfer]
    return _fixed(np.rint([toe * 255.0 * 64.0, 16384.0 * offset / toe]), np.int16)


@lru_cache(maxsize=4)
def tints_of_yuv(toning: Toning | None, colour: Colour) -> NDArray[np.uint32]:
    """(1024,): what the tint curve adds to U and, in the upper 16 bits, to V, by quarters of a code of printed Y."""
    if toning is None:
        return _fixed(np.zeros(2), np.uint32)
    span, zero = (219.0, 16.0) if colour.range == "limited" else (255.0, 0.0)
    rgb = tint((np.arange(TINTS) / 4.0 - zero) / span, toning, colour)
    of_u, of_v = (np.rint(2.0**OUT_BITS * 255.0 * rgb @ rgb_to_yuv_matrix(colour)[1:, :3].T) + TINT_ZERO).T
    return _fixed(of_u + of_v * 65536.0, np.uint32)


@lru_cache(maxsize=4)
def tints_of_rgb(toning: Toning | None, colour: Colour) -> NDArray[np.uint32]:
    """(1024,): what the tint curve adds to red, green, blue, ten bits each, by quarters of a code of printed luma."""
    if toning is None:
        return _fixed(np.zeros(2), np.uint32)
    added = np.rint(2.0 ** (OUT_BITS - 1) * 255.0 * tint(np.arange(TINTS) / 4.0 / 255.0, toning, colour))
    numbers = np.clip(added + TINT_MIDDLE, 0, TINT_MOST)
    return _fixed(numbers @ (2.0 ** (TINT_BITS * np.arange(3))), np.uint32)


def _fixed(values: Any, dtype: Any) -> NDArray[Any]:
    array = np.ascontiguousarray(values, dtype)
    array = array.copy() if not array.flags.owndata else array
    array.flags.writeable = False
    return array
