"""How hard the simulated hand holds the rig, and the volts that a force-sensing resistor makes of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

from drivers.sim.scenario import GripChange

RESTING_N = 4.0  # a small camera of 400 g, held
TREMOR = 0.03  # of the force
CLOSE_S = 0.15  # a hand needs so long to close (63 %)
US_A_NEWTON, REFERENCE_KOHM, SUPPLY_V = 100.0, 10.0, 3.3


class Grasp:
    """Force as a function of time alone, the same for the same seed."""

    def __init__(self, changes: Sequence[GripChange], seed: int) -> None:
        self._changes = sorted(changes, key=lambda change: change.at_s)
        random = Random(f"grasp {seed}")
        self._tremor = [(random.uniform(8.0, 12.0), random.uniform(0.0, math.tau)) for _ in range(3)]

    def newtons(self, t_s: float) -> float:
        """At t_s seconds of the world."""
        force, towards, since_s = RESTING_N, RESTING_N, -math.inf
        for change in self._changes:
            if change.at_s > t_s:
                break
            force = _closing(force, towards, change.at_s - since_s)
            towards, since_s = change.newtons, change.at_s
        shaken = sum(math.sin(math.tau * hz * t_s + phase) for hz, phase in self._tremor) / len(self._tremor)
        return _closing(force, towards, t_s - since_s) * (1.0 + TREMOR * shaken)

    def volts(self, t_s: float) -> float:
        """Of a divider of the resistor, to the supply, and 10 kohm to ground."""
        ratio = self.newtons(t_s) * US_A_NEWTON * REFERENCE_KOHM / 1000.0
        return SUPPLY_V * ratio / (1.0 + ratio)


def _closing(force: float, towards: float, for_s: float) -> float:
    return towards + (force - towards) * math.exp(-for_s / CLOSE_S) if math.isfinite(for_s) else force
