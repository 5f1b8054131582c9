"""The document about looks is what the code says, and what it shows works."""

from __future__ import annotations

import re
from pathlib import Path

from rig.grade.look import operations, target, targets
from rig.grade.look_reference import look_reference
from rig.grade.looks import load_look

PAGE = Path(__file__).resolve().parents[3] / "docs/reference/look.md"


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == look_reference(), "python -m rig.grade.look_reference > " + PAGE.name


def test_every_parameter_is_on_it_with_range_unit_default_and_words() -> None:
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", look_reference(), re.MULTILINE | re.DOTALL))
    assert list(operations()) == [name for name in sections if name in operations()]
    for name in targets():
        operation, _, parameter = name.partition(".")
        declared = target(name)
        row = f"| {parameter} | {declared.low:g} to {declared.high:g} | {declared.unit} | {declared.default:g} | "
        assert row + declared.description in sections[operation], name
    assert all("(version 1)" in sections[operation] for operation in operations())


def test_the_look_on_it_loads(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", look_reference(), re.DOTALL)
    path = tmp_path / "example.toml"
    path.write_text(example)
    look = load_look(path).look
    assert len(look.strokes.kept) == 1
    assert len(look.fold().zones) == 4
