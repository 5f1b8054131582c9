"""Which kind of movement a burst of detents was."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from drivers.readings import Turn
from rig.hands.meaning import MovementKind
from rig.hands.strokes import Step, Stroke, steps_of, strokes_of, usual_gap

# The house's definitions (docs/reference/hands.md); where a bound is a time, 10 % is given to the time's own noise.
NUDGE_DETENTS = 3
FLICK_DETENTS = 4
FLICK_S = 0.15
DWELL_S = 1.2
STILL_S = 2.0
SLOW_S, SLOWEST_S = 0.25, 0.8
SLOW_DETENTS = 3
BACK_DETENTS = 2
NOISE = 0.1
# A hesitation between two detents also holds the end of one part and the start of the other, 0.1 s and more each.
LONGEST_PAUSE_S = DWELL_S * (1 + NOISE) + 0.15

# Slow single detents are this far apart on the whole, whatever one of them is; 0.85 to 0.95 of SLOW_S do as well.
_SLOW_MEAN_S = SLOW_S * 0.95
# One among them may be quicker or slower than it should: what half of a detent's unevenness makes of it.
_SLOW_ONE_S = SLOW_S * 0.6
# Quicker than 30 detents a second nobody prints: such a burst is a flick, though it be longer (as in
# rig/modulation/signals.py). Of several bursts each is quicker than a short part of a hesitating move: 20 to 30 a
# second do as well. _LIFTED_S: a finger leaves the knob and takes it again in no less.
DENSE_S, AGAIN_S, _LIFTED_S = 1 / 30, 1 / 25, 0.09
# A lone step this long after a move is a correction made while dwelling, and not the move's own tail.
_CORRECTED_S = 0.3


def kind_of(turns: Sequence[Turn], now_ns: int | None = None, still_s: float | None = None) -> MovementKind:
    """The kind of one burst: turns of one knob, oldest first, with what followed them. At least one detent.

    now_ns: up to when nothing more came; None where that is not known. still_s: how long the knobs were still before
    the first turn; None is long enough, or that the turns themselves show it.

    In this order: what is over before a pause longer than a hesitation is another movement's.
    linger: a move, and then longer than 1.2 s nothing, or no more than single detents.
    lean-in: 3 or more single detents, 0.25 to 0.8 s apart, after 2 s of stillness.
    reverse: one way, and 2 or more detents back again.
    flick: 4 or more detents within 0.15 s, each burst of them.
    nudge: 1 to 3 detents.
    hesitate: a pause of 0.2 to 1.2 s and then on the same way, with 2 detents or more.
    sweep: any other.
    """
    if not turns:
        raise ValueError("turns: expected at least one turn, got none")
    since_ns = turns[0].t_ns
    steps = steps_of(turns, since_ns)
    if not steps:  # all of it was bounce
        return "nudge"
    now_s = None if now_ns is None else (now_ns - since_ns) / 1e9
    steps, still_s = _newest_move(steps, still_s)
    if _leans_in(steps, still_s):
        return "lean-in"
    strokes = strokes_of(steps)
    if _lingers(strokes):
        return "linger"
    kind = _kind_of_move(steps, strokes)
    dwelt = now_s is not None and now_s - steps[-1].t_s > DWELL_S
    if dwelt and (kind == "sweep" or (kind == "flick" and _mean_gap(steps) > DENSE_S)):
        return "linger"
    return kind


def _kind_of_move(steps: list[Step], strokes: list[Stroke]) -> MovementKind:
    if _came_back(steps) >= BACK_DETENTS:
        return "reverse"
    if _flicked(steps):
        return "flick"
    if len(steps) <= NUDGE_DETENTS:
        return "nudge"
    if _hesitated(strokes):
        return "hesitate"
    return "nudge" if abs(sum(step.sign for step in steps)) <= 1 else "sweep"


def _newest_move(steps: list[Step], still_s: float | None) -> tuple[list[Step], float | None]:
    """What came after the last stillness that is too long for a hesitation, if it is more than corrections."""
    for at in range(len(steps) - 1, 0, -1):
        gap_s = steps[at].t_s - steps[at - 1].t_s
        if gap_s <= LONGEST_PAUSE_S:
            continue
        rest = steps[at:]
        slow_after_rest = gap_s >= STILL_S * (1 - NOISE) and _leans_in(rest, gap_s)
        if slow_after_rest or any(abs(stroke.net) > 1 for stroke in strokes_of(rest)):
            return rest, gap_s
    return steps, still_s


def _leans_in(steps: list[Step], still_s: float | None) -> bool:
    if len(steps) < SLOW_DETENTS or (still_s is not None and still_s < STILL_S * (1 - NOISE)):
        return False
    if any(step.sign != steps[0].sign for step in steps):
        return False
    gaps = [b.t_s - a.t_s for a, b in pairwise(steps)]
    return (
        sum(gaps) / len(gaps) >= _SLOW_MEAN_S and min(gaps) >= _SLOW_ONE_S and max(gaps) <= SLOWEST_S * (1 + 3 * NOISE)
    )


def _lingers(strokes: list[Stroke]) -> bool:
    """A move, and then single detents with time between them, the last of them longer after it than a hesitation."""
    main = 0
    while main < len(strokes) and abs(strokes[main].net) < 2:
        main += 1
    if main >= len(strokes) - 1:
        return False
    end_s, rest = strokes[main].end_s, strokes[main + 1 :]
    while len(rest) > 1 and rest[0].start_s - end_s < _CORRECTED_S and abs(rest[0].net) == 1:
        end_s, rest = rest[0].end_s, rest[1:]
    if any(abs(stroke.net) > 1 for stroke in rest):
        return False
    return rest[-1].end_s - end_s > DWELL_S * (1 - NOISE) and rest[0].start_s - end_s > _CORRECTED_S


def _came_back(steps: list[Step]) -> int:
    """The most detents gone back after at least as many as a reversal takes; either way."""
    most = 0
    for way in (1, -1):
        place = low = high = 0
        for step in steps:
            place += way * step.sign
            if place > high:
                high = place
            if high - low >= BACK_DETENTS:
                most = max(most, high - place)
            else:
                low = min(low, place)
                high = max(place, low)
    return most


def _flicked(steps: list[Step]) -> bool:
    """Ballistic, each burst of it: as many detents as a flick has in no more than its time, or more as densely.

    Several bursts have their fingers lifted between them; a lone detent may roll on after a dense one.
    """
    apart_s = max(_LIFTED_S, 2.5 * usual_gap(steps))
    bursts = [[steps[0]]]
    for before, after in pairwise(steps):
        if after.t_s - before.t_s >= apart_s:
            bursts.append([])
        bursts[-1].append(after)
    if len(bursts) > 1 and len(bursts[-1]) == 1 and _mean_gap(bursts[0]) <= DENSE_S:
        bursts.pop()
    for burst in bursts:
        lasts_s, gap_s = burst[-1].t_s - burst[0].t_s, _mean_gap(burst)
        short = lasts_s <= FLICK_S * (1 + NOISE) and (len(bursts) == 1 or gap_s <= AGAIN_S)
        dense = gap_s <= DENSE_S and lasts_s <= 2 * FLICK_S
        if len(burst) < FLICK_DETENTS or not (short or dense):
            return False
    return True


def _mean_gap(steps: list[Step]) -> float:
    return (steps[-1].t_s - steps[0].t_s) / max(1, len(steps) - 1)


def _hesitated(strokes: list[Stroke]) -> bool:
    """Somewhere it paused, no longer than a hesitation, with at least two detents of the same way before and after."""
    for at in range(1, len(strokes)):
        pause_s = strokes[at].start_s - strokes[at - 1].end_s
        before = sum(stroke.net for stroke in strokes[:at])
        after = sum(stroke.net for stroke in strokes[at:])
        if pause_s <= LONGEST_PAUSE_S and before * after > 0 and abs(after) >= 2 and abs(before) >= 2:
            return True
    return False
