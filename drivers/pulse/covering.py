"""What lies on a camera's lens, told from its picture: a fingertip, nothing, half of one, darkness, too much light.

Light that has come through a finger is red: haemoglobin absorbs green a hundred times as strongly (oxygenated, 53,236
at 540 nm against 320 per cm and M at 660 nm: S. Prahl's table of extinction, Oregon Medical Laser Center). So a cell of
the picture is lit through a finger where red is half as much again as green and blue: a camera's white balance works
against that, and leaves red at two to ten times the others on the phones whose recordings we have seen.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Covering = Literal["finger", "off", "half", "dark", "bright"]

CELLS = (16, 12)
REDDER = 1.5  # choice; 1.3 (tungsten light without white balance) to 2.0
DARK = 40.0  # brightest channel, code values: a pulse of 1 % is less than half a code there. choice; 20 to 60
CLIPPED = 253.0  # mean of a cell of which most pixels are at 255
BLACK = 3.0
WHOLE, STILL_WHOLE, SOME = 0.95, 0.85, 0.2  # shares of the cells that are not dark; choice
MOST = 0.75
STEADY_NS = 300_000_000  # the light of a finger that is put on settles for about that long

SAYS: dict[Covering, str] = {
    "finger": "a fingertip covers the lens",
    "off": "no fingertip on the lens: lay it on flat, without pressing",
    "half": "the fingertip covers half of the lens: cover all of it",
    "dark": "too dark: hold the fingertip towards a lamp or the sky",
    "bright": "too bright, the picture is clipped: away from the lamp, or the whole fingertip on the lens",
}


def look(picture: NDArray[np.uint8], whole: float = WHOLE) -> Covering:
    """What one picture shows. picture: (height, width, 3), red, green, blue. whole: share that counts as all of it."""
    cells = cv2.resize(picture, CELLS, interpolation=cv2.INTER_AREA).reshape(-1, 3).astype(np.float32)
    red, others = cells[:, 0], cells[:, 1:].max(axis=1)
    dark = cells.max(axis=1) < DARK
    if dark.mean() > 0.5:
        return "dark"
    lit = cells[~dark]
    # a channel tells of blood where it is neither clipped nor black
    tells = ((lit < CLIPPED) & (lit > BLACK)).any(axis=1)
    if 1.0 - tells.mean() > MOST:
        return "bright"
    share = float((red[~dark] >= REDDER * others[~dark]).mean())
    if share >= whole:
        return "finger"
    return "half" if share >= SOME else "off"


class CoveringWatch:
    """The covering as it is now: gone at once when it is no whole finger any more, there when it has been for 0.3 s."""

    def __init__(self) -> None:
        self._whole_since_ns: int | None = None
        self._now: Covering = "off"

    def add(self, t_ns: int, picture: NDArray[np.uint8]) -> Covering:
        """The next picture (see look) at t_ns."""
        seen = look(picture, STILL_WHOLE if self._now == "finger" else WHOLE)
        if seen != "finger":
            self._whole_since_ns, self._now = None, seen
            return seen
        if self._whole_since_ns is None:
            self._whole_since_ns = t_ns
        if t_ns - self._whole_since_ns >= STEADY_NS:
            self._now = "finger"
        elif self._now != "finger":
            self._now = "half"  # coming
        return self._now
