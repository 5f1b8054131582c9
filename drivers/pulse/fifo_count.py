"""Counts the samples that a FIFO has lost, exactly: by its pointers modulo 32, and by the clock for how many rounds.

OVF_COUNTER stops at 15 and is cleared by a pop, so it tells only short losses. But the write pointer goes round with
every sample, lost or not: it knows the number modulo 32, and a fitted clock need only be right within 16 samples.
"""

from __future__ import annotations

import math

DEPTH = 32
OVERFLOW_MAX = 0x0F  # where OVF_COUNTER stops counting


class FifoCount:
    """number: of the next sample that is read, lost ones counted. lost: how many, since they were last taken."""

    def __init__(self) -> None:
        self.number = 0
        self.lost = 0
        self.expected: int | None = 0  # where RD_PTR should stand; None when the chip has begun anew
        self.is_vague = False  # a burst went wrong or late after a long wait: RD_PTR may have gone round unseen

    def is_clear(self, read: int, overflow: int) -> bool:
        """The pointers alone tell how many were lost."""
        if self.expected is None or self.is_vague:
            return False
        moved = (read - self.expected) & 31
        return overflow < OVERFLOW_MAX and overflow in (0, moved)

    def count(self, read: int, overflow: int, estimate: float, within: float = math.inf) -> int:
        """Count what was lost until RD_PTR came to stand at ``read``; estimate: how many the clock says.

        within: by how many the estimate may be wrong. Pointers that do not fit into that have not gone round as the
        datasheet says, and the estimate is taken.
        """
        if self.expected is None:
            lost = max(0, round(estimate))
        else:
            lost = (read - self.expected) & 31
            if not self.is_clear(read, overflow):
                lost = self.rounded(lost, estimate)
                if abs(lost - estimate) > within:
                    lost = max(0, round(estimate))
        self.is_vague = False
        self.skip(lost)
        return lost

    def skip(self, lost: int) -> None:
        """So many were lost before the next one that is read."""
        self.number += lost
        self.lost += lost

    def rounded(self, moved: int, estimate: float) -> int:
        """The number nearest to the estimate that leaves ``moved`` when divided by 32."""
        return moved + DEPTH * max(0, round((estimate - moved) / DEPTH))

    def take(self) -> int:
        """How many were lost before the samples that are delivered now."""
        lost, self.lost = self.lost, 0
        return lost
