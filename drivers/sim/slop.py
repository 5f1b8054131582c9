"""The slop of a hand and of its switches: the words that may end a line of a knob script.

1 dodge +8 pushed 0.2 0.1     pushed down 0.2 s after it begins to turn, for 0.1 s
2 dodge +6 bounce 2           each contact bounces for up to 2 ms
3 burn tap unheard            the edge of its release is lost
"""

from __future__ import annotations

from dataclasses import dataclass

MOST_BOUNCE_MS = 5.0


@dataclass(frozen=True, slots=True)
class Slop:
    """bounce_ms: of its contacts, None is the world's own. unheard: the last edge of its push is told to nobody.
    pushed_at_s, pushed_s: when after a turn begins the knob is pushed down too, and for how long; 0: it is not."""

    bounce_ms: float | None = None
    unheard: bool = False
    pushed_at_s: float = 0.0
    pushed_s: float = 0.0

    @property
    def until_s(self) -> float:
        """When the push of a turn is over, from the turn's beginning."""
        return self.pushed_at_s + self.pushed_s if self.pushed_s else 0.0


CLEAN = Slop()


def take_slop(words: list[str]) -> tuple[list[str], Slop]:
    """The words before it, and the slop. ValueError in words for the person who wrote them."""
    first = next((n for n, word in enumerate(words) if word in ("pushed", "bounce", "unheard")), len(words))
    said, left = words[:first], words[first:]
    bounce_ms: float | None = None
    unheard, pushed = False, (0.0, 0.0)
    while left:
        word = left.pop(0)
        if word == "unheard" and not unheard:
            unheard = True
        elif word == "bounce" and bounce_ms is None:
            bounce_ms = _number(left, f"bounce and 0 to {MOST_BOUNCE_MS:g} ms", 0.0, MOST_BOUNCE_MS)
        elif word == "pushed" and pushed == (0.0, 0.0):
            what = "pushed, when in seconds, and for how long (0.02 to 60)"
            pushed = (_number(left, what, 0.0, 3600.0), _number(left, what, 0.02, 60.0))
        else:
            raise ValueError(f'expected pushed, bounce or unheard, each once, got "{word}"')
    return said, Slop(bounce_ms, unheard, *pushed)


def _number(left: list[str], what: str, least: float, most: float) -> float:
    word = left.pop(0) if left else ""
    try:
        value = float(word)
    except ValueError:
        value = least - 1.0
    if not least <= value <= most:
        raise ValueError(f'expected {what}, got "{word}"')
    return value
