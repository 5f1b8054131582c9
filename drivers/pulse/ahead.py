"""How far the host's clock is ahead of a strap's chain of intervals: what is likely, after each message.

A grid of probabilities, 5 ms a cell, over the last 5 s before the newest message. It knows three things:

- nothing is told before it was: the newest beat of a message is no later than its arrival;
- a strap tells what it has: the first beat of a message was not there yet when the one before was sent;
- intervals get lost, with a message or without: then the host is ahead by whole beats more than it was.

All are wrong at times (a message that was late, a strap that miscounts), so that none has the last word.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CELL_S = 0.005
CELLS = 1024
PAST = 20  # cells after the newest message: for a probability that it must be able to move to
# The author's choices. Each but WANDER_S may be halved or doubled: not one in a hundred made-up beats moves by it.
WANDER_S = 0.003  # a message: clocks that are 1000 ppm apart differ by 1 ms a second more. At most CELL_S
LATE_S = 0.02  # a radio delivers later than at best by some such time; its connection interval is 7.5 to 50 ms
LATER = 0.02  # however late it seems
EARLY_S = 0.003  # the grid's own coarseness
SOONER = 1e-4  # it came before it was sent: it never does, unless we are wrong
MISSING = 0.004  # of the messages; an interval is missing in one of them, for no reason that shows
MISSING_TWO = 0.1  # of these
GONE = 0.5  # a message is missing, it seems: so are its intervals, unless they came with another
ANYWHERE = 0.002  # or the strap has counted wrongly, and all starts anew
UNEVEN = 0.06  # of one interval to the next: a quiet heart's respiratory arrhythmia is about that
UNEVEN_LEFT = 0.15  # the same, of an interval that has not ended yet
STRETCH = 0.42  # of an interval, to either side: two answers a beat apart are never in one stretch

Row = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Said:
    """What a message bounds, all in s. latest: the most that the host can be ahead; earliest: the least, -inf where
    there was no message before. interval: about that of this heart now. gone: how many beats at most are
    missing with messages that did not come; 0 where all came."""

    latest: float
    earliest: float
    interval: float
    gone: int = 0


class Ahead:
    """Messages in, how far the host is ahead out."""

    def __init__(self) -> None:
        self._p: Row = np.zeros(CELLS)
        self._first = 0  # cell 0 begins at _first * CELL_S
        self._known = False

    def add(self, said: Said) -> tuple[float, float]:
        """How far the host is ahead in s, and how sure that is to half an interval (0 to 1)."""
        self._move(math.floor(said.latest / CELL_S) + PAST - CELLS)
        x = (np.arange(CELLS) + self._first + 0.5) * CELL_S
        anywhere = _whole(((x <= said.latest) & (x >= said.latest - said.interval)).astype(np.float64))
        total = float(self._p.sum())
        if self._known and total > 1e-12:
            self._p = self._foreseen(self._p / total, said, anywhere)
        else:
            self._p, self._known = anywhere, True
        self._p *= np.maximum(SOONER, np.exp(-np.maximum(0.0, x - said.latest) / EARLY_S))
        self._p *= np.maximum(LATER, np.exp(-np.maximum(0.0, said.earliest - x) / LATE_S))
        self._p = _whole(self._p)
        # the next beat has not come: a wait as long as an interval speaks for one that is missing
        left = (said.interval - (said.latest - x)) / (UNEVEN_LEFT * said.interval)
        return self._best(_whole(self._p / (1.0 + np.exp(-1.7 * np.clip(left, -40.0, 40.0)))), said.interval)

    def _move(self, first: int) -> None:
        by, p = first - self._first, np.zeros(CELLS)
        if 0 <= by < CELLS:
            p[: CELLS - by] = self._p[by:]
        elif -CELLS < by < 0:
            p[-by:] = self._p[:by]
        self._p, self._first = p, first

    def _foreseen(self, p: Row, said: Said, anywhere: Row) -> Row:
        share = 0.5 * (WANDER_S / CELL_S) ** 2
        still = (1.0 - 2.0 * share) * p
        still[1:] += share * p[:-1]
        still[:-1] += share * p[1:]
        lost, weights = MISSING, [1.0 - MISSING_TWO, MISSING_TWO]
        if said.gone:
            lost, weights = GONE, [1.0 / said.gone] * said.gone
        return (1.0 - lost - ANYWHERE) * still + lost * _jumped(p, said.interval, weights) + ANYWHERE * anywhere

    def _best(self, p: Row, interval_s: float) -> tuple[float, float]:
        """The middle of the likeliest stretch as wide as most of an interval: what is a beat away is another answer."""
        upto = np.concatenate([[0.0], np.cumsum(p)])
        cells = np.arange(CELLS)
        half = round(STRETCH * interval_s / CELL_S)
        low, high = upto[np.maximum(0, cells - half)], upto[np.minimum(CELLS, cells + half + 1)]
        best = int(np.argmax(high - low))
        middle = float(np.interp(0.5 * (low[best] + high[best]), upto, np.arange(CELLS + 1)))
        return (self._first + middle) * CELL_S, float(high[best] - low[best])


def _jumped(p: Row, interval_s: float, weights: Sequence[float]) -> Row:
    """p, ahead by one interval more, by two, ..."""
    by_s = np.arange(CELLS) * CELL_S
    kernel = np.zeros(CELLS)
    for n, weight in enumerate(weights, start=1):
        spread_s = UNEVEN * interval_s * math.sqrt(n) + 2.0 * CELL_S
        bell = np.exp(-0.5 * ((by_s - n * interval_s) / spread_s) ** 2)
        kernel += weight * bell * CELL_S / (spread_s * math.sqrt(2.0 * math.pi))
    return np.convolve(p, kernel)[:CELLS]


def _whole(p: Row) -> Row:
    """Scaled to a sum of 1."""
    whole: Row = p / p.sum()
    return whole
