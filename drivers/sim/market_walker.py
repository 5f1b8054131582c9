"""The figure who walks through the night market under a paper umbrella, and back again."""

from __future__ import annotations

from drivers.sim.market_canvas import View
from drivers.sim.market_figure import WALK_Z, draw
from drivers.sim.market_sprite import Sprite

_REACH = 2.75  # metres to either side where the walker is out of sight
_SPEED = 0.95  # m/s
_REST_S = 1.4  # out of sight
_STRIDE = 1.28  # metres of a whole walking cycle
_PHASES = 16


def where(t_s: float) -> tuple[float, bool, float]:
    """Metres to the right of the street's middle, whether the walker faces right, and the phase 0..1 of the step."""
    walk = 2 * _REACH / _SPEED
    lap = 2 * (walk + _REST_S)
    t = (t_s + 1.0) % lap
    right = t < walk + _REST_S
    way = min(t if right else t - walk - _REST_S, walk) * _SPEED
    return (way - _REACH if right else _REACH - way), right, (way / _STRIDE) % 1.0


class Walker:
    """All phases of the step as cut-outs; to the left the newest one is turned: all would be 11 MB at 1080p."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._right = [draw(view, phase / _PHASES) for phase in range(_PHASES)]
        self._left: tuple[int, Sprite] | None = None

    def pose(self, t_s: float) -> tuple[Sprite, float, float]:
        """The cut-out at a time and the pixel where its feet stand."""
        x_m, right, phase = where(t_s)
        x, y = self._view.pixel((x_m, 0.0, WALK_Z))
        number = int(phase * _PHASES) % _PHASES
        return self._right[number] if right else self._to_the_left(number), x - 0.5, y - 0.5

    def _to_the_left(self, number: int) -> Sprite:
        if self._left is None or self._left[0] != number:
            self._left = (number, self._right[number].turned())
        return self._left[1]
