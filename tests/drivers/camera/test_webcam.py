"""The webcam: OpenCV's pictures become frames; a missing one is one clear line and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from drivers.camera.webcam import WebcamCamera, make
from drivers.clock import SystemClock
from drivers.colour import to_rgb
from drivers.errors import BadInput, DeviceLost, DeviceNotFound
from drivers.names import Bench
from drivers.readings import Frame
from drivers.settings import CameraSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.world import World

MS = 1_000_000


@pytest.fixture
def pictures(tmp_path: Path) -> Callable[[int], str]:
    """Real files for OpenCV to capture from, in place of a device: one colour, 65x49."""

    def drawn(count: int) -> str:
        for number in range(count):
            picture = np.full((49, 65, 3), (30, 90, 200), np.uint8)  # B, G, R
            cv2.imwrite(str(tmp_path / f"{number:03}.png"), picture)
        return str(tmp_path / "%03d.png")

    return drawn


def camera(source: str, clock: SimulatedClock) -> WebcamCamera:
    bench = Bench(clock, lambda: World(clock))
    return WebcamCamera("webcam 0", lambda: cv2.VideoCapture(source, cv2.CAP_IMAGES), bench)


def test_pictures_become_even_i420_of_the_same_colour(pictures: Callable[[int], str]) -> None:
    webcam = camera(pictures(3), SimulatedClock())
    info = webcam.open()
    frame = webcam.read()
    webcam.close()
    assert frame is not None
    assert (info.width, info.height) == (frame.width, frame.height) == (64, 48)
    assert np.abs(to_rgb(frame.pixels, frame.colour).astype(int) - (200, 90, 30)).max() <= 3


def test_half_a_frame_is_taken_off_the_time_of_arrival(pictures: Callable[[int], str]) -> None:
    clock = SimulatedClock()
    webcam = camera(pictures(3), clock)
    info = webcam.open()
    opened_ns = clock.now_ns()
    frame = webcam.read()  # the thread's first look is at once
    webcam.close()
    assert frame is not None
    assert frame.t_ns == opened_ns - round(0.5e9 / info.rate_hz)


class Hanging:
    """A webcam as V4L2 shows it when it hangs: its second picture comes when the test lets it."""

    def __init__(self) -> None:
        self.reading, self.let_go, self.released = threading.Event(), threading.Event(), threading.Event()
        self.reads = 0
        self.released_under_a_read = False

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return True

    def get(self, propId: int) -> float:  # noqa: N803 - OpenCV's name
        return 30.0

    def read(self, image: Any = None) -> tuple[bool, Any]:
        self.reads += 1
        if self.reads == 2:
            self.reading.set()
            self.let_go.wait(20)
            self.released_under_a_read = self.released.is_set()
            self.reading.clear()
            return False, None
        return True, np.zeros((48, 64, 3), np.uint8)

    def release(self) -> None:
        self.released.set()


def test_a_webcam_that_hangs_is_released_by_its_own_thread_and_holds_nobody() -> None:
    clock, first, second = SystemClock(), Hanging(), Hanging()
    captures = [first, second]
    webcam = WebcamCamera("webcam 0", lambda: captures.pop(0), Bench(clock, lambda: World(clock)))
    webcam.open()
    assert first.reading.wait(10)
    before_ns = clock.now_ns()
    webcam.close()
    assert clock.now_ns() - before_ns < 3_000 * MS  # a busy machine is late; the frame loop would have waited for 5 s
    assert first.reading.is_set()
    assert not first.released.is_set()
    webcam.open()
    assert second.reading.wait(10)
    first.let_go.set()
    assert first.released.wait(10)
    assert not first.released_under_a_read
    second.let_go.set()
    with pytest.raises(DeviceLost, match="the webcam gave no picture"):
        webcam.read()
    webcam.close()
    assert second.released.is_set()


def test_what_the_webcam_before_died_of_is_not_the_next_ones_death() -> None:
    clock, first, second = SystemClock(), Hanging(), Hanging()
    second.reads = 10  # gives pictures for ever
    captures = [first, second]
    webcam = WebcamCamera("webcam 0", lambda: captures.pop(0), Bench(clock, lambda: World(clock)))
    webcam.open()
    assert first.reading.wait(10)
    webcam.close()
    webcam.open()
    first.let_go.set()  # gives no picture
    assert first.released.wait(10)
    assert [isinstance(webcam.read(), Frame) for _ in range(20)] == [True] * 20
    webcam.close()


def test_a_late_reader_gets_four_frames_and_a_gap(pictures: Callable[[int], str]) -> None:
    clock = SimulatedClock()
    webcam = camera(pictures(60), clock)
    webcam.open()
    clock.sleep_until_ns(clock.now_ns() + 10 * MS)  # a picture a millisecond
    frames = [frame for frame in (webcam.read() for _ in range(5)) if frame]
    webcam.close()
    assert [frame.index for frame in frames[:4]] == [0, 1, 2, 3]
    assert frames[4].index >= 10
    assert min(np.diff([frame.t_ns for frame in frames])) > 0


def test_an_unplugged_webcam_is_lost_after_its_last_frames(pictures: Callable[[int], str]) -> None:
    webcam = camera(pictures(3), SimulatedClock())
    webcam.open()  # takes the first
    assert [isinstance(webcam.read(), Frame) for _ in range(2)] == [True, True]
    with pytest.raises(DeviceLost, match="unplugged"):
        webcam.read()
    webcam.close()
    webcam.close()
    assert webcam.read() is None


def test_a_missing_webcam_is_one_line_and_opencv_keeps_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    clock = SimulatedClock()
    webcam = make(CameraSettings(name="webcam", source="63"), Bench(clock, lambda: World(clock)))
    with pytest.raises(DeviceNotFound, match="camera webcam 63: expected a webcam at that number, got none"):
        webcam.open()
    assert capfd.readouterr() == ("", "")


def test_a_name_is_no_number() -> None:
    clock = SimulatedClock()
    with pytest.raises(BadInput, match="got 'front'"):
        make(CameraSettings(name="webcam", source="front"), Bench(clock, lambda: World(clock)))
