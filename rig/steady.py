"""A camera that comes back: after a loss it is opened again with back-off, and its frames go on counting."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from drivers.clock import Clock
from drivers.errors import DriverError
from drivers.interfaces import Camera, CameraInfo
from drivers.readings import Frame

log = logging.getLogger(__name__)
FIRST_RETRY_NS = 500_000_000
LONGEST_RETRY_NS = 4_000_000_000
SLICE_NS = 250_000_000


class SteadyCamera:
    """Wraps a camera. While it is away, ``meanwhile`` is called all the time: False gives up."""

    def __init__(
        self,
        camera: Camera,
        clock: Clock,
        meanwhile: Callable[[], bool],
        on_fault: Callable[[int, str, str, bool], None],
    ) -> None:
        self._camera, self._clock, self._meanwhile, self._on_fault = camera, clock, meanwhile, on_fault
        self._info: CameraInfo | None = None
        self._offset = 0
        self._last: Frame | None = None
        self._locked = False

    def open(self) -> CameraInfo:
        """Open for the first time; the error is let out."""
        self._info = self._camera.open()
        return self._info

    @property
    def info(self) -> CameraInfo:
        """What the camera gives now: another one may have come back than the one that went away."""
        if self._info is None:
            raise ValueError("the camera was never opened")
        return self._info

    def read(self) -> Frame | None:
        """The next frame; through losses too. Frames that a loss cost are a gap in the index, by the nominal rate."""
        frame: Frame | None
        try:
            frame = self._camera.read()
        except DriverError as error:
            frame = self._reopen(error)
        if frame is not None and self._offset:
            frame = replace(frame, index=frame.index + self._offset)
        self._last = frame or self._last
        return frame

    def lock(self) -> None:
        """Hold exposure, gain and white balance, also after a loss."""
        self._locked = True
        self._tell_camera(self._camera.lock)

    def unlock(self) -> None:
        """Give them back."""
        self._locked = False
        self._tell_camera(self._camera.unlock)

    def close(self) -> None:
        """Release the camera."""
        self._camera.close()

    def _reopen(self, error: DriverError) -> Frame | None:
        log.warning("camera: %s", error)
        self._on_fault(self._clock.now_ns(), "camera", f"{error}; reconnecting", False)
        wait_ns = FIRST_RETRY_NS
        self._camera.close()
        while self._waited(wait_ns):
            wait_ns = min(2 * wait_ns, LONGEST_RETRY_NS)
            try:
                self._info = self._camera.open()
                if self._locked:
                    self._camera.lock()
                if not self._meanwhile():
                    return None
                frame = self._camera.read()
            except DriverError:  # said once above; said again when it is back
                self._camera.close()
                continue
            log.info("camera is back")
            self._on_fault(self._clock.now_ns(), "camera", "is back", True)
            if frame is not None and self._last is not None:
                missing = round((frame.t_ns - self._last.t_ns) * self._info.rate_hz / 1e9)
                self._offset = self._last.index + max(1, missing) - frame.index
            return frame
        return None

    def _tell_camera(self, what: Callable[[], None]) -> None:
        try:
            what()
        except DriverError as error:  # a camera that is lost is told again when it is back
            log.warning("camera: %s", error)

    def _waited(self, wait_ns: int) -> bool:
        """Sleep in short slices: the watchdog waits ten seconds at most, and a person who stops waits not at all."""
        due_ns = self._clock.now_ns() + wait_ns
        while self._meanwhile():
            left_ns = due_ns - self._clock.now_ns()
            if left_ns <= 0:
                return True
            self._clock.sleep_until_ns(self._clock.now_ns() + min(left_ns, SLICE_NS))
        return False
