"""Whether a finger lies on a reflective sensor: by the light it gives back for each milliampere of LED current."""

from __future__ import annotations

from drivers.pulse.max3010x_registers import FULL_SCALE

# nA of photocurrent a mA of LED current. A fingertip gives about 300 (144,000 counts at 7.2 mA and 4096 nA in a public
# log of a MAX30102; SparkFun's examples call 126 a finger), the bare sensor under its glass less than 15. The author's
# choice between the two; either may be moved by half without harm, as long as the first stays well above the second.
ON_NA_A_MA, OFF_NA_A_MA = 80.0, 50.0
CLIPPED = 0.95  # of full scale: whatever gives so much back is near


class Finger:
    """On from the upper threshold, off below the lower one; any LED current and ADC range will do."""

    def __init__(self, range_na: int) -> None:
        self._na_a_count = range_na / FULL_SCALE
        self.on = False

    def see(self, counts: float, ma: float) -> bool:
        """The mean counts of some samples and the current they were lit by; a dark LED shows no finger."""
        if ma <= 0.0:
            self.on = False
        elif counts >= CLIPPED * FULL_SCALE:
            self.on = True
        else:
            self.on = counts * self._na_a_count / ma >= (OFF_NA_A_MA if self.on else ON_NA_A_MA)
        return self.on
