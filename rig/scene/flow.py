"""How points of one small luma move to the next, and how the picture moves as a whole.

J.-Y. Bouguet, Pyramidal implementation of the Lucas Kanade feature tracker, 2001. A single point may lie; whoever asks
takes the median of several, and sees whether what he looks for is there (rig/scene/patch.py).
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.readings import Bytes8

Points = NDArray[np.float32]

WINDOW, LEVELS = (7, 7), 2
LEAST_EIGENVALUE = 3e-3
GRID = (8, 5)  # points across and down that tell how the whole picture moves
LEAST_POINTS = 8
_STOP = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 8, 0.02)


def flow(before: Bytes8, now: Bytes8, points: Points) -> tuple[Points, NDArray[np.bool_]]:
    """How far each point (n, 2) of ``before`` has moved, pixels (n, 2), and which of them had something to show it."""
    there, found, _ = cv2.calcOpticalFlowPyrLK(  # type: ignore[call-overload]
        before,
        now,
        points,
        None,
        winSize=WINDOW,
        maxLevel=LEVELS,
        criteria=_STOP,
        minEigThreshold=LEAST_EIGENVALUE,
    )
    return there - points, np.asarray(found.ravel() > 0)


def picture_motion(before: Bytes8, now: Bytes8) -> tuple[float, float]:
    """How the picture as a whole has moved, pixels right and down: the median of a grid; 0, 0 where nothing tells."""
    rows, columns = now.shape
    across, down = GRID
    x, y = np.meshgrid((np.arange(across) + 0.5) * columns / across, (np.arange(down) + 0.5) * rows / down)
    moved, good = flow(before, now, np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32))
    if np.count_nonzero(good) < LEAST_POINTS:
        return 0.0, 0.0
    right, downward = np.median(moved[good], axis=0)
    return float(right), float(downward)


def weighted_median(values: NDArray[Any], weights: NDArray[Any]) -> float:
    """The value that has half of the weight on either side."""
    order = np.argsort(values, kind="stable")
    sums = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(sums, 0.5 * sums[-1])])
