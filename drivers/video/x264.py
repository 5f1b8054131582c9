"""H.264 through libx264 (PyAV): no look-ahead, one packet a frame, a keyframe at least every second."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from drivers.errors import BadInput
from drivers.interfaces import CameraInfo, VideoEncoder
from drivers.readings import Bytes8, Packet
from drivers.settings import EncoderSettings
from drivers.video.tags import put_tags

_MICROSECOND = Fraction(1, 1_000_000)
_KEYFRAME_NS = 1_000_000_000


def make(settings: EncoderSettings) -> VideoEncoder:
    """The encoder, not yet opened."""
    return X264(settings)


class X264:
    """Encodes on the caller's thread alone (threads=1), so that its CPU is seen apart; the GIL is free meanwhile."""

    codec = "h264"

    def __init__(self, settings: EncoderSettings) -> None:
        self._settings = settings
        self._context: VideoCodecContext | None = None
        self._inside: deque[int] = deque()  # the exact pts of what was put in; x264 itself counts microseconds
        self._keyframe_ns: int | None = None
        self._pts_us = -1
        self._extradata = b""

    def open(self, info: CameraInfo) -> None:
        """Get ready for frames of this size and colour; rate_hz only guides the rate control."""
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = info.width, info.height, "yuv420p"
        context.time_base = _MICROSECOND
        context.framerate = Fraction(info.rate_hz).limit_denominator(1001)
        context.gop_size = max(1, round(info.rate_hz * 10))  # encode() asks for keyframes by time, not by count
        context.max_b_frames = 0
        context.thread_count = 1
        put_tags(context, info.colour)
        context.options = {
            "preset": self._settings.preset,
            "tune": "zerolatency",
            "crf": str(self._settings.crf),
            "forced-idr": "1",  # a frame that we ask to be I is a point to start from
            "flags": "+global_header",  # SPS and PPS go to extradata, as MP4 wants them
        }
        context.open()
        self._extradata = context.extradata or b""
        self._context, self._keyframe_ns, self._pts_us = context, None, -1
        self._inside.clear()

    @property
    def extradata(self) -> bytes:
        """SPS and PPS in Annex B; kept when the encoder closes, for the last packets are written later."""
        return self._extradata

    def encode(self, pixels: Bytes8, pts_ns: int) -> Sequence[Packet]:
        """Encode one frame; pts_ns at least a microsecond after the one before.

        A camera that slows down gets its keyframe every second all the same. Raises BadInput for another size.
        """
        context = self._opened()
        if pixels.shape != (context.height * 3 // 2, context.width):
            raise BadInput(
                f"encoder: expected a frame of {context.width}x{context.height} as {context.height * 3 // 2} rows of "
                f"I420, got {pixels.shape[0]} rows of {pixels.shape[1]}: stop the take before the size changes"
            )
        if pts_ns // 1000 <= self._pts_us:
            raise BadInput(f"encoder: expected a frame later than {self._pts_us} us, got {pts_ns // 1000} us")
        interval_us, self._pts_us = pts_ns // 1000 - self._pts_us, pts_ns // 1000
        frame = _frame(pixels)
        frame.pts, frame.time_base = self._pts_us, _MICROSECOND
        # The next frame comes about as late as this one did: would the second be over by then?
        if self._keyframe_ns is None or pts_ns - self._keyframe_ns + interval_us * 1000 > _KEYFRAME_NS:
            frame.pict_type = PictureType.I
        self._inside.append(pts_ns)
        return self._packets(context.encode(frame))

    def flush(self) -> Sequence[Packet]:
        """Give what is still inside and close; harmless when not open."""
        if self._context is None:
            return ()
        context, self._context = self._context, None
        return self._packets(context.encode(None))

    def _opened(self) -> VideoCodecContext:
        if self._context is None:
            raise BadInput("encoder: expected open() before the first frame")
        return self._context

    def _packets(self, packets: Sequence[av.Packet[Any]]) -> Sequence[Packet]:
        done = []
        for packet in packets:
            pts_ns = self._inside.popleft()  # without B-frames what comes out first went in first
            if packet.is_keyframe:
                self._keyframe_ns = pts_ns
            done.append(Packet(bytes(packet), pts_ns, bool(packet.is_keyframe)))
        return done


def _frame(pixels: Bytes8) -> av.VideoFrame:
    rows, width = pixels.shape
    if rows % 6 == 0 and pixels.flags.c_contiguous:
        return av.VideoFrame.from_numpy_buffer(pixels, "yuv420p")  # no copy: the frame looks into the array
    # PyAV takes I420 arrays only where the height is a multiple of four; the others are copied plane by plane.
    height = rows * 2 // 3
    frame = av.VideoFrame(width, height, "yuv420p")
    flat = np.ascontiguousarray(pixels).reshape(-1)
    starts = (0, width * height, width * height * 5 // 4)
    for plane, start in zip(frame.planes, starts, strict=True):
        target = np.frombuffer(plane, np.uint8)  # type: ignore[call-overload]  # PyAV's planes have the buffer protocol
        lines = target.reshape(plane.height, plane.line_size)
        lines[:, : plane.width] = flat[start : start + plane.width * plane.height].reshape(plane.height, plane.width)
    return frame
