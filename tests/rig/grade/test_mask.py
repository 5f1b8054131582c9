"""The dodging mask's memory: time, knobs, aims, places and exposure; what acts at once and what is kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rig.grade.bearings import AS_AIMED, Bearings
from rig.grade.mask import Line, Mask, ellipse, zone_map
from rig.grade.recipe import Place, ZoneGain, ZoneScale

DODGE, BURN = ZoneGain(1.0, 3.0, 1.0), ZoneGain(-1.0, 8.0, 1.0)
FRAME_NS = 33_333_333
Plane = NDArray[np.float32]


def flat(zone: float, shape: tuple[int, int] = (45, 80)) -> Plane:
    return np.full(shape, zone, np.float32)


def scene(seed: int = 1, shape: tuple[int, int] = (45, 80)) -> Plane:
    """Blocks of zones 1 to 7, with noise."""
    rng = np.random.default_rng(seed)
    blocks = rng.uniform(1, 7, (-(-shape[0] // 9), -(-shape[1] // 10)))
    zones = np.kron(blocks, np.ones((9, 10)))[: shape[0], : shape[1]]
    return np.asarray(zones + rng.normal(0, 0.02, shape), np.float32)


def ev(lines: tuple[Line, ...], zones: Plane) -> NDArray[Any]:
    """Of each small pixel."""
    total = np.zeros(zones.shape)
    for line in lines:
        total += np.clip(line.a * zones + line.b, line.low, line.high)
    return total


@pytest.mark.parametrize("shape", [(90, 160), (135, 240), (45, 80), (9, 15), (1, 1)])
def test_one_line_for_all_that_lightens_and_one_for_all_that_darkens(shape: tuple[int, int]) -> None:
    gains = (DODGE, BURN, ZoneGain(0.5, 5.0, 1.0), ZoneScale((0, 0, 0, -0.5, -1, 0, 0, 0, 0, 0, 0)))
    up, down = Mask().update(scene(shape=shape), 0, gains)
    assert (up.low, up.high, down.low, down.high) == (0.0, 1.5, -2.0, 0.0)
    for line in (up, down):
        assert line.a.shape == line.b.shape == shape
        assert line.a.dtype == line.b.dtype == np.float32
        assert np.isfinite(line.a).all()
        assert np.isfinite(line.b).all()


def test_no_line_where_there_is_nothing_to_do() -> None:
    assert Mask().update(scene(), 0, ()) == ()
    assert len(Mask().update(scene(), 0, (BURN,))) == 1


@pytest.mark.parametrize(("zone", "wanted"), [(3.0, 1.0), (2.0, 0.5), (4.0, 0.5), (5.0, 0.0), (8.0, -1.0), (7.0, -0.5)])
def test_a_flat_picture_gets_what_its_zone_is_given(zone: float, wanted: float) -> None:
    assert ev(Mask().update(flat(zone), 0, (DODGE, BURN)), flat(zone)) == pytest.approx(wanted, abs=0.01)


def test_no_slope_turns_a_gradient_round_and_none_is_steeper_than_the_engines_reckon_with() -> None:
    gains = (ZoneGain(2.0, 3.0, 0.25), ZoneGain(-3.0, 6.0, 0.25))
    up, down = Mask().update(scene(), 0, gains)
    assert min(up.a.min(), down.a.min(), (up.a + down.a).min()) >= -0.8 - 1e-5
    assert up.a.max() <= 0.8 * 2.0 + 1e-5
    assert down.a.max() <= 0.8 * 3.0 + 1e-5
    quarter = Mask().update(scene(), 0, (ZoneGain(0.25, 3.0, 0.25),))[0].a
    assert np.abs(quarter).max() <= 0.8 * 0.25 + 1e-6


def test_the_zone_map_gives_a_thing_one_zone_and_keeps_its_edge() -> None:
    zones = flat(3.0)
    zones[:, 40:] = 6.0
    textured = zones + np.random.default_rng(3).normal(0, 0.2, zones.shape).astype(np.float32)
    found = zone_map(textured)
    assert np.abs(found - zones)[:, :38].max() < 0.15
    assert np.abs(found - zones)[:, 42:].max() < 0.15
    assert found.std(axis=0).mean() < 0.3 * textured.std(axis=0).mean()


def test_zones_are_smoothed_by_time_and_not_by_the_count_of_frames() -> None:
    def after(step: int) -> float:
        mask = Mask()
        mask.update(flat(4.0), 0, (DODGE,))
        for index in range(step, 7, step):
            lines = mask.update(flat(4.02), index * FRAME_NS, (DODGE,))
        return float(ev(lines, flat(4.02))[20, 40])

    at_once = float(ev(Mask().update(flat(4.02), 0, (DODGE,)), flat(4.02))[20, 40])
    assert after(1) == pytest.approx(after(3), abs=2e-4)
    assert after(1) > at_once + 0.005


def test_what_moves_is_followed_at_once_beside_what_stands_still() -> None:
    mask, before, after = Mask(), flat(5.0), flat(5.0)
    before[10:25, 10:30] = 3.0
    after[10:25, 40:60] = 3.0
    mask.update(before, 0, (DODGE,))
    moved = ev(mask.update(after, FRAME_NS, (DODGE,)), after)
    fresh = ev(Mask().update(after, FRAME_NS, (DODGE,)), after)
    assert moved == pytest.approx(fresh, abs=1e-4)
    assert moved[17, 50] == pytest.approx(1.0, abs=0.01)


def test_a_cut_leaves_nothing_of_the_picture_before() -> None:
    one, other = scene(1), scene(2)
    mask = Mask()
    for index in range(5):
        mask.update(one, index * FRAME_NS, (DODGE, BURN))
    for every in (1, 3):
        cut = ev(mask.update(other, 5 * FRAME_NS, (DODGE, BURN), every=every), other)
        assert np.abs(cut - ev(Mask().update(other, 0, (DODGE, BURN)), other)).max() < 0.1


def test_a_gap_and_a_step_back_in_time_start_afresh() -> None:
    for t_ns in (int(1.2e9), -FRAME_NS):
        mask = Mask()
        mask.update(flat(4.0), 0, (DODGE,))
        late = ev(mask.update(flat(4.1), t_ns, (DODGE,)), flat(4.1))
        np.testing.assert_array_equal(late, ev(Mask().update(flat(4.1), t_ns, (DODGE,)), flat(4.1)))
    mask.reset()
    np.testing.assert_array_equal(
        ev(mask.update(flat(4.2), 0, (DODGE,)), flat(4.2))[0, 0],
        ev(Mask().update(flat(4.2), 0, (DODGE,)), flat(4.2))[0, 0],
    )


def test_stops_and_aims_act_at_once_also_between_the_frames_that_are_looked_at() -> None:
    for every in (1, 2, 8):
        mask = Mask()
        mask.update(flat(3.0), 0, (ZoneGain(0.5, 3.0, 1.0),), every=every)
        turned = ev(mask.update(flat(3.0), FRAME_NS, (ZoneGain(2.0, 3.0, 1.0),), every=every), flat(3.0))
        assert turned == pytest.approx(2.0, abs=0.01)
        aimed = ev(mask.update(flat(3.0), 2 * FRAME_NS, (ZoneGain(-1.0, 3.0, 0.5),), every=every), flat(3.0))
        assert aimed == pytest.approx(-1.0, abs=0.01)


def test_every_second_frame_keeps_what_the_first_one_said() -> None:
    mask, pictures = Mask(), [scene() + np.float32(0.1 * index) for index in range(4)]
    lines = [mask.update(zones, index * FRAME_NS, (DODGE,), every=2) for index, zones in enumerate(pictures)]
    for kept, first in ((1, 0), (3, 2)):
        np.testing.assert_array_equal(lines[kept][0].a, lines[first][0].a)
        np.testing.assert_array_equal(lines[kept][0].b, lines[first][0].b)
    assert np.abs(lines[2][0].b - lines[0][0].b).max() > 0.01


def test_the_same_frames_give_the_same_lines() -> None:
    runs = []
    for _ in range(2):
        mask = Mask()
        runs.append([mask.update(scene(i % 3), i * FRAME_NS, (DODGE, BURN), every=2) for i in range(6)])
    for one, other in zip(*runs, strict=True):
        for line, same in zip(one, other, strict=True):
            np.testing.assert_array_equal(line.a, same.a)
            np.testing.assert_array_equal(line.b, same.b)


def test_more_light_on_the_sensor_moves_no_aimed_area() -> None:
    zones = scene()
    zones[20:30, 30:50] = 3.1
    gains = (ZoneGain(2.0, 3.0, 1.0), ZoneGain(-3.0, 6.0, 1.0))
    for every in (1, 2):
        mask = Mask()
        before = ev(mask.update(zones, 0, gains, AS_AIMED, every), zones)
        brighter = zones + np.float32(1.0)
        after = ev(mask.update(brighter, FRAME_NS, gains, Bearings(light_ev=1.0), every), brighter)
        assert np.abs(after - before).max() < 0.01
    assert zone_map(brighter, Bearings(light_ev=1.0)) == pytest.approx(zone_map(zones), abs=1e-3)


def test_a_place_is_where_it_is_followed_to_and_nowhere_else() -> None:
    gain = ZoneGain(1.0, 3.0, 1.0, Place(0.25, 0.5, 1 / 3, number=4))
    mask = Mask()
    aimed = ev(mask.update(flat(3.0), 0, (gain,), every=2), flat(3.0))
    assert aimed[22, 20] == pytest.approx(1.0, abs=0.01)
    assert np.abs(aimed[:, 45:]).max() < 1e-4
    moved = ev(mask.update(flat(3.0), FRAME_NS, (gain,), Bearings(places=((4, 0.75, 0.5),)), every=2), flat(3.0))
    assert moved[22, 60] == pytest.approx(1.0, abs=0.01)
    assert np.abs(moved[:, :35]).max() < 1e-4


def test_strokes_at_two_places_share_a_line_and_do_not_touch_each_other() -> None:
    strokes = (ZoneGain(1.0, 3.0, 1.0, Place(0.2, 0.5, 0.3)), ZoneGain(0.5, 3.0, 1.0, Place(0.8, 0.5, 0.3)))
    (line,) = Mask().update(flat(3.0), 0, strokes)
    both = ev((line,), flat(3.0))
    assert line.high == 1.5
    assert both[22, 16] == pytest.approx(1.0, abs=0.01)
    assert both[22, 64] == pytest.approx(0.5, abs=0.01)


def test_an_ellipse_is_as_wide_as_high_and_soft() -> None:
    share = ellipse(Place(0.5, 0.5, 0.5), (0.5, 0.5), (80, 160))
    assert share[40, 80] == 1.0
    assert share[40, 80 + 20] == pytest.approx(share[40 + 20, 80], abs=0.01)
    assert share[40, 80 + 31] == 0.0
    assert 0.0 < share[40, 80 + 20] < 1.0


def test_the_zones_of_a_frame_are_not_changed() -> None:
    zones = scene()
    kept, mask = zones.copy(), Mask()
    for index in range(3):
        mask.update(zones, index * FRAME_NS, (DODGE, BURN))
    np.testing.assert_array_equal(zones, kept)
