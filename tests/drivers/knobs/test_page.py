"""Knobs on the page: what comes in on other threads comes out once, in order."""

from __future__ import annotations

import threading

import pytest

from drivers.knobs.page import PageKnobs
from drivers.readings import Placing, Press, Soul, Turn


def test_readings_in_the_order_of_the_page() -> None:
    knobs = PageKnobs()
    knobs.open()
    knobs.turn("dodge", 3, 10)
    knobs.turn("dodge", 0, 15)
    knobs.press("burn", True, 20)
    knobs.press("burn", False, 30)
    knobs.soul("proof", 40)
    knobs.ask("undo", 41)
    knobs.ask("redo", 42)
    knobs.ask("lock", 43)
    knobs.ask("unlock", 44)
    knobs.ask("keep", 45)
    knobs.ask_place(6.0, 46)
    assert knobs.step(50) == [
        Turn(10, "dodge", 3),
        Press(20, "burn", True),
        Press(30, "burn", False),
        Soul(40, "proof"),
        Press(41, "undo", True),
        Press(42, "redo", True),
        Press(43, "lock", True),
        Press(44, "lock", False),
        Press(45, "keep", True),
        Placing(46, 6.0),
    ]
    assert knobs.step(60) == []
    knobs.close()


@pytest.mark.parametrize("zone", [-0.1, 10.5, float("nan")])
def test_a_zone_that_is_none_is_not_asked_for(zone: float) -> None:
    knobs = PageKnobs()
    with pytest.raises(ValueError, match="expected a zone of 0 to 10"):
        knobs.ask_place(zone, 1)
    assert knobs.step(2) == []


def test_threads_lose_nothing() -> None:
    knobs = PageKnobs()

    def turn() -> None:
        for number in range(2000):
            knobs.turn("burn", 1, number)

    threads = [threading.Thread(target=turn) for _ in range(3)]
    for thread in threads:
        thread.start()
    got = 0
    while any(thread.is_alive() for thread in threads):
        got += len(knobs.step(0))
    got += len(knobs.step(0))
    assert got == 6000
