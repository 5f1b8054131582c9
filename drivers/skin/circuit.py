"""From the voltage of a skin board to the skin's conductance: the half bridge that the Grove GSR and the tinyGSR share.

Half the supply V feeds two arms: the skin R under a reference resistor, and a trimmer T under another one like it.
An amplifier gives twice the difference of their middles, so that, as a share y of the supply,

    y = R / (R + reference) - T / (T + reference),        open electrodes: y0 = 1 - T / (T + reference)
    d = y0 - y = G / (G + 1 / reference)                  the conductance G = d / (1 - d) / reference

That is ProtoCentral's published schematic of the tinyGSR (github.com/Protocentral/protocentral_tinygsr,
hardware/pc_tinyGSR.sch: R3, R4 200 kohm, R6 a trimmer of 200 kohm, R8 to R11 the amplifier of gain 2), and, with a
reference of 20 kohm and y0 = 1/2, the formula of Seeed's wiki for the Grove GSR: (1024 + 2 x) * 10 kohm / (512 - x).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

# LM324 datasheet (SLOS066): the output reaches down to 20 mV, the inputs are off by up to 7 mV, and the gain is 2.
LOWEST_V = 0.02
# Of the supply, below the open output: nearer is nothing, or the amplifier's own error (14 mV of 3.3 V are .0042).
NOTHING = 0.005
# off: the electrodes touch nothing. more: than can be told. above: what open electrodes give, so a setting is wrong.
Contact: TypeAlias = Literal["on", "off", "more", "above"]


@dataclass(frozen=True, slots=True)
class Circuit:
    """The constants of one board. open_share: y0, as measured with the electrodes off; the trimmer sets it."""

    reference_ohm: float
    open_share: float
    supply_v: float

    def conductance_us(self, volts: float) -> float:
        """Microsiemens; NaN where the electrodes touch nothing, or more than the circuit can tell."""
        share = self.open_share - volts / self.supply_v
        if share < NOTHING or volts < LOWEST_V:
            return math.nan
        return 1e6 * share / (1.0 - share) / self.reference_ohm

    def contact(self, volts: float) -> Contact:
        """What that output says of the electrodes."""
        if volts < LOWEST_V:
            return "more"
        share = self.open_share - volts / self.supply_v
        return "on" if share >= NOTHING else "off" if share > -2.0 * NOTHING else "above"

    @property
    def most_us(self) -> float:
        """The highest conductance that it tells."""
        return self.conductance_us(LOWEST_V)
