"""What the hands have set: stops, aims, base exposure, soul. One frozen state; everything else is how it came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import get_args

from drivers.readings import SoulPosition
from rig.errors import UserError

DETENT_STOPS = 1.0 / 12.0
MOST_DODGE_STOPS = 2.0
MOST_BURN_STOPS = 3.0
MOST_EV = 4.0
DODGE_ZONE = 3.0  # unaimed, dodge opens zone III
BURN_ZONE = 8.0  # and burn holds zone VIII
MOST_ZONE = 10.0


@dataclass(frozen=True, slots=True)
class HandState:
    """Where both knobs and the switch stand.

    dodge_stops: 0 to 2, lightens. burn_stops: 0 to 3, darkens (a positive number). ev: -4 to 4, the base exposure.
    dodge_aim, burn_aim: the zone that the knob works on, 0 to 10, or None: the whole picture, the knob turns ``ev``.
    dodge_zone, burn_zone: where its stops sit meanwhile, when it is aimed at the whole picture.
    bare: the negative is shown as long as a knob is held. record_presses: how often record was pressed.
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

    def to_dict(self) -> dict[str, object]:
        """For the timeline of a take."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> HandState:
        """The state of a take's timeline; what is not there stands at its default. UserError names what is wrong."""
        known = {field.name for field in fields(cls)}
        for name, value in data.items():
            if name not in known:
                raise UserError(f"hands.{name}: expected one of {', '.join(sorted(known))}")
            _check(name, value)
        return cls(**data)  # type: ignore[arg-type]


_RANGES = {
    "dodge_stops": (0.0, MOST_DODGE_STOPS, "stops"),
    "burn_stops": (0.0, MOST_BURN_STOPS, "stops"),
    "ev": (-MOST_EV, MOST_EV, "EV"),
    "dodge_aim": (0.0, MOST_ZONE, "zones"),
    "burn_aim": (0.0, MOST_ZONE, "zones"),
    "dodge_zone": (0.0, MOST_ZONE, "zones"),
    "burn_zone": (0.0, MOST_ZONE, "zones"),
}


def _check(name: str, value: object) -> None:
    if name in _RANGES:
        least, most, unit = _RANGES[name]
        if value is None and name.endswith("_aim"):
            return
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise UserError(f"hands.{name}: expected {least:g} to {most:g} {unit}, got {value!r}")
    elif name == "soul":
        if value not in get_args(SoulPosition):
            raise UserError(f"hands.soul: expected off, set or proof, got {value!r}")
    elif name == "record_presses":
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise UserError(f"hands.record_presses: expected a count, got {value!r}")
    elif not isinstance(value, bool):
        raise UserError(f"hands.{name}: expected true or false, got {value!r}")
