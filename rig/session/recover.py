"""Mending takes that were never sealed: the rig was switched off, or killed, in the middle.

What is whole of both files is kept and cut to the same frame; the originals are replaced only by finished files that
are on the card. Doing it twice, or being killed in the middle and doing it again, gives the same take.
"""

from __future__ import annotations

import logging
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rig.errors import UserError
from rig.session.entries import BaseChange, FrameEntry, LookChange, TakeEnd
from rig.session.files import replace_synced
from rig.session.layout import LUT, MANIFEST, NEGATIVE, NEW, PART, TIMELINE, TakePlace, list_takes
from rig.session.lock import TakeLock
from rig.session.manifest import read_manifest
from rig.session.negative import frame_times_us
from rig.session.reader import Take, open_take
from rig.session.seal import seal
from rig.session.timeline import TimelineWriter

REASON = "recovered"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recovery:
    """What became of one take: its sealed folder, or why it has none."""

    place: TakePlace
    sealed: Path | None
    problem: str | None


def recover(path: Path) -> Path:
    """Mend and seal a take; the path of the sealed folder. A sealed take is left alone.

    Raises UserError when another process writes the take now, when nothing of it is whole, or when a sealed take's
    files have not the sizes they were sealed with (nothing can be mended there).
    """
    if path.suffix != PART:
        _check_sealed(path)
        return path
    if not path.is_dir():
        raise UserError(f"take {path}: expected a take's folder, got none")
    lock = TakeLock(path)
    try:
        return _mend(path, lock)
    finally:
        lock.release()


def recover_all(root: Path, told: Callable[[TakePlace], None] | None = None) -> list[Recovery]:
    """Mend every unsealed take that nobody is writing. told: called before each, for a line of progress."""
    done = []
    for place in list_takes(root):
        if place.sealed:
            continue
        if told is not None:
            told(place)
        try:
            done.append(Recovery(place, recover(place.path), None))
        except (UserError, OSError) as error:
            done.append(Recovery(place, None, str(error)))
        except Exception as error:  # the root of one take's mending: the others, and a shoot, go on
            log.exception("mending %s", place.path)
            problem = f"take {place.path}: could not be mended, a bug of ours ({type(error).__name__}: {error})"
            done.append(Recovery(place, None, " ".join(problem.split())))
    return done


def _mend(path: Path, lock: TakeLock) -> Path:
    for name in (TIMELINE, NEGATIVE, MANIFEST, LUT):
        (path / (name + NEW)).unlink(missing_ok=True)
    take = open_take(path)
    in_timeline = sum(1 for _ in take.entries(FrameEntry))
    in_video = len(frame_times_us(take.negative)) if take.negative.exists() else 0
    frames = min(in_timeline, in_video)
    if frames == 0:
        raise UserError(
            f"take {path}: expected at least one whole frame, got {in_timeline} on the timeline and {in_video} in the "
            "negative: there is nothing to mend, and the folder may be deleted"
        )
    end = take.end
    if end is None or end.frames != frames or take.damage or in_timeline != frames:
        end = _cut_timeline(take, frames)
    times = array("q", (entry.t_ns for entry in take.entries(FrameEntry)))
    return seal(path, lock, take.start, end, times[0], times[-1])


def _cut_timeline(take: Take, frames: int) -> TakeEnd:
    """Write the timeline anew with its first frames, everything else that is whole, and an end."""
    new = take.path / (TIMELINE + NEW)
    writer = TimelineWriter(new)
    newest_ns, kept = take.start.t_ns, 0
    for entry in take.entries():
        if isinstance(entry, TakeEnd) or (isinstance(entry, LookChange | BaseChange) and entry.index > frames):
            continue
        if isinstance(entry, FrameEntry):
            kept += 1
            if kept > frames:
                continue
            newest_ns = entry.t_ns
        writer.add(entry)
    end = take.end
    if end is None or end.frames != frames:  # else only the file's index was cut
        end = TakeEnd(newest_ns, frames, REASON)
    writer.add(end)
    writer.close()
    replace_synced(new, take.timeline)
    return end


def _check_sealed(path: Path) -> None:
    for fact in read_manifest(path).files:
        file = path / fact.name
        size = file.stat().st_size if file.is_file() else None
        if size != fact.bytes:
            got = "none" if size is None else f"{size} bytes"
            raise UserError(
                f"take {path}: expected {fact.name} of {fact.bytes} bytes as it was sealed, got {got}: "
                "only unsealed takes can be mended, look for another copy"
            )
