"""Prints frames: a look becomes a recipe when it changes, and an engine prints each frame through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from drivers.readings import Bytes8, Colour, Frame
from rig.errors import UserError
from rig.grade.bearings import AS_AIMED, Bearings
from rig.grade.look import Look, operations, with_value
from rig.grade.mask import Line, Mask
from rig.grade.opencv import OpenCvEngine
from rig.grade.recipe import NEUTRAL, Recipe
from rig.grade.reference import ReferenceEngine
from rig.words import did_you_mean
from rig.zones import small_zones


@dataclass(frozen=True, slots=True, eq=False)
class Print:
    """A graded frame. pixels: read-only I420, of the frame's size and colour; the frame's own where nothing was done.

    newest_edge_ns, newest_beat_ns: the newest edge of a knob and the newest beat that it can have been made from.
    """

    t_ns: int
    index: int
    pixels: Bytes8
    colour: Colour
    look: Look
    newest_edge_ns: int | None = None
    newest_beat_ns: int | None = None


class Engine(Protocol):
    """Prints one frame through a recipe that is not neutral."""

    def print(self, frame: Frame, recipe: Recipe, lines: Sequence[Line]) -> Bytes8:
        """The printed frame, I420; lines: what the mask says of each zone gain."""


ENGINES: dict[str, type[OpenCvEngine] | type[ReferenceEngine]] = {
    OpenCvEngine.name: OpenCvEngine,
    ReferenceEngine.name: ReferenceEngine,
}


class Printer:
    """Owns an engine and the mask's memory. The same frames and looks in the same order give the same bytes."""

    def __init__(self, engine: str = "opencv") -> None:
        if engine not in ENGINES:
            raise UserError(
                f"engine: expected one of {', '.join(ENGINES)}, got {engine}{did_you_mean(engine, ENGINES)}"
            )
        self.engine = engine
        self._engine: Engine = ENGINES[engine]()
        self._mask = Mask()
        self._look = Look()
        self._recipe = NEUTRAL

    def print(
        self,
        frame: Frame,
        look: Look,
        newest_edge_ns: int | None = None,
        newest_beat_ns: int | None = None,
        bearings: Bearings = AS_AIMED,
    ) -> Print:
        """The print of a frame; frames in order of time."""
        if look != self._look:
            self._look, self._recipe = look, look.fold()
        pixels = frame.pixels
        if self._recipe.zones:
            lines = self._mask.update(small_zones(frame), frame.t_ns, self._recipe.zones, bearings)
        else:
            lines = ()
            self._mask.reset()
        if not self._recipe.is_neutral:
            pixels = self._engine.print(frame, self._recipe, lines)
            pixels.flags.writeable = False
        return Print(frame.t_ns, frame.index, pixels, frame.colour, look, newest_edge_ns, newest_beat_ns)

    def reset(self) -> None:
        """Forget the frames before: what comes next is another clip, or another part of it."""
        self._mask.reset()

    def warm_up(self, width: int, height: int, colour: Colour) -> None:
        """Do everything once, so that the first frame of a take costs no more than the next; forgets the mask."""
        pixels = np.full((height * 3 // 2, width), 128, np.uint8)
        pixels.flags.writeable = False
        frame = Frame(t_ns=0, index=0, pixels=pixels, colour=colour)
        look = Look()
        for name in operations():
            look = replace(look, **{name: getattr(_everything(), name)})
            self.print(frame, look)
        self.print(frame, Look())
        self.reset()


def _everything() -> Look:
    """A look in which every operation does something."""
    values = {
        "exposure.ev": 0.5,
        "temperature.mired": 10.0,
        "tint.tint": 0.1,
        "dodge.stops": 1.0,
        "burn.stops": 1.0,
        "contrast.contrast": 0.2,
        "saturation.saturation": 0.9,
        "vignette.stops": 0.3,
    }
    look = Look()
    for name, value in values.items():
        look = with_value(look, name, value)
    return look
