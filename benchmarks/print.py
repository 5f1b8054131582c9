#!/usr/bin/env python3
"""The live print alone: 1280x720 I420 on one thread, thread-CPU medians of one interleaved run, beside its peers.

Peers: a copy of the frame's memory, and one cv2.LUT of three channels of the same size. GRADE's bar for the opencv
engine is a full print in at most 18 copies.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import cv2
import numpy as np
from figures import Figure, main

from drivers.readings import Colour, Frame
from drivers.sim.market import NightMarket
from rig.decide import Decider
from rig.grade.look import Look, look_from_dict, with_value
from rig.grade.printer import Printer

WIDTH, HEIGHT, FRAMES, RATE_HZ = 1280, 720, 12, 30
# Each subject gets so many frames in a row; the first of them is not counted: it finds the caches full of the others'.
IN_A_ROW = 5
COPIES_AT_MOST = 18.0
DODGED = {"dodge": {"stops": 0.5, "zone": 3.0}, "burn": {"stops": 0.5, "zone": 8.0}}
LOOKS = {
    "neutral": {},
    "exposure": {"exposure": {"ev": 0.5}},
    "dodge_burn": DODGED,
    "dodge_burn_temperature": {**DODGED, "temperature": {"mired": -2.0}},
    "everything": {
        "exposure": {"ev": 0.5},
        "temperature": {"mired": 10.0},
        "tint": {"tint": 0.1},
        "dodge": {"stops": 1.0},
        "burn": {"stops": 1.0},
        "contrast": {"contrast": 0.2},
        "saturation": {"saturation": 0.9},
        "vignette": {"stops": 0.3},
    },
}
MOVING = {  # targets that move a little with every frame of the look with dodge, burn and temperature
    "moving_dodge": ("dodge.stops", 0.5, 1.5),
    "moving_temperature": ("temperature.mired", -5.0, 0.0),
    "moving_exposure": ("exposure.ev", -0.5, 0.5),
}


def market_frames() -> list[Frame]:
    """A few frames of the simulated market."""
    market = NightMarket(7, WIDTH, HEIGHT)
    frames = []
    for index in range(FRAMES):
        pixels = market.paint(index / RATE_HZ, index)
        pixels.flags.writeable = False
        frames.append(Frame(t_ns=index * 1_000_000_000 // RATE_HZ, index=index, pixels=pixels, colour=Colour()))
    return frames


def still(look: Look) -> Callable[[Frame], object]:
    """Prints every frame through one look."""
    printer = Printer("opencv")
    return lambda frame: printer.print(frame, look)


def moving(look: Look, target: str, low: float, high: float) -> Callable[[Frame], object]:
    """Prints every frame through another look."""
    printer, steps = Printer("opencv"), itertools.count()

    def work(frame: Frame) -> object:
        part = 0.5 + 0.5 * float(np.sin(next(steps) * 0.037))
        return printer.print(frame, with_value(look, target, low + part * (high - low)))

    return work


def subjects() -> dict[str, Callable[[Frame], object]]:
    """Everything that is timed, by name, and the peers with it."""
    table = np.arange(256, dtype=np.uint8)[::-1].copy()
    colours, printed = np.full((HEIGHT, WIDTH, 3), 90, np.uint8), np.empty((HEIGHT, WIDTH, 3), np.uint8)
    copy = np.empty((HEIGHT * 3 // 2, WIDTH), np.uint8)
    decider = Decider(Look(), ())
    looks = {name: look_from_dict(tables) for name, tables in LOOKS.items()}
    return {
        "memcpy": lambda frame: np.copyto(copy, frame.pixels),
        "cv2.LUT": lambda frame: cv2.LUT(colours, table, dst=printed),
        **{name: still(look) for name, look in looks.items()},
        **{name: moving(looks["dodge_burn_temperature"], *where) for name, where in MOVING.items()},
        "decide": lambda frame: decider.decide(frame, ()),
    }


def timed(work: Callable[[Frame], object], frames: Sequence[Frame]) -> list[float]:
    """Milliseconds of this thread's CPU for each frame; what is printed is kept while the next one is made."""
    spent, kept = [], None
    for frame in frames:
        start_ns = time.thread_time_ns()
        made = work(frame)
        spent.append((time.thread_time_ns() - start_ns) / 1e6)
        kept = made, kept and kept[0]
    return spent


def measure(quick: bool) -> list[Figure]:
    """One interleaved run."""
    cv2.setNumThreads(1)
    frames, works = market_frames(), subjects()
    rounds = 30 if quick else 150
    spent: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(-2, rounds):
        now = [frames[(turn * IN_A_ROW + step) % FRAMES] for step in range(IN_A_ROW)]
        for name, work in works.items():
            ms = timed(work, now)
            if turn >= 0:
                spent[name] += ms[1:]
    medians = {name: statistics.median(ms) for name, ms in spent.items()}
    peers = {name: medians.pop(name) for name in ("memcpy", "cv2.LUT")}
    figures = [Figure(f"print_{name}", ms, "ms", None, peers=peers) for name, ms in medians.items() if name != "decide"]
    full = medians["dodge_burn_temperature"]
    for name in MOVING:
        figures.append(Figure(f"print_{name}_extra", medians[name] - full, "ms", None))
    figures += [
        Figure("decide", medians["decide"], "ms", None, peers=peers),
        Figure("memcpy", peers["memcpy"], "ms", None),
        Figure("cv2_lut_three_channels", peers["cv2.LUT"], "ms", None),
        Figure("full_print_in_copies", medians["everything"] / peers["memcpy"], "x memcpy", COPIES_AT_MOST),
    ]
    return figures


if __name__ == "__main__":
    sys.exit(main(__doc__ or "", measure))
