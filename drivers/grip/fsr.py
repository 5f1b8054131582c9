"""How hard the rig is held: a force-sensing resistor under the fingers, on one input of an ADS1115, 100 times a second.

The resistor goes from the supply to the input, and another one of known value from there to ground. What it conducts
grows about in proportion to the force (Interlink Electronics, FSR Integration Guide, "Force vs. conductance"): an FSR
402 about 100 uS a newton over the range of a hand, and from one part to the next a quarter more or less. So the
newtons are no measurement: the rig compares them with this person's own strongest grip (rig/hands/lean.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from drivers.ads1115 import AnalogInputs
from drivers.errors import DeviceLost
from drivers.names import Bench
from drivers.readings import Grip
from drivers.settings import GripSettings

PERIOD_NS = 10_000_000
US_A_NEWTON = 100.0
# Less than this is an open wire and the converter's own noise: 2 uS are 0.02 N, a tenth of what an FSR answers first.
NOTHING_US = 2.0
# Of the supply, at the input: there the resistor is a short to the supply and tells no force any more. With 10 kohm to
# ground that is 100 N, more than anybody holds a camera with.
SHORTED = 0.99
SHORTED_NS = 2_000_000_000


def make(settings: GripSettings, bench: Bench) -> FsrGrip:
    """The sensor of these settings, not yet opened."""
    return FsrGrip(settings, bench)


class FsrGrip:
    """A GripSensor. ``force_n``: of the newest sample; None before the first."""

    period_ns = PERIOD_NS

    def __init__(self, settings: GripSettings, bench: Bench) -> None:
        self._settings = settings
        self._inputs = AnalogInputs("grip sensor", settings.bus, settings.address, [settings.channel], bench)
        self._shorted_ns: int | None = None
        self.force_n: float | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{self._inputs.name}, A{self._settings.channel}"

    def open(self) -> None:
        """Find the converter. Raises a DriverError with the remedy."""
        self.force_n = self._shorted_ns = None
        self._inputs.open()

    def step(self, now_ns: int) -> Sequence[Grip]:
        """The sample that is ready, if one is. DeviceLost where the input has been at the supply for 2 s."""
        found = [(t_ns, self.newtons(volts)) for _, t_ns, volts in self._inputs.step(now_ns)]
        if not found:
            return []
        for t_ns, force_n in found:
            if not math.isnan(force_n):
                self._shorted_ns = None
            elif self._shorted_ns is None:
                self._shorted_ns = t_ns
            elif t_ns - self._shorted_ns > SHORTED_NS:
                self.close()
                raise DeviceLost(
                    f"{self.name}: expected less than the supply, got all of it for 2 s: "
                    "is the force resistor shorted, or grip.supply_v wrong?"
                )
            self.force_n = force_n
        times = np.array([t_ns for t_ns, _ in found], np.int64)
        forces = np.array([force_n for _, force_n in found], np.float32)
        times.flags.writeable = forces.flags.writeable = False
        return [Grip(times, forces)]

    def newtons(self, volts: float) -> float:
        """The force at a voltage of the input: 0 where next to nothing is conducted, NaN at the supply."""
        share = volts / self._settings.supply_v
        if share >= SHORTED:
            return math.nan
        conducted_us = 1000.0 * max(0.0, share) / (1.0 - share) / self._settings.reference_kohm
        return conducted_us / US_A_NEWTON if conducted_us >= NOTHING_US else 0.0

    def close(self) -> None:
        """Release the bus; harmless when closed."""
        self._inputs.close()
