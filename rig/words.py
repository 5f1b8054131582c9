"""Small words for people: did-you-mean, text in quotes, zones as they are written."""

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


def signed_roman(zone: float) -> str:
    """A zone to a third, as printers write it: `III`, `III+`, `IV−`."""
    return roman(zone) + {-1: "−", 0: "", 1: "+"}[max(-1, min(1, round((zone - round(zone)) * 3)))]


def roman(zone: float) -> str:
    """A zone 0..10 as it is written on screen, to the nearest."""
    return ("0", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")[max(0, min(10, round(zone)))]
