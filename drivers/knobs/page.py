"""Knobs on the page: whatever the web page sends becomes the same readings that the real knobs give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from drivers.handover import Line
from drivers.readings import Control, HandReading, Knob, Placing, Press, Soul, SoulPosition, Turn

PERIOD_NS = 5_000_000

Wish: TypeAlias = Literal["undo", "redo", "lock", "unlock", "keep"]


class PageKnobs:
    """Knobs that are fed from any thread. Readings come out in the order in which they were put in."""

    name = "knobs on the page"
    period_ns = PERIOD_NS

    def __init__(self) -> None:
        self._line: Line[HandReading] = Line()

    def open(self) -> None:
        """Nothing to find: the page connects when it likes."""

    def turn(self, knob: Knob, detents: int, t_ns: int) -> None:
        """Turn a knob by whole detents, + clockwise; none is nothing."""
        if detents:
            self._line.put(Turn(t_ns, knob, detents))

    def press(self, control: Control, down: bool, t_ns: int) -> None:
        """Push a knob or the record button down, or let it up."""
        self._line.put(Press(t_ns, control, down))

    def soul(self, position: SoulPosition, t_ns: int) -> None:
        """Move the soul switch."""
        self._line.put(Soul(t_ns, position))

    def ask(self, wish: Wish, t_ns: int) -> None:
        """Undo or redo one gesture, lock or unlock the knobs, keep the live stroke: buttons that only the page has."""
        if wish == "lock" or wish == "unlock":
            self._line.put(Press(t_ns, "lock", wish == "lock"))
        else:
            self._line.put(Press(t_ns, wish, True))

    def ask_place(self, zone: float, t_ns: int) -> None:
        """Place what lies under the centre spot on a zone; ValueError where that is not 0 to 10."""
        if not 0.0 <= zone <= 10.0:
            raise ValueError(f"place: expected a zone of 0 to 10, got {zone:g}")
        self._line.put(Placing(t_ns, zone))

    def step(self, now_ns: int) -> Sequence[HandReading]:
        """Everything that was put in since the last call, oldest first."""
        return self._line.take()

    def close(self) -> None:
        """Nothing to release."""
