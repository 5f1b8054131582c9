"""The grammar of the knobs (MISSION.md, "The hand on the knob") as a state machine on the times of the readings.

A tap aims at the zone and at the place under the centre spot. A walk changes the zone and keeps the place; past the
whole picture and back again there is no place any more: the knob works wherever in the picture its zone is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from drivers.readings import HandReading, Knob, Placing, Press, Slide, Soul, Turn
from rig.hands.curves import Curves, detents_of, place_of
from rig.hands.gestures import Gesture, History, Kind, Step
from rig.hands.held import HOLD_NS, TOGETHER_NS, Held, Paces
from rig.hands.pickup import Pickup
from rig.hands.place import MOST_STROKES, HandPlace, HandStroke
from rig.hands.state import HandState
from rig.hands.turning import turned, walked, within_zones

DOUBLE_TAP_NS = 300_000_000  # from the first tap's end to the second's beginning
ONE_TURN_NS = 600_000_000  # a longer pause between two detents makes two gestures of them
LATE_NS = 250_000_000  # a reading may come this much after a frame that is younger than it


@dataclass(slots=True)
class _Tapped:
    """The last tap, while a second may still make a double tap of it."""

    knob: Knob
    end_ns: int
    step: Step


class Hands:
    """Feed it readings in the order of their sensor, then tick with the frame's time, all on one thread.

    Everything it makes of them depends on the readings' own times; tick only lets a hold begin (and turns end) while
    nothing happens.
    """

    def __init__(self, base: HandState | None = None, curves: Curves | None = None) -> None:
        """base: where everything stands, also after a restart or for a re-print of a take. curves: of the knobs."""
        self.state = replace(base or HandState(), bare=False)
        self.newest_edge_ns: int | None = None
        self._history = History()
        self._curves = curves or Curves()
        self._pickup = Pickup()
        self._paces = Paces()
        self._held: dict[Knob, Held] = {}
        self._tapped: _Tapped | None = None
        self._turning: list[Step] = []
        self._events: list[Gesture] = []
        self._moved: list[Turn | Slide] = []
        self._now_ns = 0

    def add(self, reading: HandReading, spot_zone: float = 5.0, of_negative: float | None = None) -> None:
        """One reading of the knobs; spot_zone: the zone (0 to 10) under the centre spot, which a tap aims at.

        of_negative: the same on the negative as it is, where the sensor's exposure has moved since zones were named: a
        base exposure is for that.
        """
        self._reach(reading.t_ns)
        if isinstance(reading, Soul):
            self.state = replace(self.state, soul=reading.position)
            return
        if isinstance(reading, Placing):
            self._place(reading, spot_zone if of_negative is None else of_negative)
            return
        self.newest_edge_ns = max(reading.t_ns, self.newest_edge_ns or reading.t_ns)
        if isinstance(reading, Turn):
            self._turn(reading)
        elif isinstance(reading, Slide):
            self._slide(reading)
        elif reading.control == "dodge" or reading.control == "burn":
            if reading.down:
                self._down(reading.control, reading, spot_zone)
            else:
                self._up(reading.control, reading)
        else:
            self._button(reading)

    def tick(self, now_ns: int) -> None:
        """Time goes on: holds begin, and turns end."""
        self._reach(now_ns, LATE_NS)

    def undo(self) -> bool:
        """Take one gesture back; False when there is none, or the knobs are locked."""
        return self._step_through("undo")

    def redo(self) -> bool:
        """Do the gesture again that was taken back last; False when there is none, or the knobs are locked."""
        return self._step_through("redo")

    def lock(self, on: bool = True) -> None:
        """Against accidental touch: turns, taps and undo do nothing. Hold, record and soul still work."""
        self.state = replace(self.state, locked=on)

    @property
    def can_undo(self) -> bool:
        """Whether undo() would do something."""
        return not self.state.locked and self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether redo() would do something."""
        return not self.state.locked and self._history.can_redo

    def events(self) -> list[Gesture]:
        """The gestures that were completed since the last call, oldest first."""
        events, self._events = self._events, []
        return events

    def moved(self) -> list[Turn | Slide]:
        """The readings since the last call by which a hand turned a value up or down, oldest first: the movements are
        made of them. What was turned while locked, or held (a walk, a slip), is not among them."""
        moved, self._moved = self._moved, []
        return moved

    def _button(self, press: Press) -> None:
        if press.control == "lock":
            self.lock(press.down)
        elif press.down and press.control == "record":
            self.state = replace(self.state, record_presses=self.state.record_presses + 1)
        elif press.down and press.control == "undo":
            self.undo()
        elif press.down and press.control == "redo":
            self.redo()
        elif press.down and press.control == "keep":
            self._keep(press.t_ns)

    def _keep(self, t_ns: int) -> None:
        """The live stroke of the knob used last is kept as it is, and the knob is free for another."""
        stroke = self._live_stroke()
        if stroke is None or self.state.locked or self.state.last is None:
            return
        knob = self.state.last
        step = Step("keep", knob, t_ns, t_ns)
        values: dict[str, object] = {"strokes": (*self.state.strokes, stroke), f"{knob}_stops": 0.0}
        self._do(step, values, t_ns)

    def _live_stroke(self) -> HandStroke | None:
        """None where the knob used last does nothing, or no more strokes can be kept."""
        state = self.state
        if state.last is None or len(state.strokes) >= MOST_STROKES:
            return None
        if state.last == "dodge":
            live = HandStroke(state.dodge_stops, state.dodge_zone, state.dodge_place)
        else:
            live = HandStroke(-state.burn_stops, state.burn_zone, state.burn_place)
        return live if live.stops else None

    def _place(self, placing: Placing, spot: float) -> None:
        """The base exposure is what puts the spot on the zone: the hands' own ev is in it, and begins anew."""
        if self.state.locked:
            return
        step = Step("place", None, placing.t_ns, placing.t_ns)
        zone, on = within_zones(spot), within_zones(placing.zone)
        self._do(step, {"place_spot": zone, "place_zone": on, "ev": 0.0}, placing.t_ns)

    def _do(self, step: Step, values: dict[str, object], t_ns: int) -> None:
        """A gesture that is complete at once, and no part of a tap or a turn that went before."""
        self._tapped = None
        for turning in list(self._turning):
            self._end_turn(turning)
        self.state = step.change(self.state, values, t_ns)
        self._history.add(step)
        self._tell(step.kind, step.knob, step)

    # turning

    def _turn(self, turn: Turn, of_slide: bool = False) -> None:
        self._paces.add(turn)
        if self.state.locked:
            return
        self._use(turn.knob)
        held = self._held.get(turn.knob)
        if held is None or held.paired or held.turning:
            self._set(turn, of_slide)
        elif held.is_hold(turn.t_ns) or held.walk is not None:
            self._walk(held, [*(each for each in held.early if turn.t_ns - each.t_ns < HOLD_NS), turn])
        elif held.amidst:  # a turn that slipped into a press
            held.turning = held.spent = True
            self._set(turn, of_slide)
        else:
            held.early.append(turn)

    def _slide(self, slide: Slide) -> None:
        """A potentiometer: what it turns from where it picks its value up."""
        knob = slide.knob
        whole, free = getattr(self.state, f"{knob}_aim") is None, knob not in self._held
        place = place_of(getattr(self.state, f"{knob}_stops"), knob, self._curves.of(knob))
        turn = self._pickup.turn(slide, detents_of(knob), round(place) if free and not whole else None)
        if free and not self.state.locked:
            self._moved.append(slide)
        if turn is not None:
            self._turn(turn, free)

    def _set(self, turn: Turn, of_slide: bool = False) -> None:
        self._tapped_before(turn.knob)
        values = turned(self.state, turn, self._curves)
        step = self._history.continues(turn.knob, frozenset(values), turn.t_ns - ONE_TURN_NS)
        if step is None or step not in self._turning:
            step = Step("turn", turn.knob, turn.t_ns, turn.t_ns)
            self._turning.append(step)
            self._history.add(step)
        step.detents += turn.detents
        self.state = step.change(self.state, values, turn.t_ns)
        if not of_slide:
            self._moved.append(turn)

    def _tapped_before(self, knob: Knob) -> None:
        """A turn is between: what comes after it is no second tap."""
        if self._tapped is not None and self._tapped.knob == knob:
            self._tapped = None

    def _walk(self, held: Held, turns: list[Turn]) -> None:
        held.spent, knob = True, turns[0].knob
        self._tapped_before(knob)
        self._show(held, False)
        if held.walk is None:
            held.walk = Step("walk", knob, turns[0].t_ns, turns[0].t_ns)
            held.resting_zone = getattr(self.state, f"{knob}_zone")
            self._history.add(held.walk)
        else:
            turns = turns[-1:]
        for turn in turns:
            held.walk.detents += turn.detents
            self.state = held.walk.change(self.state, walked(self.state, turn, held.resting_zone), turn.t_ns)

    # pressing

    def _down(self, knob: Knob, press: Press, spot_zone: float) -> None:
        if knob in self._held:  # a release was lost
            self._end_hold(knob, self._held.pop(knob))
        first, locked = self._tapped, self.state.locked
        held = self._paces.held(knob, press.t_ns, within_zones(spot_zone))
        both = [each for each in self._held.values() if not each.is_hold(press.t_ns) and each.goes_with(held)]
        self._held[knob] = held
        soon = first is not None and first.knob != knob and press.t_ns - first.step.t_ns <= TOGETHER_NS
        if first is not None and soon and not held.slipped and not locked:
            self.state = self._history.take_back(first.step, self.state)  # it was one of both, and up again already
        elif not both:
            return
        self._tapped = None
        for each in (held, *both):
            each.spent = each.paired = True
            self._show(each, False)
        self.undo()

    def _up(self, knob: Knob, press: Press) -> None:
        held = self._held.pop(knob, None)
        if held is None:
            return
        if held.is_hold(press.t_ns) or held.paired or held.turning:
            self._end_hold(knob, held, press.t_ns)
            return
        self._show(held, False)
        if held.walk is not None:  # a frame's time came before this release did: it was no hold
            self.state = self._history.take_back(held.walk, self.state)
        if self.state.locked:
            return
        if held.strays:  # a press that slipped into a turn
            for turn in held.early:
                self._set(turn)
        elif not held.slipped or press.t_ns == held.t_ns:  # a key's push has no length, and no finger that slips
            self._tap(knob, held, press.t_ns)

    def _end_hold(self, knob: Knob, held: Held, t_ns: int | None = None) -> None:
        """t_ns: of its release; None where that was lost."""
        was_showing = held.showing
        self._show(held, False)
        if held.walk is not None:
            self._tell("walk", knob, held.walk)
        elif was_showing and t_ns is not None:
            self._events.append(Gesture(held.t_ns, t_ns, "hold", knob, 0, self._aim(knob)))

    def _tap(self, knob: Knob, held: Held, t_ns: int) -> None:
        first, self._tapped = self._tapped, None
        self._use(knob)
        if first is not None and first.knob == knob and held.t_ns - first.end_ns <= DOUBLE_TAP_NS:
            self.state = self._history.take_back(first.step, self.state)
            step = Step("zero", knob, first.step.t_ns, t_ns)
            name = "ev" if self._aim(knob) is None else f"{knob}_stops"
            self.state = step.change(self.state, {name: 0.0}, t_ns)
        else:
            step = Step("tap", knob, held.t_ns, t_ns)
            number = self.state.places + 1
            self.state = replace(self.state, places=number)
            place = HandPlace(number=number)
            values = {f"{knob}_aim": held.spot_zone, f"{knob}_zone": held.spot_zone, f"{knob}_place": place}
            self.state = step.change(self.state, values, t_ns)
            self._tapped = _Tapped(knob, t_ns, step)
        self._history.add(step)
        self._tell(step.kind, knob, step)

    # time, and telling

    def _reach(self, t_ns: int, late_ns: int = 0) -> None:
        """Let happen what is due by then. late_ns: what a turn is given beyond its time, as detents may come late."""
        self._now_ns = max(self._now_ns, t_ns)
        for held in self._held.values():
            if not held.spent and held.is_hold(t_ns):
                if held.strays and not self.state.locked:
                    self._walk(held, held.early)
                elif not held.showing:
                    self._show(held, True)
        for step in [step for step in self._turning if t_ns - step.end_ns > ONE_TURN_NS + late_ns]:
            self._end_turn(step)

    def _show(self, held: Held, bare: bool) -> None:
        held.showing = bare
        self.state = replace(self.state, bare=any(one.showing for one in self._held.values()))

    def _step_through(self, kind: Literal["undo", "redo"]) -> bool:
        for step in list(self._turning):
            self._end_turn(step)
        for knob, held in self._held.items():
            if held.walk is not None:
                self._tell("walk", knob, held.walk)
                held.walk = None
        self._tapped = None
        if self.state.locked:
            return False
        state = (self._history.undo if kind == "undo" else self._history.redo)(self.state)
        if state is None:
            return False
        self.state = state
        self._events.append(Gesture(self._now_ns, self._now_ns, kind))
        return True

    def _end_turn(self, step: Step) -> None:
        self._turning.remove(step)
        self._tell("turn", step.knob, step)

    def _use(self, knob: Knob) -> None:
        if self.state.last != knob and not self.state.locked:
            self.state = replace(self.state, last=knob)

    def _tell(self, kind: Kind, knob: Knob | None, step: Step) -> None:
        aim = self.state.place_zone if knob is None else self._aim(knob)
        self._events.append(Gesture(step.t_ns, step.end_ns, kind, knob, step.detents, aim))

    def _aim(self, knob: Knob) -> float | None:
        aim: float | None = getattr(self.state, f"{knob}_aim")
        return aim
