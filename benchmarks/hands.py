#!/usr/bin/env python3
"""How well the rig reads a hand at a knob: no detent lost, and its movements told apart.

Detents: two knobs turned fast on the real gpiozero and lgpio (knob_edges.py), beside gpiozero's RotaryEncoder and a
poll. Movements: 20 simulated people (hand_models.py), who know nothing of the detector; their detents come of the real
decoder and go, with what the knob did before and the time after, through what reads them on the live rig. After a move
that nothing follows that tells a linger too, whether or not the hand dwelt: nothing shows it. The matrix counts those
in a column of their own, so that nobody has to know what was meant.

hesitation_accuracy is balanced: the mean of the share of hesitations that are seen and the share of all else that is
not taken for one. Its peer is what is published of telling hesitation in pointing work, on other data. A full run is 70
movements of each person; --quick is 35. SPARC, LDLJ and the 1-euro filter are held against known answers, the last in
../shared (or DARKROOM_SHARED). HANDS_SEED=N asks other people than the usual ones.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from figures import Figure, main, missing
from hand_models import KINDS, Trial, trials
from knob_edges import knob_figures

from drivers.readings import Turn
from rig.hands.manner_reader import MannerReader
from rig.hands.meaning import Movement, MovementKind
from rig.hands.one_euro import OneEuro
from rig.hands.smoothness import ldlj, sparc

PEER = "published pointer work"
PEER_ACCURACY = 0.81
SPARC, LDLJ = -1.41403, -5.81636  # of bell(), by the authors' own code
EURO_HZ = 120.0
AFTER_NS = 10_000_000_000
FRAME_NS = 33_333_333

Matrix = Counter[tuple[MovementKind, MovementKind]]


def confusion(tried: Iterable[Trial]) -> tuple[Matrix, Counter[MovementKind]]:
    """How many of a kind (first) were taken for which (second); and after how many of a kind a linger was told too."""
    matrix: Matrix = Counter()
    lingered: Counter[MovementKind] = Counter()
    for each in tried:
        seen, after = seen_as(each.turns, each.still_s)
        matrix[each.kind, seen] += 1
        lingered[each.kind] += after
    return matrix, lingered


def seen_as(turns: Sequence[Turn], still_s: float) -> tuple[MovementKind, bool]:
    """What the live rig tells of it, that looks thirty times a second: the move, and whether a linger was told too.

    The knob was touched once before (still_s earlier), and is left alone afterwards; nothing says what was meant. Where
    several moves were told, a hesitation among them is it, or else the first.
    """
    first, last = turns[0], turns[-1]
    coming = [Turn(first.t_ns - round(still_s * 1e9), "dodge", -first.detents), *turns]
    reader, told, at = MannerReader(), list[Movement](), 0
    for now_ns in range(coming[0].t_ns, last.t_ns + AFTER_NS, FRAME_NS):
        while at < len(coming) and coming[at].t_ns <= now_ns:
            told += reader.add(coming[at], now_ns)
            at += 1
        told += reader.tick(now_ns)
    told = [each for each in told if each.end_ns >= first.t_ns]
    kinds = [each.kind for each in told if each.kind != "linger"]
    if not kinds:
        return "linger", False
    return "hesitate" if "hesitate" in kinds else kinds[0], len(kinds) < len(told)


def balanced_accuracy(matrix: Matrix, kind: MovementKind = "hesitate") -> float:
    """Of that kind against all else; 0.5 is chance."""
    own = [count for (true, _), count in matrix.items() if true == kind]
    others = [count for (true, _), count in matrix.items() if true != kind]
    taken = sum(count for (true, seen), count in matrix.items() if true != kind and seen == kind)
    return 0.5 * (matrix[kind, kind] / sum(own) + 1.0 - taken / sum(others))


def table(matrix: Matrix, lingered: Counter[MovementKind]) -> str:
    """The whole confusion matrix, a line a kind that was meant."""
    lines = [f"{'meant, seen as':16}" + "".join(f"{seen:>10}" for seen in (*KINDS, "+ linger"))]
    for true in KINDS:
        counts = [*(matrix[true, seen] for seen in KINDS), lingered[true]]
        lines.append(f"{true:16}" + "".join(f"{count:10d}" for count in counts))
    return "\n".join(lines) + "\n"


def bell() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The speed that the authors of SPARC show, at 100 Hz."""
    return np.asarray(np.exp(-5.0 * np.arange(-1.0, 1.0, 0.01) ** 2))


def off(value: float | None, known: float) -> float:
    """How far from the known answer; infinite where there is none."""
    return float("inf") if value is None else abs(value - known)


def seed() -> int:
    """Which people: HANDS_SEED, or the ones that are always asked."""
    return int(os.environ.get("HANDS_SEED", "1"))


def shared() -> Path:
    """The shared folder."""
    return Path(os.environ.get("DARKROOM_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def one_euro() -> Figure:
    """The largest error of our filter on the ground truth of its authors."""
    bar, path = 1e-5, shared() / "data" / "gesture" / "one_euro_groundTruth.csv"
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        return missing("one_euro_error", "", bar, f"needs {path} (or DARKROOM_SHARED): {error.strerror}")
    ours = OneEuro(min_cutoff_hz=1.0, beta=0.1, derivative_cutoff_hz=1.0)
    errors = [abs(ours.add(float(row["noisy"]), k / EURO_HZ) - float(row["filtered"])) for k, row in enumerate(rows)]
    return Figure("one_euro_error", max(errors, default=float("inf")), "", bar)


def measure(quick: bool) -> list[Figure]:
    """All figures; the matrix is printed."""
    matrix, lingered = confusion(trials(5 if quick else 10, seed=seed()))
    print(table(matrix, lingered))
    accuracy = balanced_accuracy(matrix)
    return [
        *knob_figures(quick, shared()),
        Figure("hesitation_accuracy", accuracy, "", 0.90, "higher", {PEER: PEER_ACCURACY}),
        Figure("sparc_error", off(sparc(bell(), 100.0), SPARC), "", 1e-4),
        Figure("ldlj_error", off(ldlj(bell(), 100.0), LDLJ), "", 1e-4),
        one_euro(),
    ]


if __name__ == "__main__":
    raise SystemExit(main(__doc__ or "", measure))
