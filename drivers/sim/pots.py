"""A simulated potentiometer: a wiper that the hands move by the same edges as an encoder, from one end to the other."""

from __future__ import annotations

SUPPLY_V = 3.3
RESIDUAL = 0.005  # of the track, at either end

_PHASE = {(True, True): 0, (False, True): 1, (False, False): 2, (True, False): 3}


class SimPot:
    """``place``: where the wiper stands, 0 to 1 clockwise. detents: what an encoder would have on the same way."""

    def __init__(self, detents: int) -> None:
        self._most = 4 * detents
        self._levels = {"a": True, "b": True}
        self._edges = 0
        self.moved = False

    @property
    def place(self) -> float:
        """0 at the counter-clockwise end."""
        return self._edges / self._most

    def put(self, place: float) -> None:
        """Set it there, as somebody does who turns it while the rig is off."""
        self._edges, self.moved = round(place * self._most), True

    def set_contact(self, end: str, level: bool) -> None:
        """The hand moves on by a quarter of a detent, as an encoder's "a" or "b" comes to a level."""
        before = _PHASE[self._levels["a"], self._levels["b"]]
        self._levels[end] = level
        steps = (_PHASE[self._levels["a"], self._levels["b"]] - before) % 4
        self._edges = min(max(self._edges + {1: 1, 3: -1}.get(steps, 0), 0), self._most)
        self.moved = True

    def volts(self, t_ns: int) -> float:
        """Of the wiper; the track has a little resistance before it and after it. t_ns: any time near now."""
        del t_ns
        return SUPPLY_V * (RESIDUAL + (1.0 - 2.0 * RESIDUAL) * self.place)
