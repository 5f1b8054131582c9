"""A skin board before its converter: from the skin's resistance to the volts of its output, node by node.

Two dividers halve the supply, an arm with the skin and an arm with the trimmer hang from them, and an amplifier gives
twice their difference, no lower than its output reaches (drivers/skin/circuit.py names the schematic).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

LOWEST_V = 0.005


@dataclass(frozen=True)
class SkinBoard:
    """conductance_us: of the skin, at seconds of the world. divider_ohm: each half of the divider."""

    conductance_us: Callable[[float], float]
    start_ns: int
    reference_ohm: float
    trimmer_ohm: float
    divider_ohm: float
    supply_v: float = 3.3

    def volts(self, t_ns: int) -> float:
        """At the converter's input."""
        skin_us = self.conductance_us((t_ns - self.start_ns) / 1e9)
        skin_ohm = 1e6 / max(skin_us, 1e-6)
        arms = (self.reference_ohm + skin_ohm, self.reference_ohm + self.trimmer_ohm)
        flow = 2.0 / self.divider_ohm + sum(1.0 / arm for arm in arms)
        middle_v = self.supply_v / self.divider_ohm / flow
        difference_v = middle_v * (skin_ohm / arms[0] - self.trimmer_ohm / arms[1])
        return min(max(2.0 * difference_v, LOWEST_V), self.supply_v - LOWEST_V)


def trimmer_ohm(open_share: float, reference_ohm: float, divider_ohm: float) -> float:
    """Where the photographer has turned it: the output is that share of the supply with the electrodes off."""
    return reference_ohm / open_share - reference_ohm - 0.5 * divider_ohm


def grove_board(conductance_us: Callable[[float], float], start_ns: int) -> SkinBoard:
    """A Grove GSR as its maker's formula has it: 20 kohm, half the supply with the electrodes off, a stiff divider."""
    return SkinBoard(conductance_us, start_ns, 20_000.0, trimmer_ohm(0.5, 20_000.0, 50.0), 50.0)


def tinygsr_board(conductance_us: Callable[[float], float], start_ns: int) -> SkinBoard:
    """A tinyGSR after its schematic, its trimmer at nine tenths of the supply."""
    return SkinBoard(conductance_us, start_ns, 200_000.0, trimmer_ohm(0.9, 200_000.0, 4700.0), 4700.0)
