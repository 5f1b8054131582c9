"""The luma curve: every bend of it in one table, with the slope that goes with it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from rig.grade.recipe import CurvePart
from rig.zones import Floats

STEPS = 4096


def bend(luma: Floats, curve: tuple[CurvePart, ...], transfer: str) -> tuple[Floats, Floats]:
    """C and its slope C' at luma 0..1; the luma itself and ones where there is no curve."""
    if not curve:
        return luma, np.ones_like(luma)
    values, slopes = curve_table(curve, transfer)
    place = luma * STEPS
    at = np.minimum(place.astype(np.int64), STEPS - 1)
    part = place - at
    return values[at] + part * (values[at + 1] - values[at]), slopes[at] + part * (slopes[at + 1] - slopes[at])


@lru_cache(maxsize=8)
def curve_table(curve: tuple[CurvePart, ...], transfer: str) -> tuple[Floats, Floats]:
    """C and C' at 0, 1/STEPS, ... 1; (STEPS + 1,) each, read-only."""
    luma = np.arange(STEPS + 1) / STEPS
    values = luma
    for part in curve:
        values = part.bend(np.clip(values, 0.0, 1.0), transfer)
    slopes = np.gradient(values, 1.0 / STEPS, edge_order=2)
    for table in (values, slopes):
        table.flags.writeable = False
    return np.asarray(values), np.asarray(slopes)
