"""What the finder shows: each print, and the meters beside it, made on the frame loop in a few microseconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from drivers.clock import Clock, OnDeath
from drivers.knobs.page import PageKnobs
from drivers.readings import Frame, Press, Turn
from rig.decide import Decider, Moment
from rig.grade.look import target
from rig.grade.printer import Print
from rig.grade.quality import STEPS
from rig.hands.place import MOST_STROKES, HandStroke
from rig.keep import Keeper
from rig.keepsake import Keepsake
from rig.page_strip import PageStrip
from rig.session.recorder import Recorder
from rig.viewfinder.finder import Finder
from rig.viewfinder.meters import Meters, Place
from rig.viewfinder.timing import Timings

METERS_EVERY_NS = 100_000_000
MOST_FAULTS = 3
MESSAGE_NS = 5_000_000_000
LOCKED = "locked: X or the lock button frees the knobs"
NOTHING_TO_KEEP = "nothing to keep"
ALL_KEPT = f"{MOST_STROKES} strokes are kept already: no more can be"
OF_A_TAKE = ("encoder", "writer", "card", "take", "takes")


class PageActions:
    """What only the page can ask for; it goes the way of every other reading of the hands, so that a take keeps it."""

    def __init__(self, knobs: PageKnobs, clock: Clock) -> None:
        self._knobs, self._clock = knobs, clock

    def undo(self) -> None:
        """Take one gesture back."""
        self._knobs.ask("undo", self._clock.now_ns())

    def redo(self) -> None:
        """Do it again."""
        self._knobs.ask("redo", self._clock.now_ns())

    def lock(self, on: bool) -> None:
        """Hold the hands' settings, or let go of them."""
        self._knobs.ask("lock" if on else "unlock", self._clock.now_ns())

    def keep(self) -> None:
        """Keep the live stroke of the knob used last."""
        self._knobs.ask("keep", self._clock.now_ns())

    def place(self, zone: float) -> None:
        """Place what lies under the centre spot on a zone."""
        self._knobs.ask_place(zone, self._clock.now_ns())


class FinderPage:
    """The loop's side of the finder (rig.shoot.Page)."""

    def __init__(
        self,
        clock: Clock,
        knobs: PageKnobs,
        tap: Callable[[int], None] | None,
        decider: Decider,
        keepsake: Keepsake,
        port: int,
        look_name: str,
        pulse_off: bool = False,
        on_death: OnDeath | None = None,
        engine: str = "",
        timings: Timings | None = None,
    ) -> None:
        self._engine = engine
        self._clock, self._decider, self._keepsake, self._look_name = clock, decider, keepsake, look_name
        self._pulse_off = pulse_off
        self._recording, self._said, self._said_ns = False, "", 0
        self._strokes: tuple[HandStroke, ...] = ()
        self._faults: dict[str, str] = {}
        self._told: tuple[object, ...] = ()
        self._told_ns = 0
        self._last_ns: int | None = None
        self._rate_hz = 0.0
        self._last: Meters | None = None
        actions, self._strip = PageActions(knobs, clock), PageStrip()
        self.finder = Finder(
            clock,
            knobs,
            port,
            tap,
            actions,
            sheet=keepsake.png,
            strip=self._strip.make,
            on_death=on_death,
            timings=timings,
        )

    def show(self, frame: Frame, made: Print, moment: Moment, keeper: Keeper, frame_ms: float) -> None:
        """One print; while a knob is held, the bare negative in its place."""
        self.finder.show(replace(made, pixels=frame.pixels) if moment.hands.bare else made)
        self._keepsake.add(frame, made, moment)
        self._strip.add(frame, moment)
        if moment.hands.locked and any(isinstance(reading, Turn) for reading in moment.readings):
            self._said, self._said_ns = LOCKED, frame.t_ns
        self._answer_keep(moment, frame.t_ns)
        if self._last_ns is not None and frame.t_ns > self._last_ns:
            rate_hz = 1e9 / (frame.t_ns - self._last_ns)
            self._rate_hz += (0.05 if self._rate_hz else 1.0) * (rate_hz - self._rate_hz)
        self._last_ns = frame.t_ns
        recorder = keeper.recorder
        news = (moment.hands, moment.body.newest_beat_ns, recorder.recording, len(self._faults))
        if news == self._told and frame.t_ns - self._told_ns < METERS_EVERY_NS:
            return
        self._told, self._told_ns = news, frame.t_ns
        self._tell(self._meters(moment, keeper, frame, frame_ms, made.quality))

    def fault(self, where: str, message: str, recovered: bool) -> None:
        """Keep a line on the page for as long as it holds."""
        if recovered:
            self._faults.pop(where, None)
        else:
            self._faults[where] = f"{where}: {message}"
        if self._last is not None:  # no frame may come for a while: a camera that is away is such a fault
            self._tell(replace(self._last, faults=self._fault_lines()))

    def _answer_keep(self, moment: Moment, t_ns: int) -> None:
        """Say why a press of keep kept no stroke."""
        strokes, before = moment.hands.strokes, self._strokes
        self._strokes = strokes
        keeps = any(isinstance(each, Press) and each.control == "keep" and each.down for each in moment.readings)
        if keeps and strokes == before:
            why = LOCKED if moment.hands.locked else ALL_KEPT if len(strokes) >= MOST_STROKES else NOTHING_TO_KEEP
            self._said, self._said_ns = why, t_ns

    def _fault_lines(self) -> tuple[str, ...]:
        return tuple([*self._faults.values()][-MOST_FAULTS:])

    def _tell(self, meters: Meters) -> None:
        self._last = meters
        self.finder.tell(meters)

    def _message(self, recorder: Recorder, t_ns: int) -> str:
        """That a take was kept, for some seconds."""
        if self._recording and not recorder.recording and not recorder.fault:
            self._said, self._said_ns = f"kept: {recorder.take_id}", t_ns
        if recorder.recording and not self._recording:  # what was wrong with the last take is not wrong with this one
            for where in OF_A_TAKE:
                self._faults.pop(where, None)
        self._recording = recorder.recording
        return self._said if self._said and t_ns - self._said_ns < MESSAGE_NS else ""

    def _meters(self, moment: Moment, keeper: Keeper, frame: Frame, frame_ms: float, quality: int) -> Meters:
        hands, body, recorder = moment.hands, moment.body, keeper.recorder
        return Meters(
            heart_rate_bpm=body.heart_rate_bpm,
            sqi=body.sqi,
            arousal=body.arousal,
            beat_t_ns=body.newest_beat_ns,
            pulse_wave=self._decider.body.wave(),
            dodge_stops=hands.dodge_stops,
            dodge_aim=hands.dodge_aim,
            burn_stops=hands.burn_stops,
            burn_aim=hands.burn_aim,
            ev=hands.ev,
            soul=hands.soul,
            bare=hands.bare,
            recording=recorder.recording,
            take_id=recorder.take_id or "",
            take_seconds=(frame.t_ns - keeper.take_ns) / 1e9 if keeper.take_ns is not None else 0.0,
            minutes_left=recorder.minutes_left,
            zones=moment.scene.zones,
            key_ev=moment.scene.key_ev,
            rate_hz=self._rate_hz,
            frame_ms=frame_ms,
            quality=STEPS[quality].words if quality else "",
            dropped=sum(recorder.dropped.values()),
            routes=tuple((bend.name, bend.value, target(bend.target).unit) for bend in moment.bends),
            faults=self._fault_lines(),
            sheet_ready=self._keepsake.ready,
            locked=hands.locked,
            can_undo=self._decider.hands.can_undo,
            can_redo=self._decider.hands.can_redo,
            look_name=self._look_name,
            pulse_off=self._pulse_off,
            engine=self._engine,
            spot_zone=moment.scene.spot_zone,
            kept=len(hands.strokes),
            places=_places(moment),
            dodge_zone=hands.dodge_zone,
            burn_zone=hands.burn_zone,
            place_spot=hands.place_spot,
            place_zone=hands.place_zone,
            message=self._message(recorder, frame.t_ns),
        )


def _places(moment: Moment) -> tuple[Place, ...]:
    """The places that knobs are aimed at, where they are in this frame."""
    hands = moment.hands
    followed = {number: (x, y) for number, x, y in moment.bearings.places if number}
    shown = []
    for knob, place in (("dodge", hands.dodge_place), ("burn", hands.burn_place)):
        if place is not None:
            x, y = followed.get(place.number, (place.x, place.y))
            shown.append(Place(knob, x, y, place.height))
    return tuple(shown)
