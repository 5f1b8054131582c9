"""The page's test strip: the newest frame in seven bands of the knob that was turned last, off the frame loop.

It is made on a thread of the server, by an engine of its own: OpenCV works without the interpreter's lock, and between
its calls the lock is let go of, so that the frame loop does not wait.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from drivers.colour import planes
from drivers.readings import Frame, Knob
from rig.decide import Moment
from rig.grade.look import get, target, with_value
from rig.grade.printer import Printer, at_most_so_wide
from rig.hands.state import MOST_BURN_STOPS, MOST_DODGE_STOPS, MOST_EV, HandState
from rig.strip import QUARTER, bands, columns, place_of, signed
from rig.viewfinder.jpeg import to_jpeg
from rig.viewfinder.pages import ShownStrip

ENGINE = "opencv"
MOST_WIDTH = 960  # more the page does not show, and seven prints of a large frame would take the memory of a take


@dataclass(frozen=True, slots=True)
class Turned:
    """What a knob turns: a target of the look; the hands' value of it, its range; and which way it lightens."""

    of: str
    now: float
    least: float
    most: float
    sign: float


def turned(hands: HandState, knob: Knob) -> Turned:
    """What this knob turns now: its stops, or the base exposure where it is aimed at the whole picture."""
    if (hands.dodge_aim if knob == "dodge" else hands.burn_aim) is None:
        return Turned("exposure.ev", hands.ev, -MOST_EV, MOST_EV, 1.0)
    if knob == "dodge":
        return Turned("dodge.stops", hands.dodge_stops, 0.0, MOST_DODGE_STOPS, 1.0)
    return Turned("burn.stops", hands.burn_stops, 0.0, MOST_BURN_STOPS, -1.0)


class PageStrip:
    """Remembers the newest frame and what its print was made from; makes a strip of it when the page asks."""

    def __init__(self) -> None:
        self._newest: tuple[Frame, Moment] | None = None

    def add(self, frame: Frame, moment: Moment) -> None:
        """One frame of the loop: references only."""
        self._newest = frame, moment

    def make(self) -> ShownStrip | None:
        """For the server's side threads. None while there is no frame."""
        newest = self._newest
        return None if newest is None else page_strip(*newest)


def page_strip(frame: Frame, moment: Moment) -> ShownStrip:
    """The strip of one frame: its look, with the knob's own value moved by quarter stops, a band each."""
    knob: Knob = moment.hands.last or "dodge"
    knobs = turned(moment.hands, knob)
    of_look, parameter = get(moment.look, knobs.of), target(knobs.of)
    # what the knob could still turn, the look's own share may have used up
    least = max(knobs.least, knobs.now + parameter.low - of_look)
    most = min(knobs.most, knobs.now + parameter.high - of_look)
    values, at = bands(knobs.now, min(least, knobs.now), max(most, knobs.now), QUARTER)
    printer = Printer(ENGINE)
    frame = at_most_so_wide(frame, MOST_WIDTH)
    cuts = columns(frame.width, len(values), place_of(moment.look, knobs.of, moment.bearings), even=True)
    strip = np.empty_like(frame.pixels)
    for value, (fill, cut) in zip(values, cuts, strict=True):
        look = with_value(moment.look, knobs.of, of_look + value - knobs.now)
        made = printer.print(frame, look, bearings=moment.bearings)
        for index, (into, plane) in enumerate(zip(planes(strip), planes(made.pixels), strict=True)):
            half = 1 if index == 0 else 2
            into[:, fill.start // half : fill.stop // half] = plane[:, cut.start // half : cut.stop // half]
    labels = tuple(signed(knobs.sign * value) for value in values)
    return ShownStrip(knob, knobs.of, values, labels, at, to_jpeg(strip, frame.colour))
