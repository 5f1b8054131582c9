"""Dodging and burning as others do it, each written from its paper or manual: what our mask is measured beside."""

from __future__ import annotations

from peers import (
    bilateral,
    darktable_eigf,
    darktable_guided,
    gaussian_mask,
    global_curve,
    rawtherapee,
    reinhard,
)
from peers.want import Operator


def operators() -> dict[str, Operator]:
    """All of them, by the name they are reported under."""
    return {
        "darktable_guided": darktable_guided.ev,
        "darktable_eigf": darktable_eigf.ev,
        "rawtherapee": rawtherapee.ev,
        "reinhard": reinhard.ev,
        "bilateral": bilateral.ev,
        "gaussian_mask": gaussian_mask.ev,
        "global_curve": global_curve.ev,
    }
