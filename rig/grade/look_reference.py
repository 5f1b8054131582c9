"""The reference of looks as a document, made from the declarations: ``python -m rig.grade.look_reference``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from inspect import getdoc
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from msgspec import Meta

from rig.grade.look import operations
from rig.grade.strokes import Spot, Stroke
from rig.loader import describe

INTRODUCTION = """\
# The look

A look is a TOML file: one table an operation, one key a parameter, in the order below. What is left out has its
default, and at its defaults an operation does nothing and costs nothing. Mistakes are told all at once, each with its
line. Numbers can be turned by a knob, a slider or a route (`dodge.stops`); points, strokes, places and files are
written.

This page is made from the code: `python -m rig.grade.look_reference > docs/reference/look.md`.

```toml
words = "One line in the maker's words."

[exposure]
ev = 0.25

[dodge]
stops = 0.5
zone = 3
place = {x = 0.3, y = 0.6}  # only there: a soft ellipse

[[strokes.kept]]
stops = -0.75
zone = 7

[zones]
z2 = 0.25
z8 = -0.5

[curve]
points = [[0.0, 0.02], [0.25, 0.2], [0.75, 0.8]]
```

"""
HEAD = "| parameter | range | unit | default | words |\n|---|---|---|---|---|"


def look_reference() -> str:
    """The whole page, Markdown."""
    return INTRODUCTION + "\n".join(_page()).rstrip() + "\n"


def _page() -> Iterator[str]:
    for name, operation in operations().items():
        module = sys.modules[operation.__module__]
        yield f"## {name}\n"
        yield f"{_prose(getdoc(module) or '')} (version {module.VERSION})\n"
        yield f"{_prose(getdoc(operation) or '')}\n"
        yield from _table(operation)
    yield "## a stroke\n"
    yield f"{_prose(getdoc(Stroke) or '')}\n"
    yield from _table(Stroke)
    yield "## a place\n"
    yield f"{_prose(getdoc(Spot) or '')}\n"
    yield from _table(Spot)


def _table(cls: Any) -> Iterator[str]:
    hints = get_type_hints(cls, include_extras=True)
    yield HEAD
    for each in fields(cls):
        yield _row(each, hints[each.name])
    yield ""


def _row(declared: Field[Any], hint: Any) -> str:
    meta = next((extra for extra in get_args(hint)[1:] if isinstance(extra, Meta)), Meta())
    bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    unit = str((meta.extra or {}).get("unit", ""))
    if bare in (int, float):
        allowed = f"{meta.ge:g} to {meta.le:g}" if meta.le is not None else describe(hint)
    elif any(is_dataclass(option) and option is Spot for option in get_args(bare)):
        allowed = "[a place](#a-place), or none"
    elif Stroke in get_args(bare):
        allowed = "[strokes](#a-stroke)"
    else:
        allowed = describe(hint)
    if declared.default is MISSING:
        default = "must be said"
    elif isinstance(declared.default, float):
        default = f"{declared.default:g}" if len(f"{declared.default:g}") < 6 else f"{declared.default:.3f}"
    else:
        default = str(declared.default) if declared.default else "none"
    if bare is int:
        default = str(declared.default)
    return f"| {declared.name} | {allowed} | {unit} | {default} | {meta.description or ''} |"


def _prose(docstring: str) -> str:
    """One paragraph after the other, each on one line, without what only a reader of the code needs."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in docstring.split("\n\n")]
    return "\n\n".join(paragraph.replace("``", "`") for paragraph in paragraphs)


if __name__ == "__main__":
    sys.stdout.write(look_reference())
