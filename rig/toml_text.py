"""Settings written as TOML for people: every key with its limits, unit and meaning as a comment."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass
from typing import Any, cast, get_args, get_type_hints

from msgspec import Meta

from rig.loader import describe
from rig.words import quoted

_COLUMN = 30


def commented_toml(settings: object, defaults: object) -> str:
    """A frozen dataclass of tables as TOML; values that differ from ``defaults`` say what the default is."""
    return "\n".join(_table(settings, defaults, "")).strip() + "\n"


def _table(settings: object, defaults: object, name: str) -> list[str]:
    hints = get_type_hints(type(settings), include_extras=True)
    plain, nested = [], []
    for field in fields(cast(Any, settings)):
        value, default = getattr(settings, field.name), getattr(defaults, field.name)
        if is_dataclass(value):
            nested += _table(value, default, f"{name}.{field.name}" if name else field.name)
        else:
            line = f"{field.name} = {toml_value(value)}"
            note = _note(hints[field.name], value, default)
            plain.append(f"{line:<{_COLUMN - 2}}  # {note}" if note else line)
    if not name:
        return [*plain, *nested]
    about = (type(settings).__doc__ or "").strip().splitlines()[0].replace("``", "")
    return ["", f"# {about}", f"[{name}]", *plain, *nested]


def _note(hint: Any, value: object, default: object) -> str:
    """What a key means, then its limits where the value does not show them, then the default where it differs."""
    meta = next((extra for extra in get_args(hint)[1:] if isinstance(extra, Meta)), None)
    limits = describe(hint)
    if limits in ("text", "true or false", "a number", "a whole number", "text that is not empty"):
        limits = ""
    parts = [meta.description if meta else "", re.sub("^(one of |a whole number (?=[0-9]))", "", limits)]
    if value != default:
        parts.append(f"default {toml_value(default)}")
    return "; ".join(part for part in parts if part)


def toml_value(value: object) -> str:
    """A number, text, truth or list as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    return json.dumps(value)
