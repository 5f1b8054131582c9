"""Whatever hands do: values stay in range, undo leads back through the states that were, and time told is no matter."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.readings import HandReading, Placing, Press, Soul, Turn
from rig.grade.look import look_from_dict
from rig.hands.apply import apply
from rig.hands.hands import Hands
from rig.hands.state import HandState

knob = st.sampled_from(["dodge", "burn"])
control = st.sampled_from(["dodge", "burn", "record", "undo", "redo", "keep"])
MS = 1_000_000


@st.composite
def played(draw: st.DrawFn) -> list[tuple[HandReading, float]]:
    """Readings with the zone under the spot."""
    readings: list[tuple[HandReading, float]] = []
    t_ns = 10**12
    for _ in range(draw(st.integers(0, 40))):
        t_ns += draw(st.sampled_from([1, 5, 40, 120, 260, 400, 700])) * MS
        reading: HandReading = draw(
            st.one_of(
                st.builds(Turn, st.just(t_ns), knob, st.integers(-30, 30)),
                st.builds(Press, st.just(t_ns), control, st.booleans()),
                st.builds(Placing, st.just(t_ns), st.floats(0, 10)),
                st.builds(Soul, st.just(t_ns), st.sampled_from(["off", "set", "proof"])),
            )
        )
        readings.append((reading, draw(st.floats(-1, 11))))
    return readings


def plain(state: HandState) -> HandState:
    """Only what undo is about."""
    return replace(state, soul="set", bare=False, record_presses=0)


@settings(max_examples=60, deadline=None)
@given(played())
def test_values_stay_in_range(readings: list[tuple[HandReading, float]]) -> None:
    hands = Hands()
    for reading, zone in readings:
        hands.add(reading, zone)
        hands.tick(reading.t_ns + 10 * MS)
        state = hands.state
        assert 0.0 <= state.dodge_stops <= 2.0
        assert 0.0 <= state.burn_stops <= 3.0
        assert -4.0 <= state.ev <= 4.0
        for aim in (state.dodge_aim, state.burn_aim, state.dodge_zone, state.burn_zone):
            assert aim is None or 0.0 <= aim <= 10.0
        assert state.dodge_aim is None or state.dodge_aim == state.dodge_zone
        assert all(1 <= number <= state.places for number in state.followed())
        assert len(state.strokes) <= 16
        look_from_dict(apply({}, state))  # what a look may hold
        assert HandState.from_dict(state.to_dict()) == state


@settings(max_examples=60, deadline=None)
@given(played())
def test_undo_goes_back_through_states_that_were(readings: list[tuple[HandReading, float]]) -> None:
    hands = Hands()
    for reading, zone in readings:
        hands.add(reading, zone)
    forth = [plain(hands.state)]
    while hands.undo():
        forth.append(plain(hands.state))
    assert forth[-1] == HandState()
    assert len(forth) <= len(readings) + 1
    back = [plain(hands.state)]
    while hands.redo():
        back.append(plain(hands.state))
    assert back[: len(forth)] == forth[::-1]  # and on, where the hands themselves had undone something


@settings(max_examples=40, deadline=None)
@given(played(), st.integers(1, 200))
def test_frames_that_come_before_a_reading_they_are_younger_than_change_nothing(
    readings: list[tuple[HandReading, float]], late_ms: int
) -> None:
    """What is read from a device comes late: the frame before it was there already."""
    quiet, ticked = Hands(), Hands()
    for reading, zone in readings:
        ticked.tick(reading.t_ns + late_ms * MS)
        for hands in (quiet, ticked):
            hands.add(reading, zone)
    for hands in (quiet, ticked):
        hands.tick(reading_end(readings))
    assert ticked.state == quiet.state


def reading_end(readings: list[tuple[HandReading, float]]) -> int:
    return (readings[-1][0].t_ns if readings else 0) + 10**10


@settings(max_examples=40, deadline=None)
@given(played(), st.integers(1, 50))
def test_the_same_readings_give_the_same_whenever_time_is_told(
    readings: list[tuple[HandReading, float]], every_ms: int
) -> None:
    """Frames that come at other moments, each after the readings it has seen, change nothing that lasts."""
    quiet, ticked = Hands(), Hands()
    now_ns = 10**12
    for reading, zone in readings:
        while now_ns < reading.t_ns:
            ticked.tick(now_ns)
            now_ns += every_ms * MS
        for hands in (quiet, ticked):
            hands.add(reading, zone)
    assert ticked.state == quiet.state
    assert ticked.newest_edge_ns == quiet.newest_edge_ns
