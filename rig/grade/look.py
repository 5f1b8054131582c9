"""The Look: all parameters of a print, in the order in which a printer thinks of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cache
from typing import Any, get_type_hints

from rig.errors import UserError
from rig.grade.auto import Auto
from rig.grade.burn import Burn
from rig.grade.bw_filter import BwFilter
from rig.grade.cdl import Cdl
from rig.grade.contrast import Contrast
from rig.grade.curve import Curve
from rig.grade.dodge import Dodge
from rig.grade.exposure import Exposure
from rig.grade.grain import Grain
from rig.grade.lut import Lut
from rig.grade.place import Placed
from rig.grade.recipe import NEUTRAL, Recipe
from rig.grade.saturation import Saturation
from rig.grade.split_filter import SplitFilter
from rig.grade.split_grade import SplitGrade
from rig.grade.split_tone import SplitTone
from rig.grade.strokes import Strokes
from rig.grade.temperature import Temperature
from rig.grade.tint import Tint
from rig.grade.vignette import Vignette
from rig.grade.zonal import Zones
from rig.loader import load
from rig.params import Parameter, clamp, parameters, sliders
from rig.words import did_you_mean


@dataclass(frozen=True, slots=True)
class Look:
    """An ordered set of operations. At its defaults, the print is the negative."""

    auto: Auto = field(default_factory=Auto)
    place: Placed = field(default_factory=Placed)
    exposure: Exposure = field(default_factory=Exposure)
    temperature: Temperature = field(default_factory=Temperature)
    tint: Tint = field(default_factory=Tint)
    split_filter: SplitFilter = field(default_factory=SplitFilter)
    bw_filter: BwFilter = field(default_factory=BwFilter)
    zones: Zones = field(default_factory=Zones)
    dodge: Dodge = field(default_factory=Dodge)
    burn: Burn = field(default_factory=Burn)
    strokes: Strokes = field(default_factory=Strokes)
    vignette: Vignette = field(default_factory=Vignette)
    grain: Grain = field(default_factory=Grain)
    contrast: Contrast = field(default_factory=Contrast)
    split_grade: SplitGrade = field(default_factory=SplitGrade)
    curve: Curve = field(default_factory=Curve)
    saturation: Saturation = field(default_factory=Saturation)
    split_tone: SplitTone = field(default_factory=SplitTone)
    cdl: Cdl = field(default_factory=Cdl)
    lut: Lut = field(default_factory=Lut)

    def fold(self) -> Recipe:
        """The recipe of this look; NEUTRAL where no operation does anything."""
        recipe = NEUTRAL
        for operation in fields(self):
            recipe = getattr(self, operation.name).fold(recipe)
        return recipe


@cache
def operations() -> dict[str, type]:
    """The operations of a look, by name and in order."""
    return get_type_hints(Look)


@cache
def _targets() -> dict[str, Parameter]:
    return {f"{op}.{p.name}": p for op, cls in operations().items() for p in parameters(cls)}


def targets() -> tuple[str, ...]:
    """Every parameter that a hand or a route can move: "exposure.ev", "temperature.mired", ..."""
    return tuple(_targets())


def target(name: str) -> Parameter:
    """The parameter of that name; UserError, with what was probably meant, where there is none."""
    found = _targets()
    if name not in found:
        raise UserError(_unknown(name, found))
    return found[name]


def _unknown(name: str, known: Mapping[str, Parameter]) -> str:
    """What to say of a target that is none: what was meant first, then a short list, not all hundred of them."""
    operation = name.partition(".")[0]
    own = [each for each in known if each.partition(".")[0] == operation]
    listed = own or list(dict.fromkeys(each.partition(".")[0] for each in known))
    expected = f"expected {'one of' if own else 'a parameter of'} {', '.join(listed)}"
    meant = did_you_mean(name, own or known).removeprefix(", ")
    got = name or "nothing"
    return f"{meant} {expected}, got {got}" if meant else f"{expected}, got {got}"


def look_sliders() -> list[dict[str, str | float]]:
    """What a page needs to draw one slider for each parameter of a look: JSON-able."""
    return sliders(operations())


def get(look: Look, name: str) -> float:
    """The value of a target, in its unit."""
    parameter = target(name)
    return float(getattr(getattr(look, name.partition(".")[0]), parameter.name))


def with_value(look: Look, name: str, value: float) -> Look:
    """The look with another value of one target, clamped to its range."""
    parameter = target(name)
    operation = name.partition(".")[0]
    changed: Any = replace(getattr(look, operation), **{parameter.name: clamp(parameter, value)})
    return replace(look, **{operation: changed})


def look_to_dict(look: Look) -> dict[str, dict[str, Any]]:
    """Every operation, as the timeline and TOML keep it: ``{"exposure": {"ev": 0.0}, ...}``; plain lists, dicts, text
    and numbers. What is None is left out."""
    return {operation: _plain(getattr(look, operation)) for operation in operations()}


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        kept = {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
        return {name: each for name, each in kept.items() if each is not None}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value


def look_from_dict(tables: Mapping[str, Mapping[str, Any]]) -> Look:
    """A look from its tables; what is missing has its default. UserError with all mistakes, one a line."""
    return load(Look, tables, {}, "look")
