"""The pushes, the record button and the soul switch on pins, whatever the knobs above them are."""

from __future__ import annotations

from drivers.knobs.buttons import Button, SoulSwitch
from drivers.knobs.edges import Edge, PinEdges
from drivers.readings import HandReading
from drivers.settings import KnobsSettings


class Switches:
    """Made of where the pins stand now."""

    def __init__(self, settings: KnobsSettings, edges: PinEdges, now_ns: int) -> None:
        self._edges = edges
        self._buttons = [
            Button(settings.dodge.push, "dodge", edges.level(settings.dodge.push)),
            Button(settings.burn.push, "burn", edges.level(settings.burn.push)),
            Button(settings.record, "record", edges.level(settings.record)),
        ]
        off, proof = settings.soul_off, settings.soul_proof
        self._soul = SoulSwitch(off, proof, edges.level(off), edges.level(proof), now_ns)

    def edge(self, edge: Edge) -> list[HandReading]:
        """Count an edge (those of other pins are ignored)."""
        self._soul.edge(edge)
        return [press for button in self._buttons for press in button.edge(edge)]

    def quiet(self, now_ns: int) -> list[HandReading]:
        """Told the time, after all edges: what has come to rest since the last call, not yet in order of time."""
        readings: list[HandReading] = []
        for button in self._buttons:
            readings += button.quiet(now_ns)
            if button.wants_look(now_ns):
                readings += button.look(now_ns, self._edges.level(button.pin))
        return [*readings, *self._soul.quiet(now_ns)]
