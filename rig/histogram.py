"""A histogram in text: durations in bars, with the figures that a person asks for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

BARS = 12
LONGEST_BAR = 44
STEPS_MS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)


@dataclass(frozen=True, slots=True)
class Histogram:
    """Durations of one kind, ms, in any order."""

    name: str
    ms: Sequence[float]

    def percentile(self, share: float) -> float:
        """The least duration that this share (0 to 1) is not longer than; ValueError where there is none."""
        if not self.ms:
            raise ValueError(f"{self.name}: expected durations, got none")
        rank = max(0, min(len(self.ms), ceil(share * len(self.ms) - 1e-9)) - 1)
        return sorted(self.ms)[rank]


def draw(of: Histogram, none: str) -> str:
    """Lines of text; none: what is said where nothing was measured."""
    if not of.ms:
        return f"{of.name}: {none}"
    figures = "  ".join(f"p{round(100 * share)} {of.percentile(share):.1f}" for share in (0.5, 0.95, 0.99))
    lines = [f"{of.name}: {figures}  longest {max(of.ms):.1f} ms  ({len(of.ms)})"]
    low, high = min(of.ms), of.percentile(0.99)
    step = STEPS_MS[min(bisect_left(STEPS_MS, (high - low) / BARS), len(STEPS_MS) - 1)]
    first = int(low // step)
    counts = [0] * (BARS + 2)
    for ms in of.ms:
        counts[min(int(ms // step) - first, BARS + 1)] += 1
    last = max(number for number, count in enumerate(counts) if count)
    for number, count in enumerate(counts[: last + 1]):
        beyond = number == BARS + 1
        digits = 1 if step < 1 else 0
        edge = f"{(first + number) * step:8.{digits}f}" + ("+" if beyond else " ")
        lines.append(f"{edge} {'#' * -(-count * LONGEST_BAR // max(counts)):<{LONGEST_BAR}} {count}")
    return "\n".join(lines)
