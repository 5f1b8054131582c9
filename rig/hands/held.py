"""A knob's push while it is down: a tap, a hold, or a finger that slipped. Only the readings' own times tell which.

A hand is never exact: pressing, it may turn the knob by a detent; turning, it may push the knob down; two hands never
press at the same moment. What was meant is told by what the knob did just before, and by how long the push lasts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.readings import Knob, Turn
from rig.hands.gestures import Step

HOLD_NS = 250_000_000
# Both pushes begin within this: both pressed, though the first may be up again by then. No hand taps twice within 125
# ms (H.-J. Freund 1983), so nobody who means two taps is much quicker with two. The author's choice, 100 to 180 ms.
TOGETHER_NS = 150_000_000
# Fingers that are to act together do so within this: whatever the knobs did before, it is one intent.
AT_ONCE_NS = 50_000_000
# No finger goes from turning to a push that is meant within this: the fastest tapping is 6 to 8 a second (H.-J. Freund
# 1983), and the grip has to change as well. The author's choice, 60 to 125 ms.
SLIP_NS = 100_000_000
# One detent while a knob is pushed down is the push's own; two are a turn.
SLIP_DETENTS = 1


@dataclass(slots=True)
class Held:
    """A push that is down since t_ns, with that zone under the centre spot.

    amidst: its knob was being turned when it went down; slipped: so shortly before that nobody meant the push.
    early: what it was turned by before it was a hold: a slip, a turn, or the beginning of a walk.
    spent: its release is no tap any more. paired: both were pressed. turning: it goes on turning, pushed down.
    """

    t_ns: int
    spot_zone: float
    amidst: bool = False
    slipped: bool = False
    early: list[Turn] = field(default_factory=list)
    showing: bool = False
    spent: bool = False
    paired: bool = False
    turning: bool = False
    walk: Step | None = None
    resting_zone: float = 0.0

    def is_hold(self, t_ns: int) -> bool:
        """Whether it has lasted long enough for one."""
        return t_ns - self.t_ns >= HOLD_NS

    @property
    def strays(self) -> bool:
        """Whether it was turned by more than a slip before it was a hold."""
        return abs(sum(turn.detents for turn in self.early)) > SLIP_DETENTS

    def goes_with(self, other: Held) -> bool:
        """Whether the two are one push of both knobs: neither is of a hand that turns."""
        if any(each.turning or each.strays or each.walk is not None for each in (self, other)):
            return False
        return abs(self.t_ns - other.t_ns) <= AT_ONCE_NS or not (self.slipped or other.slipped)


class Paces:
    """How each knob was turned last, so that a push in the midst of it is known."""

    def __init__(self) -> None:
        self._last: dict[Knob, tuple[int, int]] = {}

    def add(self, turn: Turn) -> None:
        """Another turn of its knob."""
        before_ns = self._last[turn.knob][1] if turn.knob in self._last else turn.t_ns - 2 * HOLD_NS
        self._last[turn.knob] = (before_ns, turn.t_ns)

    def held(self, knob: Knob, t_ns: int, spot_zone: float) -> Held:
        """The push of a knob that goes down now. It is in the midst of a turn where the next detent was still to be
        expected by the gap of the last two; one detent alone is no turn."""
        last = self._last.get(knob)
        if last is None or last[1] - last[0] >= HOLD_NS:
            return Held(t_ns, spot_zone)
        ago_ns = t_ns - last[1]
        amidst = ago_ns <= max(SLIP_NS, last[1] - last[0])
        return Held(t_ns, spot_zone, amidst, amidst and ago_ns <= SLIP_NS)
