"""What a turn of a knob makes of the hands' state: its stops, the base exposure, or the zone that it is aimed at."""

from __future__ import annotations

from drivers.readings import Turn
from rig.hands.curves import Curves, place_of, stops_at
from rig.hands.place import MOST_ZONE
from rig.hands.state import DETENT_STOPS, MOST_EV, HandState


def turned(state: HandState, turn: Turn, curves: Curves) -> dict[str, object]:
    """What it sets: the knob's stops, or the base exposure (always linear) where it is aimed at the whole picture."""
    knob = turn.knob
    if getattr(state, f"{knob}_aim") is None:
        lighter = turn.detents if knob == "dodge" else -turn.detents
        twelfths = round(state.ev / DETENT_STOPS, 6) + lighter
        return {"ev": min(max(twelfths / 12.0, -MOST_EV), MOST_EV)}
    name, curve = f"{knob}_stops", curves.of(knob)
    return {name: stops_at(place_of(getattr(state, name), knob, curve) + turn.detents, knob, curve)}


def walked(state: HandState, turn: Turn, resting_zone: float) -> dict[str, object]:
    """Hold and turn: the aim goes zone by zone, and past the last to the whole picture; there its stops rest at
    resting_zone, the zone that they sat at before."""
    knob = turn.knob
    was: float | None = getattr(state, f"{knob}_aim")
    aim = _walked(was, turn.detents)
    values: dict[str, object] = {f"{knob}_aim": aim, f"{knob}_zone": resting_zone if aim is None else aim}
    if was is None and aim is not None:
        values[f"{knob}_place"] = None
    return values


def within_zones(zone: float) -> float:
    """A zone that was read, 0 to 10."""
    return min(max(zone, 0.0), MOST_ZONE)


def _walked(aim: float | None, detents: int) -> float | None:
    """Whole zones up or down from an aim between two; one past zone X is the whole picture, the last stop."""
    last = int(MOST_ZONE) + 1
    place = float(last) if aim is None else aim
    if detents > 0:
        there = int(place) + detents
    else:
        there = -int(-place) + detents if place == int(place) else int(place) + 1 + detents
    return None if there >= last else float(max(there, 0))
