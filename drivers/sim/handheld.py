"""How a rig is moved that a photographer holds: gravity, slow sway, tremor, and steps where the scenario wants them.

What an inertial sensor in it would feel, as specific force (lying still, z is +9.8 m/s^2) and rotation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import TypeAlias

from drivers.sim.scenario import Walk

Vector: TypeAlias = tuple[float, float, float]

GRAVITY_M_S2 = 9.80665
# Choices, of the order that phones in hands show; ten times more or less is a steadier or shakier hand, and as good.
SWAY_RAD, SWAYS_HZ = 0.02, (0.13, 0.29, 0.53)
TREMOR_M_S2, TREMOR_RAD_S = 0.06, 0.015
TREMORS_HZ = (8.0, 12.0)  # physiological tremor (Elble and Koller, Tremor, 1990)
STEP_M_S2, STEP_SIDE_M_S2, STEP_RAD_S = 2.5, 0.8, 0.25  # up and down, side to side every second step, rolling
RAMP_S = 0.5


class Handheld:
    """Movement as a function of time alone, the same for the same seed, whatever the order it is asked in."""

    def __init__(self, seed: int, walks: Sequence[Walk] = ()) -> None:
        random = Random(f"handheld {seed}")
        self._walks = list(walks)
        self._sways = [
            [(hz * random.uniform(0.9, 1.1), random.uniform(0.0, math.tau)) for hz in SWAYS_HZ] for _ in range(3)
        ]
        self._tremors = [
            [(random.uniform(*TREMORS_HZ), random.uniform(0.0, math.tau)) for _ in range(3)] for _ in range(6)
        ]

    def at(self, t_s: float) -> tuple[Vector, Vector]:
        """(acceleration in m/s^2, rotation in rad/s) of x, y, z at t_s seconds of the world."""
        angles, rates = zip(*(self._sway(axis, t_s) for axis in range(3)), strict=True)
        pitch, roll, _ = angles
        trembling = [self._tremble(axis, t_s) for axis in range(6)]
        up, side, rolling = self._stepping(t_s)
        acceleration = (
            GRAVITY_M_S2 * -math.sin(roll) + TREMOR_M_S2 * trembling[0] + side,
            GRAVITY_M_S2 * math.sin(pitch) * math.cos(roll) + TREMOR_M_S2 * trembling[1],
            GRAVITY_M_S2 * math.cos(pitch) * math.cos(roll) + TREMOR_M_S2 * trembling[2] + up,
        )
        rotation = (
            rates[0] + TREMOR_RAD_S * trembling[3],
            rates[1] + TREMOR_RAD_S * trembling[4] + rolling,
            rates[2] + TREMOR_RAD_S * trembling[5],
        )
        return acceleration, rotation

    def _sway(self, axis: int, t_s: float) -> tuple[float, float]:
        """Angle, and how fast it changes."""
        angle = rate = 0.0
        for hz, phase in self._sways[axis]:
            angle += SWAY_RAD * math.sin(math.tau * hz * t_s + phase)
            rate += SWAY_RAD * math.tau * hz * math.cos(math.tau * hz * t_s + phase)
        return angle, rate

    def _tremble(self, axis: int, t_s: float) -> float:
        """Sum of three sines, root mean square 1."""
        return math.sqrt(2.0 / 3.0) * sum(math.sin(math.tau * hz * t_s + phase) for hz, phase in self._tremors[axis])

    def _stepping(self, t_s: float) -> tuple[float, float, float]:
        up = side = rolling = 0.0
        for walk in self._walks:
            since_s, left_s = t_s - walk.at_s, walk.at_s + walk.seconds - t_s
            if since_s > 0.0 and left_s > 0.0:
                much = min(1.0, since_s / RAMP_S, left_s / RAMP_S)
                turns = math.tau * walk.steps_hz * since_s
                up += much * STEP_M_S2 * (math.sin(turns) + 0.4 * math.sin(2.0 * turns + 0.7))
                side += much * STEP_SIDE_M_S2 * math.sin(0.5 * turns)
                rolling += much * STEP_RAD_S * math.cos(0.5 * turns)
        return up, side, rolling
