"""Prints of a take as one film file: encoded like the negative, tagged with its colour, whole or not there at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from drivers.interfaces import CameraInfo, VideoEncoder
from drivers.readings import Frame
from rig.errors import UserError
from rig.grade.look import Look
from rig.grade.printer import Print, Printer
from rig.session.boxes import whole_extent
from rig.session.negative import NegativeWriter, remux
from rig.session.reader import Take


def prints(frames: Iterable[tuple[Frame, Look]], engine: str) -> Iterator[Print]:
    """Each frame through its look, in order: the mask of one frame stands on the ones before."""
    printer = Printer(engine)
    for frame, look in frames:
        yield printer.print(frame, look)


def write_movie(take: Take, made: Iterable[Print], encoder: VideoEncoder, out: Path) -> int:
    """Write an MP4 with the take's own frame times; gives how many frames. UserError where it cannot be written."""
    if out.suffix.lower() != ".mp4":
        raise UserError(f"print {out}: expected a name that ends in .mp4, got {out.name}")
    if not out.absolute().parent.is_dir():
        raise UserError(f"print {out}: expected a folder that is there, got {out.absolute().parent}")
    raw, whole = out.with_name(f".{out.name}.raw"), out.with_name(f".{out.name}.part")
    try:
        count = _encode(take, made, encoder, raw)
        if count == 0:
            raise UserError(f"print {take.path}: expected a take with at least one whole frame, got none")
        remux(raw, whole, whole_extent(raw), count)
        whole.replace(out)
    except OSError as error:
        raise UserError(f"print {out}: expected to write it there, got: {error.strerror or error}") from None
    finally:
        raw.unlink(missing_ok=True)
        whole.unlink(missing_ok=True)
    return count


def _encode(take: Take, made: Iterable[Print], encoder: VideoEncoder, raw: Path) -> int:
    start = take.start
    encoder.open(CameraInfo(start.camera, start.width, start.height, start.rate_hz, take.colour))
    writer = NegativeWriter(raw)
    try:
        for each in made:
            for packet in encoder.encode(each.pixels, each.t_ns):
                writer.add(packet, encoder.extradata)
        for packet in encoder.flush():
            writer.add(packet, encoder.extradata)
    finally:
        writer.close()
    return writer.frames
