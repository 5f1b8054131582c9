"""What the hands have set: stops, aims, places, strokes, base exposure, soul. One frozen state; all else is how it came
about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, get_args

from drivers.readings import Knob, SoulPosition
from rig.errors import UserError
from rig.hands.place import MOST_ZONE, HandPlace, HandStroke, check_number, read_place, read_strokes

DETENT_STOPS = 1.0 / 12.0
MOST_DODGE_STOPS = 2.0
MOST_BURN_STOPS = 3.0
MOST_EV = 4.0
DODGE_ZONE = 3.0  # unaimed, dodge opens zone III
BURN_ZONE = 8.0  # and burn holds zone VIII


@dataclass(frozen=True, slots=True)
class HandState:
    """Where both knobs and the switch stand.

    dodge_stops: 0 to 2, lightens. burn_stops: 0 to 3, darkens (a positive number). ev: -4 to 4, the base exposure.
    dodge_aim, burn_aim: the zone that the knob works on, 0 to 10, or None: the whole picture, the knob turns ``ev``.
    dodge_zone, burn_zone: where its stops sit meanwhile, when it is aimed at the whole picture.
    bare: the negative is shown as long as a knob is held. record_presses: how often record was pressed.
    dodge_place, burn_place: the soft place that a tap aimed at, or None: wherever in the picture that zone is.
    strokes: what was kept, oldest first. place_spot, place_zone: the zone the spot had on the negative when it was
    placed, and the zone it is placed on; None: nothing is placed. Both are the base exposure, with ``ev``.
    places: how many places were ever named (undo gives no number back); last: the knob that was used last. Neither is
    something that is set: two states that differ in them alone are equal.
    """

    dodge_stops: float = 0.0
    dodge_aim: float | None = DODGE_ZONE
    burn_stops: float = 0.0
    burn_aim: float | None = BURN_ZONE
    ev: float = 0.0
    soul: SoulPosition = "set"
    bare: bool = False
    record_presses: int = 0
    dodge_zone: float = DODGE_ZONE
    burn_zone: float = BURN_ZONE
    locked: bool = False
    dodge_place: HandPlace | None = None
    burn_place: HandPlace | None = None
    strokes: tuple[HandStroke, ...] = ()
    place_spot: float | None = None
    place_zone: float | None = None
    places: int = field(default=0, compare=False)
    last: Knob | None = field(default=None, compare=False)

    def followed(self) -> dict[int, tuple[float, float]]:
        """The places that are to be followed: number to where each was named, 0 to 1 of width and height."""
        places = [self.dodge_place, self.burn_place, *(stroke.place for stroke in self.strokes)]
        return {place.number: (place.x, place.y) for place in places if place is not None and place.number}

    def to_dict(self) -> dict[str, object]:
        """For the timeline of a take."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> HandState:
        """The state of a take's timeline; what is not there stands at its default. UserError names what is wrong."""
        known = {each.name for each in fields(cls)}
        read: dict[str, Any] = dict(data)
        for name, value in data.items():
            if name not in known:
                raise UserError(f"hands.{name}: expected one of {', '.join(sorted(known))}")
            if name in ("dodge_place", "burn_place"):
                read[name] = read_place(value, f"hands.{name}")
            elif name == "strokes":
                read[name] = read_strokes(value, "hands.strokes")
            else:
                _check(name, value)
        state = cls(**read)
        if (state.place_spot is None) != (state.place_zone is None):
            raise UserError("hands.place_zone: expected it together with hands.place_spot, got one of them")
        return state


_RANGES = {
    "dodge_stops": (0.0, MOST_DODGE_STOPS, "stops"),
    "burn_stops": (0.0, MOST_BURN_STOPS, "stops"),
    "ev": (-MOST_EV, MOST_EV, "EV"),
    "dodge_aim": (0.0, MOST_ZONE, "zones"),
    "burn_aim": (0.0, MOST_ZONE, "zones"),
    "dodge_zone": (0.0, MOST_ZONE, "zones"),
    "burn_zone": (0.0, MOST_ZONE, "zones"),
    "place_spot": (0.0, MOST_ZONE, "zones"),
    "place_zone": (0.0, MOST_ZONE, "zones"),
}
_MAY_BE_NONE = ("dodge_aim", "burn_aim", "place_spot", "place_zone", "last")
_COUNTS = ("record_presses", "places")


def _check(name: str, value: object) -> None:
    if value is None and name in _MAY_BE_NONE:
        return
    if name in _RANGES:
        check_number(value, *_RANGES[name], f"hands.{name}")
    elif name == "soul":
        if value not in get_args(SoulPosition):
            raise UserError(f"hands.soul: expected off, set or proof, got {value!r}")
    elif name == "last":
        if value not in get_args(Knob):
            raise UserError(f"hands.last: expected dodge or burn, got {value!r}")
    elif name in _COUNTS:
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise UserError(f"hands.{name}: expected a count, got {value!r}")
    elif not isinstance(value, bool):
        raise UserError(f"hands.{name}: expected true or false, got {value!r}")
