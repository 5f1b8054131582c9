"""Memory that is used again for every frame: fresh pages cost more than many of the steps that fill them."""

from __future__ import annotations

import sys
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.readings import Bytes8

LOOK_BACK = 256  # arrays asked for: some ten prints
KEPT = ("base", "grain", "share", "share 0", "share 1")  # made seldom, and read by every print


class Buffers:
    """Arrays, not cleared. One is free for another step, of whatever name, as soon as nobody holds it or a view of it
    (as in drivers/pool.py): so a print's steps share half the memory that it would take to give each its own. What
    no print has asked for in a while is let go.

    Those of a name in ``kept`` hold what is in them from print to print, until another shape is asked for.
    """

    def __init__(self, kept: tuple[str, ...] = KEPT) -> None:
        self._names = kept
        self._kept: dict[tuple[str, Any], NDArray[Any]] = {}
        self._shared: dict[int, list[NDArray[Any]]] = {}  # by their bytes
        self._asked, self._needed = 0, dict[int, int]()  # since it was looked through, and how many of each size
        self._alone = _holders([np.empty(0)], 0)

    def bytes(self, name: str, *shape: int) -> Bytes8:
        """uint8, not cleared."""
        return self._array(name, shape, np.dtype(np.uint8))

    def floats(self, name: str, *shape: int) -> NDArray[np.float32]:
        """float32, not cleared."""
        return self._array(name, shape, np.dtype(np.float32))

    def shorts(self, name: str, *shape: int) -> NDArray[np.int16]:
        """int16, not cleared."""
        return self._array(name, shape, np.dtype(np.int16))

    def words(self, name: str, *shape: int) -> NDArray[np.uint16]:
        """uint16, not cleared."""
        return self._array(name, shape, np.dtype(np.uint16))

    def let_go(self) -> None:
        """Of everything but what is kept: the next print asks for what it needs."""
        self._shared, self._asked, self._needed = {}, 0, {}

    def _array(self, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        if name in self._names:
            kept = self._kept.get((name, dtype))
            if kept is None or kept.shape != shape:
                kept = self._kept[name, dtype] = np.empty(shape, dtype)
            return kept
        size = dtype.itemsize * prod(shape)
        arrays = self._shared.setdefault(size, [])
        free = next((place for place in range(len(arrays)) if _holders(arrays, place) == self._alone), None)
        if free is None:
            free = len(arrays)
            arrays.append(np.empty(size, np.uint8))
        found = arrays[free].view(dtype).reshape(shape)
        self._needed[size] = max(self._needed.get(size, 0), free + 1)
        self._asked += 1
        if self._asked == LOOK_BACK:
            self._shared = {each: self._shared[each][:needed] for each, needed in self._needed.items()}
            self._asked, self._needed = 0, {}
        return found


def _holders(arrays: list[NDArray[Any]], place: int) -> int:
    """References to an array of a list."""
    return sys.getrefcount(arrays[place])
