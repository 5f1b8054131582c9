"""Which ticks are due: with the eyes on the subject, the hand hears of zero, an aim, record and a lost pulse."""

from __future__ import annotations

from drivers.interfaces import Tick
from drivers.readings import Press
from rig.decide import Moment
from rig.hands.state import HandState

GOOD_SQI = 0.5  # as of a beat that counts (rig/body/rhythm.py)
# The author's choice: a pulse that was there for less is not missed, and one that is lost for less may come back.
THERE_NS, LOST_NS = 3_000_000_000, 2_000_000_000


class Ticks:
    """Told every moment, it gives what is to be ticked; nothing while it is muted."""

    def __init__(self, muted: bool = False) -> None:
        self.muted = muted
        self._hands: HandState | None = None
        self._recording: bool | None = None
        self._good_ns: int | None = None
        self._there = False
        self._known_ns = 0

    def add(self, moment: Moment, t_ns: int, recording: bool) -> list[Tick]:
        """What is due with the frame at t_ns, the most telling last: a Ticker plays the newest."""
        for reading in moment.readings:
            if isinstance(reading, Press) and reading.control == "mute":
                self.muted = reading.down
        due: list[Tick] = []
        before, self._hands = self._hands, moment.hands
        if before is not None and not any(done.kind in ("undo", "redo") for done in moment.gestures):
            due += _of_hands(before, moment.hands)
        if self._pulse_is_lost(moment, t_ns):
            due.append("lost")
        if self._recording not in (None, recording):
            due.append("record")
        self._recording = recording
        return [] if self.muted else due

    def _pulse_is_lost(self, moment: Moment, t_ns: int) -> bool:
        """Once, of a pulse that was there and good for a while."""
        if moment.body.heart_rate_bpm is not None:
            self._known_ns = t_ns
            if moment.body.sqi < GOOD_SQI:
                self._good_ns = None
            else:
                self._good_ns = t_ns if self._good_ns is None else self._good_ns
                self._there = self._there or t_ns - self._good_ns >= THERE_NS
            return False
        self._good_ns = None
        if self._there and t_ns - self._known_ns >= LOST_NS:
            self._there = False
            return True
        return False


def _of_hands(before: HandState, now: HandState) -> list[Tick]:
    """zero: something that was turned is at rest again; aim: a knob works elsewhere."""
    due: list[Tick] = []
    turned = ((before.dodge_stops, now.dodge_stops), (before.burn_stops, now.burn_stops), (before.ev, now.ev))
    aims = ((before.dodge_aim, now.dodge_aim), (before.burn_aim, now.burn_aim))
    places = ((before.dodge_place, now.dodge_place), (before.burn_place, now.burn_place))
    if any(was != aim for was, aim in aims) or any(was != place and place is not None for was, place in places):
        due.append("aim")
    if any(was != 0.0 and value == 0.0 for was, value in turned):
        due.append("zero")
    return due
