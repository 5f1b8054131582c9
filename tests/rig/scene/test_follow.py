"""Places stay with what they were named on: to a part of a pixel, for minutes, round corners, and out and back in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.readings import Frame
from drivers.sim.market import NightMarket
from rig.scene.follow import Follower
from rig.zones import small_luma

ROWS, COLUMNS = 90, 160
FRAME_NS = 33_333_333
MIDDLE = (0.5, 0.5)


def grey(name: str, height: int = 200) -> np.ndarray:
    picture = getattr(pytest.importorskip("skimage.data"), name)()
    luma = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return cv2.resize(luma, (luma.shape[1] * height // luma.shape[0], height), interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="module")
def panorama() -> np.ndarray:
    return np.hstack([grey("coffee"), grey("astronaut"), grey("camera"), grey("chelsea")]).astype(np.float32)


def views(picture: np.ndarray, path: np.ndarray, noise: float = 1.5) -> Iterator[np.ndarray]:
    """The picture as a small luma that has moved by path (n, 2) pixels right and down, with a sensor's noise."""
    dice = np.random.default_rng(0)
    height, width = picture.shape
    for right, down in path:
        to = np.array([[1, 0, (COLUMNS - width) / 2 + right], [0, 1, (ROWS - height) / 2 + down]], np.float32)
        seen = cv2.warpAffine(picture, to, (COLUMNS, ROWS), flags=cv2.INTER_CUBIC)
        yield np.clip(np.rint(seen + dice.normal(0.0, noise, seen.shape)), 0, 255).astype(np.uint8)


def errors(picture: np.ndarray, path: np.ndarray, origin: tuple[float, float] = MIDDLE) -> np.ndarray:
    """(n,): pixels between where the place is told to be and where it is."""
    follower, found = Follower(), []
    for index, view in enumerate(views(picture, path)):
        ((number, x, y),) = follower.follow(view, (index + 1) * FRAME_NS, {7: origin})
        assert number == 7
        found.append((x * COLUMNS, y * ROWS))
    truth = np.array([origin[0] * COLUMNS, origin[1] * ROWS]) + path - path[0]
    return np.hypot(*(np.array(found) - truth).T)


def seconds(count: float) -> np.ndarray:
    return np.arange(round(count * 30)) / 30


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea", "camera"])
def test_on_a_still_picture_noise_moves_nothing(name: str) -> None:
    assert errors(grey(name).astype(np.float32), np.zeros((150, 2))).max() < 0.25


@pytest.mark.parametrize(("name", "long_s"), [("astronaut", 60), ("coffee", 15), ("chelsea", 15)])
def test_a_shaking_hand_is_followed_without_drift(name: str, long_s: float) -> None:
    t = seconds(long_s)
    shake = np.stack([6 * np.sin(1.1 * t) + 2 * np.sin(7 * t), 4 * np.sin(1.7 * t) + np.sin(9 * t)], axis=1)
    off = errors(grey(name).astype(np.float32), shake)
    assert np.quantile(off, 0.99) < 0.3
    assert off[-150:].mean() < 0.15


@pytest.mark.parametrize("origin", [(0.5, 0.5), (0.3, 0.6)])
def test_out_of_the_picture_and_back_on_both_sides(panorama: np.ndarray, origin: tuple[float, float]) -> None:
    """A pan of more than half a picture to one side, over to the other, and home again."""
    t = seconds(20)
    across = np.interp(t, [0, 4, 5, 12, 13, 17, 20], [0, -110, -110, 110, 110, 0, 0])
    path = np.stack([across, 3 * np.sin(t)], axis=1)
    off = errors(panorama, path, origin)
    x = origin[0] * COLUMNS + across
    outside = (x < -8) | (x > COLUMNS + 8)
    assert outside.mean() > 0.2
    assert off[-60:].max() < 0.5
    well_inside = (x > 20) & (x < COLUMNS - 20)
    assert np.quantile(off[well_inside], 0.9) < 0.5


def test_hidden_it_waits_and_comes_back(panorama: np.ndarray) -> None:
    follower, told = Follower(), []
    for index, view in enumerate(views(panorama, np.zeros((150, 2)))):
        seen = view.copy()
        if 40 <= index < 90:
            seen[20:70, 50:110] = np.random.default_rng(index // 25).integers(0, 255, (50, 60), np.uint8)
        ((_, x, y),) = follower.follow(seen, (index + 1) * FRAME_NS, {1: MIDDLE})
        told.append((x * COLUMNS - 80, y * ROWS - 45))
    off = np.hypot(*np.array(told).T)
    assert off.max() < 1.5
    assert off[-20:].max() < 0.3


def test_the_figure_who_walks_through_the_market(market: list[tuple[np.ndarray, np.ndarray]]) -> None:
    """True subject, a still camera, people and lamps about: the tap was at the middle of the figure."""
    start = 16
    x, y = middle(market[start][1])
    follower, off = Follower(), []
    follower.follow(market[start - 1][0], (start - 1) * FRAME_NS, {})
    for index in range(start, len(market)):
        ((_, at_x, at_y),) = follower.follow(market[index][0], index * FRAME_NS, {1: (x, y)})
        true_x, true_y = middle(market[index][1])
        off.append((at_x - true_x) * COLUMNS)
        assert abs(at_y - true_y) * ROWS < 3.0
    walked = (middle(market[-1][1])[0] - x) * COLUMNS
    assert walked > 25.0
    assert np.abs(off).max() < 2.0


def test_a_subjects_mask_is_followed_where_there_is_one(market: list[tuple[np.ndarray, np.ndarray]]) -> None:
    x, y = middle(market[20][1])
    follower = Follower()
    follower.follow(market[19][0], 19 * FRAME_NS, {}, market[19][1])
    for index in range(20, len(market), 3):
        ((_, at_x, at_y),) = follower.follow(market[index][0], index * FRAME_NS, {1: (x, y)}, market[index][1])
        true_x, true_y = middle(market[index][1])
        assert abs(at_x - true_x) * COLUMNS < 1.5
        assert abs(at_y - true_y) * ROWS < 1.5


@pytest.fixture(scope="module")
def market() -> list[tuple[np.ndarray, np.ndarray]]:
    """Small luma and subject of two and a half seconds in which the figure crosses the picture."""
    world, seen = NightMarket(1, 1280, 720), []
    for index in range(14, 90):
        t_s = index / 30
        luma = small_luma(Frame(index * FRAME_NS, index, world.paint(t_s, index)))
        share = cv2.resize(world.subject(t_s).astype(np.float32), (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
        seen.append((luma, share > 0.5))
    return seen


def middle(mask: np.ndarray) -> tuple[float, float]:
    rows, columns = np.nonzero(mask)
    return (columns.mean() + 0.5) / COLUMNS, (rows.mean() + 0.5) / ROWS


def test_a_plain_place_goes_with_the_picture(panorama: np.ndarray) -> None:
    wall = panorama.copy()
    height, width = wall.shape
    wall[height // 2 - 22 : height // 2 + 22, width // 2 - 22 : width // 2 + 22] = 120.0
    t = seconds(4)
    off = errors(wall, np.stack([10 * np.sin(t), 5 * np.sin(2 * t)], axis=1))
    assert off.max() < 2.0


def test_what_is_wanted_again_was_followed_meanwhile(panorama: np.ndarray) -> None:
    """A tap that is taken back and done again is where its subject has gone."""
    path = np.stack([np.linspace(0, -30, 60), np.zeros(60)], axis=1)
    follower = Follower()
    for index, view in enumerate(views(panorama, path)):
        wanted = {1: MIDDLE} if index < 20 or index >= 50 else {2: MIDDLE}
        places = follower.follow(view, (index + 1) * FRAME_NS, wanted)
    assert places[0][1] * COLUMNS == pytest.approx(80 - 30, abs=0.5)


def test_what_was_put_aside_long_ago_is_found_when_it_is_wanted_again(panorama: np.ndarray) -> None:
    """Four aims while the camera pans, then back to the first of them."""
    path = np.stack([np.linspace(0, -40, 90), np.zeros(90)], axis=1)
    follower, found = Follower(), ()
    for index, view in enumerate(views(panorama, path)):
        wanted = 1 + index // 10 if index < 40 else 1
        found = follower.follow(view, index * FRAME_NS, {wanted: MIDDLE})
    ((number, x, _),) = found
    assert number == 1
    assert x == pytest.approx(0.5 - 40 / COLUMNS, abs=0.02)


def test_the_same_frames_give_the_same_places(panorama: np.ndarray) -> None:
    path = np.stack([8 * np.sin(seconds(2)), np.zeros(60)], axis=1)
    runs = []
    for _ in range(2):
        follower = Follower()
        runs.append(
            [
                follower.follow(view, (index + 1) * FRAME_NS, {1: MIDDLE, 4: (0.2, 0.8)})
                for index, view in enumerate(views(panorama, path))
            ]
        )
    assert runs[0] == runs[1]
    assert [number for number, _, _ in runs[0][-1]] == [1, 4]


def test_a_tiny_picture_and_one_that_changes_its_size(panorama: np.ndarray) -> None:
    follower = Follower({3: (0.25, 0.75)})
    tiny = np.full((5, 8), 100, np.uint8)
    assert follower.follow(tiny, FRAME_NS, {3: MIDDLE}) == ((3, 0.25, 0.75),)
    (view,) = views(panorama, np.zeros((1, 2)))
    assert follower.follow(view, 2 * FRAME_NS, {3: MIDDLE})[0] == pytest.approx((3, 0.25, 0.75))
    assert follower.follow(view, 3 * FRAME_NS, {3: MIDDLE})[0][1] == pytest.approx(0.25, abs=0.002)
    assert follower.follow(view, 4 * FRAME_NS, {}) == ()


@pytest.mark.shared
def test_on_a_film_it_stays_on_what_it_was_named_on(shared: Path) -> None:
    """Forth and back through a real clip in which everything moves: where it comes home to is where it began."""
    clip = cv2.VideoCapture(str(shared / "data/clips/bigbuckbunny.mp4"))
    seen = []
    while len(seen) < 105:
        luma = cv2.cvtColor(clip.read()[1], cv2.COLOR_BGR2GRAY)
        seen.append(cv2.resize(luma, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA))
    seen = seen[60:]
    for origin in ((0.5, 0.5), (0.3, 0.4), (0.7, 0.6), (0.2, 0.7), (0.8, 0.3)):
        follower = Follower()
        for index, view in enumerate([*seen, *seen[-2::-1]]):
            ((_, x, y),) = follower.follow(view, (index + 1) * FRAME_NS, {1: origin})
        assert np.hypot((x - origin[0]) * COLUMNS, (y - origin[1]) * ROWS) < 0.5, origin
