"""The routes of a look: the shipped ones that it names, and its own."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from rig.errors import UserError
from rig.grade.looks import NamedLook, in_order, look_file, read_look, read_routes_only
from rig.loader import parse_toml, read_text
from rig.modulation.routes import Route, read_routes
from rig.toml_lines import KeyPath
from rig.words import did_you_mean, quoted


def shipped_routes() -> tuple[str, ...]:
    """The names of the files of routes that come with the rig."""
    folder = files("rig") / "routes"
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")))


def shipped(name: str) -> list[dict[str, Any]]:
    """The tables of one of them. KeyError where there is none of that name."""
    if name not in shipped_routes():
        raise KeyError(name)
    text = (files("rig") / "routes" / f"{name}.toml").read_text(encoding="utf-8")
    return [dict(table) for table in parse_toml(text, f"{name}.toml")["route"]]


def load_look_and_routes(name_or_path: str | Path) -> tuple[NamedLook, tuple[Route, ...]]:
    """A look by its name or file, and all its routes. UserError with every mistake of both, each with its line."""
    path = look_file(name_or_path)
    text = read_text(path)
    mistakes: list[str] = []
    try:
        named = read_look(path, text)
    except UserError as error:
        mistakes.append(str(error))
        named = read_routes_only(path, text)
    try:
        routes = routes_of(named)
    except UserError as error:
        mistakes.append(str(error))
    if mistakes:
        raise in_order(mistakes, path.name)
    return named, routes


def routes_of(named: NamedLook) -> tuple[Route, ...]:
    """All routes of a look, shipped ones first. UserError with all mistakes, each with its line."""
    where = named.file or named.name
    tables: list[Mapping[str, object]] = []
    lines: list[dict[str, int]] = []
    found: list[str] = []
    for number, name in enumerate(named.shipped):
        line = named.lines.get(("routes", number), 0)
        try:
            from_file = shipped(name)
        except KeyError:
            known = shipped_routes()
            near = did_you_mean(name, known, quote=True)
            at = f"{where}:{line}" if line else where
            found.append(f"{at}: routes: expected one of {', '.join(known)}, got {quoted(name)}{near}")
            continue
        tables += from_file
        lines += [{"": line}] * len(from_file)
    tables += named.routes
    lines += [_lines_of(named.lines, number) for number in range(len(named.routes))]
    try:
        routes = read_routes(tables, where, lines)
    except UserError as error:
        raise UserError("\n".join([*found, str(error)])) from None
    if found:
        raise UserError("\n".join(found))
    return routes


def _lines_of(lines: Mapping[KeyPath, int], number: int) -> dict[str, int]:
    """Where the keys of the file's route of that number stand, and the table itself under ""."""
    at: KeyPath = ("route", number)
    keys = {str(path[2]): line for path, line in lines.items() if path[:2] == at and len(path) == 3}
    return {**keys, "": lines.get(at, 0)}
