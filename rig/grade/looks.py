"""Looks in TOML files: the shipped ones by name, and anybody's own by path."""

from __future__ import annotations

from dataclasses import dataclass, field, make_dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from rig.errors import UserError
from rig.grade.look import Look, operations
from rig.loader import parse, read_text
from rig.words import did_you_mean


@dataclass(frozen=True, slots=True)
class NamedLook:
    """A look, the maker's words about it (one line, or none), and its routes as they were written (rig.modulation
    checks them)."""

    name: str
    look: Look
    routes: list[dict[str, object]] = field(default_factory=list)
    words: str = ""


@cache
def _look_file() -> type:
    """What a look's file may hold: every operation, the maker's words, routes."""
    words = Annotated[str, Meta(description="one line in the maker's words")]
    routes = list[dict[str, object]]
    return make_dataclass(
        "LookFile",
        [
            ("words", words, field(default="")),
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
    """
    asked = str(name_or_path)
    if asked in shipped_looks():
        text, where, name = (
            (files("rig") / "looks" / f"{asked}.toml").read_text(encoding="utf-8"),
            f"{asked}.toml",
            asked,
        )
    elif isinstance(name_or_path, Path) or asked.endswith(".toml") or "/" in asked:
        path = Path(name_or_path)
        text, where, name = read_text(path), path.name, path.stem
    else:
        known = shipped_looks()
        raise UserError(
            f"look: expected one of {', '.join(known)} or a path ending in .toml, got {asked or 'nothing'}"
            f"{did_you_mean(asked, known)}"
        )
    read: Any = parse(_look_file(), text, where)
    look = Look(**{operation: getattr(read, operation) for operation in operations()})
    return NamedLook(name, look, read.route, read.words)
