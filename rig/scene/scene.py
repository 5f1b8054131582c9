"""The Scene: what one frame of the negative says, in zones and EV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Scene:
    """Read on the negative, so that no look changes it.

    key_ev: average of log2 luminance against 18 % grey, -5 to +2.5 EV. zones: the share of the picture, 0..1, in each
    zone 0 to X (their sum is 1). Both are of the negative as it is. spot_zone: the zone, 0..10, under the centre spot,
    in the terms in which zones are named: without what the sensor's exposure has moved since (light_ev).
    clipped: share of pixels at white. motion: 0..1, how much the picture differs from the one before (0 where there
    was none). white_mired, white_tint: by how much the light on the greys is warmer and more magenta than neutral
    (rig/scene/white.py); None while nobody can be sure. subject: where it is, of the small luma's size, where
    something tells that; a take does not keep it.
    """

    key_ev: float
    zones: tuple[float, ...]
    spot_zone: float
    clipped: float
    motion: float
    white_mired: float | None = None
    white_tint: float | None = None
    spot_of_negative: float | None = None  # the spot's zone without that, 0..10; a take does not keep it
    subject: NDArray[np.bool_] | None = field(default=None, compare=False, repr=False)


def scene_to_dict(scene: Scene) -> dict[str, float | list[float]]:
    """As the timeline keeps it; what is unknown is left out."""
    known = {"white_mired": scene.white_mired, "white_tint": scene.white_tint}
    return {
        "key_ev": scene.key_ev,
        "zones": list(scene.zones),
        "spot_zone": scene.spot_zone,
        "clipped": scene.clipped,
        "motion": scene.motion,
        **{name: value for name, value in known.items() if value is not None},
    }


def scene_from_dict(kept: Mapping[str, float | list[float]]) -> Scene:
    """The scene that scene_to_dict kept; KeyError or ValueError where it is no scene."""
    zones = kept["zones"]
    if not isinstance(zones, list | tuple) or len(zones) != 11:
        raise ValueError(f"zones: expected 11 shares, got {zones}")
    return Scene(
        key_ev=_number(kept, "key_ev"),
        zones=tuple(float(share) for share in zones),
        spot_zone=_number(kept, "spot_zone"),
        clipped=_number(kept, "clipped"),
        motion=_number(kept, "motion"),
        white_mired=_number(kept, "white_mired") if "white_mired" in kept else None,
        white_tint=_number(kept, "white_tint") if "white_tint" in kept else None,
    )


def _number(kept: Mapping[str, float | list[float]], name: str) -> float:
    value = kept[name]
    if isinstance(value, list | tuple):
        raise ValueError(f"{name}: expected a number, got {value}")
    return float(value)
