"""The hands' manner at any moment, and their movements, from the readings of knobs, grip and inertial sensor."""

from __future__ import annotations

from drivers.readings import Grip, HandReading, Knob, Motion, Press, Slide, Turn
from rig.hands.ease import Ease, Leg, Tempo
from rig.hands.held import HOLD_NS
from rig.hands.lean import GripOwn
from rig.hands.meaning import Manner, Movement
from rig.hands.motion_window import MotionWindow
from rig.hands.movements import Movements
from rig.hands.pausing import Pausing
from rig.hands.state import DETENT_STOPS, MOST_BURN_STOPS, MOST_DODGE_STOPS

_S = 1_000_000_000
# A sensor that has told nothing for so long is not there: its values are None. Author's choice, above any chunk.
_STALE_NS = 2 * _S
# A hand does not turn back within this (as in rig/hands/strokes.py).
_BOUNCE_NS = 30_000_000
# Of the body and the grip a lean is told less surely than of the hand's own small slow moves: the author's choice.
_BODY, _GRIP = 0.6, 0.6
# A hand that holds the rig: a force-sensing resistor answers from 0.1 to 0.2 N (Interlink FSR 400 data sheet), and a
# light hold is above 1 N; a third of the scale of tremor is above what formless noise ever has. The author's choice,
# each can be half or double.
_HELD_N, _HELD_TREMOR = 0.5, 0.33
# A single bell has a SPARC of -1.4, a reach of a healthy arm is around -1.5, and of a stroke's at -2 to -3.5
# (Balasubramanian 2015): from -1.4 down to -3 is smoothness 1 to 0.
_SMOOTHEST, _ROUGHEST = -1.4, -3.0
_SMOOTH_TAU_S = 0.2


class MannerReader:
    """Feed it readings as they come; all it makes of them depends on their own times, not on when it is asked."""

    def __init__(self) -> None:
        self._movements = Movements()
        self._knobs: dict[Knob, Pausing] = {"dodge": Pausing(), "burn": Pausing()}
        self._steps: dict[Knob, tuple[int, int, bool]] = {}
        self._slides: dict[Knob, int] = {}
        self._pushed: dict[Knob, int] = {}
        self._tempo = Tempo()
        self._smooth = Ease()
        self._smooth_known = False
        self._window = MotionWindow()
        self._grip = GripOwn()
        self._firmer, self._gripped = Ease(), Ease()
        self._newest_ns: int | None = None

    def add(self, reading: HandReading | Motion | Grip, now_ns: int, zone: float | None = None) -> list[Movement]:
        """One reading, and what is over with it. zone: that the reading's knob works on, None is the whole picture."""
        if isinstance(reading, Motion):
            self._window.add(reading)
            return []
        if isinstance(reading, Grip):
            self._grip.add(reading)
            if self._grip.newest_ns is not None:
                gripped = 1.0 if self._grip.force_n >= _HELD_N else 0.0
                self._gripped.plan(self._grip.newest_ns, (Leg(0.0, gripped, 0.3),))
                self._firmer.plan(self._grip.newest_ns, (Leg(0.0, self._grip.firmer, 0.3),))
            return []
        self._newest_ns = max(reading.t_ns, self._newest_ns or reading.t_ns)
        if isinstance(reading, Press):
            self._press(reading)
        elif isinstance(reading, Slide):
            turn = self._slid(reading)
            if turn is not None:
                self._turn(turn, zone)
        elif isinstance(reading, Turn):
            self._turn(reading, zone)
        return self.tick(now_ns)

    def skip(self, reading: Turn | Slide, locked: bool = False) -> None:
        """A turn that sets no value: it is no movement. A walk or a slip ends the dwelling at what was set before; a
        knob that is locked is not meant at all."""
        if isinstance(reading, Slide):
            self._slid(reading)
        if not locked:
            self._pushed.pop(reading.knob, None)
            self._leave(reading.knob, reading.t_ns)

    def tick(self, now_ns: int) -> list[Movement]:
        """Time goes on: the movements that are over."""
        self._movements.tick(now_ns)
        told = self._movements.take()
        for movement in told:
            if movement.sparc is not None:
                smooth = min(1.0, max(0.0, (movement.sparc - _ROUGHEST) / (_SMOOTHEST - _ROUGHEST)))
                self._smooth.plan(now_ns, (Leg(0.0, smooth, _SMOOTH_TAU_S if self._smooth_known else 1e-9),))
                self._smooth_known = True
        return told

    def read(self, now_ns: int) -> Manner:
        """The manner at that time; changes nothing."""
        dodge, burn = self._knobs["dodge"], self._knobs["burn"]
        moving, gripping = self._live(self._window.newest_ns, now_ns), self._live(self._grip.newest_ns, now_ns)
        small = max(dodge.leaning.at(now_ns), burn.leaning.at(now_ns))
        body = _BODY * self._window.lean(now_ns) if moving else 0.0
        firmer = _GRIP * self._firmer.at(now_ns) if gripping else 0.0
        there = max(
            self._gripped.at(now_ns) if gripping else 0.0,
            min(1.0, (self._window.tremor(now_ns) or 0.0) / _HELD_TREMOR) if moving else 0.0,
        )
        times = (
            self._newest_ns,
            self._window.newest_ns if moving else None,
            self._grip.newest_ns if gripping else None,
        )
        known = [t_ns for t_ns in times if t_ns is not None]
        return Manner(
            tempo_hz=self._tempo.at(now_ns),
            hesitation=max(dodge.hesitation.at(now_ns), burn.hesitation.at(now_ns)),
            lingering=max(dodge.dwelling.at(now_ns, there), burn.dwelling.at(now_ns, there)),
            leaning=1.0 - (1.0 - small) * (1.0 - body) * (1.0 - firmer),
            smoothness=self._smooth.at(now_ns) if self._smooth_known else None,
            tremor=self._window.tremor(now_ns) if moving else None,
            grip=self._grip.value if gripping else None,
            newest_ns=max(known) if known else None,
        )

    def _live(self, newest_ns: int | None, now_ns: int) -> bool:
        return newest_ns is not None and now_ns - newest_ns <= _STALE_NS

    def _turn(self, turn: Turn, zone: float | None) -> None:
        self._movements.add(turn, zone)
        self._pushed.pop(turn.knob, None)
        if not turn.detents:
            return
        sign = 1 if turn.detents > 0 else -1
        last_ns, last_sign, undone = self._steps.get(turn.knob, (turn.t_ns - _S, sign, False))
        if turn.t_ns - last_ns < _BOUNCE_NS and (sign != last_sign) != undone:
            # there and back of a contact: the step that was counted stays as it is
            self._steps[turn.knob] = (last_ns, last_sign, not undone)
            return
        self._steps[turn.knob] = (turn.t_ns, sign, False)
        self._tempo.add(turn.t_ns, turn.detents)
        for number in range(abs(turn.detents) if abs(turn.detents) < 9 else 1):
            self._knobs[turn.knob].step(turn.t_ns + number, sign)
        for knob, pausing in self._knobs.items():
            if knob != turn.knob:
                pausing.dwelling.leave(turn.t_ns)

    def _press(self, press: Press) -> None:
        """A push long enough to look at the negative is a sign of the hand at its own knob; any other push is something
        else that is done."""
        own: Knob | None = press.control if press.control == "dodge" or press.control == "burn" else None
        if press.down:
            for knob in self._knobs:
                if knob != own:
                    self._leave(knob, press.t_ns)
            if own is not None:
                self._pushed[own] = press.t_ns
        elif own is not None and own in self._pushed:
            if press.t_ns - self._pushed.pop(own) >= HOLD_NS:
                self._movements.sign(own, press.t_ns)
                self._knobs[own].dwelling.sign(press.t_ns)
            else:
                self._leave(own, press.t_ns)

    def _leave(self, knob: Knob, t_ns: int) -> None:
        self._movements.interrupt(knob, t_ns)
        self._knobs[knob].dwelling.leave(t_ns)

    def _slid(self, slide: Slide) -> Turn | None:
        """A potentiometer's way in detents of a knob, so that a hand is the same on either; half a one of slack."""
        most = MOST_DODGE_STOPS if slide.knob == "dodge" else MOST_BURN_STOPS
        place = slide.position * most / DETENT_STOPS
        before = self._slides.get(slide.knob)
        if before is None:
            self._slides[slide.knob] = round(place)
            return None
        if abs(place - before) < 0.75:
            return None
        self._slides[slide.knob] = round(place)
        return Turn(slide.t_ns, slide.knob, round(place) - before) if round(place) != before else None
