"""Prints frames: a look becomes a recipe when it changes, and an engine prints each frame through it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.colour import planes
from drivers.pool import FramePool
from drivers.readings import Bytes8, Colour, Frame
from rig.grade.bearings import AS_AIMED, Bearings
from rig.grade.engines import choose_engine, make_engine
from rig.grade.look import Look
from rig.grade.mask import Line, Mask
from rig.grade.quality import FULL, STEPS, Quality, steps_that_help
from rig.grade.recipe import NEUTRAL, Recipe
from rig.grade.warm_up import warm_up_recipes
from rig.zones import small_zones


@dataclass(frozen=True, slots=True, eq=False)
class Print:
    """A graded frame. pixels: read-only I420, of the frame's colour; the frame's own where nothing was done.

    It has a size of its own: at the last step of quality it is smaller than the frame. newest_edge_ns, newest_beat_ns:
    the newest edge of a knob and the newest beat that it can have been made from. quality: the number of the step
    (rig.grade.quality.STEPS) that it was made at, 0 where a step made no difference to it.
    """

    t_ns: int
    index: int
    pixels: Bytes8
    colour: Colour
    look: Look
    newest_edge_ns: int | None = None
    newest_beat_ns: int | None = None
    quality: int = 0

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0]) * 2 // 3


class Printer:
    """Owns an engine, the mask's memory and the memory that prints are made in.

    The same frames and looks in the same order give the same bytes.
    """

    def __init__(self, engine: str = "opencv", threads: int = 1) -> None:
        """engine: a name of rig.grade.engines, or `auto`. UserError where it cannot be had. threads: 1..4, of numba."""
        self.engine = choose_engine(engine).name
        self._engine = make_engine(self.engine, threads)
        self._mask = Mask(self._engine.zone_fit)
        self._pool = FramePool()
        self._look = Look()
        self._recipe = self._grainless = NEUTRAL
        self._width = 0
        self.steps: tuple[int, ...] = (0,)  # of quality: those that help the newest print

    def print(
        self,
        frame: Frame,
        look: Look,
        newest_edge_ns: int | None = None,
        newest_beat_ns: int | None = None,
        bearings: Bearings = AS_AIMED,
        zones: NDArray[np.float32] | None = None,
        quality: Quality = FULL,
        still: bool = False,
    ) -> Print:
        """The print of a frame; frames in order of time.

        zones: rig.zones.small_zones of the frame, where they are known already. still: hardly anything moves, so that
        the mask is made of every second frame at any quality.
        """
        recipe = self._folded(look, frame.width)
        number = max(step for step in self.steps if step <= quality.number)
        if not quality.grain:
            recipe = self._grainless
        pixels = frame.pixels
        if recipe.is_neutral:
            self._mask.reset()
        else:
            most = quality.most_width
            if most is not None and frame.width > most:
                frame, zones = at_most_so_wide(frame, most, self._pool), None
            lines = self._lines(frame, recipe, bearings, zones, 2 if still else quality.mask_every)
            pixels = self._engine.print(frame, recipe, lines, self._pool.take(frame.pixels.shape))
            pixels.flags.writeable = False
        return Print(frame.t_ns, frame.index, pixels, frame.colour, look, newest_edge_ns, newest_beat_ns, number)

    def see(self, frame: Frame, look: Look, bearings: Bearings = AS_AIMED) -> None:
        """A frame for the mask's memory only: one of those before a print that starts in the middle."""
        self._lines(frame, self._folded(look, frame.width), bearings, None, 1)

    def reset(self) -> None:
        """Forget the frames before: what comes next is another clip, or another part of it."""
        self._mask.reset()

    def warm_up(self, width: int, height: int, colour: Colour, look: Look | None = None) -> None:
        """Do everything once, at every size, so that the first frame of a take costs no more than the next; forgets the
        mask. look: the one that will be printed through, whose files are read now."""
        self._engine.warm_up()
        recipes = [*warm_up_recipes()]
        if self.engine == "reference":  # nothing in it is kept from print to print
            recipes = recipes[-2:-1]
        if look is not None:
            recipes.append(self._folded(look, width))
        pixels = np.full((height * 3 // 2, width), 128, np.uint8)
        pixels.flags.writeable = False
        frame = Frame(t_ns=0, index=0, pixels=pixels, colour=colour)
        widths = [step.most_width for step in STEPS if step.most_width is not None and step.most_width < width]
        for size in (frame, *(at_most_so_wide(frame, width, self._pool) for width in widths)):
            for recipe in recipes:
                if not recipe.is_neutral:
                    lines = self._lines(size, recipe, AS_AIMED, None, 1)
                    self._engine.print(size, recipe, lines, self._pool.take(size.pixels.shape))
        self._engine.let_go()
        self.reset()

    def _folded(self, look: Look, width: int) -> Recipe:
        """The recipe, and what follows from it; only where the look or the width is another one."""
        if look != self._look:
            self._look, self._recipe = look, look.fold()
            self._grainless = replace(self._recipe, grain=None)
            self._width = 0
        if width != self._width:
            self._width, self.steps = width, steps_that_help(self._recipe, width)
        return self._recipe

    def _lines(
        self, frame: Frame, recipe: Recipe, bearings: Bearings, zones: NDArray[np.float32] | None, every: int
    ) -> tuple[Line, ...]:
        if not recipe.zones:
            self._mask.reset()
            return ()
        small = small_zones(frame) if zones is None else zones
        return self._mask.update(small, frame.t_ns, recipe.zones, bearings, every)


def at_most_so_wide(frame: Frame, width: int, pool: FramePool | None = None) -> Frame:
    """The same frame, scaled down where it is wider than that; both sides even. pool: whose memory it gets."""
    if frame.width <= width:
        return frame
    shape = (round(frame.height * width / frame.width / 2) * 3, width)
    pixels = np.empty(shape, np.uint8) if pool is None else pool.take(shape)
    # INTER_AREA is several times dearer than all that is saved, but at a half exactly, where it is cheap and better
    way = cv2.INTER_AREA if frame.width >= 2 * width else cv2.INTER_LINEAR
    for plane, small in zip(planes(frame.pixels), planes(pixels), strict=True):
        cv2.resize(plane, small.shape[::-1], dst=small, interpolation=way)
    pixels.flags.writeable = False
    return replace(frame, pixels=pixels)
