"""Small words for messages: did-you-mean, and text in quotes."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str], quote: bool = False) -> str:
    """`, did you mean <nearest>?`, or nothing where no known word is near."""
    from difflib import get_close_matches  # imported here: only a mistake needs it, and `rig --help` must be quick

    exact = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), list(exact), n=1, cutoff=0.6)
    if not near:
        return ""
    name = exact[near[0]]
    return f", did you mean {quoted(name) if quote else name}?"


def quoted(text: str) -> str:
    """Text as TOML writes it on one line: quotes, and escapes for what cannot be seen."""
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(escapes.get(c, c if c.isprintable() else f"\\U{ord(c):08x}") for c in text) + '"'
