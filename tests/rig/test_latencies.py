"""What the running rig counts of how long things take."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from drivers.readings import Bytes8, Frame, Press, Soul, Turn
from rig.body.meaning import Beat
from rig.decide import Decider
from rig.grade.look import Look
from rig.latencies import KEPT, Latencies, Ways

MS = 1_000_000


def picture() -> Bytes8:
    return np.full((54, 64), 100, np.uint8)


def test_every_detent_and_beat_in_a_print_is_counted_from_its_own_time() -> None:
    frame = Frame(1_000 * MS, 0, picture())
    decider, latencies = Decider(Look(), ()), Latencies()
    readings = [Turn(990 * MS, "dodge", 1), Turn(1_003 * MS, "burn", -1), Press(1_004 * MS, "dodge", True)]
    moment = decider.decide(decider.see(frame), [*readings, Soul(1_000 * MS, "set")])
    moment = replace(moment, beats=(Beat(900 * MS, 980 * MS, 800.0, 1.0),))
    latencies.printed(moment, frame.t_ns, 1_020 * MS)
    told = latencies.told()
    assert told["knob_to_print"].newest_ms == [30.0, 17.0, 16.0]
    assert told["beat_to_print"].newest_ms == [120.0]
    assert told["frame_to_print"].newest_ms == [20.0]
    assert told["print_to_page"].count == 0


def test_a_page_tells_its_own_and_nothing_else() -> None:
    latencies = Latencies()
    latencies.shown("print_to_page", 31.5)
    latencies.shown("knob_to_print", 1.0)
    assert latencies.told()["print_to_page"].newest_ms == [31.5]
    assert latencies.told()["knob_to_print"].count == 0


def test_memory_is_bounded_and_the_newest_stay_in_order() -> None:
    ways = Ways()
    for number in range(KEPT + 10):
        ways.add(number / 4)
    told = ways.newest()
    assert told.count == KEPT + 10
    assert told.newest_ms == [round(number / 4, 2) for number in range(10, KEPT + 10)]


@pytest.mark.parametrize("ms", [-6.0, 10_001.0, float("nan"), float("inf")])
def test_what_is_no_duration_is_passed_over(ms: float) -> None:
    ways = Ways()
    ways.add(ms)
    assert ways.newest().count == 0
