"""Means of frames, with the camera's own times: from a webcam by number, or from a clip at its own pace."""

from __future__ import annotations

import difflib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from drivers.clock import Clock
from drivers.errors import BadInput, DeviceLost, DeviceNotFound
from drivers.pulse.covering import Covering, CoveringWatch
from drivers.quiet import open_webcam

WEBCAM_SIZE = (320, 240)
CLIP_SIZE = (160, 120)  # a mean needs no more; far smaller, the rounding of its pixels would show in it
WEBCAM_PAUSE_NS = 1_000_000  # read() itself waits for the frame


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean red, green and blue of one frame, code values 0..255, and what covers the lens."""

    t_ns: int
    red: float
    green: float
    blue: float
    covering: Covering = "finger"


class WebcamMeans:
    """cv2.VideoCapture(number). Times are the driver's own capture times where it gives them.

    V4L2 stamps a buffer on its own clock: the smallest difference to the host's over the last frames is the one with
    the least waiting in it, and carries the stamp over. Where there is no stamp, the time of arrival has to do.
    """

    def __init__(
        self, number: int, clock: Clock, open_capture: Callable[[int], cv2.VideoCapture] = open_webcam
    ) -> None:
        self._number, self._clock = number, clock
        self._offsets: deque[int] = deque(maxlen=150)
        self._watch = CoveringWatch()
        self._capture = open_capture(number)
        if not self._capture.isOpened():
            self._capture.release()
            raise DeviceNotFound(
                f"webcam {number} not found: is it plugged in, and in use by no other program? "
                "(ls /dev/video*; meanwhile beats are tapped on the space bar)"
            )
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, WEBCAM_SIZE[0])
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, WEBCAM_SIZE[1])

    @property
    def period_ns(self) -> int:
        """1 ms: the webcam sets the pace."""
        return WEBCAM_PAUSE_NS

    def grab(self, now_ns: int) -> list[Mean]:
        """Wait for the next frame."""
        del now_ns
        there, picture = self._capture.read()
        arrived_ns = self._clock.now_ns()
        if not there:
            raise DeviceLost(f"webcam {self._number} no longer gives frames: is it still plugged in?")
        stamp_ns = int(self._capture.get(cv2.CAP_PROP_POS_MSEC) * 1e6)
        t_ns = arrived_ns
        if stamp_ns > 0:
            self._offsets.append(arrived_ns - stamp_ns)
            t_ns = stamp_ns + min(self._offsets)
        blue, green, red = cv2.mean(picture)[:3]
        return [Mean(t_ns, red, green, blue, self._watch.add(t_ns, np.ascontiguousarray(picture[..., ::-1], np.uint8)))]

    def close(self) -> None:
        """Release the webcam."""
        self._capture.release()


class ClipMeans:
    """A clip through PyAV, from start_ns on at its own frame times; at its end it begins again."""

    def __init__(self, path: str, start_ns: int) -> None:
        self._path, self._start_ns = path, start_ns
        if not Path(path).is_file():
            raise BadInput(f"{path}: expected a clip of a fingertip, got no such file{_meant(Path(path))}")
        self._container: Any = None
        self._frames: Iterator[Any] = iter(())
        self._frame_s = 1.0 / float(self._rewind().average_rate or 30)
        self._pass_s = 0.0  # where this pass began
        self._first_s: float | None = None
        self._end_s = 0.0
        self._passed = 0  # frames of this pass
        self._next: Mean | None = None
        self._watch = CoveringWatch()

    @property
    def period_ns(self) -> int:
        """Half a frame."""
        return max(1_000_000, round(0.5e9 * self._frame_s))

    def grab(self, now_ns: int) -> list[Mean]:
        """The next frame, if it is due; at most one, so that a late caller is not held up."""
        if self._next is None:
            self._next = self._decode()
        if self._next.t_ns > now_ns:
            return []
        due, self._next = self._next, None
        return [due]

    def _decode(self) -> Mean:
        frame = next(self._frames, None)
        if frame is None:
            if self._passed == 0:
                raise BadInput(f"{self._path}: expected a clip of a fingertip, got one without frames")
            self._pass_s, self._first_s, self._passed = self._end_s, None, 0
            self._rewind()
            return self._decode()
        at_s = float(frame.time) if frame.time is not None else self._passed * self._frame_s
        if self._first_s is None:
            self._first_s = at_s
        t_s = self._pass_s + at_s - self._first_s
        self._end_s = t_s + self._frame_s
        self._passed += 1
        width, height = min(CLIP_SIZE[0], frame.width), min(CLIP_SIZE[1], frame.height)
        rgb = frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA").to_ndarray()
        t_ns = self._start_ns + round(t_s * 1e9)
        red, green, blue = cv2.mean(rgb)[:3]
        return Mean(t_ns, red, green, blue, self._watch.add(t_ns, rgb))

    def _rewind(self) -> Any:
        self.close()
        try:
            self._container = av.open(self._path)
            video = self._container.streams.video
        except (av.FFmpegError, OSError, ValueError) as error:
            raise BadInput(f"{self._path}: expected a clip of a fingertip, got a file PyAV cannot open") from error
        if not video:
            self.close()
            raise BadInput(f"{self._path}: expected a clip of a fingertip, got a file without video")
        self._frames = self._container.decode(video[0])
        return video[0]

    def close(self) -> None:
        """Close the clip."""
        if self._container is not None:
            self._container.close()
            self._container = None


def _meant(path: Path) -> str:
    names = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    close = difflib.get_close_matches(path.name, names, 1)
    return f", did you mean {path.parent / close[0]}?" if close else ""
