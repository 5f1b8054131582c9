"""No memory of a frame's size is asked for once the loop is warm: cameras, prints, the recorder's line and JPEGs."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shooting import Watching, shoot

from drivers.pool import FramePool
from drivers.readings import Colour, Frame
from rig.build import Built, simulated
from rig.config import Config
from rig.grade.engines import installed_engines
from rig.service import Stop
from rig.viewfinder.jpeg import PLANES, to_jpeg

SIZE = (640, 360)
FRAME_BYTES = SIZE[0] * SIZE[1] * 3 // 2
WARM = 30  # frames


@contextmanager
def traced() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()


@dataclass
class Weighing(Watching):
    """Of each turn of the loop, from one print to the next: the most bytes above what there was before."""

    keep: bool = False
    more: list[int] = field(default_factory=list)
    held: int = 0

    def show(self, frame: Frame, *rest: Any) -> None:
        if not tracemalloc.is_tracing():  # not before: a compiler's work would take minutes
            tracemalloc.start()
        held, peak = tracemalloc.get_traced_memory()
        self.more.append(peak - self.held)
        tracemalloc.reset_peak()
        self.held = held


@pytest.mark.parametrize("engine", [name for name in installed_engines() if name != "reference"])
def test_a_warm_loop_asks_for_no_memory_of_a_frames_size(engine: str, tmp_path: Path) -> None:
    page = Weighing()

    def watched(built: Built, stop: Stop) -> None:
        built.shoot.page = page

    config = simulated(Config())
    config = replace(config, grade=replace(config.grade, engine=engine))
    script = "0.2 dodge +9\n0.3 burn +9"
    try:
        shot = shoot(tmp_path, 1.8, script, SIZE, config=config, prepare=watched)
    finally:
        tracemalloc.stop()
    assert len(page.more) > 1.5 * WARM
    assert shot.takes[0].frames()[-1].index > 1.5 * WARM  # and all of them were recorded
    assert max(page.more[WARM:]) < FRAME_BYTES


@pytest.mark.parametrize("size", [(640, 360), (1280, 720)])
def test_a_jpeg_is_made_in_memory_that_is_there(size: tuple[int, int]) -> None:
    pool = FramePool(PLANES)
    pixels = np.full((size[1] * 3 // 2, size[0]), 90, np.uint8)
    assert most_bytes(lambda: to_jpeg(pixels, Colour(), pool=pool)) < 0.3 * pixels.nbytes


def test_what_is_held_on_to_is_asked_for_anew() -> None:
    """The scales themselves: a loop that keeps every frame does ask for memory."""
    pool, kept = FramePool(), []
    assert most_bytes(lambda: kept.append(pool.take((540, 640)))) >= 540 * 640


def most_bytes(work: Callable[[], object]) -> int:
    with traced():
        for _ in range(3):
            work()
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        work()
        return tracemalloc.get_traced_memory()[1] - held
