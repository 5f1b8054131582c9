"""A clip as a camera: whatever PyAV opens, paced on the clock at its own rate, looped or once."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.errors import BadInput, DeviceNotFound, DevicePermission, LibraryMissing
from drivers.interfaces import CameraInfo
from drivers.pool import FramePool
from drivers.readings import Bytes8, Colour, Frame

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

    from drivers.names import Bench
    from drivers.settings import CameraSettings

LATE_FRAMES = 4
LONGEST_PAUSE_NS = 1_000_000_000
_TEXT_FORMATS = ("tty", "bin", "xbin", "adf", "idf")  # demuxers of FFmpeg that take any text for a picture


def make(settings: CameraSettings, bench: Bench) -> FileCamera:
    """A camera that plays the clip ``settings.source``, not yet opened."""
    return FileCamera(settings, bench)


class FileCamera:
    """A clip, frame by frame, as if it happened now.

    Each frame comes at its own place in the clip (differences of the presentation times), the next round of a loop one
    frame after the last one. Time: ``t_ns`` is when the frame is due; a clip knows no exposure.

    Of a clip no frame is ever lost, so ``index`` has no gaps: a reader who is late gets the frames he missed at once,
    each with its own time, and the clip itself waits for a reader who is more than four frames late. A pause in the
    clip of more than a second is played as a second (a picture a second keeps a watchdog fed).

    A damaged clip plays what can be decoded, then ends or goes round; a round without a single picture ends it.
    """

    def __init__(self, settings: CameraSettings, bench: Bench) -> None:
        self._path = Path(settings.source)
        self._loop = settings.loop
        self._clock = bench.clock
        self._pictures: Iterator[tuple[int, Bytes8]] | None = None
        self._first: tuple[int, Bytes8] | None = None
        self._info: CameraInfo | None = None
        self._origin_ns = 0
        self._index = 0
        self._period_ns = 0

    def open(self) -> CameraInfo:
        """Decode the first picture. DeviceNotFound: no such file; BadInput: not a clip, or nothing in it to see."""
        _check(self._path)
        clip = _Clip(self._path)
        pictures = clip.play(self._loop)
        first = next(pictures, None)
        if first is None:
            raise BadInput(f"camera clip {self._path}: expected pictures, got none that can be decoded; is it whole?")
        height, width = first[1].shape[0] * 2 // 3, first[1].shape[1]
        self._info = CameraInfo(self._path.name, width, height, clip.rate_hz, clip.colour)
        self._period_ns = round(1e9 / clip.rate_hz)
        self._origin_ns = self._clock.now_ns() - first[0]
        self._index = 0
        self._first, self._pictures = first, pictures
        return self._info

    def read(self) -> Frame | None:
        """Decode the next frame, wait until it is due and give it; None after the last, or when it is not open."""
        pictures, info = self._pictures, self._info
        if pictures is None or info is None:
            return None
        picture = self._first or next(pictures, None)
        self._first = None
        if picture is None:
            self.close()
            return None
        at_ns, pixels = picture
        late_ns = self._clock.now_ns() - (self._origin_ns + at_ns)
        if late_ns > LATE_FRAMES * self._period_ns:
            self._origin_ns += late_ns
        t_ns = self._origin_ns + at_ns
        self._clock.sleep_until_ns(t_ns)
        index, self._index = self._index, self._index + 1
        pixels.flags.writeable = False
        return Frame(t_ns, index, pixels, info.colour)

    def lock(self) -> None:
        """A clip's exposure was settled when it was made."""

    def unlock(self) -> None:
        """A clip's exposure was settled when it was made."""

    def close(self) -> None:
        """Let go of the file (where a read is under way, when that one has ended)."""
        self._pictures = self._first = None


def _check(path: Path) -> None:
    where = "camera clip"
    if str(path) in ("", "."):
        raise BadInput(f"{where}: expected the path of a video file, got nothing; set camera.source, or --camera FILE")
    if not path.exists():
        try:
            siblings = [p.name for p in path.parent.iterdir() if p.is_file()]
        except OSError:
            siblings = []
        near = difflib.get_close_matches(path.name, siblings, 1, 0.5)
        hint = f", did you mean {path.parent / near[0]}?" if near else "; is the path right?"
        raise DeviceNotFound(f"{where}: expected a video file, got {path}, which is not there{hint}")
    if not path.is_file():
        raise BadInput(f"{where}: expected a video file, got {path}, which is no file; name a clip in it")
    if not os.access(path, os.R_OK):
        raise DevicePermission(f"{where}: expected a file this user may read, got {path} (chmod +r helps)")


class _Clip:
    """Opens the file once a round and decodes it; knows the clip's rate and colour after the first picture."""

    def __init__(self, path: Path) -> None:
        try:
            import av
        except ImportError as error:
            raise LibraryMissing(f"camera clip {path}: the library av is not installed: pip install av") from error
        self._av = av
        self._path = path
        self._pool = FramePool()
        self.rate_hz = 25.0
        self.colour = Colour()

    def play(self, loop: bool) -> Iterator[tuple[int, Bytes8]]:
        """(ns since the clip's first picture, I420 of the first picture's size and colour), round after round."""
        from drivers.camera.decoded import colour_of, resized, to_i420

        at_ns = start_ns = 0
        shape: tuple[int, ...] | None = None
        while True:
            first_s: float | None = None
            step_ns = 0
            for frame, transfer in self._round():
                if shape is None:
                    self.colour = colour_of(frame, transfer)
                pixels = to_i420(frame, self.colour, self._pool)
                if shape is None:
                    shape = pixels.shape
                elif pixels.shape != shape:
                    pixels = resized(pixels, shape[0] * 2 // 3, shape[1], self._pool)
                period_ns = round(1e9 / self.rate_hz)
                if first_s is None:
                    first_s = frame.time
                    at_ns = start_ns
                else:
                    due_ns = at_ns + period_ns
                    if frame.time is not None and first_s is not None:
                        due_ns = start_ns + round((frame.time - first_s) * 1e9)
                    at_ns, before_ns = min(max(due_ns, at_ns + 1_000_000), at_ns + LONGEST_PAUSE_NS), at_ns
                    start_ns -= max(due_ns - before_ns - LONGEST_PAUSE_NS, 0)
                step_ns = period_ns
                yield at_ns, pixels
            if not step_ns or not loop:
                return
            start_ns = at_ns + step_ns

    def _round(self) -> Iterator[tuple[VideoFrame, int]]:
        """Every picture of the file that can be decoded, and the stream's transfer characteristic."""
        av = self._av
        where = f"camera clip {self._path}"
        try:
            container = av.open(str(self._path), metadata_errors="replace")
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise BadInput(
                f"{where}: expected a video that PyAV can open, got something else ({_words(error)})"
            ) from None
        with container:
            if any(name in _TEXT_FORMATS for name in container.format.name.split(",")):
                raise BadInput(f"{where}: expected a video that PyAV can open, got text")
            cover = av.stream.Disposition.attached_pic  # a record's sleeve is no clip
            stream = next((s for s in container.streams.video if not s.disposition & cover), None)
            if stream is None:
                raise BadInput(f"{where}: expected moving pictures, got a file without a video track (sound only?)")
            if stream.codec_context is None:
                raise BadInput(f"{where}: expected a video that PyAV can decode, got a codec it does not know")
            rate = stream.average_rate or stream.guessed_rate
            self.rate_hz = min(max(float(rate), 1.0), 240.0) if rate else 25.0
            stream.thread_type = "AUTO"
            stream.codec_context.thread_count = 2
            transfer = int(stream.codec_context.color_trc)
            packets = container.demux(stream)
            while True:
                try:
                    packet = next(packets, None)
                except (av.error.FFmpegError, OSError):
                    packet = None  # the file ends in the middle: what was decoded so far is the clip
                if packet is None:
                    return
                try:
                    frames = packet.decode()
                except (av.error.FFmpegError, OSError, ValueError):
                    continue  # one damaged picture; the next may be whole
                for frame in frames:
                    yield frame, transfer


def _words(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error).split(":")[0].strip()
