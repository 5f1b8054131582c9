"""The quality ladder: from what frames cost on this machine to the step of quality that it can hold without a drop.

Everything here follows from times that are handed in: the same times give the same steps.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from math import prod

from drivers.readings import Frame
from rig.grade.quality import STEPS, Quality

log = logging.getLogger(__name__)

WINDOW = 30  # frames whose cost is remembered
FEWEST = 10  # of them before they say anything
OUTLIERS = 3  # of them may cost anything: a card that syncs, a page that opens
DOWN, UP = 0.9, 0.75  # of the camera's interval: dearer steps down; what is foreseen to cost less steps up
# How far one frame may add to what the loop is behind, in intervals, and how far behind steps down: one outlier never
# does, two frames of twice the interval do. Cameras have three or four buffers; then they drop.
MOST_BEHIND, BEHIND = 0.75, 1.2
# A step up waits for so long a calm; twice as long each time that it had to be taken back before it had proved itself.
CALM_NS, LONGEST_CALM_NS, PROVEN_NS = 3_000_000_000, 120_000_000_000, 60_000_000_000
# What was measured of a step is believed for so many calms, and no longer than ten minutes: the look, or what else the
# machine does, may be another by then.
BELIEVED_CALMS, LONGEST_BELIEF_NS = 20, 600_000_000_000
# What a step is thought to cost of the one above, until it was measured.
GUESS = (1.0, 0.9, 0.95, 0.75)
SLOWER = 0.1  # of the way, each frame: how fast the camera's real interval is learnt
FORGET = 0.002  # of the way, each frame: how fast the shortest way of a frame to the loop is forgotten
OUTAGE = 3.0  # intervals: a longer gap says nothing of the camera's rate
LATE = 0.5  # intervals: so long a frame must have lain there (less may be an exposure that has become longer)


class Ladder:
    """Fed with every frame by the loop; ``quality`` is what the next print is to be made at."""

    def __init__(self, rate_hz: float) -> None:
        """rate_hz: of the camera, nominal: one that is slower in the dark leaves more room, and that is found out."""
        self.quality: Quality = STEPS[0]
        self._nominal_ns = self._interval_ns = 1e9 / rate_hz
        self._costs: deque[float] = deque(maxlen=WINDOW)
        self._behind = 0.0
        # (upper, lower) step: the lower's cost over the upper's, and when that was measured
        self._ratios: dict[tuple[int, int], tuple[float, int]] = {}
        self._left: tuple[int, float] | None = None  # the step that was left, and what it had cost
        self._calm_ns = CALM_NS
        self._room_since_ns: int | None = None
        self._went_up_ns: int | None = None
        self._last: Frame | None = None
        self._way_ns: float | None = None  # the shortest from a frame's own time to the loop

    def add(self, frame: Frame, asked_ns: int, came_ns: int, done_ns: int, steps: Sequence[int]) -> None:
        """One frame's times: when the loop asked for it, when it had it, when everything was done with it.

        steps: the numbers of those that make a difference to its print (Printer.steps).
        """
        cost_ns = self._cost(frame, asked_ns, came_ns, done_ns)
        self._last = frame
        self._costs.append(cost_ns)
        load = cost_ns / self._interval_ns
        self._behind = max(0.0, self._behind + min(load - 1.0, MOST_BEHIND))
        if len(self._costs) == WINDOW:
            self._learn(frame.t_ns)
        if self._behind > BEHIND or (len(self._costs) >= FEWEST and self._high() > DOWN * self._interval_ns):
            self._down(frame.t_ns, steps)
        else:
            self._maybe_up(frame.t_ns, steps)

    def _cost(self, frame: Frame, asked_ns: int, came_ns: int, done_ns: int) -> float:
        """Nanoseconds of work. Where the frame had been there before it was asked for, getting it was work too."""
        way_ns = float(came_ns - frame.t_ns)
        shortest_ns = way_ns if self._way_ns is None else self._way_ns + FORGET * (way_ns - self._way_ns)
        self._way_ns = min(way_ns, shortest_ns)
        was_there = asked_ns - frame.t_ns > self._way_ns + LATE * self._interval_ns
        before = self._last
        if before is not None and frame.index > before.index:
            apart_ns = (frame.t_ns - before.t_ns) / (frame.index - before.index)
            waited = came_ns - asked_ns > 0.1 * apart_ns and not was_there
            real_ns = apart_ns if waited else self._nominal_ns
            if real_ns <= OUTAGE * max(self._interval_ns, self._nominal_ns):
                self._interval_ns += SLOWER * (real_ns - self._interval_ns)
        return float(done_ns - (asked_ns if was_there else came_ns))

    def _high(self) -> float:
        """What all but the outliers cost at most."""
        return sorted(self._costs)[-1 - OUTLIERS]

    def _down(self, t_ns: int, steps: Sequence[int]) -> None:
        lower = [step for step in steps if step > self.quality.number]
        if not lower:
            self._behind, self._room_since_ns = 0.0, None
            return
        cost = min([*self._costs][-2:])  # a load that came suddenly: the frames before it say nothing of it
        if len(self._costs) >= FEWEST:
            cost = max(cost, self._high())
        fits = (
            step for step in lower if cost * self._ratio(self.quality.number, step, t_ns) <= DOWN * self._interval_ns
        )
        if self._went_up_ns is not None:
            self._calm_ns, self._went_up_ns = min(2 * self._calm_ns, LONGEST_CALM_NS), None
        self._go(next(fits, lower[-1]), cost, logging.WARNING, t_ns)

    def _maybe_up(self, t_ns: int, steps: Sequence[int]) -> None:
        if self._went_up_ns is not None and t_ns - self._went_up_ns > PROVEN_NS:
            self._calm_ns, self._went_up_ns = CALM_NS, None
        upper = [step for step in steps if step < self.quality.number]
        if not upper or len(self._costs) < FEWEST:
            return
        cost = self._high()
        if cost / self._ratio(upper[-1], self.quality.number, t_ns) > UP * self._interval_ns:
            self._room_since_ns = None
        elif self._room_since_ns is None:
            self._room_since_ns = t_ns
        elif t_ns - self._room_since_ns >= self._calm_ns:
            self._went_up_ns = t_ns
            self._go(upper[-1], cost, logging.INFO, t_ns)

    def _go(self, step: int, cost_ns: float, level: int, t_ns: int) -> None:
        if len(self._costs) >= FEWEST:
            self._learn(t_ns)
        self._left = (self.quality.number, cost_ns)
        self.quality = STEPS[step]
        self._costs.clear()
        self._behind, self._room_since_ns = 0.0, None
        words = "quality: %s: a frame took %.0f ms of %.0f"
        log.log(level, words, self.quality.words, cost_ns / 1e6, self._interval_ns / 1e6)

    def _learn(self, t_ns: int) -> None:
        """What the step costs of the one that was left for it, or the other way round."""
        if self._left is None:
            return
        (left, was), here, now = self._left, self.quality.number, self._high()
        upper, lower = ((left, was), (here, now)) if left < here else ((here, now), (left, was))
        ratio = min(1.0, max(0.2, lower[1] / max(upper[1], 1.0)))
        self._ratios[upper[0], lower[0]] = (ratio, t_ns)
        self._left = None

    def _ratio(self, upper: int, lower: int, t_ns: int) -> float:
        """What the lower step costs of the upper one: as it was measured lately, of that or of one further up, and else
        as it is thought to."""
        believed_ns = min(BELIEVED_CALMS * self._calm_ns, LONGEST_BELIEF_NS)
        for step in range(upper, -1, -1):
            ratio, at_ns = self._ratios.get((step, lower), (0.0, 0))
            if ratio and t_ns - at_ns <= believed_ns:
                return min(1.0, ratio / _guess(step, upper))
        return _guess(upper, lower)


def _guess(upper: int, lower: int) -> float:
    return prod(GUESS[upper + 1 : lower + 1])
