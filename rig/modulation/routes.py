"""A route: which signal bends which parameter, how far, through which curve, how fast. Written in a look's TOML.

[[route]]
name = "stirred"
source = "body.arousal"
target = "temperature.mired"
amount = -5.0
curve = "smooth"
attack_s = 0.8
release_s = 4.0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Annotated, Literal

from msgspec import Meta

from rig.errors import UserError
from rig.grade.look import target as find_target
from rig.loader import load
from rig.modulation.signals import SOURCES

# How far a route may bend a parameter. Measured over 24 photographs (mean CIEDE2000): 10 mired 1.3, 0.1 EV 1.24,
# 10 % saturation about 1.0: visible side by side, never in the moment. Where a unit is not named, a tenth of the range.
CAPS = {"temperature.mired": 10.0, "exposure.ev": 0.1, "saturation.saturation": 0.1}


@dataclass(frozen=True, slots=True)
class Route:
    """From source to target: ``amount`` (in the target's unit) is how far a full signal bends it."""

    name: str
    source: str
    target: str
    amount: float
    curve: Literal["linear", "smooth", "s", "threshold"] = "linear"
    attack_s: Annotated[float, Meta(ge=0.1, le=60, extra={"unit": "s"})] = 0.5
    release_s: Annotated[float, Meta(ge=0.1, le=60, extra={"unit": "s"})] = 2.0


def cap_of(target: str) -> float:
    """How far a route may bend this parameter, in its unit."""
    parameter = find_target(target)
    return CAPS.get(target, (parameter.high - parameter.low) / 10.0)


def _meant(word: str, words: Sequence[str]) -> str:
    close = get_close_matches(word, words, n=1)
    return f', did you mean "{close[0]}"?' if close else ""


def _mistakes(route: Route, where: str) -> list[str]:
    found = []
    if route.source not in SOURCES:
        names = ", ".join(SOURCES)
        found.append(
            f'{where}: source: expected one of {names}, got "{route.source}"{_meant(route.source, [*SOURCES])}'
        )
    try:
        cap = cap_of(route.target)
    except UserError as error:
        return [*found, f"{where}: target: {error}"]
    if route.target.startswith("auto."):
        found.append(f"{where}: target: expected another one, got {route.target}: it acts before routes do")
    if not -cap <= route.amount <= cap:
        unit = find_target(route.target).unit
        found.append(f"{where}: amount: expected {-cap:g} to {cap:g} {unit} for {route.target}, got {route.amount:g}")
    return found


def read_routes(tables: Sequence[Mapping[str, object]], where: str) -> tuple[Route, ...]:
    """Routes from a look's tables; UserError with all mistakes at once."""
    routes: list[Route] = []
    found: list[str] = []
    for number, table in enumerate(tables, 1):
        spot = f"{where}: route {table.get('name', number)}"
        try:
            route = load(Route, dict(table), {}, spot)
        except UserError as error:
            found.append(str(error))
            continue
        if any(route.name == other.name for other in routes):
            found.append(f"{spot}: name: expected a name of its own, got the name of another route")
        found += _mistakes(route, spot)
        routes.append(route)
    if found:
        raise UserError("\n".join(found))
    return tuple(routes)


def route_tables(routes: Sequence[Route]) -> list[dict[str, object]]:
    """Plain tables, as a take keeps them; read_routes reads them back."""
    return [asdict(route) for route in routes]
