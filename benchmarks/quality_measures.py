"""What is measured of an operator that dodges and burns: halo, reversals, detail, flicker, pumping; one function each.

An operator is given a negative of 8 bits and gives the EV of every pixel. Nothing here knows how it does that. EV is
taken as it is applied, pixel by pixel, before any rounding.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from peers.want import Floats

from rig.zones import decode

BLOCK = 16  # pixels a side
STRONG = 4  # codes


def halo_percent(codes: Floats, ev: Floats, far: int) -> float:
    """Overshoot of the EV beside a step between two tones, over the EV difference far from it.

    codes: the step; both tones reach the left and the right edge of the picture, where the first and the last ``far``
    columns are far from it. Overshoot: the most by which the EV of a pixel of either tone leaves what that tone gets
    far away; mixed pixels on the step belong to neither.
    """
    left, right = float(ev[:, :far].mean()), float(ev[:, -far:].mean())
    return 100.0 * ghost_stops(codes, ev, far) / abs(right - left)


def ghost_stops(codes: Floats, ev: Floats, far: int) -> float:
    """That overshoot itself, in stops: what a step shows of a zone that neither of its tones lies in."""
    sides = ((codes == codes[0, 0], ev[:, :far].mean()), (codes == codes[0, -1], ev[:, -far:].mean()))
    return max(float(np.abs(ev[tone] - own).max()) for tone, own in sides)


def reversals_ppm(codes: Floats, ev: Floats, transfer: str = "srgb") -> float:
    """Neighbours more than 4 codes apart whose order the EV turns round, per million of them."""
    negative = codes.astype(np.int64)
    printed = decode(negative / 255.0, transfer) * 2.0**ev
    turned = strong = 0
    for axis in (0, 1):
        before, after = np.diff(negative, axis=axis), np.diff(printed, axis=axis)
        is_strong = np.abs(before) > STRONG
        strong += int(np.count_nonzero(is_strong))
        turned += int(np.count_nonzero(is_strong & (np.sign(before) * after < 0.0)))
    return 1e6 * turned / strong


def detail_kept(zones: Floats, ev: Floats, margin: int) -> float:
    """Contrast of a texture after over before: standard deviations in zones, without a margin."""
    inside = (slice(margin, -margin), slice(margin, -margin))
    return float(np.std((zones + ev)[inside]) / np.std(zones[inside]))


def flicker_mev(evs: Sequence[Floats]) -> Floats:
    """Of a still scene with noise: the standard deviation over frames of each block's mean EV, in thousandths."""
    return np.asarray(np.std([blocks(ev) for ev in evs], axis=0) * 1000.0)


def pumping_mev(before: Floats, after: Floats, near: tuple[slice, slice], away: int) -> float:
    """The most that a block's mean EV changes, in thousandths, when a thing enters at ``near``; of the blocks which
    are wholly ``away`` pixels from it and more."""
    moved = np.abs(blocks(after) - blocks(before)) * 1000.0
    rows, columns = moved.shape
    y, x = np.arange(rows) * BLOCK, np.arange(columns) * BLOCK
    down = np.maximum(0, np.maximum(near[0].start - (y + BLOCK), y - near[0].stop))
    across = np.maximum(0, np.maximum(near[1].start - (x + BLOCK), x - near[1].stop))
    return float(moved[np.hypot(down[:, None], across[None, :]) >= away].max())


def blocks(plane: Floats) -> Floats:
    """Means of blocks of 16 by 16 pixels; what is left over at the edges is left out."""
    rows, columns = plane.shape[0] // BLOCK, plane.shape[1] // BLOCK
    cut = plane[: rows * BLOCK, : columns * BLOCK]
    return np.asarray(cut.reshape(rows, BLOCK, columns, BLOCK).mean(axis=(1, 3)))
