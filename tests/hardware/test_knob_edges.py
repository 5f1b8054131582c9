"""Knobs turned fast over the real gpiozero and lgpio: no detent is lost, none told backwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from knob_edges import WHO, Told, measure


@pytest.mark.shared
def test_a_hundred_detents_a_second_with_bounce_on_the_real_libraries(shared: Path) -> None:
    told = measure(300, shared)
    if isinstance(told, str):
        pytest.skip(told)
    assert told[WHO[0]] == Told(lost=0, reversed=0, invented=0)
    assert told["poll at 10 Hz"].lost > 200  # the measure can fail
