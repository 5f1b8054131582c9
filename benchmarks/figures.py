"""How a benchmark reports: a line a figure, its bar and its peers; JSON on request; exit status 1 for a missed bar."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal


@dataclass
class Figure:
    """One figure. bar None: told, not judged. missing: why it could not be measured, with the remedy; value is NaN."""

    figure: str
    value: float
    unit: str
    bar: float | None
    better: Literal["lower", "higher"] = "lower"
    peers: Mapping[str, float] = field(default_factory=dict)
    missing: str = ""

    @property
    def holds(self) -> bool:
        """The bar is kept; what was not measured keeps none."""
        if self.missing:
            return False
        if self.bar is None:
            return True
        return self.value <= self.bar if self.better == "lower" else self.value >= self.bar


def missing(figure: str, unit: str, bar: float | None, why: str) -> Figure:
    """A figure that could not be measured here; why ends with the remedy."""
    return Figure(figure, math.nan, unit, bar, missing=why)


def report(figures: list[Figure]) -> str:
    """A line a figure."""
    lines = []
    for each in figures:
        bar = "" if each.bar is None else f"{'at most' if each.better == 'lower' else 'at least'} {each.bar:g}"
        if each.missing:
            lines.append(f"{each.figure:40} {'missing':>10} {each.unit:12} {bar:16} MISSED   {each.missing}")
            continue
        peers = "".join(
            f"   {name} {value:.4g}" + (f" (ratio {each.value / value:.3g})" if value else "")
            for name, value in each.peers.items()
        )
        verdict = "" if each.bar is None else ("holds" if each.holds else "MISSED")
        lines.append(f"{each.figure:40} {each.value:10.4g} {each.unit:12} {bar:16} {verdict:7}{peers}".rstrip())
    return "\n".join(lines)


def rows(figures: list[Figure]) -> str:
    """The figures as JSON; what is missing has the value null."""
    told = []
    for each in figures:
        row = {**asdict(each), "holds": each.holds}
        if each.missing:
            row["value"] = None
        else:
            del row["missing"]
        told.append(row)
    return json.dumps(told, indent=2, allow_nan=False) + "\n"


def main(about: str, measure: Callable[[bool], list[Figure]]) -> int:
    """Parse --quick and --json, measure(quick), print, and give the exit status."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="end within 50 s")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    arguments = parser.parse_args()
    figures = measure(arguments.quick)
    print(report(figures))
    if arguments.json:
        arguments.json.write_text(rows(figures), encoding="utf-8")
    return 0 if all(each.holds for each in figures) else 1
