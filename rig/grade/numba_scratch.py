"""What one thread of the Numba engine works in (sizes: numba_layout.py)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rig.grade import numba_layout as layout


def pieces(width: int) -> int:
    """How many pieces a row is printed in."""
    return -(-width // layout.PIECE)


@dataclass(frozen=True, slots=True, eq=False)
class Scratch:
    """pieces: of the rows it is for. yuv, rgb: as numba_kernels_yuv and numba_kernels_rgb take it apart."""

    pieces: int
    yuv: tuple[Any, ...]
    rgb: tuple[Any, ...]

    @classmethod
    def of(cls, pieces: int) -> Scratch:
        """For rows of so many pieces."""
        piece = layout.PIECE
        grids: NDArray[np.int16] = np.zeros((pieces, layout.GRID_ROWS * piece), np.int16)
        work = np.zeros(layout.WORK_ROWS * piece, np.int16)
        pairs, tones = np.zeros(piece, np.uint16), np.zeros(piece, np.uint32)
        looking = pairs, pairs.view(np.uint32), tones.view(np.uint16), tones.view(np.uint64)
        colour = np.zeros(layout.COLOUR_ROWS * piece, np.int16)
        floats = np.zeros(layout.FLOAT_ROWS * piece, np.float32)
        beside = np.zeros((2, 3, pieces * piece // 2 + 2), np.int16)
        apart = np.zeros(3 * piece, np.uint8)
        return cls(
            pieces,
            yuv=(grids, work, work.view(np.uint32), looking, colour, beside, floats),
            rgb=(grids, work, looking, tones, apart, colour, floats),
        )
