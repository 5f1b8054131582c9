"""Looks in TOML files: the shipped ones by name, and anybody's own by path."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from rig.errors import UserError
from rig.grade.burn import Burn
from rig.grade.contrast import Contrast
from rig.grade.dodge import Dodge
from rig.grade.exposure import Exposure
from rig.grade.look import Look
from rig.grade.saturation import Saturation
from rig.grade.temperature import Temperature
from rig.grade.tint import Tint
from rig.grade.vignette import Vignette
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


@dataclass(frozen=True, slots=True)
class _LookFile:
    words: Annotated[str, Meta(description="one line in the maker's words")] = ""
    exposure: Exposure = field(default_factory=Exposure)
    temperature: Temperature = field(default_factory=Temperature)
    tint: Tint = field(default_factory=Tint)
    dodge: Dodge = field(default_factory=Dodge)
    burn: Burn = field(default_factory=Burn)
    contrast: Contrast = field(default_factory=Contrast)
    saturation: Saturation = field(default_factory=Saturation)
    vignette: Vignette = field(default_factory=Vignette)
    route: list[dict[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if "\n" in self.words:
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
    read = parse(_LookFile, text, where)
    look = Look(**{operation.name: getattr(read, operation.name) for operation in fields(Look)})
    return NamedLook(name, look, read.route, read.words)
