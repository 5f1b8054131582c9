"""What the hands have set, put into a look: that is the base look, which the routes then bend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from rig.hands.state import MOST_BURN_STOPS, MOST_DODGE_STOPS, MOST_EV, MOST_ZONE, HandState

Look: TypeAlias = dict[str, dict[str, Any]]


def apply(look: Mapping[str, Mapping[str, Any]], state: HandState) -> Look:
    """The look with dodge and burn where the hands have them, and the hands' ev added to the look's own.

    look: operation to parameter to value; it is left as it is. The sum of both ev stays within -4 to 4.
    """
    made = {operation: dict(values) for operation, values in look.items()}
    dodge, burn = made.setdefault("dodge", {}), made.setdefault("burn", {})
    exposure = made.setdefault("exposure", {})
    dodge["stops"] = state.dodge_stops
    dodge["zone"] = state.dodge_zone if state.dodge_aim is None else state.dodge_aim
    burn["stops"] = state.burn_stops
    burn["zone"] = state.burn_zone if state.burn_aim is None else state.burn_aim
    exposure["ev"] = _within(exposure.get("ev", 0.0) + state.ev, -MOST_EV, MOST_EV)
    return made


def state_of_look(look: Mapping[str, Mapping[str, Any]], state: HandState | None = None) -> HandState:
    """The hands as a look has them, so that the knobs go on from the look's own dodge and burn instead of erasing them.

    The look's exposure stays the look's: the hands' ev is what they add to it.
    """
    before = state or HandState()
    dodge, burn = look.get("dodge", {}), look.get("burn", {})
    dodge_zone = _within(dodge.get("zone", before.dodge_zone), 0.0, MOST_ZONE)
    burn_zone = _within(burn.get("zone", before.burn_zone), 0.0, MOST_ZONE)
    return replace(
        before,
        dodge_stops=_within(dodge.get("stops", 0.0), 0.0, MOST_DODGE_STOPS),
        dodge_aim=dodge_zone,
        dodge_zone=dodge_zone,
        burn_stops=_within(burn.get("stops", 0.0), 0.0, MOST_BURN_STOPS),
        burn_aim=burn_zone,
        burn_zone=burn_zone,
    )


def _within(value: float, least: float, most: float) -> float:
    return min(max(value, least), most)
