"""Aims with places, kept strokes, a placed spot and the look's LUT: shown, kept in the take, printed again exactly."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from shooting import Shot, shoot

from drivers.readings import Placing, Press, Reading
from drivers.sim.scenario import HeartChange
from rig.build import Built
from rig.errors import UserError
from rig.hands.place import HandPlace
from rig.movie import prints
from rig.reprint import looks_through, reanalysed_looks, recorded_looks, shown_looks
from rig.service import Stop
from rig.session.entries import FrameEntry, GestureEntry, PlacingEntry, PressEntry
from rig.session.layout import LUT
from rig.session.manifest import read_manifest
from rig.session.reader import Take, open_take
from rig.session.verify import verify

SIZE = (640, 360)
CUBE = "LUT_3D_SIZE 2\n" + "".join(f"{0.9 * r} {0.9 * g} {0.9 * b}\n" for b in (0, 1) for g in (0, 1) for r in (0, 1))


def asking(asked: list[tuple[float, Callable[[int], Reading]]], at_first: Reading | None = None):
    """As the page does: readings that come in the middle of a shoot, at seconds of its first frame."""

    def prepare(built: Built, stop: Stop) -> None:
        waiting, clock = sorted(asked, key=lambda one: one[0]), built.shoot.clock
        began_ns = clock.now_ns()

        def step(now_ns: int) -> None:
            while waiting and now_ns - began_ns >= waiting[0][0] * 1e9:
                built.shoot.hear(waiting.pop(0)[1](now_ns))

        if at_first is not None:
            built.shoot.hear(at_first)
        clock.serve("page", step, 10_000_000, lambda *_: None)

    return prepare


@pytest.fixture(scope="module")
def shot(tmp_path_factory: pytest.TempPathFactory) -> Shot:
    """Dodge aimed at the figure who crosses the middle, kept, then burn at what is there afterwards; III on IV."""
    asked = [
        (2.6, lambda t_ns: Press(t_ns, "keep", True)),
        (3.6, lambda t_ns: Placing(t_ns, 4.0)),
    ]
    script = "0.6 dodge tap\n1.0 dodge +12\n2.8 burn tap\n3.0 burn +6\n"
    folder = tmp_path_factory.mktemp("places")
    return shoot(folder, 4.5, script, SIZE, [HeartChange(0.0, 80.0)], prepare=asking(asked), look="warm")


def take_of(shot: Shot) -> Take:
    (take,) = shot.takes
    assert verify(take.path) == []
    return take


def test_a_tap_names_a_place_and_a_kept_stroke_keeps_it(shot: Shot) -> None:
    hands = shot.page.moments[-1].hands
    assert hands.dodge_place == HandPlace(number=1)
    assert hands.burn_place == HandPlace(number=2)
    (stroke,) = hands.strokes
    assert (stroke.stops, stroke.place) == (1.25, HandPlace(number=1))  # a quarter is the look's own
    assert (hands.dodge_stops, hands.burn_stops) == (0.0, 0.5)
    last = shot.page.moments[-1]
    assert [number for number, _, _ in last.bearings.places] == [1, 2]
    assert last.look.strokes.kept[0].place is not None
    assert last.look.strokes.kept[0].place.number == 1


def test_the_take_keeps_where_every_place_was(shot: Shot) -> None:
    take = take_of(shot)
    for entry, moment in zip(take.frames(), shot.page.moments, strict=True):
        assert entry.places == [[*place] for place in moment.bearings.places]
        assert entry.light_ev == moment.bearings.light_ev
    kinds = [entry.kind for entry in take.entries(GestureEntry)]
    assert sorted(kinds) == ["keep", "place", "tap", "tap", "turn", "turn"]
    assert [entry.zone for entry in take.entries(PlacingEntry)] == [4.0]
    assert [entry.control for entry in take.entries(PressEntry)].count("keep") == 1


def test_a_moving_place_changes_no_look(shot: Shot) -> None:
    """Only the bearings follow: looks change with the hands and the pulse."""
    moments = [moment for moment in shot.page.moments if moment.bearings.places]
    moved = {moment.bearings.places[0] for moment in moments}
    assert len(moved) > 20
    assert len({moment.base for moment in moments}) < 30


def test_from_the_recorded_signals_looks_and_bearings_are_exact(shot: Shot) -> None:
    take = take_of(shot)
    shown, recorded = list(shown_looks(take)), list(recorded_looks(take))
    assert [made.look for made in shown] == [moment.look for moment in shot.page.moments]
    assert [made.look for made in recorded] == [made.look for made in shown]
    assert [made.bearings for made in recorded] == [moment.bearings for moment in shot.page.moments]


def test_the_hands_strokes_go_over_to_another_look(shot: Shot) -> None:
    take = take_of(shot)
    named = shot.built.shoot.decider.look
    other = list(looks_through(take, replace(named, exposure=replace(named.exposure, ev=0.5)), ()))
    assert other[-1].look.strokes.kept[0].stops == 1.25
    assert other[-1].bearings == shot.page.moments[-1].bearings


def test_from_the_negative_alone_places_are_near(shot: Shot) -> None:
    take = take_of(shot)
    for entry, (made, _) in zip(take.frames(), reanalysed_looks(take), strict=True):
        for kept, again in zip(entry.places, made.bearings.places, strict=True):
            assert kept[0] == again[0]
            assert max(abs(kept[1] - again[1]), abs(kept[2] - again[2])) < 0.1, entry.index


def test_the_placed_spot_lies_on_its_zone(shot: Shot) -> None:
    moment = shot.page.moments[-1]
    placed = moment.look.place
    before = next(m for m in shot.page.moments if m.hands.place_zone is not None)
    assert placed.zone == 4.0
    assert placed.spot == pytest.approx(before.scene.spot_zone, abs=0.5)
    assert moment.hands.ev == 0.0


def test_the_same_bytes_of_picture_with_the_recorded_bearings(shot: Shot) -> None:
    take = take_of(shot)
    frames = (
        (f, made.look, made.bearings) for made, (_, f) in zip(recorded_looks(take), take.negatives(), strict=True)
    )
    worst = 99.0
    for live, later in zip(shot.page.prints, prints(frames, "opencv"), strict=True):
        difference = live.pixels.astype(np.float32) - later.pixels
        worst = min(worst, 10.0 * float(np.log10(255.0**2 / max(1e-9, float(np.mean(difference**2))))))
    assert worst >= 38.0, f"{worst:.2f} dB"


def test_place_on_the_command_line_is_heard_with_the_first_frame(tmp_path: Path) -> None:
    shot = shoot(tmp_path, 0.3, size=(64, 36), prepare=asking([], at_first=Placing(0, 5.0)))
    (take,) = shot.takes
    first = shot.page.moments[0]
    assert first.hands.place_zone == 5.0
    assert first.hands.place_spot == pytest.approx(first.scene.spot_zone)
    assert take.start.hands["place_zone"] == 5.0
    assert list(take.entries(PlacingEntry)) == []  # it is in the state that the take starts with


@pytest.mark.parametrize("zone", ["XI", "-1", "bright", ""])
def test_a_zone_that_is_none_is_one_line(tmp_path: Path, zone: str) -> None:
    command = [sys.executable, "-m", "rig.cli.main", "shoot", "--sim", f"--place={zone}", "--takes", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    got = zone or "nothing"
    assert done.stderr == f"rig: --place: expected a zone of 0 to 10 (0, I, II ... X), got {got}\n"


def test_a_looks_lut_is_in_the_take_and_prints_elsewhere(tmp_path: Path) -> None:
    lut = tmp_path / "mine.cube"
    lut.write_text(CUBE)

    def through_the_lut(built: Built, stop: Stop) -> None:
        decider = built.shoot.decider
        look = replace(decider.look, lut=replace(decider.look.lut, file=str(lut)))
        built.shoot.decider = type(decider)(look, decider.routes)

    (take,) = shoot(tmp_path, 0.5, size=(64, 36), prepare=through_the_lut).takes
    assert (take.path / LUT).read_text() == CUBE
    assert LUT in {fact.name for fact in read_manifest(take.path).files}
    assert verify(take.path) == []
    lut.unlink()
    for looks in (shown_looks, recorded_looks):
        made = list(looks(take))
        assert {one.look.lut.file for one in made} == {str(take.path / LUT)}
        assert made[0].look.fold().finish
    assert len(list(reanalysed_looks(take))) == len(made)
    (take.path / LUT).unlink()
    with pytest.raises(UserError, match=r"expected the look's LUT in look\.cube, got none: it was .*mine\.cube"):
        list(recorded_looks(take))
    assert verify(take.path) == ["look.cube is missing"]


@pytest.mark.parametrize("changed", [None, CUBE.replace("0.", "1.")])
def test_a_lut_that_is_gone_or_changed_is_in_the_take_as_it_was_printed(tmp_path: Path, changed: str | None) -> None:
    lut = tmp_path / "mine.cube"
    lut.write_text(CUBE)

    def gone(built: Built, stop: Stop) -> None:
        decider = built.shoot.decider
        look = replace(decider.look, lut=replace(decider.look.lut, file=str(lut)))
        built.shoot.decider = type(decider)(look, decider.routes)
        after = lut.unlink if changed is None else partial(lut.write_text, changed)
        built.shoot.on_first_print = after  # it was read when the shoot began

    shot = shoot(tmp_path, 0.5, size=(64, 36), prepare=gone)
    (take,) = shot.takes
    assert len(take.frames()) == 15
    assert (take.path / LUT).read_text() == CUBE
    assert shot.page.faults == []
    assert len(list(recorded_looks(take))) == 15


def test_a_take_of_before_places_still_opens(tmp_path: Path) -> None:
    """What is not in a frame's entry stands at its default."""
    (take,) = shoot(tmp_path, 0.2, size=(64, 36)).takes
    entry = next(open_take(take.path).entries(FrameEntry))
    assert (entry.light_ev, entry.places) == (0.0, [])
