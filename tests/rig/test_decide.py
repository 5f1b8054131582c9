"""What a frame and the readings before it decide: aims in the light they were named in, places that go along."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.readings import Frame, Placing, Press, Turn
from rig.decide import Decider, Moment
from rig.grade.look import Look
from rig.zones import value_of_zone

S = 1_000_000_000


class Camera:
    """A grey wall at zone 5 and a lighter half at zone 6, as a camera sees them whose exposure moves."""

    def __init__(self) -> None:
        self.index = 0

    def frame(self, stops: float = 0.0) -> Frame:
        pixels = np.full((96 * 3 // 2, 160), 128, np.uint8)
        pixels[:96] = round(16 + 219 * value_of_zone(5.0 + stops, "srgb"))
        pixels[:96, 80:] = round(16 + 219 * value_of_zone(6.0 + stops, "srgb"))
        self.index += 1
        return Frame(self.index * S // 30, self.index, pixels, exposure_ns=round(10_000_000 * 2.0**stops), gain=1.0)


@pytest.fixture
def camera() -> Camera:
    return Camera()


def tap(t_ns: int) -> list[Press]:
    return [Press(t_ns - 60_000_000, "dodge", True), Press(t_ns - 1_000_000, "dodge", False)]


def play(decider: Decider, camera: Camera, stops: float, frames: int, taking: bool = False) -> Moment:
    for _ in range(frames):
        moment = decider.decide(decider.see(camera.frame(stops), taking), [])
    return moment


def test_what_was_aimed_at_stays_what_it_was_when_the_exposure_moves(camera: Camera) -> None:
    decider = Decider(Look(), ())
    play(decider, camera, 0.0, 3)
    frame = camera.frame()
    aimed = decider.decide(decider.see(frame), tap(frame.t_ns))
    assert aimed.hands.dodge_aim == pytest.approx(5.5, abs=0.6)
    assert aimed.look.dodge.place is not None
    moved = play(decider, camera, 1.0, 300)
    assert moved.bearings.light_ev == pytest.approx(1.0, abs=0.01)  # held, however long
    assert moved.look.dodge.zone == aimed.look.dodge.zone
    assert moved.scene.spot_zone == pytest.approx(aimed.scene.spot_zone, abs=0.1)
    assert moved.scene.key_ev == pytest.approx(aimed.scene.key_ev + 1.0, abs=0.1)


def test_unaimed_the_zones_follow_the_light_but_not_in_a_take(camera: Camera) -> None:
    decider = Decider(Look(), ())
    play(decider, camera, 0.0, 3)
    assert play(decider, camera, 1.0, 30, taking=True).bearings.light_ev == pytest.approx(1.0, abs=0.01)
    assert play(decider, camera, 1.0, 150).bearings.light_ev == pytest.approx(np.exp(-1), abs=0.02)
    assert play(decider, camera, 1.0, 600).bearings.light_ev < 0.02


def test_an_aim_that_was_taken_back_holds_nothing(camera: Camera) -> None:
    decider = Decider(Look(), ())
    frame = camera.frame()
    decider.decide(decider.see(frame), tap(frame.t_ns))
    assert play(decider, camera, 1.0, 60).bearings.light_ev > 0.9
    decider.hands.undo()
    assert play(decider, camera, 1.0, 600).bearings.light_ev < 0.05


def test_a_placed_spot_is_on_its_zone_in_the_print_whatever_the_light_did(camera: Camera) -> None:
    decider = Decider(Look(), ())
    play(decider, camera, 0.0, 2)
    frame = camera.frame()
    decider.decide(decider.see(frame), tap(frame.t_ns))  # from now on the light is held
    moved = play(decider, camera, 1.0, 10)
    frame = camera.frame(1.0)
    placed = decider.decide(decider.see(frame), [Placing(frame.t_ns, 4.0)])
    on_the_negative = moved.scene.spot_zone + moved.bearings.light_ev
    assert on_the_negative + placed.look.fold().ev == pytest.approx(4.0, abs=1e-6)


def test_the_look_is_the_same_while_a_place_moves(camera: Camera) -> None:
    decider = Decider(Look(), ())
    frame = camera.frame()
    first = decider.decide(decider.see(frame), [*tap(frame.t_ns), Turn(frame.t_ns, "dodge", 6)])
    later = play(decider, camera, 0.0, 20)
    assert later.look is first.look or later.look == first.look
    ((number, x, y),) = later.bearings.places
    assert (number, x, y) == (1, pytest.approx(0.5, abs=0.05), pytest.approx(0.5, abs=0.05))
    assert later.zones is not None
    assert later.zones.shape == (12, 20)
