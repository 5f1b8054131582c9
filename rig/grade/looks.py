"""Looks in TOML files: the shipped ones by name, and anybody's own by path."""

from __future__ import annotations

from dataclasses import dataclass, field, make_dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from rig.errors import UserError
from rig.grade.cube import read_cube
from rig.grade.look import Look, operations
from rig.loader import parse, read_text
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
    """
    asked = str(name_or_path)
    if asked in shipped_looks():
        path = Path(str(files("rig") / "looks" / f"{asked}.toml"))
    elif isinstance(name_or_path, Path) or asked.endswith(".toml") or "/" in asked:
        path = Path(name_or_path)
    else:
        known = shipped_looks()
        raise UserError(
            f"look: expected one of {', '.join(known)} or a path ending in .toml, got {asked or 'nothing'}"
            f"{did_you_mean(asked, known)}"
        )
    text = read_text(path)
    read: Any = parse(_look_file(), text, path.name)
    look = Look(**{operation: getattr(read, operation) for operation in operations()})
    look = _with_lut_beside(path, text, look)
    return NamedLook(path.stem, look, read.route, read.words, tuple(read.routes), path.name, key_lines(text))


def _with_lut_beside(path: Path, text: str, look: Look) -> Look:
    """The look with its LUT's file found from the look's own folder, and read once, so that mistakes are told now."""
    if not look.lut.file:
        return look
    try:
        if "\0" in look.lut.file:
            raise UserError("expected the name of a .cube file, got one with a byte 0x00 in it")
        file = str((path.parent / look.lut.file).resolve())
        read_cube(file)
    except UserError as error:
        line = line_of(key_lines(text), ("lut", "file"))
        raise UserError("\n".join(f"{path.name}:{line}: lut.file: {said}" for said in str(error).split("\n"))) from None
    return replace(look, lut=replace(look.lut, file=file))
