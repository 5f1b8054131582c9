"""What a parameter is: name, unit, range, default and words, declared once and read by table, slider, clamp and check.

A parameter is a field of a frozen dataclass: ``Annotated[float, Meta(ge=-4, le=4, description="...",
extra={"unit": "EV", "label": "exposure"})] = 0.0``.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from msgspec import Meta

from rig.loader import describe, got, within

STEPS_OF_A_SLIDER = 200


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing a person can turn. ``unit`` may be empty (a plain number); low, high and default are in that unit."""

    name: str
    unit: str
    low: float
    high: float
    default: float
    label: str
    description: str


def parameters(cls: type) -> tuple[Parameter, ...]:
    """The parameters that a dataclass declares, in its own order: its fields of float.

    TypeError where one of them declares too little.
    """
    return _parameters(cls)


@lru_cache(maxsize=256)
def _parameters(cls: Hashable) -> tuple[Parameter, ...]:
    assert isinstance(cls, type)
    hints = get_type_hints(cls, include_extras=True)
    numbers = [field for field in dataclasses.fields(cls) if _is_number(hints[field.name])]
    return tuple(_parameter(cls, field, hints[field.name]) for field in numbers)


def _is_number(hint: Any) -> bool:
    """Points, strokes and files are set, not turned."""
    return (get_args(hint)[0] if get_origin(hint) is Annotated else hint) is float


def _parameter(cls: type, field: dataclasses.Field[Any], hint: Any) -> Parameter:
    metas = [meta for meta in get_args(hint)[1:] if isinstance(meta, Meta)] if get_origin(hint) is Annotated else []
    meta = metas[0] if metas else Meta()
    extra = meta.extra or {}
    low, high, unit = meta.ge, meta.le, extra.get("unit")
    if low is None or high is None or unit is None or field.default is dataclasses.MISSING:
        raise TypeError(f"{cls.__name__}.{field.name}: a parameter declares ge, le, a unit and a default")
    label = str(extra.get("label", field.name))
    return Parameter(
        field.name, str(unit), float(low), float(high), float(field.default), label, meta.description or label
    )


def clamp(parameter: Parameter, value: float) -> float:
    """The nearest value that is allowed; the default for a value that is not a number."""
    if math.isnan(value):
        return parameter.default
    return min(max(float(value), parameter.low), parameter.high)


def check(obj: object) -> tuple[str, ...]:
    """All mistakes in the values of an instance of a parameters' dataclass; empty when there are none."""
    hints = get_type_hints(type(obj), include_extras=True)
    values = [(parameter.name, getattr(obj, parameter.name)) for parameter in parameters(type(obj))]
    return tuple(
        f"{name}: expected {describe(hints[name])}, got {got(value)}"
        for name, value in values
        if not _fits(hints[name], value)
    )


def _fits(hint: Any, value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return number and all(within(meta, value) for meta in get_args(hint)[1:] if isinstance(meta, Meta))


def sliders(groups: Mapping[str, type]) -> list[dict[str, str | float]]:
    """What a page needs to draw one slider for each parameter: JSON-able, in order.

    groups: the first half of a target's name to the dataclass: ``{"exposure": Exposure}`` gives "exposure.ev".
    """
    return [
        {
            "target": f"{group}.{parameter.name}",
            "group": group,
            "label": parameter.label,
            "description": parameter.description,
            "unit": parameter.unit,
            "low": parameter.low,
            "high": parameter.high,
            "default": parameter.default,
            "step": (parameter.high - parameter.low) / STEPS_OF_A_SLIDER,
        }
        for group, cls in groups.items()
        for parameter in parameters(cls)
    ]
