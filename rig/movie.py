"""Prints of a take as one film file: encoded like the negative, tagged with its colour, whole or not there at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from drivers.interfaces import CameraInfo, VideoEncoder
from drivers.readings import Frame
from rig.errors import UserError
from rig.grade.look import Look
from rig.grade.printer import Print, Printer
from rig.session.boxes import whole_extent
from rig.session.files import replace_synced
from rig.session.layout import check_outside_takes
from rig.session.negative import NegativeWriter, remux
from rig.session.reader import Take

_STEM = ".rig-print-"


def prints(frames: Iterable[tuple[Frame, Look]], engine: str) -> Iterator[Print]:
    """Each frame through its look, in order: the mask of one frame stands on the ones before."""
    printer = Printer(engine)
    for frame, look in frames:
        yield printer.print(frame, look)


def check_out(out: Path, what: str, suffix: str) -> None:
    """UserError where a file of that name cannot be written there; before any work is done."""
    try:
        is_folder, has_folder = out.is_dir(), out.absolute().parent.is_dir()
    except OSError as error:
        raise UserError(f"{what} {out}: expected a file that can be written, got: {error.strerror or error}") from None
    if is_folder:
        raise UserError(f"{what} {out}: expected a file's name that ends in {suffix}, got a folder")
    if out.suffix.lower() != suffix:
        raise UserError(f"{what} {out}: expected a name that ends in {suffix}, got {out.name or out}")
    if not has_folder:
        raise UserError(f"{what} {out}: expected a folder that is there, got {out.absolute().parent}")
    check_outside_takes(out, what)


def write_movie(take: Take, made: Iterable[Print], encoder: VideoEncoder, out: Path) -> int:
    """Write an MP4 with the take's own frame times; gives how many frames. UserError where it cannot be written."""
    raw, whole = (out.with_name(f"{_STEM}{os.getpid()}.{kind}") for kind in ("raw", "part"))
    try:
        _sweep(out.absolute().parent)
        count = _encode(take, made, encoder, raw)
        if count == 0:
            raise UserError(f"print {take.path}: expected a take with at least one whole frame, got none")
        remux(raw, whole, whole_extent(raw), count)
        replace_synced(whole, out)
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


def _sweep(folder: Path) -> None:
    """Take away what prints into this folder left behind when they were killed; one that runs now keeps its own."""
    for left in folder.glob(f"{_STEM}*"):
        number = left.stem.removeprefix(_STEM)
        if number.isdecimal() and (int(number) == os.getpid() or not _runs(int(number))):
            left.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # somebody else's
        return True
    return True
