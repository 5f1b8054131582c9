"""Knobs on the page: what comes in on other threads comes out once, in order."""

from __future__ import annotations

import threading

from drivers.knobs.page import PageKnobs
from drivers.readings import Press, Soul, Turn


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
    assert knobs.step(50) == [
        Turn(10, "dodge", 3),
        Press(20, "burn", True),
        Press(30, "burn", False),
        Soul(40, "proof"),
        Press(41, "undo", True),
        Press(42, "redo", True),
        Press(43, "lock", True),
        Press(44, "lock", False),
    ]
    assert knobs.step(60) == []
    knobs.close()


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
