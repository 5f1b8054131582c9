"""The negative's file: fragmented MP4 while it is recorded (one fragment a frame), plain MP4 once it is sealed.

Times in the file are microseconds since the take's first frame; the timeline has them in nanoseconds.
"""

from __future__ import annotations

import io
import zlib
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.container import InputContainer, OutputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from drivers.readings import Packet
from rig.errors import UserError
from rig.session.boxes import Extent, whole_extent
from rig.session.files import WholeFile

MICROSECOND = Fraction(1, 1_000_000)
_TIMESCALE = {"video_track_timescale": "1000000"}
_FRAGMENTED = {
    **_TIMESCALE,
    "movflags": "frag_every_frame+empty_moov+default_base_moof",
    "flush_packets": "1",  # a frame is with the kernel as soon as the muxer is done with it
}
_READ_BYTES = 1 << 20


def pts_us(t_ns: int, first_ns: int) -> int:
    """A frame's time in the file."""
    return (t_ns - first_ns) // 1000


class NegativeWriter:
    """Packets in. The muxer holds the newest frame back until the next one comes (its duration is not known before)."""

    def __init__(self, path: Path) -> None:
        """Start a new file; raises OSError."""
        self._file = WholeFile(path)
        self._container: OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._first_ns = 0
        self.frames = 0

    def add(self, packet: Packet, extradata: bytes) -> None:
        """Put one frame behind the others. extradata: the encoder's SPS and PPS (Annex B); the first frame is a key."""
        if self._container is None or self._stream is None:
            self._first_ns = packet.pts_ns
            self._container, self._stream = _open_muxer(self._file, extradata, packet)
        made = av.Packet(packet.data)
        made.pts = made.dts = pts_us(packet.pts_ns, self._first_ns)
        made.time_base = MICROSECOND
        made.stream = self._stream
        made.is_keyframe = packet.is_keyframe
        self._container.mux_one(made)
        self.frames += 1

    @property
    def size(self) -> int:
        """Bytes written."""
        return self._file.tell()

    def sync(self) -> None:
        """Wait until what was written is on the card."""
        self._file.sync()

    def close(self) -> None:
        """Write the last frame and sync."""
        if self._container is not None:
            self._container.close()
        self._file.sync()
        self._file.close()

    def abandon(self) -> None:
        """Let go of the file after a fault: what is whole of it stays."""
        with suppress(OSError, av.FFmpegError):  # the muxer's last words go to a file that has failed already
            if self._container is not None:
                self._container.close()
        self._file.close()


def _open_muxer(file: WholeFile, extradata: bytes, packet: Packet) -> tuple[OutputContainer, VideoStream]:
    # PyAV copies a stream's parameters (size, colour tags, headers) only from another stream: so the first keyframe is
    # read as a tiny H.264 file. Thus the muxer works for the packets of any encoder.
    try:
        with av.open(io.BytesIO(extradata + packet.data), "r", format="h264") as sample:
            container = av.open(file, "w", format="mp4", options=_FRAGMENTED)
            return container, container.add_stream_from_template(sample.streams.video[0])
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise UserError(f"negative: expected the encoder to begin with a keyframe of H.264, got: {error}") from error


class _Window(io.RawIOBase):
    """The first bytes of a file as if it ended there."""

    def __init__(self, path: Path, length: int) -> None:
        super().__init__()
        self._file, self._length = path.open("rb"), length

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._length - self._file.tell())
        return self._file.read(left if size < 0 else min(size, left))

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        base = {0: 0, 1: self._file.tell(), 2: self._length}[whence]
        return self._file.seek(max(0, base + offset))

    def close(self) -> None:
        self._file.close()
        super().close()


@contextmanager
def opened(path: Path, extent: Extent | None = None) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The file, or what of it is whole, and its video stream; raises UserError when it is no video."""
    extent = extent or whole_extent(path)
    window = _Window(path, extent.length) if extent.length < path.stat().st_size else None
    try:
        with av.open(
            window or str(path), "r", format="mp4", buffer_size=_READ_BYTES, metadata_errors="replace"
        ) as container:
            if not container.streams.video:
                raise UserError(f"negative {path}: expected a video stream, got none")
            codec = cast("VideoCodecContext | None", container.streams.video[0].codec_context)
            if codec is None or codec.name != "h264":
                raise UserError(f"negative {path}: expected H.264, got {codec.name if codec else 'an unknown codec'}")
            yield container, container.streams.video[0]
    except av.FFmpegError as error:
        raise UserError(
            f"negative {path}: expected H.264 in MP4, got what cannot be read ({error.strerror})"
        ) from error
    finally:
        if window is not None:
            window.close()


def frame_times_us(path: Path) -> array[int]:
    """The time of every whole frame in the file, without decoding."""
    extent = whole_extent(path)
    if extent.frames == 0:
        return array("q")
    with opened(path, extent) as (container, stream):
        return array("q", (cast(int, packet.pts) for packet in container.demux(stream) if packet.size))


def remux(source: Path, target: Path, extent: Extent, most: int) -> int:
    """Copy the first `most` whole frames, untouched, into a new plain MP4; gives how many.

    The copy is read again and compared (times, and a CRC of every frame); raises UserError when it is not the same,
    and then the source is to be kept.
    """
    times, sums = array("q"), array("L")
    with (
        opened(source, extent) as (container, stream),
        av.open(str(target), "w", format="mp4", options=_TIMESCALE) as out,
    ):
        copy = out.add_stream_from_template(stream)
        for packet in container.demux(stream):
            if not packet.size:
                continue
            if len(times) >= most:
                break
            times.append(cast(int, packet.pts))
            sums.append(zlib.crc32(packet))
            packet.stream = copy
            out.mux_one(packet)
    with opened(target, Extent(target.stat().st_size, None, False)) as (container, stream):
        position = 0
        for packet in container.demux(stream):
            if packet.size:
                if position >= len(times) or packet.pts != times[position] or zlib.crc32(packet) != sums[position]:
                    raise UserError(f"negative {target}: expected frame {position} as it was recorded, got another")
                position += 1
    if position != len(times):
        raise UserError(f"negative {target}: expected {len(times)} frames as recorded, got {position}")
    return position
