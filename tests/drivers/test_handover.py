"""The two kinds of hand-over."""

from __future__ import annotations

import threading

from drivers.handover import Latest, Line


def test_latest_keeps_only_the_newest() -> None:
    woken = []
    slot: Latest[int] = Latest(wake=lambda: woken.append(1))
    assert slot.get() is None
    slot.put(1)
    slot.put(2)
    assert slot.get() == 2
    assert slot.get() == 2
    assert len(woken) == 2


def test_a_full_line_refuses_and_keeps_what_it_has() -> None:
    line: Line[int] = Line(most=2)
    assert [line.put(n) for n in (1, 2, 3)] == [True, True, False]
    assert line.take(1) == [1]
    assert line.put(4)
    assert line.take() == [2, 4]
    assert line.take() == []


def test_a_line_between_threads_loses_nothing_and_keeps_the_order() -> None:
    line: Line[int] = Line()
    got: list[int] = []
    writer = threading.Thread(target=lambda: [line.put(n) for n in range(20_000)])
    writer.start()
    while writer.is_alive() or len(line):
        got += line.take()
    writer.join()
    assert got == list(range(20_000))
