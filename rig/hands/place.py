"""Where the hands have aimed, and what they have kept: a soft place in the picture, and a stroke."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from rig.errors import UserError

THIRD = 1.0 / 3.0
MOST_ZONE = 10.0
MOST_STROKES = 16  # each is one more gain in the mask


@dataclass(frozen=True, slots=True)
class HandPlace:
    """A soft ellipse where a tap was: x, y 0 to 1 of width and height, height 0.05 to 2 of the picture's height.

    number: which of the places that are followed it is (rig/scene/follow.py), from 1; 0 stays where it is.
    """

    x: float = 0.5
    y: float = 0.5
    height: float = THIRD
    number: int = 0


@dataclass(frozen=True, slots=True)
class HandStroke:
    """A dodge (stops above 0, up to 2) or a burn (below 0, down to -3) that was kept, with its zone and place."""

    stops: float
    zone: float
    place: HandPlace | None = None


_PLACE = {"x": (0.0, 1.0, "of the width"), "y": (0.0, 1.0, "of the height"), "height": (0.05, 2.0, "heights")}
_STROKE = {"stops": (-3.0, 2.0, "stops"), "zone": (0.0, MOST_ZONE, "zones")}


def read_place(data: object, where: str) -> HandPlace | None:
    """A place as a timeline or a look has it, or None; UserError names what is wrong."""
    if data is None or isinstance(data, HandPlace):
        return data
    given = _table(data, HandPlace, where)
    number = given.get("number", 0)
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise UserError(f"{where}.number: expected a count, got {number!r}")
    _check(given, _PLACE, where)
    return HandPlace(**given)


def read_strokes(data: object, where: str) -> tuple[HandStroke, ...]:
    """Strokes as a timeline has them; UserError names what is wrong."""
    if not isinstance(data, list | tuple) or len(data) > MOST_STROKES:
        raise UserError(f"{where}: expected a list of at most {MOST_STROKES} strokes, got {data!r:.60}")
    strokes = []
    for number, each in enumerate(data, 1):
        if isinstance(each, HandStroke):
            strokes.append(each)
            continue
        spot = f"{where}.{number}"
        given = _table(each, HandStroke, spot)
        for name in _STROKE:
            if name not in given:
                raise UserError(f"{spot}.{name}: expected a number, got none")
        _check(given, _STROKE, spot)
        strokes.append(HandStroke(given["stops"], given["zone"], read_place(given.get("place"), f"{spot}.place")))
    return tuple(strokes)


def check_number(value: object, least: float, most: float, unit: str, where: str) -> None:
    """UserError where it is no number of that range."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise UserError(f"{where}: expected {least:g} to {most:g} {unit}, got {value!r}")


def _table(data: object, kind: type, where: str) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise UserError(f"{where}: expected a table, got {data!r}")
    known = [field.name for field in fields(kind)]
    for name in data:
        if name not in known:
            raise UserError(f"{where}.{name}: expected one of {', '.join(sorted(known))}")
    return dict(data)


def _check(given: Mapping[str, object], ranges: Mapping[str, tuple[float, float, str]], where: str) -> None:
    for name, (least, most, unit) in ranges.items():
        if name in given:
            check_number(given[name], least, most, unit, f"{where}.{name}")
