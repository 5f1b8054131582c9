"""Routes as they are written: checked whole, every mistake with its line and the nearest right word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, fields

from rig.errors import UserError
from rig.grade.look import target as find_target
from rig.grade.look import targets
from rig.loader import Lines, got, load
from rig.modulation.beat import following_the_beat, may_follow_the_beat
from rig.modulation.curves import points_mistake
from rig.modulation.route import ROUTE, Route, is_parameter
from rig.modulation.signals import SOURCES
from rig.modulation.visibility import cap_of, range_of
from rig.words import did_you_mean, quoted

__all__ = ["Route", "read_routes", "route_tables"]

_AMOUNT = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*(.*?)\s*")


def read_routes(
    tables: Sequence[Mapping[str, object]], where: str, lines: Sequence[Mapping[str, int]] = ()
) -> tuple[Route, ...]:
    """Routes from a look's tables; UserError with all mistakes at once, in the order of the file.

    lines: of each table, on which line each of its keys stands, and under "" the table itself; none: not known.
    """
    names = [str(table.get("name", "")) for table in tables]
    checked = [
        _Table(table, names, f"route {table.get('name', number)}", lines[number - 1] if lines else {})
        for number, table in enumerate(tables, 1)
    ]
    for number, each in enumerate(checked):
        if names[number] in names[:number]:
            each.wrong("name", "expected a name of its own, got the name of another route")
    for number, circle in _circles(checked):
        checked[number].wrong("target", f"expected no circle of routes, got {circle}")
    routes = tuple(each.route for each in checked if each.route is not None)
    following = following_the_beat(routes)
    for each in checked:
        if each.route is not None and each.name in following and not each.bends:
            each.check_beat(each.route)
    found = [mistake for each in checked for mistake in each.mistakes]
    if found:
        found.sort(key=lambda mistake: mistake[0])
        said = [f"{where}:{line}: {says}" if line else f"{where}: {says}" for line, says in found]
        raise UserError("\n".join(said))
    return routes


def route_tables(routes: Sequence[Route]) -> list[dict[str, object]]:
    """Plain tables, as a take keeps them, without what is left at its default; read_routes reads them back."""
    default = {field.name: field.default for field in fields(Route) if field.default is not MISSING}
    return [
        {name: _plain(value) for name, value in asdict(route).items() if name not in default or value != default[name]}
        for route in routes
    ]


def _plain(value: object) -> object:
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


class _Table:
    """One table of a file, and what is wrong in it."""

    def __init__(
        self, table: Mapping[str, object], names: Sequence[str], called: str, lines: Mapping[str, int]
    ) -> None:
        self.mistakes: list[tuple[int, str]] = []
        self.route: Route | None = None
        self.name, self.bends = str(table.get("name", "")), ""
        self._called, self._lines, self._names = called, lines, names
        self._unit = ""
        known_target = self._target(table.get("target"))
        self._source(table.get("source"))
        read = dict(table)
        if isinstance(read.get("amount"), str):
            read["amount"] = self._amount(str(read["amount"]), known_target)
        try:
            route = load(Route, read, _paths(lines), "")
        except UserError as error:
            for says in str(error).split("\n"):
                self._of_loader(says)
            return
        if known_target:
            self._limits(route)
        if route.curve == "points" and (wrong := points_mistake(route.points)):
            self.wrong("points", f"{wrong}, got {got([*map(list, route.points)])}")
        elif route.curve != "points" and route.points:
            self.wrong("curve", f'expected "points" beside points, got {quoted(route.curve)}')
        self.route = route

    def wrong(self, key: str, says: str) -> None:
        """One mistake at a key."""
        self.mistakes.append((self._lines.get(key, self._lines.get("", 0)), f"{self._called}: {key}: {says}"))

    def _of_loader(self, says: str) -> None:
        line, _, rest = says.removeprefix(":").partition(": ")
        self.mistakes.append((int(line) if line.isdecimal() else 0, f"{self._called}: {rest}"))

    def check_beat(self, route: Route) -> None:
        """Of a route that follows the beat."""
        if is_parameter(route.target) and not may_follow_the_beat(route.target):
            what = "in step with the beat, expected light (exposure, zones, stops), temperature or tint"
            self.wrong("target", f"{what}, got {route.target}: nobody can say how much light that is")
        if route.combine == "max":  # it would take turns with another one, and the light would swing by both
            self.wrong("combine", 'expected "sum" in step with the beat, got "max"')

    def _source(self, source: object) -> None:
        if isinstance(source, str) and source not in SOURCES:
            near = did_you_mean(source, SOURCES, quote=True)
            self.wrong("source", f"expected one of {', '.join(SOURCES)}, got {quoted(source)}{near}")

    def _target(self, target: object) -> bool:
        """Whether it can be a target; what is wrong with it is told."""
        if not isinstance(target, str):
            return False
        if target.startswith(ROUTE):
            self.bends = target[len(ROUTE) :]
            self._unit = ""
            if self.bends not in self._names:
                near = did_you_mean(self.bends, [name for name in self._names if name], quote=True)
                self.wrong("target", f"expected a route of this look after {ROUTE}, got {quoted(self.bends)}{near}")
            return True
        try:
            self._unit = find_target(target).unit
        except UserError as error:
            near = did_you_mean(target, targets()) if "did you mean" not in str(error) else ""
            self.wrong("target", f"{error}{near}")
            return False
        if target.startswith("auto."):
            self.wrong("target", f"expected another one, got {target}: it acts before routes do")
            return False
        return True

    def _amount(self, text: str, known_target: bool) -> object:
        """The number in a text with its unit; 0 where it was told what is wrong."""
        read = _AMOUNT.fullmatch(text)
        if read is None:
            self.wrong("amount", f"expected a number, with its unit or without, got {quoted(text)}")
            return 0.0
        number, unit = float(read[1]), read[2]
        if not unit or not known_target or unit == self._unit:
            return number
        if unit == "%" and not self._unit:
            return number / 100.0
        units = {find_target(name).unit for name in targets()} - {""}
        near = did_you_mean(unit, units)
        self.wrong("amount", f"expected {self._unit or 'a number alone'}, got {quoted(unit)}{near}")
        return 0.0

    def _limits(self, route: Route) -> None:
        if route.bends:
            if not -1.0 <= route.amount <= 1.0:
                self.wrong("amount", f"expected -1 to 1 of route {route.bends}, got {route.amount:g}")
            return
        unit, widest = f" {self._unit}" if self._unit else "", range_of(route.target)
        if route.cap and not cap_of(route.target) <= route.cap <= widest:
            self.wrong("cap", f"expected {cap_of(route.target):g} to {widest:g}{unit}, got {route.cap:g}")
        elif not -route.most <= route.amount <= route.most:
            raised = f" (cap raises that, to {widest:g})" if route.most < widest else ""
            self.wrong(
                "amount",
                f"expected {-route.most:g} to {route.most:g}{unit} for {route.target}, got {route.amount:g}{raised}",
            )


def _circles(tables: Sequence[_Table]) -> list[tuple[int, str]]:
    """Each circle of routes that bend each other once: the number of its first route, and the circle in words."""
    leads = {each.name: each.bends for each in tables if each.bends}
    found: list[tuple[int, str]] = []
    told: set[str] = set()
    for number, each in enumerate(tables):
        way = [each.name]
        while way[-1] in leads and leads[way[-1]] not in way:
            way.append(leads[way[-1]])
        if leads.get(way[-1]) == each.name and each.name not in told:
            told.update(way)
            found.append((number, " → ".join([*way, each.name])))
    return found


def _paths(lines: Mapping[str, int]) -> Lines:
    return {(key,) if key else (): line for key, line in lines.items()}
