"""Light that follows the heart's beat: never more than a tenth of a stop, whatever else is allowed.

A picture that flickers in step with a pulse is felt long before it is seen, and strong flicker harms some people: the
limit is on the whole swing of the light, of all such routes together, and neither cap nor soul raises it.
"""

from __future__ import annotations

from collections.abc import Sequence

from rig.modulation.route import Route
from rig.modulation.signals import SOURCES

MOST_EV = 0.1
MOST_GAIN = 2.0  # of one route by others (rig/modulation/bend.py)

# The most EV that one unit of a parameter gives to any pixel: to one of a pure primary. A mired turns blue by up to
# 0.0096 stops (daylight_gains from -100 to 100), tint 1 green by a quarter. Saturation is not among them: it keeps the
# encoded luma of a colour and not its light, and a tenth of it turns a deep red by a fifth of a stop.
_EV_OF_COLOUR = {"temperature.mired": 0.01, "tint.tint": 0.25}


def ev_of(target: str) -> float | None:
    """EV of light for one unit of a parameter; None where nobody can say."""
    operation, _, name = target.partition(".")
    if target == "exposure.ev" or name in ("stops", "other_stops") or operation == "zones":
        return None if operation == "grain" else 1.0
    return _EV_OF_COLOUR.get(target)


def may_follow_the_beat(target: str) -> bool:
    """Whether a parameter may follow the beat: only where it is known how much light that is."""
    return ev_of(target) is not None


def following_the_beat(routes: Sequence[Route]) -> frozenset[str]:
    """The names of the routes that follow the beat: by their own signal, or by a route that bends them."""
    found = {route.name for route in routes if route.source in SOURCES and SOURCES[route.source].in_step}
    while True:
        bent = {route.bends for route in routes if route.name in found and route.bends} - found
        if not bent:
            return frozenset(found)
        found |= bent


def swing_ev(routes: Sequence[Route]) -> float:
    """The light, in EV, between the darkest and the lightest that those of these routes which follow the beat can do at
    soul 1, all together. routes: all of a look, for any of them may make more of one that follows."""
    following = following_the_beat(routes)
    gained = {route.bends for route in routes if route.bends}
    return sum(
        (ev_of(route.target) or 0.0) * abs(route.amount) * (MOST_GAIN if route.name in gained else 1.0)
        for route in routes
        if route.name in following and not route.bends
    )
