"""Profiles: what a calibration measured, typed and dated, in a TOML file with a version."""

from __future__ import annotations

import datetime
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from drivers.errors import BadInput

VERSION = 1


@dataclass(frozen=True, slots=True)
class KnobProfile:
    """How one knob is made and wired. bounce_ms: the longest that its contacts were seen to chatter."""

    reverse: bool
    edges_a_detent: Literal[1, 2, 4]
    bounce_ms: Annotated[float, Meta(ge=0, le=100, extra={"unit": "ms"})]


@dataclass(frozen=True, slots=True)
class KnobsProfile:
    """Both knobs, measured on ``date``."""

    kind: ClassVar[str] = "knobs"
    date: datetime.date
    dodge: KnobProfile
    burn: KnobProfile


@dataclass(frozen=True, slots=True)
class LightProfile:
    """A grey card under this light: ``ev`` is the exposure that sets it to zone V; ``zone``: where it lay without."""

    kind: ClassVar[str] = "light"
    date: datetime.date
    camera: str
    ev: Annotated[float, Meta(ge=-4, le=4, extra={"unit": "EV"})]
    zone: Annotated[float, Meta(ge=0, le=10, extra={"unit": "zones"})]


P = TypeVar("P", KnobsProfile, LightProfile)


def profile_to_toml(profile: KnobsProfile | LightProfile) -> str:
    """The text of a profile's file, which read_profile takes back."""
    lines = [f"# measured by rig calibrate {profile.kind}", f'kind = "{profile.kind}"', f"version = {VERSION}"]
    tables: list[str] = []
    for field in fields(profile):
        value = getattr(profile, field.name)
        if is_dataclass(value):
            tables += ["", f"[{field.name}]"]
            tables += [f"{inner.name} = {_toml(getattr(value, inner.name))}" for inner in fields(value)]
        else:
            lines.append(f"{field.name} = {_toml(value)}")
    return "\n".join([*lines, *tables]) + "\n"


def write_profile(profile: KnobsProfile | LightProfile, path: Path) -> None:
    """Write a profile whole or not at all. BadInput where there is no such folder, or no right to write there."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(profile_to_toml(profile), encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BadInput(f"{path}: expected a place to write the profile to, got: {error.strerror}") from error


def read_profile(path: Path, of: type[P]) -> P:
    """A profile from its file; BadInput tells all mistakes at once, one a line."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadInput(f"{path}: expected a profile, got no such file: rig calibrate {of.kind} --out {path}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path}: expected a profile in TOML, got: {error}") from error
    except OSError as error:
        raise BadInput(f"{path}: expected a profile that can be read, got: {error.strerror}") from error
    again = f"rig calibrate {of.kind} --out {path}"
    if data.pop("kind", None) != of.kind:
        raise BadInput(f'{path}: expected kind = "{of.kind}", got another kind of file: {again}')
    version = data.pop("version", None)
    if version != VERSION:
        raise BadInput(
            f"{path}: expected version {VERSION}, got {version}: another rig wrote it, measure again: {again}"
        )
    mistakes: list[str] = []
    made = _build(of, data, "", mistakes)
    if mistakes:
        raise BadInput("\n".join(f"{path}: {mistake}" for mistake in mistakes))
    return made  # type: ignore[no-any-return]


def _build(of: type[Any], data: Mapping[str, object], prefix: str, mistakes: list[str]) -> Any:
    hints = {name: hint for name, hint in get_type_hints(of, include_extras=True).items() if name != "kind"}
    mistakes += [f"{prefix}{name}: expected one of {', '.join(hints)}" for name in data if name not in hints]
    values: dict[str, object] = {}
    for name, hint in hints.items():
        value = data.get(name)
        if value is None:
            mistakes.append(f"{prefix}{name}: expected {_wanted(hint)}, got nothing")
        elif is_dataclass(hint) and isinstance(hint, type):
            if isinstance(value, Mapping):
                values[name] = _build(hint, value, f"{prefix}{name}.", mistakes)
            else:
                mistakes.append(f"{prefix}{name}: expected {_wanted(hint)}, got {value!r}")
        else:
            try:
                values[name] = msgspec.convert(value, hint)
            except msgspec.ValidationError:
                mistakes.append(f"{prefix}{name}: expected {_wanted(hint)}, got {value!r}")
    return None if mistakes else of(**values)


def _wanted(hint: Any) -> str:
    """A type in words: its range and unit, or what is allowed."""
    if get_origin(hint) is Annotated:
        (_, meta) = get_args(hint)
        return f"{meta.ge:g} to {meta.le:g} {meta.extra['unit']}"
    if get_origin(hint) is Literal:
        *first, last = [str(choice) for choice in get_args(hint)]
        return f"{', '.join(first)} or {last}"
    if is_dataclass(hint):
        return "a table"
    return {bool: "true or false", datetime.date: "a date like 2026-11-22", str: "text"}[hint]


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0") + ("0" if value == round(value) else "")
    if isinstance(value, int):
        return str(value)
    plain = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in plain) + '"'
