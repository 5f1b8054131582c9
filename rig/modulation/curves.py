"""Curves from a signal 0..1 to how far a route bends, 0..1."""

from __future__ import annotations

from collections.abc import Callable


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


CURVES: dict[str, Callable[[float], float]] = {
    "linear": linear,
    "smooth": smooth,
    "s": s_curve,
    "threshold": threshold,
}
