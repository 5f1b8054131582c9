"""From a frame and the readings since the last one to the Look: the part that live shooting and re-analysis share.

Everything here is a function of times, frames and readings, in order; nothing waits and nothing reads a clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from drivers.readings import Bytes8, Frame, Grip, Motion, Press, PulseSamples, Reading, ReportedBeat, Skin, Slide, Turn
from rig.body.baseline import QuietBaseline
from rig.body.meaning import Beat, Body
from rig.body.reader import BodyReader
from rig.grade.bearings import AS_AIMED, Bearings
from rig.grade.look import Look, look_from_dict, look_to_dict
from rig.hands.apply import apply, state_of_look
from rig.hands.curves import Curves
from rig.hands.gestures import Gesture
from rig.hands.hands import Hands
from rig.hands.manner_reader import MannerReader
from rig.hands.meaning import Movement
from rig.hands.state import HandState
from rig.modulation.auto_light import AutoLight
from rig.modulation.bend import SOUL, Bend, Bender
from rig.modulation.routes import Route
from rig.modulation.signals import Signals, read_signals
from rig.scene.follow import Follower
from rig.scene.light import LightMeter
from rig.scene.reader import SceneReader
from rig.scene.scene import Scene
from rig.zones import small_luma, small_zones

__all__ = ["Decider", "Moment"]

Small = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame's look, and everything it was made from. zones: rig.zones.small_zones of the frame, for the printer."""

    look: Look
    base: Look
    signals: Signals
    bends: tuple[Bend, ...]
    scene: Scene
    body: Body
    beats: tuple[Beat, ...]
    hands: HandState
    newest_edge_ns: int | None
    readings: tuple[Reading, ...]
    gestures: tuple[Gesture, ...]
    movements: tuple[Movement, ...]
    modulation: dict[str, float]
    bearings: Bearings = AS_AIMED
    zones: Small | None = field(default=None, compare=False, repr=False)

    @property
    def soul(self) -> float:
        """What every route was scaled by."""
        return SOUL[self.hands.soul]


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen in a frame, before the hands and the body were asked. small: its luma, reduced."""

    frame: Frame
    small: Bytes8
    light_ev: float
    scene: Scene
    zones: Small


class Decider:
    """Owns the body, the hands, the scene's memory, the places that are followed, the light and the routes' slew."""

    def __init__(
        self,
        look: Look,
        routes: Sequence[Route],
        hands: HandState | None = None,
        began: Bearings | None = None,
        auto: Mapping[str, float] | None = None,
        baseline: QuietBaseline | None = None,
        curves: Curves | None = None,
    ) -> None:
        """hands, began, auto: where the hands, the bearings and the automatic light stood at the first frame, for a
        take that is decided again. baseline: the person's quiet heart, where it was measured. curves: of the knobs."""
        self.curves = curves or Curves()
        self.look, self.routes, self.baseline = look, tuple(routes), baseline
        self.body = BodyReader(baseline)
        self.bender = Bender(routes)
        self.auto = AutoLight(auto)
        self._scenes = SceneReader()
        began = began or AS_AIMED
        self._meter = LightMeter(began.light_ev)
        self._follower = Follower({number: (x, y) for number, x, y in began.places})
        self._scene: Scene | None = None
        self._look_dict = look_to_dict(look)
        self._unaimed = state_of_look(self._look_dict)
        self.hands = Hands(hands or self._unaimed, self.curves)
        self._manner = MannerReader()
        self._base: tuple[HandState, Look] | None = None

    def see(self, frame: Frame, taking: bool = False) -> Sight:
        """Look at a frame: what takes time and waits for no hand. taking: a take is under way, so that the camera's
        exposure is locked."""
        small = small_luma(frame)
        light_ev = self._meter.read(frame, held=taking or self._is_aimed())
        return Sight(frame, small, light_ev, self._scenes.look(frame, light_ev, small), small_zones(frame, small))

    def decide(self, sight: Sight, readings: Sequence[Reading]) -> Moment:
        """The look of a frame that was seen; ``readings`` are all that came since the last one, oldest first of each
        sensor, taken as late as may be.

        A tap aims at what lay under the centre spot in the frame before: that is the one the hand saw.
        """
        frame, small, scene = sight.frame, sight.small, sight.scene
        beats: list[Beat] = []
        movements: list[Movement] = []
        seen = scene if self._scene is None else self._scene
        for reading in readings:
            if isinstance(reading, PulseSamples | ReportedBeat | Motion | Skin):
                beats += self.body.add(reading, frame.t_ns)
            elif not isinstance(reading, Grip):
                self.hands.add(reading, seen.spot_zone, seen.spot_of_negative)
            movements += self._moved(reading, frame.t_ns)
        self.hands.tick(frame.t_ns)
        movements += self._manner.tick(frame.t_ns)
        self._scene = scene
        body, hands = self.body.read(frame.t_ns), self.hands.state
        places = self._follower.follow(small, frame.t_ns, hands.followed(), scene.subject)
        signals = read_signals(body, hands, scene, self._manner.read(frame.t_ns), frame.t_ns)
        base = self._base_look(hands)
        lit = self.auto.light(base, scene, frame.t_ns)
        look, bends = self.bender.bend(lit, signals, SOUL[hands.soul], frame.t_ns)
        return Moment(
            look=look,
            base=base,
            signals=signals,
            bends=bends,
            scene=scene,
            body=body,
            beats=tuple(beats),
            hands=hands,
            newest_edge_ns=self.hands.newest_edge_ns,
            readings=tuple(readings),
            gestures=tuple(self.hands.events()),
            movements=tuple(movements),
            modulation=self.modulation(),
            bearings=Bearings(sight.light_ev, places),
            zones=sight.zones,
        )

    def modulation(self) -> dict[str, float]:
        """Where the routes and the automatic light stand: what a replay goes on from."""
        return {**self.bender.state(), **self.auto.state()}

    def _moved(self, reading: Reading, now_ns: int) -> list[Movement]:
        """The manner hears of a turn what the grammar makes of it: a walk, a slip or a locked knob is no movement."""
        state, moved = self.hands.state, self.hands.moved()
        movements: list[Movement] = []
        for turn in moved:
            zone = state.dodge_aim if turn.knob == "dodge" else state.burn_aim
            movements += self._manner.add(turn, now_ns, zone)
        if isinstance(reading, Motion | Grip | Press):
            movements += self._manner.add(reading, now_ns)
        elif isinstance(reading, Turn | Slide) and reading not in moved:
            self._manner.skip(reading, state.locked)
        return movements

    def _is_aimed(self) -> bool:
        """Whether the hands have named a zone, or kept one."""
        state, unaimed = self.hands.state, self._unaimed
        named = (state.dodge_zone, state.burn_zone) != (unaimed.dodge_zone, unaimed.burn_zone)
        return named or bool(state.followed()) or bool(state.strokes)

    def _base_look(self, hands: HandState) -> Look:
        if self._base is None or self._base[0] != hands:
            self._base = (hands, look_from_dict(apply(self._look_dict, hands)))
        return self._base[1]
