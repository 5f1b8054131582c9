"""The Look: all parameters of a print, in the order in which a printer thinks of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any, get_type_hints

from rig.errors import UserError
from rig.grade.burn import Burn
from rig.grade.contrast import Contrast
from rig.grade.dodge import Dodge
from rig.grade.exposure import Exposure
from rig.grade.recipe import NEUTRAL, Recipe
from rig.grade.saturation import Saturation
from rig.grade.temperature import Temperature
from rig.grade.tint import Tint
from rig.grade.vignette import Vignette
from rig.loader import load
from rig.params import Parameter, clamp, parameters, sliders
from rig.words import did_you_mean


@dataclass(frozen=True, slots=True)
class Look:
    """An ordered set of operations. At its defaults, the print is the negative."""

    exposure: Exposure = field(default_factory=Exposure)
    temperature: Temperature = field(default_factory=Temperature)
    tint: Tint = field(default_factory=Tint)
    dodge: Dodge = field(default_factory=Dodge)
    burn: Burn = field(default_factory=Burn)
    contrast: Contrast = field(default_factory=Contrast)
    saturation: Saturation = field(default_factory=Saturation)
    vignette: Vignette = field(default_factory=Vignette)

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
        raise UserError(f"expected one of {', '.join(found)}, got {name}{did_you_mean(name, found)}")
    return found[name]


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


def look_to_dict(look: Look) -> dict[str, dict[str, float]]:
    """Every parameter, as the timeline and TOML keep it: ``{"exposure": {"ev": 0.0}, ...}``."""
    return {
        operation: {p.name: float(getattr(getattr(look, operation), p.name)) for p in parameters(cls)}
        for operation, cls in operations().items()
    }


def look_from_dict(tables: Mapping[str, Mapping[str, float]]) -> Look:
    """A look from its tables; what is missing has its default. UserError with all mistakes, one a line."""
    return load(Look, tables, {}, "look")
