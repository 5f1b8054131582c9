"""Keys of TOML texts are found on their own lines, whatever the texts look like."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rig.toml_lines import KeyPath, key_lines, line_of

TEXT = '''# a comment with [brackets]
words = "he said \\"no\\" # not a comment"  # a comment
[exposure]
ev = 0.5
"odd \\u0041 key".inner = 1

[[route]]
name = "a"
story = """
[not.a.table]
key = 2 ""and quotes"""""
source = 'C:\\'

[[route]]
name = "b"
points = [
  0.1,
  [2, 3], # comment ]
  { x = 1, "y" = 'no' },
]
[route.curve]
kind = "smooth"
[[route.curve.step]]
at = 1
[pulse]  # again
a.b.c = 1979-05-27T07:32:00Z
a.d = true
'''


def test_every_kind_of_key_is_found_on_its_line() -> None:
    lines = key_lines(TEXT)
    wanted: dict[KeyPath, int] = {
        ("words",): 2,
        ("exposure",): 3,
        ("exposure", "ev"): 4,
        ("exposure", "odd A key", "inner"): 5,
        ("route", 0): 7,
        ("route", 0, "story"): 9,
        ("route", 0, "source"): 12,
        ("route", 1): 14,
        ("route", 1, "name"): 15,
        ("route", 1, "points", 0): 17,
        ("route", 1, "points", 1, 1): 18,
        ("route", 1, "points", 2, "y"): 19,
        ("route", 1, "curve", "kind"): 22,
        ("route", 1, "curve", "step", 0, "at"): 24,
        ("pulse", "a", "b", "c"): 26,
        ("pulse", "a", "d"): 27,
    }
    assert {path: lines.get(path) for path in wanted} == wanted
    assert set(lines) == set(_paths(tomllib.loads(TEXT)))


def test_windows_line_ends_count_once() -> None:
    assert key_lines(TEXT.replace("\n", "\r\n")) == key_lines(TEXT)


def test_the_line_of_a_missing_key_is_that_of_its_table() -> None:
    lines = key_lines(TEXT)
    assert line_of(lines, ("exposure", "missing")) == 3
    assert line_of(lines, ("route", 1, "missing", "more")) == 14
    assert line_of(lines, ("missing",)) == 1


def _paths(value: Any, path: KeyPath = ()) -> list[KeyPath]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [p for key, item in inner for p in ((*path, key), *_paths(item, (*path, key)))]


@given(st.text(alphabet="ab=.[]{}\"\\'#\n, 1", max_size=60))
def test_any_text_ends_and_valid_texts_are_complete(text: str) -> None:
    lines = key_lines(text)
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(_paths(value)) == set(lines)
