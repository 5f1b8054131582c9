"""A tinyGSR (ProtoCentral): its TLA2022 at 0x49, 12 bits of its voltage, 22 times a second.

Its reference resistor is 200 kohm (drivers/skin/circuit.py has the schematic), so with the trimmer at its end the board
tells no more than 5 uS, and fingers have up to 20 and more (Boucsein, Electrodermal Activity, 2012). Its trimmer is
turned until the output is nine tenths of the supply with the electrodes off: then it tells 45 uS. The nine tenths are
the author's choice; .8 still tells 20 uS. Where it gives another share, skin.open_share is that share.
"""

from __future__ import annotations

from drivers.ads1115 import Converter
from drivers.names import Bench
from drivers.settings import SkinSettings
from drivers.skin.circuit import Circuit
from drivers.skin.converter import ConverterSkin

REFERENCE_OHM, OPEN_SHARE = 200_000.0, 0.9
# SBAS846, configuration register: 128 samples/s is 0, its slowest; its one input is AIN0 against AIN1, ground here.
TLA2022 = Converter(address=0x49, mux=0, rate=0, conversion_ns=7_812_500)


def make(settings: SkinSettings, bench: Bench) -> ConverterSkin:
    """The sensor of these settings, not yet opened; bus "sim" is the world's."""
    reference_ohm = settings.reference_kohm * 1000.0 or REFERENCE_OHM
    circuit = Circuit(reference_ohm, settings.open_share or OPEN_SHARE, settings.supply_v)
    return ConverterSkin("tinygsr", TLA2022, circuit, settings, bench)
