"""The loader on every kind of type it knows, beyond what the configuration uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

import pytest
from msgspec import Meta

from rig.errors import UserError
from rig.loader import describe, load, parse


@dataclass(frozen=True)
class Curve:
    points: tuple[float, ...] = (0.0, 1.0)

    def __post_init__(self) -> None:
        if list(self.points) != sorted(self.points):
            raise ValueError(f"expected rising points, got {list(self.points)}")


@dataclass(frozen=True)
class Route:
    source: str
    amount: Annotated[float, Meta(gt=-1, lt=1, extra={"unit": "stops"})]
    curve: Curve = Curve()
    limits: dict[str, Annotated[int, Meta(le=3)]] = field(default_factory=dict)
    note: str | None = None


@dataclass(frozen=True)
class Look:
    route: list[Route] = field(default_factory=list)
    code: Annotated[str, Meta(pattern="^[a-z]+$")] = "abc"


def test_lists_of_tables_dicts_and_tuples() -> None:
    look = parse(
        Look,
        '[[route]]\nsource = "body"\namount = 0.5\nlimits = {low = 1, "very high" = 3}\n'
        '[[route]]\nsource = "hand"\namount = 0\nnote = "x"\ncurve.points = [0, 0.5]\n',
        "a.toml",
    )
    assert look.route[0] == Route("body", 0.5, limits={"low": 1, "very high": 3})
    assert look.route[1] == Route("hand", 0.0, Curve((0.0, 0.5)), note="x")


def test_mistakes_deep_inside_name_their_place() -> None:
    text = """\
code = "ABC"
[[route]]
source = "body"
amount = 1
limits = {low = 1, "very high" = 4}
[[route]]
source = 3
amount = 0.5
curve.points = [2, 1]
note = []
[[route]]
amount = 0
"""
    with pytest.raises(UserError) as error:
        parse(Look, text, "a.toml")
    assert str(error.value).splitlines() == [
        'a.toml:1: code: expected text, got "ABC"',
        "a.toml:4: route[0].amount: expected more than -1 to less than 1 stops, got 1",
        'a.toml:5: route[0].limits."very high": expected a whole number at most 3, got 4',
        "a.toml:7: route[1].source: expected text, got 3",
        "a.toml:9: route[1].curve: expected rising points, got [2.0, 1.0]",
        "a.toml:10: route[1].note: expected text or nothing, got a list",
        "a.toml:11: route[2]: expected the key source (text), got none",
    ]


def test_a_list_that_is_none() -> None:
    with pytest.raises(UserError, match=r"^a.toml: route: expected a list of tables, got a table$"):
        load(Look, {"route": {}}, {}, "a.toml")


def test_how_limits_read() -> None:
    assert describe(Annotated[int, Meta(ge=1)]) == "a whole number 1 or more"
    assert describe(Annotated[float, Meta(gt=0, extra={"unit": "s"})]) == "more than 0 s"
    assert describe(Annotated[float, Meta(lt=5)]) == "less than 5"
    assert describe(Annotated[float, Meta(extra={"unit": "K"})]) == "a number in K"
    assert describe(list[int]) == "a list of a whole number"
    assert describe(Literal["on"]) == '"on"'
    assert describe(bool | float) == "true or false or a number"
