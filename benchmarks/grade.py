#!/usr/bin/env python3
"""The live print, every bar of it: speed (grade_speed.py), colour (grade_colour.py) and the mask (grade_quality.py).

Each part can be run alone and says in its first lines what it measures and how. Here colour and mask, which read no
clock, run beside each other in processes of their own; then speed runs alone. With --quick all of it ends within 50 s
where the kernels of the numba engine are compiled already (their first compilation on a machine takes longer).
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context

from figures import Figure, main

BESIDE = ("grade_colour", "grade_quality")


def part(name: str, quick: bool) -> list[Figure]:
    """The figures of one of the scripts."""
    figures: list[Figure] = import_module(name).measure(quick)
    return figures


def measure(quick: bool) -> list[Figure]:
    """All figures; those with a bar first."""
    with ProcessPoolExecutor(len(BESIDE), mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(part, name, quick) for name in BESIDE]
        beside = [figure for each in waiting for figure in each.result()]
    figures = [*part("grade_speed", quick), *beside]
    return sorted(figures, key=lambda figure: figure.bar is None)


if __name__ == "__main__":
    sys.exit(main(__doc__ or "", measure))
