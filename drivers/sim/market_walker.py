"""The figure who walks through the night market under a paper umbrella, and back again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
    """All phases of the step, to both sides, as cut-outs."""

    def __init__(self, view: View) -> None:
        self._view = view
        right = [draw(view, phase / _PHASES) for phase in range(_PHASES)]
        self._sprites = {True: right, False: [_turned(one) for one in right]}

    def pose(self, t_s: float) -> tuple[Sprite, float, float]:
        """The cut-out at a time and the pixel where its feet stand."""
        x_m, right, phase = where(t_s)
        x, y = self._view.pixel((x_m, 0.0, WALK_Z))
        return self._sprites[right][int(phase * _PHASES) % _PHASES], x - 0.5, y - 0.5


def _turned(one: Sprite) -> Sprite:
    full, half = np.ascontiguousarray(one.full[:, ::-1]), np.ascontiguousarray(one.half[:, ::-1])
    solid: NDArray[np.bool_] = np.ascontiguousarray(one.solid[:, ::-1])
    return Sprite(full, half, solid, (full.shape[1] - one.anchor[0], one.anchor[1]))
