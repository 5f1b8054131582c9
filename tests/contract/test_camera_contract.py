"""What every Camera keeps to, run on each that works without hardware, on both clocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from drivers.clock import Clock, SystemClock
from drivers.interfaces import Camera
from drivers.names import Bench, make_camera
from drivers.readings import Frame
from drivers.settings import CameraSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.world import World

Make = Callable[[bool], Camera]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "five.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=50)
        stream.width, stream.height, stream.pix_fmt = 65, 37, "yuv420p"
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((37, 65, 3), 40 * number, np.uint8), "rgb24").reformat(
                format="yuv420p"
            )
            frame.pts, frame.time_base = number, Fraction(1, 50)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def worlds() -> dict[type, World]:
    """One world a clock: its market is painted once."""
    return {kind: World(kind()) for kind in (SimulatedClock, SystemClock)}


@pytest.fixture(params=[SimulatedClock, SystemClock])
def clock(request: pytest.FixtureRequest, worlds: dict[type, World]) -> Clock:
    return worlds[request.param].clock


@pytest.fixture(params=["sim", "file"])
def make(request: pytest.FixtureRequest, clock: Clock, worlds: dict[type, World], clip: Path) -> Iterator[Make]:
    made: list[Camera] = []
    world = worlds[type(clock)]

    def camera(loop: bool = True) -> Camera:
        source = str(clip) if request.param == "file" else ""
        settings = CameraSettings(name=request.param, source=source, loop=loop, width=64, height=36, rate_hz=50.0)
        made.append(make_camera(settings, Bench(clock, lambda: world)))
        return made[-1]

    yield camera
    for camera_made in made:
        camera_made.close()


def some(camera: Camera, count: int) -> list[Frame]:
    frames = [camera.read() for _ in range(count)]
    whole = [frame for frame in frames if frame is not None]
    assert len(whole) == count
    return whole


def test_frames_are_what_was_announced(make: Make) -> None:
    camera = make(True)
    info = camera.open()
    assert info.name
    assert 1 <= info.rate_hz <= 240
    assert info.width % 2 == 0
    assert info.height % 2 == 0
    for frame in some(camera, 4):
        assert frame.pixels.shape == (info.height * 3 // 2, info.width)
        assert frame.pixels.dtype == np.uint8
        assert frame.pixels.flags.c_contiguous
        assert not frame.pixels.flags.writeable
        assert frame.colour == info.colour
        assert (frame.width, frame.height) == (info.width, info.height)


def test_times_and_numbers_only_grow(make: Make, clock: Clock) -> None:
    camera = make(True)
    camera.open()
    frames = some(camera, 8)
    assert min(np.diff([frame.t_ns for frame in frames])) > 0
    assert min(np.diff([frame.index for frame in frames])) >= 1
    assert frames[0].index == 0
    assert frames[-1].t_ns <= clock.now_ns()


def test_frames_keep_their_pixels_while_others_come(make: Make) -> None:
    camera = make(True)
    camera.open()
    first = some(camera, 1)[0]
    copy = first.pixels.copy()
    some(camera, 3)
    assert np.array_equal(first.pixels, copy)


def test_the_rate_is_the_rate(make: Make) -> None:
    camera = make(True)
    info = camera.open()
    frames = some(camera, 9)
    steps = np.diff([frame.t_ns for frame in frames]) / np.diff([frame.index for frame in frames])
    assert float(np.median(steps)) == pytest.approx(1e9 / info.rate_hz, rel=0.01)


def test_a_closed_camera_gives_nothing_and_may_be_closed_twice_and_opened_again(make: Make) -> None:
    camera = make(True)
    camera.close()
    assert camera.read() is None
    camera.open()
    some(camera, 2)
    camera.close()
    camera.close()
    assert camera.read() is None
    camera.open()
    assert some(camera, 1)[0].index == 0


def test_locking_does_not_stop_the_frames(make: Make) -> None:
    camera = make(True)
    camera.lock()
    camera.open()
    camera.lock()
    some(camera, 2)
    camera.unlock()
    some(camera, 1)


@pytest.mark.parametrize("make", ["file"], indirect=True)
def test_after_the_last_frame_there_is_none_however_often_one_asks(make: Make) -> None:
    camera = make(False)
    camera.open()
    some(camera, 5)
    assert [camera.read() for _ in range(3)] == [None, None, None]
