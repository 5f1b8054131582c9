"""The registers of a MAX30102, 30101 or 30105, and the bytes that say what the settings ask of it.

After the MAX30102 datasheet (Maxim 19-7740, rev 1): register map, tables 4 to 8 (mode, range, rate, width, current).
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.errors import BadInput
from drivers.i2c import Device, Field
from drivers.settings import PulseSettings

ADDRESS = 0x57
PART_ID = 0x15  # the same for MAX30101, 30102 and 30105
MAX30100_ID = 0x11  # its predecessor, at the same address: 16 samples of 16 bits, other registers (Maxim 19-7065)
DEPTH = 32
FULL_SCALE = 0x3FFFF
SAMPLE_BYTES = 6  # red, then IR, three bytes each
MA_A_STEP = 0.2
A_FULL, PPG_RDY, PWR_RDY = 0x80, 0x40, 0x01
_RATES_HZ = (50, 100, 200, 400, 800, 1000, 1600, 3200)
# A pulse width's code, and the most conversions a second that two LEDs leave room for.
_WIDTHS = {69: (0, 1600), 118: (1, 1000), 215: (2, 800), 411: (3, 400)}
_RANGES_NA = (2048, 4096, 8192, 16384)


class Max3010xRegisters:
    """The registers that are used, by the datasheet's names."""

    fifo_write = Field(0x04, 4, 0)
    overflow = Field(0x05)
    fifo_read = Field(0x06)
    enable = Field(0x02)  # of the flags of STATUS1
    fifo_config = Field(0x08)  # averaging 7..5, rollover 4, A_FULL 3..0
    mode = Field(0x09)  # shutdown 7, reset 6, mode 2..0
    reset = Field(0x09, 6, 6)
    spo2_config = Field(0x0A)  # ADC range 6..5, rate 4..2, pulse width 1..0
    red_led = Field(0x0C)
    ir_led = Field(0x0D)
    temperature_start = Field(0x21)
    part_id = Field(0xFF)

    FIFO_DATA = 0x07
    STATUS = 0x00  # STATUS1, STATUS2, ENABLE1, ENABLE2, WR_PTR, OVF_COUNTER, RD_PTR: seven in a row
    CONFIG = 0x08  # fifo_config, mode, spo2_config: three in a row
    TEMPERATURE = 0x1F  # whole degrees, signed; then sixteenths

    def __init__(self, device: Device) -> None:
        self.device = device


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the three configuration registers are to hold, and which flags raise the interrupt pin."""

    fifo_config: int
    spo2_config: int
    enable: int
    mode: int = 0x03  # red and IR

    @property
    def config(self) -> bytes:
        """The registers from CONFIG on, as they read back."""
        return bytes([self.fifo_config, self.mode, self.spo2_config])


def wanted(settings: PulseSettings) -> Wanted:
    """The bytes for these settings. BadInput where the chip cannot do rate, averaging and pulse width together."""
    conversions = settings.rate_hz * settings.averaging
    width, most = _WIDTHS[settings.pulse_width_us]
    if conversions not in _RATES_HZ or conversions > most:
        able = [n for n in (1, 2, 4, 8, 16, 32) if (c := settings.rate_hz * n) in _RATES_HZ and c <= most]
        raise BadInput(
            f"pulse.averaging: expected {_either(able)} at {settings.rate_hz} Hz and {settings.pulse_width_us} us, "
            f"got {settings.averaging} ({conversions} conversions a second): use another averaging or a shorter pulse"
        )
    return Wanted(
        fifo_config=(settings.averaging.bit_length() - 1) << 5 | 0x10,  # rollover on, A_FULL when all 32 are full
        spo2_config=_RANGES_NA.index(settings.adc_range_na) << 5 | _RATES_HZ.index(conversions) << 2 | width,
        enable=A_FULL if settings.interrupt == "none" else A_FULL | PPG_RDY,
    )


def code_of(ma: float) -> int:
    """The LED current register for a current in mA, to the nearest 0.2 mA."""
    return max(0, min(255, round(ma / MA_A_STEP)))


def _either(choices: list[int]) -> str:
    words = [str(choice) for choice in choices]
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
