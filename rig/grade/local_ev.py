"""The EV that zones, edges and grain give each pixel, as a byte beside its luma (see EvScale in rig/grade/tables.py).

Reckoned in integers of 16 bits: half the memory of floats. Pairs of lines of the picture share what the mask says,
which moves by a sixteenth from one small pixel to the next. What each line gives is a byte as soon as it is clamped:
adding bytes costs a third of adding anything else. Only the part of the picture where a line does anything is touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.readings import Bytes8, Colour
from rig.grade.buffers import Buffers
from rig.grade.ground import Ground
from rig.grade.lookup import Lookup
from rig.grade.mask import Line
from rig.grade.recipe import Recipe
from rig.grade.tables import EvScale
from rig.zones import SMALL, zones_of_codes

Shorts = NDArray[np.int16]
Box = tuple[int, int, int, int]  # top, bottom, left, right

# Units of 1 in 16 bits. A line's slope is at most 0.8 of its stops a zone (mask.STEEPEST) and no zone is further than 5
# from the middle one; with its stops being at most 252 steps, slopes stay below 26,000 and offsets below 10,000.
MIDDLE_ZONE, LAST_ZONE = 5.0, 10.0
OF_A_STEP, OF_A_ZONE, OF_A_SLOPE = 8, 2048, 128
HALF_A_STEP = 0.5


class LocalEv:
    """Owns the zones of codes, and writes everything else into the engine's buffers."""

    def __init__(self, buffers: Buffers, lookup: Lookup) -> None:
        self._buffers, self._lookup, self._ground = buffers, lookup, Ground(buffers)
        self._colour: Colour | None = None
        self._zones: NDArray[Any] = np.zeros(0, np.int16)

    def bytes(
        self, y: Bytes8, colour: Colour, scale: EvScale, lines: Sequence[Line], recipe: Recipe, t_ns: int
    ) -> Bytes8:
        """Of each pixel of Y. Each line is clamped on its own, then added."""
        height, width = y.shape
        base = self._ground.edges(y.shape, scale, recipe.edges)
        boxes = [(line, box) for line in lines if (box := _box(line, scale, y.shape)) is not None]
        if not boxes and recipe.grain is None:
            return base
        total = self._buffers.bytes("local ev", height, width)
        if recipe.grain is not None:
            self._ground.add_grain(base, recipe.grain, scale, t_ns, total)
            base = total
        elif boxes[0][1] != (0, height, 0, width):
            np.copyto(total, base)
            base = total
        if boxes:
            zones = self._zones_of(y, colour, _around([box for _, box in boxes]))
        for line, box in boxes:
            here = slice(*box[:2]), slice(*box[2:])
            put = cv2.add if line.high > 0.0 else cv2.subtract
            put(base[here], self._line(line, zones, scale, box), dst=total[here])
            base = total
        return total

    def _zones_of(self, y: Bytes8, colour: Colour, box: Box) -> Shorts:
        """The zone of each pixel in the box, from the middle one."""
        if colour != self._colour:
            zones = np.rint((zones_of_codes(colour) - MIDDLE_ZONE) * OF_A_ZONE)
            self._colour, self._zones = colour, self._lookup.prepared(zones.astype(np.int16))
        of_pixel = self._buffers.shorts("zones", *y.shape)
        here = slice(*box[:2]), slice(*box[2:])
        self._lookup.bytes(self._zones, y[here], of_pixel[here])
        return of_pixel

    def _line(self, line: Line, zones: Shorts, scale: EvScale, box: Box) -> Bytes8:
        """Steps that the line adds or, burning, takes in the box: between none and all of its stops."""
        top, bottom, left, right = box
        height, width = bottom - top, right - left
        a_step = (1.0 if line.high > 0.0 else -1.0) / scale.step
        small = slice(top // SMALL, -(-bottom // SMALL)), slice(left // SMALL, -(-right // SMALL))
        a, b = line.a[small], line.b[small]
        slopes = cv2.addWeighted(a, a_step * OF_A_SLOPE, a, 0.0, 0.0, dtype=cv2.CV_16S)
        a_part, rounds = a_step * OF_A_STEP, 0.5 * OF_A_STEP
        offsets = cv2.addWeighted(b, a_part, a, a_part * MIDDLE_ZONE, rounds, dtype=cv2.CV_16S)
        slope = self._enlarged(slopes, zones.shape, "slope")[: height // 2, :width]
        offset = self._enlarged(offsets, zones.shape, "offset")[: height // 2, :width]
        steps = self._buffers.shorts("steps", *zones.shape)[:height, :width]
        for first in (0, 1):
            rows = steps[first::2]
            of_rows = zones[top + first : bottom : 2, left:right]
            cv2.multiply(slope, of_rows, dst=rows, scale=OF_A_STEP / (OF_A_SLOPE * OF_A_ZONE))
            cv2.add(rows, offset, dst=rows)
        cv2.threshold(steps, 0.0, 0.0, cv2.THRESH_TOZERO, dst=steps)
        cv2.threshold(steps, OF_A_STEP * round(a_step * (line.high or line.low)), 0.0, cv2.THRESH_TRUNC, dst=steps)
        np.right_shift(steps, OF_A_STEP.bit_length() - 1, out=steps)
        out = self._buffers.bytes("line", *zones.shape)[:height, :width]
        np.copyto(out, steps, casting="unsafe")
        return out

    def _enlarged(self, small: NDArray[Any], shape: tuple[int, ...], name: str) -> Shorts:
        """At the full width and half the height of the picture."""
        rows, columns = small.shape
        whole = self._buffers.shorts(name, shape[0] // 2 + SMALL, shape[1] + SMALL)
        large = whole[: rows * SMALL // 2, : columns * SMALL]
        cv2.resize(small, large.shape[::-1], dst=large)
        return large


def _box(line: Line, scale: EvScale, shape: tuple[int, ...]) -> Box | None:
    """Around all pixels that the line moves by half a step or more, whatever their zone; None where there are none."""
    bright = cv2.scaleAdd(line.a, LAST_ZONE, line.b)
    if line.high > 0.0:
        moved = cv2.compare(cv2.max(line.b, bright), np.array([HALF_A_STEP * scale.step]), cv2.CMP_GE)
    else:
        moved = cv2.compare(cv2.min(line.b, bright), np.array([-HALF_A_STEP * scale.step]), cv2.CMP_LE)
    left, top, width, height = cv2.boundingRect(moved)
    if width == 0:
        return None
    return (
        max(top - 1, 0) * SMALL,
        min((top + height + 1) * SMALL, shape[0]),
        max(left - 1, 0) * SMALL,
        min((left + width + 1) * SMALL, shape[1]),
    )


def _around(boxes: list[Box]) -> Box:
    tops, bottoms, lefts, rights = zip(*boxes, strict=True)
    return min(tops), max(bottoms), min(lefts), max(rights)
