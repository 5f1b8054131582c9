"""A negative is performed over: the print is new, the take is untouched, and it is a take like any other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shooting import Shot, Watching, shoot

from drivers.sim.clock import SimulatedClock
from drivers.sim.scenario import HeartChange, Scenario
from rig.build import build, simulated
from rig.config import Config, FinderSettings, TakesSettings
from rig.errors import UserError
from rig.explain import explain
from rig.movie import prints
from rig.perform import Played, play, play_picture
from rig.reprint import reanalysed_looks, recorded_looks, shown_looks
from rig.service import Stop
from rig.session.entries import AnchorEntry, BeatEntry, PulseEntry, TurnEntry
from rig.session.layout import NEGATIVE, PART, list_takes
from rig.session.manifest import read_manifest
from rig.session.reader import Take, open_take
from rig.session.summary import summarise
from rig.session.verify import verify
from rig.stills import Still

HANDS = "0.4 dodge tap\n0.8 dodge +8\n2.0 burn +5\n2.6 dodge hold 0.6 +2\n"
TODAY_NS = 9_000_000_000_000


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Shot:
    return shoot(tmp_path_factory.mktemp("taken"), 8.0, "1.0 dodge +3\n", look="pushed")


def perform(
    takes: Path,
    play_it: Callable[[SimulatedClock], Played],
    script: str = HANDS,
    seconds: float = 99.0,
) -> tuple[Take, Watching]:
    """The performance, and what the page was shown."""
    config = simulated(Config())
    config = replace(
        config,
        takes=TakesSettings(folder=str(takes), min_minutes=0.0),
        finder=FinderSettings(enabled=False),
    )
    clock, before = SimulatedClock(start_ns=TODAY_NS), {place.path for place in list_takes(takes)}
    scenario, page = Scenario(heart=[HeartChange(0.0, 92.0)], hands=script), Watching()
    with build(config, clock, Stop(), scenario, played=play_it(clock)) as built:
        built.shoot.page = page
        built.shoot.run(seconds)
    (made,) = {place.path for place in list_takes(takes)} - before
    return open_take(made), page


@pytest.fixture(scope="module")
def performed(taken: Shot) -> tuple[Take, Watching]:
    of = taken.takes[0]
    return perform(of.path.parents[1], lambda clock: play(of, clock))


def whole(take: Take) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in take.path.iterdir()}


def test_the_negative_is_the_take_s_and_no_room_is_taken_twice(taken: Shot, performed: tuple[Take, Watching]):
    of, made = taken.takes[0], performed[0]
    assert made.path.parent == of.path.parent
    assert (made.path / NEGATIVE).samefile(of.negative)
    assert verify(made.path) == verify(of.path) == []
    assert made.start.performs == read_manifest(made.path).performs == of.start.take_id
    assert summarise(made).performs == of.start.take_id
    assert not summarise(of).performs
    frames = made.frames()
    assert [(entry.t_ns, entry.camera_index) for entry in frames] == [(e.t_ns, e.camera_index) for e in of.frames()]
    assert made.end is not None
    assert made.end.reason == "camera ended"


def test_everything_in_it_is_on_the_negative_s_clock(taken: Shot, performed: tuple[Take, Watching]):
    made = performed[0]
    first_ns, last_ns = made.frames()[0].t_ns, made.frames()[-1].t_ns
    turns = list(made.entries(TurnEntry))
    assert sum(turn.detents for turn in turns) == 15
    for turn in turns:
        assert first_ns < turn.t_ns <= last_ns
        assert all(first_ns < edge_ns <= turn.t_ns for edge_ns in turn.edges_ns)
    assert 0.75 < (turns[0].t_ns - first_ns) / 1e9 < 0.95  # the script's own second
    for pulse in made.entries(PulseEntry):
        assert first_ns - 1e9 < pulse.sample_t_ns[0] <= last_ns
    beats = [beat for beat in made.entries(BeatEntry) if beat.ibi_ms is not None]
    today_ms = 60_000 / 92
    assert np.median([beat.ibi_ms for beat in beats]) == pytest.approx(today_ms, rel=0.05)
    anchor = next(made.entries(AnchorEntry))
    assert anchor.boot_id == ""


def test_its_hands_and_pulse_replayed_give_the_same_print(performed: tuple[Take, Watching]):
    """Bit for bit: looks, bearings, and the bytes of every print."""
    made, page = performed
    again = list(reanalysed_looks(made))
    shown, recorded = list(shown_looks(made)), list(recorded_looks(made))
    assert [one.look for one, _ in again] == [one.look for one in shown] == [one.look for one in recorded]
    assert [one.bearings for one, _ in again] == [one.bearings for one in shown]
    assert [one.look for one in shown] == [moment.look for moment in page.moments]
    assert any(moment.look != moment.base for moment in page.moments)  # the routes were at work
    negatives = [frame for _, frame in made.negatives()]
    first = prints((frame, one.look, one.bearings) for one, frame in again)
    second = prints((frame, one.look, one.bearings) for frame, one in zip(negatives, shown, strict=True))
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(first, second, strict=True))
    assert explain(made, 3.0).difference < 1e-6


def test_the_take_is_untouched(taken: Shot):
    of = taken.takes[0]
    before = whole(of)
    perform(of.path.parents[1], lambda clock: play(of, clock), "0.5 burn +12\n")
    assert whole(of) == before


def test_another_look_may_be_performed_through(taken: Shot):
    of = taken.takes[0]
    made, page = perform(of.path.parents[1], lambda clock: play(of, clock, "adams"))
    assert made.start.look_name == "adams"
    assert [one.look for one, _ in reanalysed_looks(made)] == [moment.look for moment in page.moments]


def test_record_ends_it_early_and_what_was_done_is_whole(taken: Shot):
    of = taken.takes[0]
    made, _ = perform(of.path.parents[1], lambda clock: play(of, clock), "1.0 dodge +4\n2.0 record press\n")
    frames = len(made.frames())
    assert 50 < frames < 75 < len(of.frames())
    assert verify(made.path) == []
    assert not (made.path / NEGATIVE).samefile(of.negative)
    for (_, one), (_, other) in zip(made.negatives(), of.negatives(), strict=False):
        assert np.array_equal(one.pixels, other.pixels)


def test_a_performance_over_a_performance_is_one_over_the_take(taken: Shot, performed: tuple[Take, Watching]):
    made, _ = perform(performed[0].path.parents[1], lambda clock: play(performed[0], clock))
    assert made.start.performs == taken.takes[0].start.take_id


def test_a_take_that_is_not_sealed_is_refused(taken: Shot, tmp_path: Path):
    of = taken.takes[0]
    part = tmp_path / of.path.parent.name / (of.path.name + PART)
    part.mkdir(parents=True)
    for file in of.path.iterdir():
        (part / file.name).write_bytes(file.read_bytes())
    with pytest.raises(UserError, match="expected a sealed take, got one that is not: rig recover"):
        play(open_take(part), SimulatedClock())


def test_a_picture_is_performed_over_until_record_is_pressed(tmp_path: Path):
    codes = np.random.default_rng(7).integers(0, 256, (91, 121, 3)).astype(np.uint8)
    still = Still("night.png", codes)

    def of(clock: SimulatedClock) -> Played:
        return play_picture(still, clock, "neutral", 1280, 30.0)

    made, page = perform(tmp_path / "takes", of, HANDS + "4.0 record press\n")
    assert (made.start.camera, made.start.width, made.start.height) == ("picture night.png", 120, 90)
    assert made.start.performs == ""
    assert 110 <= len(made.frames()) <= 125
    assert verify(made.path) == []
    assert page.moments[-1].hands.dodge_stops == pytest.approx(8 / 12)
    with pytest.raises(UserError, match="expected 64 pixels or more each way, got 120x40"):
        play_picture(Still("thin.png", codes[:40]), SimulatedClock(), "neutral", 1280, 30.0)
