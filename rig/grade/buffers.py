"""Memory that is used again for every frame: fresh pages cost more than many of the steps that fill them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.readings import Bytes8


class Buffers:
    """Arrays by name; another shape replaces the one before. What is in them holds until the next frame."""

    def __init__(self) -> None:
        self._kept: dict[str, NDArray[Any]] = {}

    def bytes(self, name: str, *shape: int) -> Bytes8:
        """uint8, not cleared."""
        return self._array(name, shape, np.uint8)

    def floats(self, name: str, *shape: int) -> NDArray[np.float32]:
        """float32, not cleared."""
        return self._array(name, shape, np.float32)

    def shorts(self, name: str, *shape: int) -> NDArray[np.int16]:
        """int16, not cleared."""
        return self._array(name, shape, np.int16)

    def _array(self, name: str, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
        kept = self._kept.get(name)
        if kept is None or kept.shape != shape or kept.dtype != dtype:
            kept = self._kept[name] = np.empty(shape, dtype)
        return kept
