"""From a frame and the readings since the last one to the Look: the part that live shooting and re-analysis share.

Everything here is a function of times, frames and readings, in order; nothing waits and nothing reads a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.readings import Frame, Press, PulseSamples, Reading, ReportedBeat, Soul, Turn
from rig.body.meaning import Beat, Body
from rig.body.reader import BodyReader
from rig.grade.look import Look, look_from_dict, look_to_dict
from rig.hands.apply import apply, state_of_look
from rig.hands.gestures import Gesture
from rig.hands.hands import Hands
from rig.hands.state import HandState
from rig.modulation.bend import SOUL, Bend, Bender
from rig.modulation.routes import Route
from rig.modulation.signals import Signals, read_signals
from rig.scene.reader import SceneReader
from rig.scene.scene import Scene

__all__ = ["Decider", "Moment"]


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame's look, and everything it was made from."""

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
    modulation: dict[str, float]

    @property
    def soul(self) -> float:
        """What every route was scaled by."""
        return SOUL[self.hands.soul]


class Decider:
    """Owns the body, the hands, the scene's memory and the routes' slew."""

    def __init__(self, look: Look, routes: Sequence[Route], hands: HandState | None = None) -> None:
        self.look, self.routes = look, tuple(routes)
        self.body = BodyReader()
        self.bender = Bender(routes)
        self._scenes = SceneReader()
        self._spot_zone = 5.0
        self._look_dict = look_to_dict(look)
        self.hands = Hands(hands or state_of_look(self._look_dict))
        self._base: tuple[HandState, Look] | None = None

    def decide(self, frame: Frame, readings: Sequence[Reading]) -> Moment:
        """The look of this frame; ``readings`` are all that came since the last one, oldest first of each sensor.

        A tap aims at what lay under the centre spot in the frame before: that is the one the hand saw.
        """
        beats: list[Beat] = []
        for reading in readings:
            if isinstance(reading, PulseSamples | ReportedBeat):
                beats += self.body.add(reading, frame.t_ns)
            elif isinstance(reading, Turn | Press | Soul):
                self.hands.add(reading, self._spot_zone)
        self.hands.tick(frame.t_ns)
        scene = self._scenes.look(frame)
        self._spot_zone = scene.spot_zone
        body, hands = self.body.read(frame.t_ns), self.hands.state
        signals = read_signals(body, hands, scene)
        base = self._base_look(hands)
        look, bends = self.bender.bend(base, signals, SOUL[hands.soul], frame.t_ns)
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
            modulation=self.bender.state(),
        )

    def _base_look(self, hands: HandState) -> Look:
        if self._base is None or self._base[0] != hands:
            self._base = (hands, look_from_dict(apply(self._look_dict, hands)))
        return self._base[1]
