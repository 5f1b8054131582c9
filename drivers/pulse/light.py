"""The LED currents that bring a finger's light into 40 to 70 % of the ADC's range: slowly, and seldom.

Too little light drowns in noise, too much is cut off; a change of current is a step that everything after it has to
undo. So nothing is touched while it is good enough, a change aims at the middle, and then it is good for long.
"""

from __future__ import annotations

from collections.abc import Sequence

from drivers.pulse.finger import CLIPPED
from drivers.pulse.max3010x_registers import FULL_SCALE

LEAST, AIM, MOST = 0.40, 0.55, 0.70  # of full scale: the corridor, and its middle
# The author's choices. A finger that is put on settles within a second; two seconds hold two beats and more, so their
# mean is no beat's. Any of the three may be halved or doubled without harm.
SETTLE_NS, WINDOW_NS, CLIPPED_NS = 1_000_000_000, 2_000_000_000, 500_000_000
FACTOR = 2.0  # at most so much brighter, or darker, in one change
# 0.4 mA: two steps of the current. 30 mA: a usual finger needs 7; more warms the die, the finger and a battery's owner.
LEAST_CODE, MOST_CODE = 2, 150


class AutoLight:
    """The current codes of the two slots, (red, IR) by the datasheet, and the ones that would be better."""

    def __init__(self, codes: tuple[int, int], automatic: bool) -> None:
        self.codes = codes
        self._automatic = automatic
        self._most = tuple(max(MOST_CODE, code) for code in codes)  # whoever sets more gets it
        self.wanted: tuple[int, int] | None = None
        self._since_ns: int | None = None
        self.restart()

    def restart(self) -> None:
        """Whatever was seen is of other samples than those to come."""
        self._since_ns = None
        self.wanted = None
        self._begin()

    def _begin(self) -> None:
        self._n, self._sums, self._clipped = 0, [0, 0], [0, 0]

    def add(self, first: Sequence[int], second: Sequence[int], now_ns: int, finger: bool) -> None:
        """Samples of both slots, all lit by ``codes``."""
        if not (finger and self._automatic):
            if self._since_ns is not None:
                self.restart()
            return
        if self._since_ns is None:
            self._since_ns = now_ns + SETTLE_NS
        self._n += len(first)
        for slot, counts in enumerate((first, second)):
            self._sums[slot] += sum(counts)
            self._clipped[slot] += sum(count >= CLIPPED * FULL_SCALE for count in counts)
        for_ns = now_ns - self._since_ns
        if for_ns >= WINDOW_NS or (for_ns >= CLIPPED_NS - SETTLE_NS and max(self._clipped) > self._n // 2):
            self._judge()
            self._since_ns = now_ns
            self._begin()
        elif for_ns < 0 and not any(self._clipped):
            self._begin()

    def _judge(self) -> None:
        codes = tuple(self._better(slot) for slot in (0, 1))
        self.wanted = None if codes == self.codes else (codes[0], codes[1])

    def _better(self, slot: int) -> int:
        code = self.codes[slot]
        if code == 0 or self._n == 0:
            return code
        level = self._sums[slot] / self._n / FULL_SCALE
        if self._clipped[slot] > self._n // 2:
            level = AIM * FACTOR  # who knows how much too bright
        if LEAST <= level <= MOST:
            return code
        factor = max(1.0 / FACTOR, min(FACTOR, AIM / max(level, 1e-6)))
        return max(LEAST_CODE, min(self._most[slot], round(code * factor)))

    def changed(self, codes: tuple[int, int]) -> None:
        """These are the currents now."""
        self.codes = codes
        self.restart()
