"""What a potentiometer's wiper says, as a place on its way: without crackle, trembling and the ends' resistance."""

from __future__ import annotations

from collections import deque
from statistics import median

# A track has a few ohms before it and after it (Bourns PTV09 data sheet, "residual resistance": up to 1 %), and the
# supply is never quite what is said of it: 1.5 % of each end counts as the end. Author's choice; 1 to 3 % do as well.
END = 0.015
SMOOTH_NS = 8_000_000  # (63 %): a converter's noise is a hundredth of a detent, so it need not be more
# Left alone for so long, within an eighth of a detent, it has come to rest, and it is told where. Author's choice; 40
# to 150 ms do as well.
REST_NS = 60_000_000


class Wiper:
    """Fed with volts in order of time. One odd sample is dirt under the wiper: the middle one of three counts."""

    def __init__(self, supply_v: float, detents: int, reverse: bool = False) -> None:
        """detents: of its whole way; less than half a one is no move."""
        self._supply_v, self._slack, self._reverse = supply_v, 0.5 / detents, reverse
        self._newest: deque[float] = deque(maxlen=3)
        self._smooth: float | None = None
        self._told: float | None = None
        self._newest_ns = 0
        self._moving = False  # told since it rested
        self._rests, self._since_ns = 0.0, 0

    def hear(self, t_ns: int, volts: float) -> float | None:
        """Where it stands, 0 to 1, when that is told: at first, each half detent, at rest after a move, at an end."""
        self._newest.append(volts / self._supply_v)
        if len(self._newest) < 3:
            return None
        middle = median(self._newest)
        if self._smooth is None:
            self._smooth = middle
        else:
            passed_ns = max(t_ns - self._newest_ns, 0)
            self._smooth += (middle - self._smooth) * passed_ns / (passed_ns + SMOOTH_NS)
        self._newest_ns = t_ns
        place = min(max((self._smooth - END) / (1.0 - 2.0 * END), 0.0), 1.0)
        place = 1.0 - place if self._reverse else place
        if abs(place - self._rests) > self._slack / 4.0:
            self._rests, self._since_ns = place, t_ns
        comes_to_rest = self._moving and t_ns - self._since_ns >= REST_NS
        if comes_to_rest:
            self._moving = False
        if (
            self._told is None
            or abs(place - self._told) >= self._slack
            or (place in (0.0, 1.0) and place != self._told)
        ):
            self._moving = not comes_to_rest and self._told is not None
        elif not comes_to_rest or place == self._told:
            return None
        self._told = place
        return place
