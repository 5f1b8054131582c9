"""What the tests of the hands have in common."""

from __future__ import annotations

from drivers.readings import Control, Knob, Press, Turn
from rig.hands.hands import Hands
from rig.hands.state import HandState

S = 1_000_000_000


class Player:
    """Plays readings into Hands, in seconds."""

    def __init__(self, base: HandState | None = None) -> None:
        self.hands = Hands(base)

    @property
    def state(self) -> HandState:
        return self.hands.state

    def turn(self, at_s: float, knob: Knob, detents: int) -> None:
        for number in range(abs(detents)):
            self.hands.add(Turn(round((at_s + 0.01 * number) * S), knob, 1 if detents > 0 else -1), 5.0)

    def press(self, at_s: float, control: Control, down: bool, spot_zone: float = 5.0) -> None:
        self.hands.add(Press(round(at_s * S), control, down), spot_zone)

    def tap(self, at_s: float, control: Control, spot_zone: float = 5.0) -> None:
        self.press(at_s, control, True, spot_zone)
        self.press(at_s + 0.08, control, False, spot_zone)

    def tick(self, at_s: float) -> None:
        self.hands.tick(round(at_s * S))

    def kinds(self) -> list[str]:
        return [gesture.kind for gesture in self.hands.events()]
