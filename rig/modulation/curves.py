"""Curves from a signal 0..1 to how far a route bends, 0..1."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeAlias

Curve: TypeAlias = Callable[[float], float]


def linear(x: float) -> float:
    """As it is."""
    return x


def smooth(x: float) -> float:
    """Slow at both ends: smoothstep, 3x^2 - 2x^3."""
    return x * x * (3.0 - 2.0 * x)


def s_curve(x: float) -> float:
    """Slower still at both ends, steeper between: smootherstep (Perlin 2002), 6x^5 - 15x^4 + 10x^3."""
    return x * x * x * (x * (6.0 * x - 15.0) + 10.0)


def threshold(x: float) -> float:
    """Nothing below a half, all above; attack and release make it gentle."""
    return 1.0 if x >= 0.5 else 0.0


CURVES: dict[str, Curve] = {
    "linear": linear,
    "smooth": smooth,
    "s": s_curve,
    "threshold": threshold,
}


def through(points: Sequence[Sequence[float]]) -> Curve:
    """Straight from point to point, [signal, how far]; flat before the first and after the last.

    points: as points_mistake() accepts them.
    """
    xs, ys = [point[0] for point in points], [point[1] for point in points]

    def curve(x: float) -> float:
        at = bisect_right(xs, x)
        if at == 0 or at == len(xs):
            return ys[0] if at == 0 else ys[-1]
        share = (x - xs[at - 1]) / (xs[at] - xs[at - 1])
        return ys[at - 1] + share * (ys[at] - ys[at - 1])

    return curve


def points_mistake(points: Sequence[Sequence[float]]) -> str:
    """What is wrong with the points of a curve, in words; empty where nothing is."""
    if len(points) < 2 or any(len(point) != 2 for point in points):
        return "expected two or more points, [signal, how far] each"
    if any(not 0.0 <= value <= 1.0 for point in points for value in point):
        return "expected signals and how far in 0 to 1"
    if any(later[0] <= earlier[0] for earlier, later in pairwise(points)):
        return "expected the signals of the points to rise"
    return ""
