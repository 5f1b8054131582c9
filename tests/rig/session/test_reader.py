"""Opening takes that somebody made by hand: what cannot be is told when the take is opened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.sim.clock import SimulatedClock
from rig.errors import UserError
from rig.session.reader import open_take
from rig.session.timeline import TimelineWriter


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rate_hz": 0.0}, "expected rate_hz more than 0, at most 1000, got 0"),
        ({"rate_hz": -30.0}, "got -30"),
        ({"rate_hz": 1e308}, r"got 1e\+308"),
        ({"modulation": {"stirred": 1e308}}, r"expected modulation.stirred of -0.5 to 4, got 1e\+308"),
        ({"modulation": {"stirred": -0.6}}, "got -0.6"),
        ({"version": 99}, "expected format version 1 or earlier, got 99"),
    ],
)
def test_a_start_that_cannot_be(tmp_path, making, fields, words):
    writer = TimelineWriter(tmp_path / "timeline.mcap")
    writer.add(replace(making.start_of(SimulatedClock()), **fields))
    writer.close()
    with pytest.raises(UserError, match=words):
        open_take(tmp_path)


def test_routes_may_stand_as_far_as_proof_bends_them(tmp_path, making):
    writer = TimelineWriter(tmp_path / "timeline.mcap")
    writer.add(replace(making.start_of(SimulatedClock()), modulation={"a": 0.0, "b": 3.0, "c": -0.5}))
    writer.close()
    assert open_take(tmp_path).start.modulation["b"] == 3.0
