"""Detents to strokes: single steps with their times, bounce taken out, cut where the hand paused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from drivers.readings import Turn

# A hand does not turn round and back within this: the fastest back and forth of a finger or wrist is 6 to 8 Hz, some
# 60 ms each way (H.-J. Freund 1983, Physiol. Rev. 63(2)). 15 to 50 ms do no harm.
_BOUNCE_S = 0.03
# Nor is it quicker than 200 detents a second, twice the fastest spin that is asked of the knobs.
_TWICE_S = 0.005
# Several detents in one reading (a page's dial, a board that is polled) came evenly: since the last one, or, where that
# was long ago, at an unhurried 12 a second; 8 to 20 do as well. The first ones came like those of a quick hand.
_TOGETHER_S, _FIRST_S = 0.08, 0.02
# A pause inside a move is 0.2 to 1.2 s (the house's definition); 10 % below it for the time's own noise.
PAUSE_S = 0.18
# ... and well beyond this hand's usual gap: 1.8 to 2.6 serve as well. The slowest part of a bell-shaped move that still
# has detents on both sides is 1.6 to 2 times its usual gap.
_UNUSUAL = 2.2
# Further apart, two steps are never of one stroke: the author's choice, 0.35 to 0.5 do as well.
_APART_S = 0.42
# A gap is no pause if the hand slowed down into it and out of it again as at the ends of a bell.
_SINGLE_TAIL_S = 0.4


@dataclass(frozen=True, slots=True)
class Step:
    """One detent of the hand: when, and +1 or -1."""

    t_s: float
    sign: int


@dataclass(frozen=True, slots=True)
class Stroke:
    """Steps with no pause between them."""

    steps: tuple[Step, ...]

    @property
    def start_s(self) -> float:
        """The first step's time."""
        return self.steps[0].t_s

    @property
    def end_s(self) -> float:
        """The last step's time."""
        return self.steps[-1].t_s

    @property
    def net(self) -> int:
        """The signed sum."""
        return sum(step.sign for step in self.steps)


def steps_of(turns: Sequence[Turn], since_ns: int) -> list[Step]:
    """The hand's own steps, in the order of their times, in seconds since since_ns; what only bounce made is left out.

    Bounce is a step and its opposite within 30 ms, or the same step twice within 5 ms.
    """
    found: list[Step] = []
    last_s: float | None = None
    for turn in sorted(turns, key=lambda one: one.t_ns):
        t_s, count, sign = (turn.t_ns - since_ns) / 1e9, abs(turn.detents), 1 if turn.detents > 0 else -1
        apart_s = _FIRST_S if last_s is None else min(_TOGETHER_S, max(0.0, t_s - last_s) / max(1, count))
        for number in range(count):
            step = Step(t_s - apart_s * (count - 1 - number), sign)
            if found and found[-1].sign == -sign and step.t_s - found[-1].t_s < _BOUNCE_S:
                found.pop()
            elif not (found and count == 1 and t_s - found[-1].t_s < _TWICE_S):
                found.append(step)
        last_s = t_s
    return found


def usual_gap(steps: Sequence[Step]) -> float:
    """The median time between two steps of the same way, seconds, the longest left out; 0 where there are none."""
    gaps = sorted(b.t_s - a.t_s for a, b in pairwise(steps) if a.sign == b.sign)
    return median(gaps[:-1] or gaps or [0.0])


def strokes_of(steps: Sequence[Step]) -> list[Stroke]:
    """Cut where the hand paused: for 0.18 s and 2.2 of its usual gaps, or for 0.42 s.

    Not at the slow single step that a move begins or ends with.
    """
    if not steps:
        return []
    pause_s = min(_APART_S, max(PAUSE_S, _UNUSUAL * usual_gap(steps)))
    cut = [list(steps[:1])]
    for before, after in pairwise(steps):
        if after.t_s - before.t_s >= pause_s:
            cut.append([])
        cut[-1].append(after)
    return [Stroke(tuple(part)) for part in _joined(cut)]


def _joined(cut: list[list[Step]]) -> list[list[Step]]:
    """A bell's first and last step lie far out (position goes with time cubed there): they belong to it."""
    if len(cut) > 1 and _is_tail(cut[-1], cut[-2], cut[-1][0].t_s - cut[-2][-1].t_s):
        cut = [*cut[:-2], cut[-2] + cut[-1]]
    if len(cut) > 1 and _is_tail(cut[0], cut[1], cut[1][0].t_s - cut[0][-1].t_s):
        cut = [cut[0] + cut[1], *cut[2:]]
    return cut


def _is_tail(single: list[Step], bell: list[Step], gap_s: float) -> bool:
    return len(single) == 1 and len(bell) > 2 and gap_s < _SINGLE_TAIL_S and single[0].sign == bell[-1].sign
