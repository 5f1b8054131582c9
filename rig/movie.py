"""Prints of a take as one film file: encoded like the negative, tagged with its colour, whole or not there at all."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from drivers.interfaces import CameraInfo, VideoEncoder
from drivers.readings import Frame
from rig.errors import UserError
from rig.grade.bearings import AS_AIMED, Bearings
from rig.grade.look import Look
from rig.grade.printer import Print, Printer
from rig.session.boxes import whole_extent
from rig.session.files import replace_synced
from rig.session.layout import check_outside_takes
from rig.session.negative import NegativeWriter, remux
from rig.session.reader import Take

_STEM = ".rig-print-"
PREROLL_NS = 1_000_000_000  # five time constants of the mask: less than a hundredth is left of what came before


def prints(
    frames: Iterable[tuple[Frame, Look] | tuple[Frame, Look, Bearings]],
    engine: str = "reference",
    preroll: int = 0,
) -> Iterator[Print]:
    """Each frame through its look and bearings, in order, at full quality; the same bytes every time.

    The mask of one frame stands on the ones before it. preroll: how many frames at the beginning are only there for
    that, and give no print. Whoever begins in the middle of a take begins so many earlier (preroll_frames).
    """
    printer = Printer(engine)
    for number, (frame, look, *known) in enumerate(frames):
        bearings = known[0] if known else AS_AIMED
        if number < preroll:
            printer.see(frame, look, bearings)
        else:
            yield printer.print(frame, look, bearings=bearings)


def preroll_frames(times_ns: Sequence[int], first: int) -> int:
    """How many frames before number ``first`` the mask needs: a second of them, or what there is."""
    return first - bisect_left(times_ns, times_ns[first] - PREROLL_NS, 0, first)


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
