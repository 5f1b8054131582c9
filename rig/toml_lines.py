"""On which line of a TOML text each key stands: tomllib does not say, and a mistake must be found again."""

from __future__ import annotations

import re
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"[ \t]*")
_VALUE = re.compile(r"[^,\]}#\n]*")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_SIMPLE = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


def key_lines(text: str) -> dict[KeyPath, int]:
    """Where the keys of a TOML text stand: path to line number, counted from 1.

    A path names tables and keys from the outside in; an element of an array (of tables or of values) is its index, as
    in the value that tomllib gives: ``("route", 0, "amount")``. A table's own path has the line of its first header
    or key. Expects text that tomllib accepts; in any other text it finds what stands before the mistake.
    """
    return _Scanner(text).scan()


def line_of(lines: dict[KeyPath, int], path: KeyPath) -> int:
    """The line of a path, or of the nearest table around it that is written down; 1 where there is none."""
    for depth in range(len(path), 0, -1):
        if path[:depth] in lines:
            return lines[path[:depth]]
    return 1


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._counted, self._line = 0, 1
        self._lines: dict[KeyPath, int] = {}
        self._elements: dict[KeyPath, int] = {}  # how many [[headers]] each array of tables has had

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while True:
            self._skip(newlines=True)
            if self._at >= len(self._text):
                return self._lines
            before = self._at
            if self._peek("[["):
                table = self._header(2)
            elif self._peek("["):
                table = self._header(1)
            else:
                self._pair(table)
            if self._at == before:  # not TOML: keep what was found
                return self._lines

    def _peek(self, what: str) -> bool:
        return self._text.startswith(what, self._at)

    def _here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _skip(self, newlines: bool) -> None:
        """Blanks and, where asked for, line ends and comments."""
        while True:
            match = _BLANK.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if newlines and self._peek("#"):
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
            elif newlines and self._peek("\n"):
                self._at += 1
            else:
                return

    def _note(self, path: KeyPath, line: int) -> None:
        """Note the path and any table on the way that has no line yet."""
        for depth in range(1, len(path) + 1):
            self._lines.setdefault(path[:depth], line)

    def _resolve(self, keys: list[str]) -> KeyPath:
        """The path of a header: every array of tables on the way stands for its newest element."""
        path: KeyPath = ()
        for key in keys:
            path += (key,)
            if path in self._elements:
                path += (self._elements[path] - 1,)
        return path

    def _header(self, brackets: int) -> KeyPath:
        line = self._here()
        self._at += brackets
        keys = self._key()
        if brackets == 2 and keys:
            array = (*self._resolve(keys[:-1]), keys[-1])
            self._elements[array] = self._elements.get(array, 0) + 1
        path = self._resolve(keys)
        self._note(path, line)
        if self._peek("]" * brackets):
            self._at += brackets
        return path

    def _pair(self, table: KeyPath) -> None:
        line = self._here()
        keys = self._key()
        if not keys:
            return
        path = (*table, *keys)
        self._note(path, line)
        if self._peek("="):
            self._at += 1
            self._skip(newlines=False)
            self._value(path)

    def _key(self) -> list[str]:
        """A dotted key, bare and quoted parts; the blanks around it are eaten."""
        keys: list[str] = []
        while True:
            self._skip(newlines=False)
            if self._peek('"') or self._peek("'"):
                keys.append(self._string())
            elif match := _BARE.match(self._text, self._at):
                keys.append(match.group())
                self._at = match.end()
            else:
                return keys
            self._skip(newlines=False)
            if not self._peek("."):
                return keys
            self._at += 1

    def _value(self, path: KeyPath) -> None:
        if self._peek('"') or self._peek("'"):
            self._string()
        elif self._peek("["):
            self._array(path)
        elif self._peek("{"):
            self._inline_table(path)
        elif match := _VALUE.match(self._text, self._at):
            self._at = match.end()

    def _array(self, path: KeyPath) -> None:
        self._at += 1
        index = 0
        while True:
            self._skip(newlines=True)
            if self._at >= len(self._text) or self._peek("]"):
                self._at += 1
                return
            before = self._at
            self._note((*path, index), self._here())
            self._value((*path, index))
            self._skip(newlines=True)
            if self._peek(","):
                self._at += 1
                index += 1
            if self._at == before:
                return

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        while True:
            self._skip(newlines=True)
            if self._at >= len(self._text) or self._peek("}"):
                self._at += 1
                return
            before = self._at
            self._pair(path)
            self._skip(newlines=True)
            if self._peek(","):
                self._at += 1
            if self._at == before:
                return

    def _string(self) -> str:
        """Eat a string of any of the four kinds and give what it says."""
        quote = self._text[self._at]
        long = self._peek(quote * 3)
        closing = quote * 3 if long else quote
        start = end = self._at + len(closing)
        while end < len(self._text):
            if quote == '"' and self._text[end] == "\\":
                end += 2
            elif self._text.startswith(closing, end) or (not long and self._text[end] == "\n"):
                break
            else:
                end += 1
        self._at = end + len(closing)
        while long and self._peek(quote):  # """a quote before the end"""" belongs to the string
            self._at += 1
        said = self._text[start:end]
        return _ESCAPE.sub(_unescape, said) if quote == '"' else said


def _unescape(match: re.Match[str]) -> str:
    number = match.group(1) or match.group(2)
    if number:
        return chr(int(number, 16)) if int(number, 16) <= 0x10FFFF else match.group()
    return _SIMPLE.get(match.group(3), match.group(3))
