"""Looks in TOML files: the shipped ones by name, and anybody's own by path."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, make_dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from rig.errors import UserError
from rig.grade.cube import read_cube
from rig.grade.look import Look, operations
from rig.loader import parse, parse_toml, read_text
from rig.toml_lines import KeyPath, key_lines, line_of
from rig.words import did_you_mean


@dataclass(frozen=True, slots=True)
class NamedLook:
    """A look, the maker's words about it (one line, or none), and its routes as they were written: the names of shipped
    ones, its own tables, and on which lines they stand (rig.modulation reads and checks them)."""

    name: str
    look: Look
    routes: list[dict[str, object]] = field(default_factory=list)
    words: str = ""
    shipped: tuple[str, ...] = ()
    file: str = ""
    lines: dict[KeyPath, int] = field(default_factory=dict)


@cache
def _look_file() -> type:
    """What a look's file may hold: every operation, the maker's words, routes."""
    words = Annotated[str, Meta(description="one line in the maker's words")]
    routes = list[dict[str, object]]
    return make_dataclass(
        "LookFile",
        [
            ("words", words, field(default="")),
            ("routes", list[str], field(default_factory=list)),
            *((name, operation, field(default_factory=operation)) for name, operation in operations().items()),
            ("route", routes, field(default_factory=list)),
        ],
        namespace={"__post_init__": _one_line},
        frozen=True,
    )


def _one_line(read: Any) -> None:
    if "\n" in read.words:
        raise ValueError("words: expected one line, got several")


def shipped_looks() -> tuple[str, ...]:
    """The names of the looks that come with the rig."""
    folder = files("rig") / "looks"
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")))


def load_look(name_or_path: str | Path) -> NamedLook:
    """A shipped look by its name, or a look's file by its path (ending in .toml, or with a folder before it).

    UserError with all mistakes at once, one a line: file and line, what is allowed in which unit, what was meant.
    What is wrong in its routes is not among them: rig.modulation.of_look.load_look_and_routes tells that too.
    """
    path = look_file(name_or_path)
    return read_look(path, read_text(path))


def look_file(name_or_path: str | Path) -> Path:
    """Where it is; UserError where no look has that name."""
    asked = str(name_or_path)
    if asked in shipped_looks():
        return Path(str(files("rig") / "looks" / f"{asked}.toml"))
    if isinstance(name_or_path, Path) or asked.endswith(".toml") or "/" in asked:
        return Path(name_or_path)
    known = shipped_looks()
    raise UserError(
        f"look: expected one of {', '.join(known)} or a path ending in .toml, got {asked or 'nothing'}"
        f"{did_you_mean(asked, known)}"
    )


def read_look(path: Path, text: str) -> NamedLook:
    """The look of a file's text; UserError as of load_look()."""
    lines, mistakes = key_lines(text), []
    try:
        read: Any = parse(_look_file(), text, path.name)
    except UserError as error:
        mistakes.append(str(error))
        read = None
    try:
        lut = _lut_beside(path, _table(text, path, "lut").get("file"), lines)
    except UserError as error:
        mistakes.append(str(error))
    if mistakes:
        raise in_order(mistakes, path.name)
    look = Look(**{operation: getattr(read, operation) for operation in operations()})
    look = replace(look, lut=replace(look.lut, file=lut)) if lut else look
    return NamedLook(path.stem, look, read.route, read.words, tuple(read.routes), path.name, lines)


def read_routes_only(path: Path, text: str) -> NamedLook:
    """The routes of a file whose look is wrong, as far as they are any, with no look at all."""
    tables = parse_toml(text, path.name)
    routes = [dict(table) for table in _listed(tables, "route") if isinstance(table, dict)]
    shipped = tuple(name for name in _listed(tables, "routes") if isinstance(name, str))
    return NamedLook(path.stem, Look(), routes, "", shipped, path.name, key_lines(text))


def _listed(tables: dict[str, Any], key: str) -> list[object]:
    """What stands there as a list; none where it is no list."""
    listed = tables.get(key)
    return listed if isinstance(listed, list) else []


def in_order(mistakes: Sequence[str], where: str) -> UserError:
    """Several errors of one file as one, in the order of its lines, each said once."""
    told = dict.fromkeys(line for mistake in mistakes for line in mistake.split("\n"))
    at = re.compile(rf"{re.escape(where)}:(\d+):")
    return UserError("\n".join(sorted(told, key=lambda line: int(found[1]) if (found := at.match(line)) else 0)))


def _table(text: str, path: Path, name: str) -> dict[str, Any]:
    """A table of the file, whatever else is wrong in it; empty where it is none, or nothing is."""
    try:
        table = parse_toml(text, path.name).get(name)
    except UserError:  # told already
        return {}
    return table if isinstance(table, dict) else {}


def _lut_beside(path: Path, named: object, lines: dict[KeyPath, int]) -> str:
    """A LUT's file, found from the look's own folder and read once, so that mistakes are told now; empty: none."""
    if not isinstance(named, str) or not named:
        return ""
    try:
        if "\0" in named:
            raise UserError("expected the name of a .cube file, got one with a byte 0x00 in it")
        file = str((path.parent / named).resolve())
        read_cube(file)
    except UserError as error:
        line = line_of(lines, ("lut", "file"))
        raise UserError("\n".join(f"{path.name}:{line}: lut.file: {said}" for said in str(error).split("\n"))) from None
    return file
