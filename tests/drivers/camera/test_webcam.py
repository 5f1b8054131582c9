"""The webcam: OpenCV's pictures become frames; a missing one is one clear line and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.camera.webcam import WebcamCamera, make
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
