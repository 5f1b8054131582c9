"""Opening a take, sealed or not: its entries, and its negative decoded to exactly the planes that were recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, cast, overload

import av
import numpy as np
from numpy.typing import NDArray

from drivers.readings import Colour, Frame
from rig.errors import UserError
from rig.session.boxes import whole_extent
from rig.session.entries import FORMAT_VERSION, Entry, FrameEntry, TakeEnd, TakeStart
from rig.session.layout import NEGATIVE, PART, TIMELINE
from rig.session.negative import opened, pts_us
from rig.session.timeline import read_timeline

_MOST_RATE_HZ = 1000.0
_MODULATION = (-0.5, 4.0)  # how far a route stands: 0 to 1, to 3 in proof (rig/modulation), and some room
_AUTO = "auto."  # where the automatic light stands, in units of its own
_BENT, _MOST_BENT = "bent:", 1000.0  # how far routes have bent a parameter, in its unit, to either side

A = TypeVar("A", bound=Entry)
B = TypeVar("B", bound=Entry)
C = TypeVar("C", bound=Entry)
D = TypeVar("D", bound=Entry)


class Take:
    """A take that can be read. Nothing is held in memory but its first and last entries.

    end: None in a take that was cut. damage: what of its timeline cannot be read, in words; empty when it is whole.
    """

    def __init__(self, path: Path, start: TakeStart, end: TakeEnd | None, damage: tuple[str, ...]) -> None:
        self.path, self.start, self.end, self.damage = path, start, end, damage

    @property
    def sealed(self) -> bool:
        """False while it is being recorded, or when the rig died meanwhile (rig recover)."""
        return self.path.suffix != PART

    @property
    def negative(self) -> Path:
        """The video file."""
        return self.path / NEGATIVE

    @property
    def timeline(self) -> Path:
        """The MCAP file."""
        return self.path / TIMELINE

    @property
    def colour(self) -> Colour:
        """How the negative's code values are to be read."""
        return take_colour(self.start)

    @overload
    def entries(self) -> Iterator[Entry]: ...
    @overload
    def entries(self, a: type[A], /) -> Iterator[A]: ...
    @overload
    def entries(self, a: type[A], b: type[B], /) -> Iterator[A | B]: ...
    @overload
    def entries(self, a: type[A], b: type[B], c: type[C], /) -> Iterator[A | B | C]: ...
    @overload
    def entries(self, a: type[A], b: type[B], c: type[C], d: type[D], /) -> Iterator[A | B | C | D]: ...
    @overload
    def entries(self, *types: type[Entry]) -> Iterator[Entry]: ...
    def entries(self, *types: Any) -> Iterator[Any]:
        """The entries of these types (of all when none is named), in file order, up to the last whole one."""
        return read_timeline(self.timeline, *types)

    def frames(self) -> list[FrameEntry]:
        """The frames' entries; the i-th belongs to frame i of the video."""
        return list(self.entries(FrameEntry))

    def negatives(self) -> Iterator[tuple[FrameEntry, Frame]]:
        """Every frame, decoded, with its entry: I420 planes as they are in the file, times and colour as recorded.

        Of a cut take, up to the last frame that both files have whole. Raises UserError, naming the frame, when the
        video does not decode or is not the timeline's.
        """
        entries = self.entries(FrameEntry)
        extent = whole_extent(self.negative)
        if extent.frames == 0:
            return
        first_ns, number = -1, 0
        with opened(self.negative, extent) as (container, stream):
            stream.thread_type = "AUTO"
            try:
                for picture, entry in zip(container.decode(stream), entries, strict=False):
                    first_ns = entry.t_ns if first_ns < 0 else first_ns
                    if picture.pts != pts_us(entry.t_ns, first_ns):
                        raise UserError(
                            f"negative {self.negative}: expected frame {number} at {pts_us(entry.t_ns, first_ns)} us, "
                            f"got one at {picture.pts} us: rig verify says more"
                        )
                    yield entry, _frame(entry, picture, self.colour)
                    number += 1
            except av.FFmpegError as error:
                raise UserError(
                    f"negative {self.negative}: expected H.264, got what does not decode at frame {number}: "
                    "rig verify says more"
                ) from error


def take_colour(start: TakeStart) -> Colour:
    """The colour that a take was recorded with; UserError where it names one that does not exist."""
    known = {"matrix": ("bt601", "bt709"), "range": ("limited", "full"), "transfer": ("srgb", "bt709")}
    for name, values in known.items():
        if getattr(start, name) not in values:
            raise UserError(
                f"take {start.take_id}: expected {name} {' or '.join(values)}, got {getattr(start, name)!r}"
            )
    return Colour(start.matrix, start.range, start.transfer)  # type: ignore[arg-type]  # just checked


def open_take(path: Path) -> Take:
    """Open a take's folder; UserError when it holds no timeline, or one without a beginning."""
    damage: list[str] = []
    start: TakeStart | None = None
    end: TakeEnd | None = None
    timeline = path / TIMELINE
    if not path.is_dir():
        raise UserError(f"take {path}: expected a take's folder, got none")
    for entry in read_timeline(timeline, TakeStart, TakeEnd, damage=damage):
        if isinstance(entry, TakeStart):
            start = start or entry
        else:
            end = cast(TakeEnd, entry)
    if start is None:
        why = f": {damage[0]}" if damage else ""
        raise UserError(f"timeline {timeline}: expected it to begin with the take's start, got none{why}")
    if start.version > FORMAT_VERSION:
        raise UserError(
            f"take {path}: expected format version {FORMAT_VERSION} or earlier, got {start.version}: update the rig"
        )
    _check_start(path, start)
    return Take(path, start, end, tuple(damage))


def _check_start(path: Path, start: TakeStart) -> None:
    if not 0.0 < start.rate_hz <= _MOST_RATE_HZ:
        raise UserError(f"take {path}: expected rate_hz more than 0, at most {_MOST_RATE_HZ:g}, got {start.rate_hz:g}")
    for name, value in start.modulation.items():
        least, most = (-_MOST_BENT, _MOST_BENT) if name.startswith(_BENT) else _MODULATION
        if not name.startswith(_AUTO) and not least <= value <= most:
            raise UserError(f"take {path}: expected modulation.{name} of {least:g} to {most:g}, got {value:g}")


def _frame(entry: FrameEntry, picture: av.VideoFrame, colour: Colour) -> Frame:
    pixels = _planes(picture)
    pixels.setflags(write=False)
    return Frame(entry.t_ns, entry.camera_index, pixels, colour, entry.exposure_ns, entry.gain)


def _planes(picture: av.VideoFrame) -> NDArray[np.uint8]:
    """Copy the planes out of their padded lines, without any conversion (PyAV's own needs heights by fours)."""
    if picture.format.name not in ("yuv420p", "yuvj420p"):
        raise UserError(f"negative: expected 8-bit 4:2:0, got {picture.format.name}")
    width, height = picture.width, picture.height
    pixels = np.empty(width * height * 3 // 2, np.uint8)
    at = 0
    for plane in picture.planes:
        flat: NDArray[np.uint8] = np.frombuffer(plane, np.uint8)  # type: ignore[call-overload]  # it is a buffer
        lines = flat.reshape(-1, plane.line_size)
        size = plane.width * plane.height
        pixels[at : at + size].reshape(plane.height, plane.width)[:] = lines[: plane.height, : plane.width]
        at += size
    return pixels.reshape(height * 3 // 2, width)
