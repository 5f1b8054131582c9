"""Curve: the luma curve through points of one's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from msgspec import Meta

from rig.grade.recipe import Recipe
from rig.zones import Floats

VERSION = 1


@dataclass(frozen=True, slots=True)
class Through:
    """A monotone cubic through points (luma before, luma after), both ends included.

    F. N. Fritsch, R. E. Carlson, Monotone piecewise cubic interpolation, SIAM J. Numer. Anal. 17 (1980), with the
    weighted harmonic means of Fritsch and Butland (1984) for the slopes.
    """

    points: tuple[tuple[float, float], ...]

    def bend(self, luma: Floats, transfer: str) -> Floats:
        """The luma it makes of a luma, 0..1."""
        x, y = np.array(self.points).T
        wide, rise = np.diff(x), np.diff(y) / np.diff(x)
        slopes = np.empty_like(x)
        slopes[0], slopes[-1] = rise[0], rise[-1]
        if len(x) > 2:
            before, after = 2.0 * wide[1:] + wide[:-1], wide[1:] + 2.0 * wide[:-1]
            with np.errstate(divide="ignore", invalid="ignore"):
                mean = (before + after) / (before / rise[:-1] + after / rise[1:])
            slopes[1:-1] = np.where(rise[:-1] * rise[1:] > 0.0, mean, 0.0)
        at = np.clip(np.searchsorted(x, luma, side="right") - 1, 0, len(x) - 2)
        t = (luma - x[at]) / wide[at]
        rest = 1.0 - t
        start, end = y[at] + t * (wide[at] * slopes[at] + 2.0 * y[at]), y[at + 1] * (3.0 - 2.0 * t)
        return np.asarray(rest * rest * start + t * t * (end - rest * wide[at] * slopes[at + 1]))


@dataclass(frozen=True, slots=True)
class Curve:
    """The printed luma by the luma: pairs ``[before, after]`` of encoded values 0..1, both rising.

    Black and white stay where no point says otherwise. No points: no curve.
    """

    points: Annotated[tuple[tuple[float, ...], ...], Meta(description="[before, after], ...")] = ()

    def __post_init__(self) -> None:
        """ValueError, in words for people, where the points are no curve."""
        for point in self.points:
            if len(point) != 2 or not all(0.0 <= value <= 1.0 for value in point):
                raise ValueError(f"points: expected pairs [before, after] of 0 to 1, got {list(point)}")
        for (x, y), (next_x, next_y) in zip(self.points, self.points[1:], strict=False):
            if next_x <= x or next_y < y:
                raise ValueError(
                    f"points: expected before to rise and after not to fall, got {[x, y]} and then {[next_x, next_y]}"
                )

    def fold(self, recipe: Recipe) -> Recipe:
        """Bend the luma curve."""
        if not self.points:
            return recipe
        points = [(x, y) for x, y in self.points]
        if points[0][0] > 0.0:
            points.insert(0, (0.0, 0.0))
        if points[-1][0] < 1.0:
            points.append((1.0, 1.0))
        return replace(recipe, curve=(*recipe.curve, Through(tuple(points))))
