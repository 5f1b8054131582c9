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
LONGEST_RETRY_NS = 8_000_000_000


class SteadyCamera:
    """Wraps a camera. While it is away, ``meanwhile`` is called before each try: False gives up (read returns None)."""

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
        self._camera.lock()

    def unlock(self) -> None:
        """Give them back."""
        self._locked = False
        self._camera.unlock()

    def close(self) -> None:
        """Release the camera."""
        self._camera.close()

    def _reopen(self, error: DriverError) -> Frame | None:
        log.warning("camera: %s", error)
        self._on_fault(self._clock.now_ns(), "camera", f"{error}; reconnecting", False)
        wait_ns = FIRST_RETRY_NS
        while self._meanwhile():
            self._camera.close()
            self._clock.sleep_until_ns(self._clock.now_ns() + wait_ns)
            wait_ns = min(2 * wait_ns, LONGEST_RETRY_NS)
            try:
                self._info = self._camera.open()
                if self._locked:
                    self._camera.lock()
                frame = self._camera.read()
            except DriverError:
                continue  # said once above; said again when it is back
            log.info("camera is back")
            self._on_fault(self._clock.now_ns(), "camera", "is back", True)
            if frame is not None and self._last is not None:
                missing = round((frame.t_ns - self._last.t_ns) * self._info.rate_hz / 1e9)
                self._offset = self._last.index + max(1, missing) - frame.index
            return frame
        return None
