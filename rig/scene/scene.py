"""The Scene: what one frame of the negative says, in zones and EV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scene:
    """Read on the negative, so that no look changes it.

    key_ev: average of log2 luminance against 18 % grey, -5 to +2.5 EV. zones: the share of the picture, 0..1, in each
    zone 0 to X (their sum is 1). spot_zone: the zone, 0..10, under the centre spot. clipped: share of pixels at white.
    motion: 0..1, how much the picture differs from the one before (0 where there was none).
    """

    key_ev: float
    zones: tuple[float, ...]
    spot_zone: float
    clipped: float
    motion: float


def scene_to_dict(scene: Scene) -> dict[str, float | list[float]]:
    """As the timeline keeps it."""
    return {
        "key_ev": scene.key_ev,
        "zones": list(scene.zones),
        "spot_zone": scene.spot_zone,
        "clipped": scene.clipped,
        "motion": scene.motion,
    }


def scene_from_dict(kept: Mapping[str, float | list[float]]) -> Scene:
    """The scene that scene_to_dict kept; KeyError or ValueError where it is no scene."""
    zones = kept["zones"]
    if not isinstance(zones, list | tuple) or len(zones) != 11:
        raise ValueError(f"zones: expected 11 shares, got {zones}")
    numbers = {name: kept[name] for name in ("key_ev", "spot_zone", "clipped", "motion")}
    floats = {name: float(value) for name, value in numbers.items() if not isinstance(value, list)}
    if len(floats) != len(numbers):
        raise ValueError(f"scene: expected numbers, got {numbers}")
    return Scene(zones=tuple(float(share) for share in zones), **floats)
