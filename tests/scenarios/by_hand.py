"""A hand on simulated knobs, edge by edge, through the real drivers and the grammar to the look of each frame.

As rig shoot does it, without a camera, a page and a take: what is seen is a flat grey.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from drivers.knobs.gpio import make
from drivers.names import Bench
from drivers.readings import Frame, Press, Reading, Turn
from drivers.settings import KnobsSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.scenario import Scenario
from drivers.sim.world import World
from rig.decide import Decider, Moment
from rig.grade.look import Look
from rig.hands.curves import Curves
from rig.hands.state import HandState

FRAME_NS = 33_333_333
SIM = KnobsSettings(pins="sim")


@dataclass
class Played:
    """What came of a script: every moment, and when in seconds of the script each was."""

    at_s: list[float] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)

    @property
    def hands(self) -> HandState:
        """At the end."""
        return self.moments[-1].hands

    @property
    def look(self) -> Look:
        """At the end."""
        return self.moments[-1].look

    def at(self, second: float) -> HandState:
        """In the first frame from that second on."""
        return next(moment.hands for at_s, moment in zip(self.at_s, self.moments, strict=True) if at_s >= second)

    @property
    def spot(self) -> float:
        """The zone that lay under the centre spot, all along."""
        return self.moments[0].scene.spot_zone

    def gestures(self) -> list[tuple[str, str | None, int]]:
        """Kind, knob and detents of each."""
        return [(done.kind, done.knob, done.detents) for moment in self.moments for done in moment.gestures]

    def kinds(self) -> list[str]:
        """Of the gestures."""
        return [kind for kind, _, _ in self.gestures()]

    def bare_s(self) -> tuple[float, float] | None:
        """When the bare negative was shown, from the first to the last frame of it; None: never."""
        shown = [at_s for at_s, moment in zip(self.at_s, self.moments, strict=True) if moment.hands.bare]
        return (shown[0], shown[-1]) if shown else None

    def readings(self) -> list[Turn | Press]:
        """What the drivers told."""
        return [each for moment in self.moments for each in moment.readings if isinstance(each, Turn | Press)]

    def movements(self) -> list[tuple[str, str]]:
        """Kind and knob of each."""
        return [(moved.kind, moved.knob) for moment in self.moments for moved in moment.movements]


def by_hand(
    script: str,
    seconds: float,
    bounce_ms: float = 0.3,
    curves: Curves | None = None,
    prepare: Callable[[Decider], None] | None = None,
) -> Played:
    """Play a knob script on the pins for so long. prepare: told the decider before it begins."""
    clock = SimulatedClock()
    world = World(clock, Scenario(hands=f"{script}\n", bounce_ms=bounce_ms))
    knobs, decider = make(SIM, Bench(clock, lambda: world)), Decider(Look(), (), curves=curves)
    if prepare is not None:
        prepare(decider)
    pixels = np.full((54, 64), 128, np.uint8)
    pixels[:36] = 90
    pixels.setflags(write=False)
    knobs.open()
    start_ns = clock.now_ns()
    world.hands.start(SIM)
    readings: list[Reading] = []
    clock.serve("knobs", lambda now: readings.extend(knobs.step(now)), knobs.period_ns, _raise)
    played = Played()
    for number in range(round(seconds * 30)):
        clock.sleep_until_ns(start_ns + number * FRAME_NS)
        played.at_s.append((clock.now_ns() - start_ns) / 1e9)
        frame = Frame(clock.now_ns(), number, pixels)
        played.moments.append(decider.decide(decider.see(frame), readings))
        readings.clear()
    knobs.close()
    return played


def _raise(_name: str, error: Exception) -> None:
    raise error
