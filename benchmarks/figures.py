"""How a benchmark reports: a line a figure, its bar and its peers; JSON on request; exit status 1 for a missed bar."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal


@dataclass
class Figure:
    """One figure. bar None: told, not judged."""

    figure: str
    value: float
    unit: str
    bar: float | None
    better: Literal["lower", "higher"] = "lower"
    peers: Mapping[str, float] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """The bar is kept."""
        if self.bar is None:
            return True
        return self.value <= self.bar if self.better == "lower" else self.value >= self.bar


def main(about: str, measure: Callable[[bool], list[Figure]]) -> int:
    """Parse --quick and --json, measure(quick), print, and give the exit status."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help="end within 50 s")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    arguments = parser.parse_args()
    figures = measure(arguments.quick)
    for each in figures:
        bar = "" if each.bar is None else f"{'at most' if each.better == 'lower' else 'at least'} {each.bar:g}"
        peers = "".join(
            f"   {name} {value:.4g} (ratio {each.value / value:.3g})" for name, value in each.peers.items() if value
        )
        verdict = "" if each.bar is None else ("holds" if each.holds else "MISSED")
        print(f"{each.figure:34} {each.value:10.4g} {each.unit:12} {bar:16} {verdict:7}{peers}")
    if arguments.json:
        rows = [{**asdict(each), "holds": each.holds} for each in figures]
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n")
    return 0 if all(each.holds for each in figures) else 1
