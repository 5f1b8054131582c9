"""A TLA2022 at register level: an ADS1115 with 12 bits, seven faster rates, one input, and no comparator.

After the datasheet (SBAS846): codes are left-justified in 16 bits, the multiplexer's bits do nothing (AIN0 against
AIN1), and there are no registers beyond conversion and configuration.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.clock import Clock
from drivers.sim.ads1115 import Ads1115

RATES_HZ = (128, 250, 490, 920, 1600, 2400, 3300, 3300)


def tla2022(volts: Callable[[int], float], clock: Clock, clock_error: float = -0.04, seed: int = 0) -> Ads1115:
    """The chip with those volts between AIN0 and AIN1 at a time of the clock (ns)."""
    inputs = dict.fromkeys(range(8), volts)
    return Ads1115(inputs, clock, clock_error, seed, bits=12, rates_hz=RATES_HZ, registers=2)
