"""Edges of switches to readings: a push button that answers its first edge, and the three-position soul switch."""

from __future__ import annotations

from drivers.knobs.edges import Doubt, Edge
from drivers.readings import Control, Press, Soul, SoulPosition

QUIET_NS = 5_000_000  # bounce of a push button ends within this (Ganssle, "A Guide to Debouncing": nearly all < 6 ms)
LOOK_NS = 30_000_000  # no edge for this long: the pin itself may be asked
SWITCH_QUIET_NS = 20_000_000  # between two positions both contacts are open for a moment


class Button:
    """A push button to ground: down is low. The first edge counts at once, then nothing until it was quiet for 5 ms."""

    def __init__(self, pin: int, control: Control, level: bool) -> None:
        """pin: BCM number; level: where it is now (one held down while the rig starts counts once pressed again)."""
        self._pin, self._control = pin, control
        self._told = self._level = level
        self._newest_ns: int | None = None
        self._edge_ns: int | None = None
        self._agreed = False  # with the pin, since the last edge
        self._doubt = Doubt()

    @property
    def pin(self) -> int:
        """BCM number."""
        return self._pin

    def edge(self, edge: Edge) -> list[Press]:
        """Count an edge (those of other pins are ignored)."""
        if edge.pin != self._pin:
            return []
        presses = self.quiet(edge.t_ns)
        first = self._newest_ns is None
        self._level, self._newest_ns = edge.level, edge.t_ns
        self._edge_ns, self._agreed = edge.t_ns, False
        return presses + self._tell(edge.t_ns) if first else presses

    def quiet(self, now_ns: int) -> list[Press]:
        """Told the time: once bounce is over, where the button ended up is what counts."""
        if self._newest_ns is None or now_ns - self._newest_ns < QUIET_NS:
            return []
        t_ns, self._newest_ns = self._newest_ns, None
        return self._tell(t_ns)

    def wants_look(self, now_ns: int) -> bool:
        """True while it is down, or did not yet agree with its pin, and has been quiet for a while."""
        quiet = self._edge_ns is None or now_ns - self._edge_ns >= LOOK_NS
        return quiet and not (self._agreed and self._told)

    def look(self, now_ns: int, level: bool) -> list[Press]:
        """Told where the pin really is: makes up for a lost edge, at now_ns."""
        if not self._doubt.believes(now_ns, self._level, level, self._edge_ns):
            return []
        self._level, self._agreed = level, True
        return self._tell(now_ns)

    def _tell(self, t_ns: int) -> list[Press]:
        if self._level == self._told:
            return []
        self._told = self._level
        return [Press(t_ns, self._control, down=not self._level)]


class SoulSwitch:
    """Two contacts to ground: the first low is off, the second low is proof, neither is set."""

    def __init__(self, pin_off: int, pin_proof: int, off: bool, proof: bool, t_ns: int) -> None:
        """Levels as they are now; the position is told at the first quiet()."""
        self._levels = {pin_off: off, pin_proof: proof}
        self._pin_off, self._pin_proof = pin_off, pin_proof
        self._told: SoulPosition | None = None
        self._newest_ns: int | None = t_ns - SWITCH_QUIET_NS
        self._moved_ns = t_ns

    def edge(self, edge: Edge) -> None:
        """Count an edge (those of other pins are ignored)."""
        if edge.pin in self._levels:
            self._levels[edge.pin] = edge.level
            self._newest_ns = self._moved_ns = edge.t_ns

    def quiet(self, now_ns: int) -> list[Soul]:
        """Told the time: once the switch has come to rest, its position if it is a new one."""
        if self._newest_ns is None or now_ns - self._newest_ns < SWITCH_QUIET_NS:
            return []
        self._newest_ns = None
        position: SoulPosition = "set"
        if not self._levels[self._pin_off]:
            position = "off"
        elif not self._levels[self._pin_proof]:
            position = "proof"
        if position == self._told:
            return []
        self._told = position
        return [Soul(self._moved_ns, position)]
