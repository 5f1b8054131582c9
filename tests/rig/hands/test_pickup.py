"""A potentiometer never makes a jump: it acts from where it picks its value up."""

from __future__ import annotations

from drivers.readings import Press, Slide
from rig.hands.hands import Hands
from rig.hands.state import HandState

S = 1_000_000_000


class Played:
    """Hands at a potentiometer, a quarter of a second between two readings."""

    def __init__(self, state: HandState | None = None) -> None:
        self.hands = Hands(state)
        self._t_ns = S

    def slide(self, *positions: float, knob: str = "dodge") -> list[float]:
        """Stops of the knob after each."""
        told = []
        for position in positions:
            self._t_ns += S // 4
            self.hands.add(Slide(self._t_ns, knob, position))  # type: ignore[arg-type]
            told.append(getattr(self.hands.state, f"{knob}_stops"))
        return told

    def press(self, control: str, down: bool = True) -> None:
        self._t_ns += S // 4
        self.hands.add(Press(self._t_ns, control, down))  # type: ignore[arg-type]


def test_at_zero_it_acts_from_its_lower_end_and_is_exact_at_both() -> None:
    played = Played()
    assert played.slide(0.0, 0.25, 0.5, 1.0, 0.5, 0.0) == [0.0, 0.5, 1.0, 2.0, 1.0, 0.0]
    assert played.slide(0.0, 0.5, 1.0, knob="burn") == [0.0, 1.5, 3.0]


def test_where_it_stands_elsewhere_it_moves_nothing_until_it_passes_the_value() -> None:
    played = Played(HandState(dodge_stops=1.0))
    assert played.slide(0.1, 0.2, 0.4, 0.6, 0.7) == [1.0, 1.0, 1.0, 14 / 12, 17 / 12]


def test_after_an_undo_it_has_to_pick_up_again() -> None:
    played = Played()
    played.slide(0.0, 0.5)
    played.press("undo")
    assert played.hands.state.dodge_stops == 0.0
    assert played.slide(0.75, 0.6, 0.3) == [0.0, 0.0, 0.0]
    assert played.slide(0.0, 0.25) == [0.0, 0.5]


def test_held_it_walks_the_aim_by_as_much_as_it_is_moved() -> None:
    played = Played(HandState(dodge_stops=1.0))
    played.slide(0.0)
    played.press("dodge")
    played.slide(2 / 24)
    played.press("dodge", False)
    assert played.hands.state.dodge_aim == 5.0
    assert played.hands.state.dodge_stops == 1.0


def test_on_the_whole_picture_it_turns_the_base_exposure_by_as_much_as_it_is_moved() -> None:
    played = Played(HandState(dodge_aim=None))
    played.slide(0.5, 0.75)
    assert played.hands.state.ev == 0.5


def test_locked_it_does_nothing() -> None:
    played = Played(HandState(locked=True))
    assert played.slide(0.0, 0.5, 1.0) == [0.0, 0.0, 0.0]
