"""Follows places through the picture: each stays with what lay under it, whether that moves or the camera does.

With the subject's mask where a scene has one; else with what the place looked like (rig/scene/patch.py); where there is
nothing to hold on to, with the picture as a whole. Lost behind something, a place stays where the world is and comes
back when it is seen again. Gone out of the picture it waits outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, hypot

import numpy as np
from numpy.typing import NDArray

from drivers.readings import Bytes8
from rig.scene.flow import flow, picture_motion, weighted_median
from rig.scene.patch import Patch, Plane, best_match

SMALLEST_ROWS = 24  # in a smaller picture there is nothing to follow
REACH = 1.0 / 7.0  # radius of the patch, of the picture's height
GRID, SPREAD = 5, 0.5  # points of a side, and how far they lie from the middle, of the patch's radius
LONGEST_GAP_S = 0.5
HELD, FOUND = 0.6, 0.85  # how well a patch fits while it is followed, and when it was lost
LEAP, MOST_HELD = 0.15, 0.95  # so much better for each radius that it leaps, against how it went; and the most of it
FARTHER = 0.05  # so much better it must fit a picture height away from where it is looked for
SEARCH_EVERY = 3  # frames
SEARCH_SPEED = 0.3  # picture heights a second by which the search widens
VELOCITY_S = 0.3
LEARN_EVERY = 8  # frames
GLIDE_S = 0.12  # a place that was found elsewhere goes there, it does not jump
SPARES = 2  # places nobody wants any more are followed on, in case an undo wants them again
MOST_ASIDE = 64  # older ones are kept in mind as they looked, and looked for when they are wanted again
FARTHEST = 3.0  # pictures beyond the edge to which a place is kept in mind

Placed = tuple[int, float, float]


@dataclass(slots=True, eq=False)
class _Followed:
    """x, y: pixels of the small luma; ``was``: in the frame before. velocity: pixels a second, of its own, that is
    against the world. off: how far from there it is still shown. of_subject: from the middle of the subject's mask."""

    x: float
    y: float
    was: tuple[float, float]
    patch: Patch | None = None
    velocity: tuple[float, float] = (0.0, 0.0)
    off: tuple[float, float] = (0.0, 0.0)
    lost_ns: int | None = None
    frames: int = 0
    of_subject: tuple[float, float] | None = None

    def see_velocity(self, world: tuple[float, float], gap_s: float) -> None:
        """Learn how it moves against the world."""
        keep = exp(-gap_s / VELOCITY_S)
        now = (self.x - self.was[0] - world[0]) / gap_s, (self.y - self.was[1] - world[1]) / gap_s
        self.velocity = (
            now[0] + keep * (self.velocity[0] - now[0]),
            now[1] + keep * (self.velocity[1] - now[1]),
        )


class Follower:
    """Owns the frame before and what each place looked like. The same frames and wishes give the same places."""

    def __init__(self, known: Mapping[int, tuple[float, float]] | None = None) -> None:
        """known: where places were when this begins, by number, 0 to 1 of the picture; else they are where they were
        named."""
        self._known = dict(known or {})
        self._before: Bytes8 | None = None
        self._t_ns = 0
        self._places: dict[int, _Followed] = {}
        self._aside: dict[int, _Followed] = {}
        self._subject: NDArray[np.bool_] | None = None

    def follow(
        self,
        small: Bytes8,
        t_ns: int,
        wanted: Mapping[int, tuple[float, float]],
        subject: NDArray[np.bool_] | None = None,
    ) -> tuple[Placed, ...]:
        """Where each wanted place is in this frame: (number, x, y), by number, 0 to 1 of width and height.

        small: the frame's small luma; frames in order of time. wanted: number to where it was named, in the frame
        before this one, which is the one the hand saw. subject: (rows, columns), where the subject is.
        """
        before, gap_s = self._before, (t_ns - self._t_ns) / 1e9
        if before is not None and before.shape != small.shape:
            before = None
            self._rescale(small.shape)
        elif not 0.0 < gap_s <= LONGEST_GAP_S:
            before = None
        if wanted or self._places:
            self._begin(small if before is None else before, wanted, t_ns)
            self._move(before, small, t_ns, gap_s, subject)
        self._before, self._t_ns, self._subject = small, t_ns, subject
        rows, columns = small.shape
        placed = []
        for number in sorted(wanted):
            one = self._places[number]
            x, y = one.x + one.off[0], one.y + one.off[1]
            placed.append((number, (x + 0.5) / columns, (y + 0.5) / rows))
        return tuple(placed)

    def _begin(self, luma: Bytes8, wanted: Mapping[int, tuple[float, float]], t_ns: int) -> None:
        """Places that are new or wanted again, and those put aside that nobody has wanted for some time."""
        rows, columns = luma.shape
        for number, origin in wanted.items():
            if number in self._aside:
                self._places[number] = self._aside.pop(number)
            elif number not in self._places:
                x, y = self._known.pop(number, origin)
                one = self._places[number] = _place_at(x * columns - 0.5, y * rows - 0.5)
                self._look(one, luma)
        spare = sorted(self._places.keys() - wanted.keys())
        for number in spare[: max(0, len(spare) - SPARES)]:
            one = self._aside[number] = self._places.pop(number)
            one.lost_ns = t_ns if one.lost_ns is None else one.lost_ns
        for number in sorted(self._aside)[: max(0, len(self._aside) - MOST_ASIDE)]:
            del self._aside[number]

    def _look(self, one: _Followed, luma: Bytes8) -> None:
        if luma.shape[0] >= SMALLEST_ROWS:
            one.patch = Patch(luma.astype(np.float32), one.x, one.y, max(3, round(REACH * luma.shape[0])))
        subject = self._subject
        if subject is not None and subject.shape == luma.shape and _inside(subject, one.x, one.y):
            x, y = _middle(subject)
            one.of_subject = (one.x - x, one.y - y)

    def _move(
        self, before: Bytes8 | None, small: Bytes8, t_ns: int, gap_s: float, subject: NDArray[np.bool_] | None
    ) -> None:
        places = list(self._places.values())
        free = []
        for one in places:
            one.frames += 1
            one.off = (one.off[0] * exp(-max(gap_s, 0.0) / GLIDE_S), one.off[1] * exp(-max(gap_s, 0.0) / GLIDE_S))
            if one.of_subject is not None and subject is not None and subject.any():
                x, y = _middle(subject)
                one.x, one.y = x + one.of_subject[0], y + one.of_subject[1]
            else:
                free.append(one)
        if not free or small.shape[0] < SMALLEST_ROWS:
            return
        luma = small.astype(np.float32)
        moved = _moved(before, small, free) if before is not None else [None] * len(free)
        adrift = [one for one, by in zip(free, moved, strict=True) if not self._hold(one, luma, by)]
        at_edge = any(_near_edge(one, small.shape) for one in free)
        if not adrift and not at_edge:
            return
        world = picture_motion(before, small) if before is not None else (0.0, 0.0)
        for one in adrift:
            if not self._hold(one, luma, world):
                one.x, one.y = one.x + world[0], one.y + world[1]
                self._seek(one, luma, t_ns, gap_s)
        for one in free:
            if one.lost_ns is None and 0.0 < gap_s <= LONGEST_GAP_S:
                one.see_velocity(world, gap_s)

    def _hold(self, one: _Followed, luma: Plane, by: tuple[float, float] | None) -> bool:
        """Go where the patch is seen now, about ``by`` from where it was; False where it is not."""
        patch = one.patch
        if patch is None or patch.is_plain or by is None or one.lost_ns is not None:
            return False
        x, y, fits = patch.align(luma, one.x + by[0], one.y + by[1])
        leap = hypot(x - 2.0 * one.x + one.was[0], y - 2.0 * one.y + one.was[1]) / patch.radius
        if fits < min(HELD + LEAP * leap, MOST_HELD):
            return False
        one.was, one.x, one.y = (one.x, one.y), x, y
        if one.frames % LEARN_EVERY == 0:
            patch.learn(luma, x, y)
        return True

    def _seek(self, one: _Followed, luma: Plane, t_ns: int, gap_s: float) -> None:
        """Lost: look for it, farther away the longer it is lost; one that was on its way out goes on out."""
        patch = one.patch
        if patch is None or patch.is_plain:
            return
        if one.lost_ns is None:
            one.lost_ns = t_ns
        rows, columns = luma.shape
        one.x = _outward(one.x, one.velocity[0] * gap_s, columns, patch.radius)
        one.y = _outward(one.y, one.velocity[1] * gap_s, rows, patch.radius)
        if one.frames % SEARCH_EVERY:
            return
        lost_s = (t_ns - one.lost_ns) / 1e9
        found = best_match(patch.search(luma), (one.x, one.y), patch.radius, rows * SEARCH_SPEED * lost_s)
        if found is None:
            return
        x, y, fits = patch.align(luma, *found)
        enough = FOUND + FARTHER * min(1.0, hypot(x - one.x, y - one.y) / rows)
        if fits >= HELD and patch.resembles(luma, x, y) >= enough:
            one.off = (one.x + one.off[0] - x, one.y + one.off[1] - y)
            one.was, one.x, one.y, one.lost_ns, one.velocity = (x, y), x, y, None, (0.0, 0.0)

    def _rescale(self, shape: tuple[int, ...]) -> None:
        """The picture has another size: places stay where they are in it, and are seen anew."""
        assert self._before is not None
        down, right = shape[0] / self._before.shape[0], shape[1] / self._before.shape[1]
        for number, one in (self._places | self._aside).items():
            x, y = (one.x + 0.5) * right - 0.5, (one.y + 0.5) * down - 0.5
            self._known[number] = ((x + 0.5) / shape[1], (y + 0.5) / shape[0])
        self._places.clear()
        self._aside.clear()


def _place_at(x: float, y: float) -> _Followed:
    return _Followed(x, y, (x, y))


def _near_edge(one: _Followed, shape: tuple[int, ...]) -> bool:
    margin = 2 * one.patch.radius if one.patch is not None else 0
    return not (margin < one.x < shape[1] - margin and margin < one.y < shape[0] - margin)


def _moved(before: Bytes8, now: Bytes8, places: list[_Followed]) -> list[tuple[float, float] | None]:
    """How far each place has gone, as its middle tells; None where nothing there can be followed."""
    grids, weights = [], []
    for one in places:
        if one.patch is None or one.lost_ns is not None:
            grids.append(np.zeros((0, 2), np.float32))
            weights.append(np.zeros(0, np.float32))
            continue
        radius = one.patch.radius
        steps = np.rint(np.linspace(-SPREAD * radius, SPREAD * radius, GRID)).astype(np.int64)
        down, right = (grid.ravel() for grid in np.meshgrid(steps, steps, indexing="ij"))
        grids.append(np.stack([one.x + right, one.y + down], axis=1).astype(np.float32))
        weights.append(one.patch.weights[radius + down, radius + right])
    points = np.concatenate(grids)
    if not len(points):
        return [None] * len(places)
    steps_taken, good = flow(before, now, points)
    moved: list[tuple[float, float] | None] = []
    at = 0
    for grid, weight in zip(grids, weights, strict=True):
        mine = slice(at, at + len(grid))
        at += len(grid)
        kept = good[mine]
        if np.count_nonzero(kept) < 3:
            moved.append(None)
            continue
        by = steps_taken[mine][kept]
        moved.append((weighted_median(by[:, 0], weight[kept]), weighted_median(by[:, 1], weight[kept])))
    return moved


def _outward(at: float, step: float, size: int, margin: int) -> float:
    """On and out, where it was going out, until it is outside with all of its place."""
    going = (size - margin < at < size + 2 * margin and step > 0.0) or (-2 * margin < at < margin and step < 0.0)
    return min(max(at + (step if going else 0.0), -FARTHEST * size), (1.0 + FARTHEST) * size)


def _inside(mask: NDArray[np.bool_], x: float, y: float) -> bool:
    row, column = round(y), round(x)
    return 0 <= row < mask.shape[0] and 0 <= column < mask.shape[1] and bool(mask[row, column])


def _middle(mask: NDArray[np.bool_]) -> tuple[float, float]:
    rows, columns = np.nonzero(mask)
    return float(columns.mean()), float(rows.mean())
