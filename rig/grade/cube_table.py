"""A table of colours, as a .cube file holds it: by red, green and blue together (3D), or one curve a channel (1D)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rig.grade.recipe import Triple
from rig.zones import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """values: float64, read-only: (n, n, n, 3) by blue, green, red, as red changes fastest in the file; or (n, 3), the
    curves of red, green, blue. low, high: the domain, where the table begins and ends. Two with the same sha256 are the
    same table. source: the bytes of the file that it was read from."""

    values: NDArray[np.float64]
    low: Triple
    high: Triple
    sha256: str
    source: bytes = b""

    def __eq__(self, other: object) -> bool:
        """The same table."""
        return isinstance(other, Cube) and other.sha256 == self.sha256

    def __hash__(self) -> int:
        """Of the table."""
        return hash(self.sha256)

    def look_up(self, rgb: Floats) -> Floats:
        """Red, green, blue (..., 3) through the table; beyond its domain its edge counts.

        Linear between the entries (trilinear in 3D), which is what OpenColorIO does where a configuration says nothing.
        """
        size = self.values.shape[0]
        low, high = np.asarray(self.low), np.asarray(self.high)
        place = np.clip((rgb - low) / (high - low), 0.0, 1.0) * (size - 1)
        at = np.minimum(place.astype(np.int64), size - 2)
        part = place - at
        if self.values.ndim == 2:
            channels = np.arange(3)
            return np.asarray(self.values[at, channels] * (1.0 - part) + self.values[at + 1, channels] * part)
        flat = self.values.reshape(-1, 3)
        first = (at[..., 2] * size + at[..., 1]) * size + at[..., 0]
        red, green, blue = (part[..., channel, None] for channel in range(3))
        along_blue = []
        for blues in (0, size * size):
            along_green = []
            for greens in (0, size):
                start = flat[first + (blues + greens)]
                along_green.append(start + red * (flat[first + (blues + greens + 1)] - start))
            along_blue.append(along_green[0] + green * (along_green[1] - along_green[0]))
        return np.asarray(along_blue[0] + blue * (along_blue[1] - along_blue[0]))
