"""The packets of a negative that is there already, in an encoder's place: a performance keeps it bit for bit."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.bitstream import BitStreamFilterContext

from drivers.interfaces import CameraInfo
from drivers.readings import Bytes8, Packet
from rig.errors import UserError
from rig.session.negative import opened, pts_us


class KeptPackets:
    """A VideoEncoder that encodes nothing: each frame it is given is the next one of the negative, and its packet is
    that of the file."""

    codec = "h264"
    extradata = b""  # the headers come with the keyframes: such is Annex B

    def __init__(self, negative: Path) -> None:
        self._path = negative
        self._packets: Generator[Packet] | None = None
        self._first_ns: int | None = None

    def open(self, info: CameraInfo) -> None:
        """Start at the negative's first frame."""
        self._packets, self._first_ns = self._read(), None

    def encode(self, pixels: Bytes8, pts_ns: int) -> Sequence[Packet]:
        """The packet of that frame. UserError where it is not the negative's next: then a frame has been lost, and
        what follows cannot be decoded without it."""
        if self._packets is None:
            raise ValueError("kept packets: expected to be opened first")
        if self._first_ns is None:
            self._first_ns = pts_ns
        packet = next(self._packets, None)
        expected_us = pts_us(pts_ns, self._first_ns)
        if packet is None or packet.pts_ns != expected_us * 1000:
            got = "none" if packet is None else f"one at {packet.pts_ns // 1000} us"
            raise UserError(f"negative {self._path}: expected its frame at {expected_us} us, got {got}")
        return [Packet(packet.data, pts_ns, packet.is_keyframe)]

    def flush(self) -> Sequence[Packet]:
        """Nothing is held back; the file is closed."""
        if self._packets is not None:
            self._packets.close()
            self._packets = None
        return []

    def _read(self) -> Generator[Packet]:
        with opened(self._path) as (container, stream):
            annex_b = BitStreamFilterContext("h264_mp4toannexb", stream)
            for packet in container.demux(stream):
                for made in annex_b.filter(packet if packet.size else None):
                    if made.pts is not None:
                        yield Packet(bytes(made), _ns(made, stream.time_base), bool(made.is_keyframe))


def _ns(packet: av.Packet[Any], of_stream: Fraction | None) -> int:
    """Its time; what the filter gives has no time base of its own in PyAV 15."""
    base = packet.time_base or of_stream
    assert packet.pts is not None
    assert base is not None
    return round(packet.pts * base * 1_000_000) * 1000
