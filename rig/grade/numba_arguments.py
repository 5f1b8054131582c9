"""A frame, a recipe and the mask's lines as the arguments of the Numba engine's loops.

What follows from the recipe alone is kept until it changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.colour import planes
from drivers.readings import Bytes8, Colour, Frame
from rig.grade import numba_colour as colours
from rig.grade import numba_layout as layout
from rig.grade.dither import OF_CHROMA
from rig.grade.grain import grain_offset
from rig.grade.mask import Line
from rig.grade.numba_compile import Kernels
from rig.grade.numba_finish import Finish, colour_matrices, finish_tables
from rig.grade.numba_places import Lines, Smooth, dithers, grain_of, no_grain, readonly
from rig.grade.numba_tables import EvScale, ToneTable
from rig.grade.recipe import NEUTRAL, Recipe

GRAIN_PARTS = 256  # of a unit of EV: what a step of the grain's tile gives is told in these


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """One picture for a kernel: its arguments before and after the rows it prints, but for the scratch at the end."""

    before: tuple[Any, ...]
    after: tuple[Any, ...]

    def arguments(self, rows: tuple[int, int], scratch: tuple[Any, ...]) -> tuple[Any, ...]:
        """Of one call; rows: pairs of rows, from the first to before the last."""
        return (*self.before, rows, *self.after, scratch)


class Arguments:
    """Owns the arrays of the newest recipe."""

    def __init__(self, kernels: Kernels, dithered: bool) -> None:
        self.lines, self.table = Lines(kernels), ToneTable(kernels)
        self._edges, self._shares = Smooth(), Smooth()
        of_luma, to_nearest = dithers(dithered, (0,), layout.LUMA_BITS)[0], dithers(False, (3,), layout.COLOUR_BITS)[0]
        self._yuv_dithers = of_luma, dithers(dithered, (1, 2), layout.OUT_BITS, 128.0, OF_CHROMA), to_nearest
        to_code = dithers(dithered, (3,), layout.COLOUR_BITS)[0]
        self._rgb_dithers = dithers(dithered, (0, 1, 2), layout.OUT_BITS), to_code
        self._grey_dithers = dithers(dithered, (0, 0, 0), layout.OUT_BITS), to_code  # no colour where there is none
        self._no_grain = no_grain()
        self._key: object = None
        self._colours: Any = None

    def of_frame(self, frame: Frame, pixels: Bytes8, recipe: Recipe, lines: Sequence[Line]) -> Work:
        """To print a frame into pixels."""
        colour = frame.colour
        numbers, finish, grain = self._prepare(recipe, lines, colour, (frame.width, frame.height), frame.t_ns)
        if self._is_new(recipe, colour, "yuv"):
            white = colours.white_of_yuv(colours.sides(recipe), recipe.film, recipe.saturation, colour)
            tints = colours.tints_of_yuv(recipe.toning, colour)
            self._colours = (
                (colours.zone_numbers(colour, 0), white.greys),
                (white.on_luma, white.on_chroma, colours.luma_numbers(colour), tints),
                colour_matrices(colour),
            )
        by_luma, of_colour, matrices = self._colours
        numbers[layout.GREYS] = recipe.film != NEUTRAL.film
        numbers[layout.TURNS] = recipe.turns_colour or recipe.saturation != 1.0
        numbers[layout.MISSING_BITS] = _missing_bits(layout.COLOUR_BITS, int(numbers[layout.UNITY]))
        read = planes(readonly(frame.pixels, np.uint8))
        places = self.lines.grids, (self._edges.plane, self._shares.plane), grain
        return Work(
            (read, read[0].view("<u2"), planes(pixels)),
            (
                *places,
                by_luma,
                self.table.table,
                of_colour,
                (finish.steps, *matrices),
                self._yuv_dithers,
                numbers,
                self.lines.limits,
            ),
        )

    def of_rgb(
        self, rgb: Bytes8, pixels: Bytes8, recipe: Recipe, lines: Sequence[Line], t_ns: int, colour: Colour
    ) -> Work:
        """To print encoded red, green, blue into pixels, both (h, w, 3); colour: of a full range."""
        height, width = rgb.shape[:2]
        numbers, finish, grain = self._prepare(recipe, lines, colour, (width, height), t_ns)
        if self._is_new(recipe, colour, "rgb"):
            turned = colours.forms_of_rgb(colours.sides(recipe), recipe.film, recipe.saturation, colour)
            toe, tints = colours.toe_numbers(colour.transfer), colours.tints_of_rgb(recipe.toning, colour)
            self._colours = (
                colours.zone_numbers(colour, layout.COLOUR_BITS),
                (colours.luma_form(colour), turned.forms, toe, tints),
                turned.bits,
            )
        zones, of_colour, bits = self._colours
        numbers[layout.TURNED_BITS] = bits
        numbers[layout.MISSING_BITS] = _missing_bits(bits, int(numbers[layout.UNITY]))
        places = self.lines.grids, (self._edges.plane, self._shares.plane), grain
        return Work(
            (readonly(rgb, np.uint8).reshape(height, width * 3), pixels.reshape(height, width * 3)),
            (
                *places,
                zones,
                self.table.table,
                of_colour,
                finish.steps,
                self._rgb_dithers if recipe.saturation else self._grey_dithers,
                numbers,
                self.lines.limits,
            ),
        )

    def _is_new(self, recipe: Recipe, colour: Colour, kind: str) -> bool:
        before, self._key = self._key, (recipe, colour, kind)
        return before != self._key

    def _prepare(
        self, recipe: Recipe, lines: Sequence[Line], colour: Colour, size: tuple[int, int], t_ns: int
    ) -> tuple[NDArray[np.int64], Finish, NDArray[np.int8]]:
        """Everything that YUV and RGB have in common; the numbers are those of numba_layout.py."""
        width, height = size
        scale = EvScale.of(recipe, lines)
        tone = self.table.fill(recipe, scale, colour)
        self.lines.fill(lines, width, scale.units)
        self._edges.fill_edges(recipe.edges, width, height, scale.units)
        self._shares.fill_share(None if recipe.half is None else recipe.half.halves, width, height)
        finish = finish_tables(recipe.finish)
        grain, down, right, units = self._no_grain, 0, 0, 0
        if recipe.grain is not None:
            grain = grain_of(recipe.grain.size, height)
            down, right = grain_offset(t_ns)
            units = round(recipe.grain.stops / 32.0 * scale.units * GRAIN_PARTS)
        numbers = np.zeros(layout.NUMBERS, np.int64)
        numbers[: layout.CUBE + 1] = (
            len(lines),
            self._edges.cell,
            self._shares.cell,
            recipe.grain is not None,
            down,
            right,
            units,
            scale.zero * layout.UNITS_A_KNOT,
            tone.rise,
            tone.unity,
            recipe.turns_colour,
            recipe.toning is not None,
            finish.cdl,
            finish.cube,
        )
        return numbers, finish, grain


def _missing_bits(bits: int, unity: int) -> int:
    """From the upper 16 bits of a product of a colour and a gain to OUT_BITS behind the point."""
    return layout.OUT_BITS - (bits + unity + layout.GAIN_SHIFT - 16)
