"""A route: which signal bends which parameter, how far, through which curve, how fast. Written in a look's TOML.

[[route]]
name = "stirred"
source = "body.arousal"
target = "temperature.mired"
amount = "-5 mired"
curve = "smooth"
attack_s = 0.8
release_s = 4.0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from rig.errors import UserError
from rig.grade.look import target as find_target
from rig.modulation.visibility import cap_of

ROUTE = "route."  # before a route's name: the target of a route that bends another one


@dataclass(frozen=True, slots=True)
class Route:
    """From source to target: ``amount`` (in the target's unit) is how far a full signal bends it.

    target "route.NAME": how much of the other route there is; 1 + amount times the signal, 0 to 2.
    """

    name: Annotated[str, Meta(min_length=1, description="its own name")]
    source: Annotated[str, Meta(description="the signal: rig routes --sources")]
    target: Annotated[str, Meta(description="the parameter: rig routes --targets; or route.NAME")]
    amount: Annotated[float, Meta(description="how far a full signal bends it, in the target's unit")]
    curve: Annotated[
        Literal["linear", "smooth", "s", "threshold", "points"], Meta(description="from the signal to how far")
    ] = "linear"
    points: Annotated[
        tuple[tuple[float, ...], ...], Meta(description="of curve points: [signal, how far], both 0 to 1")
    ] = ()
    attack_s: Annotated[float, Meta(ge=0.1, le=60, description="until 95 % there", extra={"unit": "s"})] = 0.5
    release_s: Annotated[float, Meta(ge=0.1, le=60, description="until 95 % back", extra={"unit": "s"})] = 2.0
    invert: Annotated[bool, Meta(description="a full signal does nothing, none does all")] = False
    gate: Annotated[float, Meta(ge=0, le=1, description="only where the signal's quality is at least this")] = 0.0
    combine: Annotated[
        Literal["sum", "max"], Meta(description="sum: beside the others; max: only the largest of those counts")
    ] = "sum"
    cap: Annotated[float, Meta(ge=0, description="the most that routes may bend it; 0: the usual cap")] = 0.0

    def __post_init__(self) -> None:
        """A curve through points says so by having them."""
        if self.points and self.curve == "linear":
            object.__setattr__(self, "curve", "points")

    @property
    def bends(self) -> str:
        """The name of the route that it bends; empty where its target is a parameter."""
        return self.target[len(ROUTE) :] if self.target.startswith(ROUTE) else ""

    @property
    def unit(self) -> str:
        """Of its amount."""
        return f"of {self.bends}" if self.bends else unit_of(self.target)

    @property
    def most(self) -> float:
        """The largest amount that it may have, in that unit."""
        return 1.0 if self.bends else max(self.cap, cap_of(self.target))


def unit_of(target: str) -> str:
    """The unit of a parameter; UserError where there is none of that name."""
    return find_target(target).unit


def is_parameter(target: str) -> bool:
    """Whether there is a parameter of that name."""
    try:
        find_target(target)
    except UserError:
        return False
    return True
