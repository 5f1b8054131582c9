"""From a knob's detents to stops and back: the same ends and as many detents, whatever the curve between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Literal, TypeAlias, get_args

from drivers.readings import Knob
from rig.errors import UserError
from rig.hands.state import DETENT_STOPS, MOST_BURN_STOPS, MOST_DODGE_STOPS
from rig.words import did_you_mean, quoted

Curve: TypeAlias = Literal["linear", "gentle"]

MOST_STOPS: dict[Knob, float] = {"dodge": MOST_DODGE_STOPS, "burn": MOST_BURN_STOPS}
# The first detents of a gentle knob are 0.4 of a linear one's and the last ones 1.6: a parabola. The author's choice:
# 0.25 to 0.6 are as easy to turn.
_GENTLE = 0.4


@dataclass(frozen=True, slots=True)
class Curves:
    """Of both knobs. linear: a twelfth of a stop a detent; gentle: finer near zero, coarser towards the end."""

    dodge: Curve = "linear"
    burn: Curve = "linear"

    def of(self, knob: Knob) -> Curve:
        """That knob's."""
        return self.dodge if knob == "dodge" else self.burn

    def to_dict(self) -> dict[str, str]:
        """For the timeline of a take: those that are not linear."""
        both = {"dodge": self.dodge, "burn": self.burn}
        return {knob: curve for knob, curve in both.items() if curve != "linear"}

    @classmethod
    def from_dict(cls, data: Mapping[str, str], where: str = "knob_curves") -> Curves:
        """Of a take; what is not there is linear. UserError names what is none."""
        for knob, curve in data.items():
            if knob not in get_args(Knob):
                raise UserError(f"{where}: expected dodge or burn, got {quoted(knob)}")
            if curve not in get_args(Curve):
                near = did_you_mean(str(curve), get_args(Curve))
                raise UserError(f"{where}.{knob}: expected linear or gentle, got {quoted(str(curve))}{near}")
        return cls(**data)  # type: ignore[arg-type]  # checked above


def detents_of(knob: Knob) -> int:
    """From one end of its way to the other: 24 of dodge, 36 of burn."""
    return round(MOST_STOPS[knob] / DETENT_STOPS)


def place_of(stops: float, knob: Knob, curve: Curve) -> float:
    """Where on its way a knob stands that has set so many stops: 0 to detents_of(knob), and between two of them where a
    look had set it there. Rounded to a millionth, so that a value that came of whole detents is whole again."""
    if curve == "linear":
        return round(stops / DETENT_STOPS, 6)
    share = stops / MOST_STOPS[knob]
    bent = 1.0 - _GENTLE
    x = (sqrt(_GENTLE**2 + 4.0 * bent * share) - _GENTLE) / (2.0 * bent)
    return round(x * detents_of(knob), 6)


def stops_at(place: float, knob: Knob, curve: Curve) -> float:
    """The stops of a place on its way; beyond the ends nothing winds up."""
    most = MOST_STOPS[knob]
    if curve == "linear":
        return min(max(place / 12.0, 0.0), most)
    x = min(max(place / detents_of(knob), 0.0), 1.0)
    return most * x * (_GENTLE + (1.0 - _GENTLE) * x)
