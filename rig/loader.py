"""From what a TOML file says to frozen dataclasses: every mistake at once, each with its line, limits and a remedy.

msgspec's ``Meta`` declares the limits once (and its ``extra`` the unit); this loader adds what msgspec leaves out:
all mistakes instead of the first, lines, unknown keys, did-you-mean, and words for people.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from msgspec import Meta

from rig.errors import UserError
from rig.words import did_you_mean, quoted

T = TypeVar("T")
KeyPath: TypeAlias = tuple[str | int, ...]
Lines: TypeAlias = Mapping[KeyPath, int]

_WRONG = object()  # what a value with a mistake turns into; never leaves this module
_LINE = re.compile(r" \(at line (\d+), column (\d+)\)$")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to mend: at a key, in words that begin with `expected`."""

    path: KeyPath
    says: str


def read(cls: type[T], path: Path) -> T:
    """A TOML file as a ``cls``; UserError with one line a mistake, also when the file is missing or unreadable."""
    return parse(cls, read_text(path), path.name)


def read_text(path: Path, kind: str = "text in UTF-8") -> str:
    """The text of a file that a person wrote; UserError in one line where there is none. kind: what it should be."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        siblings = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        raise UserError(f"{path}: expected a file, got nothing there{did_you_mean(path.name, siblings)}") from None
    except IsADirectoryError:
        raise UserError(f"{path}: expected a file, got a folder") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: expected {kind}, got byte 0x{error.object[error.start]:02x}") from None
    except OSError as error:
        raise UserError(f"{path}: expected a readable file, got: {error.strerror}; check its owner and mode") from None


def parse(cls: type[T], text: str, where: str) -> T:
    """TOML text as a ``cls``; ``where`` names the file in messages."""
    from rig.toml_lines import key_lines

    data = parse_toml(text, where)
    return load(cls, data, key_lines(text), where)


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """TOML text as plain dicts; UserError `rig.toml:3: expected TOML, ...` where it is none."""
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:  # more than TOMLDecodeError: numbers of 5000 digits, deep nesting
        at = _LINE.search(str(error))
        line, column = (at[1], f" at column {at[2]}") if at else (str(text.count("\n") + 1), " at the end")
        what = _LINE.sub("", str(error)).removesuffix(" (at end of document)")
        says = f"expected TOML (key = value, text in quotes), got a mistake{column}: {what}"
        raise UserError(f"{where}:{line}: {says}") from None


def load(cls: type[T], data: Mapping[str, object], lines: Lines, where: str) -> T:
    """A ``cls`` (a dataclass) made from TOML's dicts; keys that are missing keep their defaults.

    lines: where each key stands in the file (rig.toml_lines.key_lines); where: the file's name in messages.
    Understands nested dataclasses, lists, dicts with text keys, Literal, unions, and Meta's limits. A ValueError from
    ``__post_init__`` is a mistake of its table, or of its key where it begins with one (`points: expected ...`).
    Raises UserError, its lines in the order of the file.
    """
    walk = _Walk(cls)
    value = walk.table(cls, data, (), None)
    if not walk.mistakes:
        return cast(T, value)
    ordered = sorted(walk.mistakes, key=lambda mistake: _line(lines, mistake.path) or 0)
    raise UserError("\n".join(_sentence(mistake, lines, where) for mistake in ordered))


def _line(lines: Lines, path: KeyPath) -> int | None:
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _sentence(mistake: Mistake, lines: Lines, where: str) -> str:
    line = _line(lines, mistake.path)
    place = where if line is None else f"{where}:{line}"
    name = dotted(mistake.path)
    return f"{place}: {name}: {mistake.says}" if name else f"{place}: {mistake.says}"


def dotted(path: KeyPath) -> str:
    """``("heart", 0, "bpm")`` as `heart[0].bpm`."""
    name = ""
    for key in path:
        if isinstance(key, int):
            name += f"[{key}]"
        else:
            plain = key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else quoted(key)
            name += f".{plain}" if name else plain
    return name


class _Walk:
    """Goes through the data once, beside the types, and collects what is wrong."""

    def __init__(self, root: type) -> None:
        self.mistakes: list[Mistake] = []
        self._root = root

    def wrong(self, path: KeyPath, says: str) -> object:
        self.mistakes.append(Mistake(path, says))
        return _WRONG

    def table(self, cls: type, data: object, path: KeyPath, base: object | None) -> object:
        if not isinstance(data, Mapping):
            return self.wrong(path, f"expected a table, got {got(data)}")
        hints = _hints(cls)
        known = {field.name: field for field in fields(cls) if field.init}
        before = len(self.mistakes)
        for key in data:
            if key not in known:
                self._unknown(str(key), list(known), path)
        values: dict[str, object] = {}
        for name, field in known.items():
            default = field.default if field.default_factory is MISSING else field.default_factory()
            if base is not None:
                default = getattr(base, name)
            if name in data:
                start = default if is_dataclass(default) else None
                values[name] = self.value(hints[name], data[name], (*path, name), start)
            elif base is not None:
                values[name] = default
            elif default is MISSING:
                self.wrong(path, f"expected the key {name} ({describe(hints[name])}), got none")
        if len(self.mistakes) > before:
            return _WRONG
        try:
            return cls(**values)
        except ValueError as error:
            key, _, says = str(error).partition(": ")
            return self.wrong((*path, key), says) if key in known else self.wrong(path, str(error))

    def _unknown(self, key: str, known: Sequence[str], path: KeyPath) -> None:
        hint = did_you_mean(key, known)
        if not hint:
            elsewhere = [name for name in leaves(self._root) if name.rpartition(".")[2] == key]
            hint = f", did you mean {elsewhere[0]}?" if elsewhere else ""
        self.wrong((*path, key), f"expected one of {', '.join(known)}, got {key}{hint}")

    def value(self, hint: Any, value: object, path: KeyPath, base: object | None = None) -> object:
        bare, meta = _bare(hint)
        if is_dataclass(bare):
            return self.table(cast(type, bare), value, path, base)
        origin = get_origin(bare)
        if origin in (Union, UnionType):
            return self._union(hint, value, path)
        if origin is Literal:
            return self._literal(hint, get_args(bare), value, path)
        if origin in (list, tuple) and isinstance(value, list):
            items = [self.value(get_args(bare)[0], item, (*path, i)) for i, item in enumerate(value)]
            return tuple(items) if origin is tuple else items
        if origin is dict and isinstance(value, Mapping):
            return {str(k): self.value(get_args(bare)[1], item, (*path, str(k))) for k, item in value.items()}
        fits, converted = _simple(bare, value)
        if fits and within(meta, converted):
            return converted
        return self.wrong(path, f"expected {describe(hint)}, got {got(value)}")

    def _union(self, hint: Any, value: object, path: KeyPath) -> object:
        bare, meta = _bare(hint)
        tables = [option for option in get_args(bare) if is_dataclass(option)]
        if len(tables) == 1 and isinstance(value, Mapping):
            return self.value(tables[0], value, path)  # it can be nothing else, and says more of what is wrong in it
        for option in get_args(bare):
            trial = _Walk(self._root)
            made = trial.value(Annotated[option, meta] if meta else option, value, path)
            if not trial.mistakes:
                return made
        return self.wrong(path, f"expected {describe(hint)}, got {got(value)}")

    def _literal(self, hint: Any, allowed: tuple[object, ...], value: object, path: KeyPath) -> object:
        for choice in allowed:
            if type(choice) is type(value) and choice == value:
                return choice
        words = [choice for choice in allowed if isinstance(choice, str)]
        nearest = did_you_mean(value, words, quote=True) if isinstance(value, str) else ""
        return self.wrong(path, f"expected {describe(hint)}, got {got(value)}{nearest}")


@lru_cache(maxsize=256)
def _hints(cls: Hashable) -> dict[str, Any]:
    """A take has thousands of looks, and each is a table of tables."""
    return get_type_hints(cls, include_extras=True)


def _bare(hint: Any) -> tuple[Any, Meta | None]:
    if get_origin(hint) is Annotated:
        inner, *extras = get_args(hint)
        return inner, next((extra for extra in extras if isinstance(extra, Meta)), None)
    return hint, None


def _simple(bare: Any, value: object) -> tuple[bool, object]:
    if bare is float and isinstance(value, int | float) and not isinstance(value, bool):
        if isinstance(value, int) and abs(value) > 2**53:
            return False, value
        return math.isfinite(value), float(value)
    if bare is int:
        return isinstance(value, int) and not isinstance(value, bool), value
    if bare in (Any, object):
        return True, value
    return isinstance(bare, type) and isinstance(value, bare), value


def within(meta: Meta | None, value: object) -> bool:
    """Whether a number or a text keeps to its limits."""
    if meta is None:
        return True
    if isinstance(value, str):
        length = meta.min_length is None or len(value) >= meta.min_length
        return length and (meta.pattern is None or re.search(meta.pattern, value) is not None)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True
    return (
        (meta.ge is None or value >= meta.ge)
        and (meta.gt is None or value > meta.gt)
        and (meta.le is None or value <= meta.le)
        and (meta.lt is None or value < meta.lt)
        and (meta.multiple_of is None or value % meta.multiple_of == 0)
    )


def describe(hint: Any) -> str:
    """What is allowed, in words: `1 to 120 Hz`, `one of "sim", "pi"`, `true or false`."""
    bare, meta = _bare(hint)
    origin, args = get_origin(bare), get_args(bare)
    if origin in (Union, UnionType):
        return " or ".join(describe(Annotated[option, meta] if meta else option) for option in args)
    unit = str((meta.extra or {}).get("unit", "")) if meta else ""
    if origin is Literal:
        choices = ", ".join(quoted(choice) if isinstance(choice, str) else str(choice) for choice in args)
        return (f"one of {choices} {unit}" if len(args) > 1 else choices).strip()
    if bare in (int, float):
        return _number(bare is int, meta, unit)
    if origin in (list, tuple):
        inner = _bare(args[0])[0]
        of = "tables" if is_dataclass(inner) else re.sub("^a list of ", "lists of ", describe(args[0]))
        return f"a list of {of}"
    if bare is str:
        return "text" if meta is None or not meta.min_length else "text that is not empty"
    return {bool: "true or false", NoneType: "nothing"}.get(bare, "a table")


def _number(whole: bool, meta: Meta | None, unit: str) -> str:
    kind = "a whole number" if whole else "a number"
    tail = f" {unit}" if unit else ""
    if meta is None:
        return kind
    least = meta.ge if meta.ge is not None else meta.gt
    most = meta.le if meta.le is not None else meta.lt
    above, below = ("more than " if meta.gt is not None else ""), ("less than " if meta.lt is not None else "")
    if least is not None and most is not None:
        limits = f"{above}{least:g} to {below}{most:g}{tail}"
    elif least is not None:
        limits = f"{above}{least:g}{tail}" + ("" if above else " or more")
    elif most is not None:
        limits = f"{below or 'at most '}{most:g}{tail}"
    else:
        return f"{kind}{' in ' + unit if unit else ''}"
    step = "" if meta.multiple_of is None else f" in steps of {meta.multiple_of:g}"
    return f"{'a whole number ' if whole else ''}{limits}{step}"


def got(value: object) -> str:
    """A value from TOML as a person wrote it, short."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value if len(value) <= 40 else value[:37] + "...")
    if isinstance(value, Mapping):
        return "a table"
    return "a list" if isinstance(value, list) else str(value)[:40]


def leaves(cls: type) -> list[str]:
    """The dotted names of every key below a dataclass, without those inside lists."""
    names = []
    for name, hint in get_type_hints(cls, include_extras=True).items():
        bare, _ = _bare(hint)
        names += [f"{name}.{leaf}" for leaf in leaves(cast(type, bare))] if is_dataclass(bare) else [name]
    return names
