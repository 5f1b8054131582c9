"""What the hands have set, put into a look: that is the base look, which the routes then bend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, TypeAlias

from rig.hands.place import MOST_ZONE, HandPlace, read_place
from rig.hands.state import MOST_BURN_STOPS, MOST_DODGE_STOPS, MOST_EV, HandState

Look: TypeAlias = dict[str, dict[str, Any]]


def apply(look: Mapping[str, Mapping[str, Any]], state: HandState) -> Look:
    """The look with dodge and burn where the hands have them, the strokes they kept after the look's own, and the
    hands' ev added to the look's own. Where the hands have placed the spot, that is the base exposure instead.

    look: operation to parameter to value; it is left as it is. The sum of both ev stays within -4 to 4.
    Everything adds up in stops, so that a stroke is a share of the base exposure, as a printer's seconds are.
    """
    made = {operation: dict(values) for operation, values in look.items()}
    dodge, burn = made.setdefault("dodge", {}), made.setdefault("burn", {})
    exposure = made.setdefault("exposure", {})
    dodge["stops"] = state.dodge_stops
    dodge["zone"] = state.dodge_zone if state.dodge_aim is None else state.dodge_aim
    burn["stops"] = state.burn_stops
    burn["zone"] = state.burn_zone if state.burn_aim is None else state.burn_aim
    for operation, place in ((dodge, state.dodge_place), (burn, state.burn_place)):
        _put_place(operation, place)
    if state.place_spot is None or state.place_zone is None:
        exposure["ev"] = _within(exposure.get("ev", 0.0) + state.ev, -MOST_EV, MOST_EV)
    else:
        exposure["ev"] = state.ev
        made["place"] = {"spot": state.place_spot, "zone": state.place_zone}
    if "strokes" in made or state.strokes:
        made["strokes"] = _strokes(made, state)
    return made


def _put_place(table: dict[str, Any], place: HandPlace | None) -> None:
    table.pop("place", None)
    if place is not None:
        table["place"] = asdict(place)


def _strokes(look: Look, state: HandState) -> dict[str, Any]:
    kept: list[dict[str, Any]] = []
    for own in look.get("strokes", {}).get("kept", []):
        table = dict(own)
        _put_place(table, _still(own.get("place")))
        kept.append(table)
    for stroke in state.strokes:
        table = {"stops": stroke.stops, "zone": stroke.zone}
        feather = look["dodge" if stroke.stops > 0.0 else "burn"].get("feather")
        if feather is not None:
            table["feather"] = feather
        _put_place(table, stroke.place)
        kept.append(table)
    return {"kept": kept}


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
        dodge_place=_still(dodge.get("place")),
        burn_place=_still(burn.get("place")),
    )


def _still(place: object) -> HandPlace | None:
    """A look's own place stays where it is: the numbers are the hands'."""
    read = read_place(place, "look.place")
    return None if read is None else replace(read, number=0)


def _within(value: float, least: float, most: float) -> float:
    return min(max(value, least), most)
