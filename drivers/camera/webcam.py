"""A webcam by its number, through OpenCV; its pictures become I420."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import cv2

from drivers.camera.arrivals import next_arrival
from drivers.clock import Service
from drivers.colour import from_rgb
from drivers.errors import BadInput, DeviceLost, DeviceNotFound
from drivers.handover import Line
from drivers.interfaces import CameraInfo
from drivers.pool import FramePool
from drivers.quiet import open_webcam, quietly
from drivers.readings import Colour, Frame

if TYPE_CHECKING:
    from drivers.names import Bench
    from drivers.settings import CameraSettings

BUFFERS = 4
STOP_S = 0.5  # the frame loop waits no longer for a webcam that hangs


class Capture(Protocol):
    """What is used of cv2.VideoCapture."""

    def isOpened(self) -> bool: ...  # noqa: N802 - OpenCV's name
    def read(self, image: Any = None) -> tuple[bool, Any]: ...
    def get(self, propId: int) -> float: ...  # noqa: N803 - OpenCV's name
    def release(self) -> None: ...


def make(settings: CameraSettings, bench: Bench) -> WebcamCamera:
    """The webcam number ``settings.source`` ("" is 0), not yet opened."""
    source = settings.source.strip() or "0"
    if not source.isdecimal():
        raise BadInput(f"camera webcam: expected the webcam's number (0 is the first), got {settings.source!r}")
    number = int(source)
    return WebcamCamera(f"webcam {number}", lambda: _capture(number, settings), bench)


class WebcamCamera:
    """Frames as a webcam gives them, grabbed beside the frame loop.

    ``t_ns`` is the moment the picture arrived, less half a frame: OpenCV tells neither exposure nor its start, and a
    webcam exposes for about a frame indoors. At most four frames wait for a late reader; further ones are
    lost and seen as a gap in ``index``. The webcam keeps its own size, rate and automatic exposure.
    """

    def __init__(self, name: str, capture: Callable[[], Capture], bench: Bench) -> None:
        self._name = name
        self._open_capture = capture
        self._clock = bench.clock
        self._line: Line[Frame] = Line(most=BUFFERS)
        self._pool = FramePool()
        self._picture: Any = None  # the webcam's own, into which the next one is read
        self._capture: Capture | None = None
        self._service: Service | None = None
        self._count = 0
        self._half_ns = 0
        self._died: Exception | None = None

    def open(self) -> CameraInfo:
        """Find the webcam and take its first picture. DeviceNotFound: there is none, or it gives nothing."""
        where = f"camera {self._name}"
        capture = quietly(self._open_capture)
        if not capture.isOpened():
            raise DeviceNotFound(
                f"{where}: expected a webcam at that number, got none; is it plugged in? (ls /dev/video*)"
            )
        came, picture = quietly(capture.read)
        if not came:
            capture.release()
            raise DeviceNotFound(f"{where}: expected a first picture, got none; is another program using it?")
        height, width = picture.shape[0] & ~1, picture.shape[1] & ~1
        rate_hz = capture.get(cv2.CAP_PROP_FPS)
        rate_hz = rate_hz if 1.0 <= rate_hz <= 240.0 else 30.0
        self._half_ns = round(0.5e9 / rate_hz)
        self._count, self._died = 0, None
        self._line.take()
        self._capture = capture
        self._service = self._clock.serve(
            f"camera {self._name}",
            lambda _now_ns: self._grab(capture),
            1_000_000,
            lambda _name, error: self._on_death(capture, error),
        )
        return CameraInfo(self._name, width, height, rate_hz, Colour())

    def read(self) -> Frame | None:
        """Wait for the next frame; None when it is not open. Raises DeviceLost when the webcam stops giving any."""
        frame = next_arrival(self._line, self._clock, self._is_open, f"camera {self._name}")
        if frame is None and self._died is not None:
            raise DeviceLost(f"camera {self._name}: expected a frame, got none ({self._died}); was it unplugged?")
        return frame

    def lock(self) -> None:
        """Webcams differ too much in what can be locked: theirs is left as it is."""

    def unlock(self) -> None:
        """See lock()."""

    def close(self) -> None:
        """Stop grabbing and release the webcam; one that still holds its thread is released when it lets it go."""
        capture, service = self._capture, self._service
        self._died = None
        self._line.take()
        self._capture = self._service = None
        ended = service.stop(STOP_S) if service is not None else True
        if capture is not None and ended:  # releasing it under a read would take its buffers away from OpenCV
            capture.release()

    def _is_open(self) -> bool:
        return self._capture is not None and (self._died is None or len(self._line) > 0)

    def _grab(self, capture: Capture) -> None:
        try:
            self._take(capture)
        finally:
            if self._capture is not capture:  # closed meanwhile, perhaps without waiting for us; twice does no harm
                capture.release()

    def _take(self, capture: Capture) -> None:
        into, self._picture = self._picture, None  # one that hangs keeps it from the next
        came, picture = capture.read(into)
        if self._capture is not capture:
            return
        t_ns = self._clock.now_ns() - self._half_ns
        if not came:
            raise ConnectionError("the webcam gave no picture")
        self._picture = picture
        height, width = picture.shape[0] & ~1, picture.shape[1] & ~1
        rgb = self._pool.take((height, width, 3))
        cv2.cvtColor(picture[:height, :width], cv2.COLOR_BGR2RGB, dst=rgb)
        pixels = from_rgb(rgb, Colour(), self._pool)
        pixels.flags.writeable = False
        self._line.put(Frame(t_ns, self._count, pixels, Colour()))
        self._count += 1

    def _on_death(self, capture: Capture, error: Exception) -> None:
        if self._capture is capture:
            self._died = error


def _capture(number: int, settings: CameraSettings) -> Capture:
    capture = open_webcam(number)
    for what, value in (
        (cv2.CAP_PROP_FRAME_WIDTH, settings.width),
        (cv2.CAP_PROP_FRAME_HEIGHT, settings.height),
        (cv2.CAP_PROP_FPS, settings.rate_hz),
    ):
        capture.set(what, value)
    return capture
