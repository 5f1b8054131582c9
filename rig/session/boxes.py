"""The boxes of an MP4 file, as far as recovery needs them: which part of a cut fragmented file is whole.

ISO/IEC 14496-12 (boxes, movie fragments) and 14496-15 (a sample is NAL units, each after its length in four bytes).
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Extent:
    """What of a video file is whole: its first `length` bytes, with this many frames (None: the index knows)."""

    length: int
    frames: int | None
    fragmented: bool


_NOTHING = Extent(0, 0, True)


def whole_extent(path: Path) -> Extent:
    """Walk the boxes to the last whole pair of moof and mdat.

    A plain file (no fragments) is whole or nothing. A pair counts only when its frame's NAL units fill its mdat
    exactly, so a stretch of zeros, as a power cut leaves them, ends the walk.
    """
    if not path.is_file() or path.stat().st_size == 0:
        return _NOTHING
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _walk(data)


def _walk(data: mmap.mmap) -> Extent:
    whole = frames = number = 0
    moof: tuple[int, int] | None = None
    fragmented = has_moov = False
    for kind, start, end in _boxes(data, 0, len(data)):
        if kind == b"moov":
            has_moov = True
            fragmented = any(inner == b"mvex" for inner, _, _ in _boxes(data, start + 8, end))
            whole = end
        elif kind == b"moof":
            moof = (start, end)
        elif kind == b"mdat" and fragmented:
            if moof is None or moof[1] != start:
                break
            sequence, count = _fragment(data, *moof)
            if sequence != number + 1 or count < 1 or not _filled(data, start + 8, end):
                break
            number, frames, whole, moof = sequence, frames + count, end, None
    if not has_moov:
        return _NOTHING
    return Extent(whole, frames, True) if fragmented else Extent(len(data), None, False)


def _boxes(data: mmap.mmap, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(type, start, end) of every whole box between two offsets; stops at the first that is not."""
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        if size == 1 and start + 16 <= end:
            (size,) = struct.unpack_from(">Q", data, start + 8)
        if size < 8 or start + size > end or not kind.isalnum():
            return
        yield kind, start, start + size
        start += size


def _fragment(data: mmap.mmap, start: int, end: int) -> tuple[int, int]:
    """(sequence number, number of samples) of a moof."""
    sequence = count = 0
    for kind, first, last in _boxes(data, start + 8, end):
        if kind == b"mfhd":
            (sequence,) = struct.unpack_from(">I", data, first + 12)
        elif kind == b"traf":
            for inner, at, _ in _boxes(data, first + 8, last):
                if inner == b"trun":
                    count += struct.unpack_from(">I", data, at + 12)[0]
    return sequence, count


def _filled(data: mmap.mmap, start: int, end: int) -> bool:
    if start == end:
        return False
    while start + 4 < end:
        (length,) = struct.unpack_from(">I", data, start)
        if length == 0:
            return False
        start += 4 + length
    return start == end
