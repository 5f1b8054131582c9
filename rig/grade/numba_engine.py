"""The fast engine: Numba's loops, YUV420 or RGB in and out, the frame touched once (numba_kernels*.py).

Needs the extra ``fast``. Made once, it is warmed up before the first frame; after that nothing is compiled.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np

from drivers.readings import Bytes8, Colour, Frame
from rig.grade.mask import Line
from rig.grade.numba_arguments import Arguments, Work
from rig.grade.numba_compile import compile_all, load_kernels
from rig.grade.numba_scratch import Scratch, pieces
from rig.grade.numba_tables import EvScale
from rig.grade.numba_zone_fit import NumbaZoneFit, zoning
from rig.grade.picture import STILL
from rig.grade.recipe import NEUTRAL, Recipe, ZoneGain
from rig.grade.zone_fit import Plane, share_table


class NumbaEngine:
    """Owns its buffers, the arrays of the newest recipe, and its threads. The same bytes on every run, with any number
    of threads. One picture at a time."""

    name = "numba"

    def __init__(self, dithers: bool = True, threads: int = 1) -> None:
        """dithers: spread the rounding to 8 bits, so that no smooth tone breaks into contours. threads: how many print
        rows of a picture at the same time."""
        self._kernels, self._folder = load_kernels()
        self._arguments = Arguments(self._kernels, dithers)
        self._threads = threads
        # Numba's own threads are not safe to use from several, and those of its simplest layer abort the process.
        self._pool = ThreadPoolExecutor(threads - 1, "print") if threads > 1 else None
        self._scratch: list[Scratch] = []
        self._is_warm = False

    def print(self, frame: Frame, recipe: Recipe, lines: Sequence[Line], out: Bytes8 | None = None) -> Bytes8:
        """The printed frame, I420 of the frame's own size and colour, in ``out`` where that is given."""
        self.warm_up()
        pixels = np.empty_like(frame.pixels) if out is None else out
        if recipe.is_neutral:
            pixels[:] = frame.pixels
            return pixels
        work = self._arguments.of_frame(frame, pixels, recipe, lines)
        scratches = self._scratch_of(frame.width)
        self._run(self._kernels.print_yuv, work, frame.height // 2, [scratch.yuv for scratch in scratches])
        return pixels

    def print_rgb(
        self,
        rgb: Bytes8,
        recipe: Recipe,
        lines: Sequence[Line],
        t_ns: int = 0,
        colour: Colour = STILL,
        out: Bytes8 | None = None,
    ) -> Bytes8:
        """The print of a still, encoded red, green, blue (h, w, 3), any size; in ``out`` where that is given. t_ns:
        whose grain it gets. colour: its luma's weights and its transfer."""
        self.warm_up()
        pixels = np.empty(rgb.shape, np.uint8) if out is None else out
        if recipe.is_neutral:
            pixels[:] = rgb
            return pixels
        full = colour if colour.range == "full" else Colour(colour.matrix, "full", colour.transfer)
        work = self._arguments.of_rgb(rgb, pixels, recipe, lines, t_ns, full)
        scratches = self._scratch_of(rgb.shape[1])
        self._run(self._kernels.print_rgb, work, (rgb.shape[0] + 1) // 2, [scratch.rgb for scratch in scratches])
        return pixels

    def warm_up(self) -> None:
        """Compile everything, or load it from disk; costs nothing from the second time on."""
        if self._is_warm:
            return
        small = np.zeros((2, 2), np.float32)
        table, kernels, scratch = self._arguments.table, self._kernels, self._scratch_of(16)[0]
        frame, rgb = Frame(0, 0, np.zeros((24, 16), np.uint8)), np.zeros((16, 16, 3), np.uint8)
        of_frame = self._arguments.of_frame(frame, np.empty_like(frame.pixels), NEUTRAL, ())
        of_rgb = self._arguments.of_rgb(rgb, np.empty_like(rgb), NEUTRAL, (), 0, STILL)
        fit = NumbaZoneFit(kernels, np.zeros((4, 4), np.float32), run=False)
        shares, line = share_table(ZoneGain(1.0, 5.0, 1.0)), np.zeros((2, 2, 2), np.float32)
        found = np.zeros((2, 2, 4, 4), np.float32)
        compile_all(
            self._folder,
            [
                (kernels.fill_line, self._arguments.lines.arguments(0, Line(0.0, 1.0, small, small), 1.0)),
                (kernels.tones, table.arguments(NEUTRAL, EvScale.of(NEUTRAL, ()), STILL)),
                (kernels.pack, table.packing(1, 0, 0)),
                (kernels.print_yuv, of_frame.arguments((0, 1), scratch.yuv)),
                (kernels.print_rgb, of_rgb.arguments((0, 1), scratch.rgb)),
                (kernels.fit_zones, fit.fit_arguments()),
                (kernels.fit_line, fit.line_arguments(shares, *line)),
                (kernels.small_zones_of_rgb, zoning(rgb, STILL)[1]),
                (kernels.enlarge_lines, fit.enlarging(np.stack([line, line]), line[0, 0], 5.0, found)),
            ],
        )
        self._is_warm = True

    def zone_fit(self, zones: Plane) -> NumbaZoneFit:
        """What the mask asks of a picture's zones."""
        self.warm_up()
        return NumbaZoneFit(self._kernels, zones)

    def small_zones(self, rgb: Bytes8, colour: Colour = STILL) -> Plane:
        """The zone 0..10 of each eight by eight pixels of a still as print_rgb takes it: what its mask is made of."""
        self.warm_up()
        zones, arguments = zoning(rgb, colour)
        self._kernels.small_zones_of_rgb(*arguments)
        return zones

    def let_go(self) -> None:
        """Nothing: what it works in is as small as a few rows of the picture."""

    def _run(self, kernel: Any, work: Work, pairs: int, scratches: list[tuple[Any, ...]]) -> None:
        """All pairs of rows, as many parts at a time as there are threads."""
        parts = list(pairwise(pairs * index // self._threads for index in range(self._threads + 1)))
        waiting = []
        if self._pool is not None:
            for part, scratch in zip(parts[1:], scratches[1:], strict=True):
                waiting.append(self._pool.submit(kernel, *work.arguments(part, scratch)))
        kernel(*work.arguments(parts[0], scratches[0]))
        for other in waiting:
            other.result()

    def _scratch_of(self, width: int) -> list[Scratch]:
        if not self._scratch or self._scratch[0].pieces != pieces(width):
            self._scratch = [Scratch.of(pieces(width)) for _ in range(self._threads)]
        return self._scratch
