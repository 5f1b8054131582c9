"""A Grove GSR v1.2 (Seeed) on input A0 of an ADS1115: 16 bits of its voltage, 22 times a second.

The trimmer is turned until the board gives half its supply with the electrodes off, as Seeed's wiki says; where it
gives another share, skin.open_share is that share. Seeed's formula makes the reference resistor 20 kohm (drivers/skin/
circuit.py); a board that was measured against a known resistor may have another one: skin.reference_kohm.
"""

from __future__ import annotations

from drivers.ads1115 import Converter
from drivers.names import Bench
from drivers.settings import SkinSettings
from drivers.skin.circuit import Circuit
from drivers.skin.converter import ConverterSkin

REFERENCE_OHM, OPEN_SHARE = 20_000.0, 0.5
# SBAS444, configuration register: input 0 to ground is 4; 32 samples/s is 2, so that each is the mean of 31 ms. Where
# knobs or grip wait for the same chip it is a quarter of that (128 samples/s), which is no noisier (table 1).
ADS1115 = Converter(address=0x48, mux=4, rate=2, conversion_ns=31_250_000, shared=(4, 7_812_500))


def make(settings: SkinSettings, bench: Bench) -> ConverterSkin:
    """The sensor of these settings, not yet opened; bus "sim" is the world's."""
    reference_ohm = settings.reference_kohm * 1000.0 or REFERENCE_OHM
    circuit = Circuit(reference_ohm, settings.open_share or OPEN_SHARE, settings.supply_v)
    return ConverterSkin("grove", ADS1115, circuit, settings, bench)
