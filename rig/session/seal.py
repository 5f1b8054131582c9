"""Sealing a take: the negative becomes plain MP4, the manifest says what is there, the folder gets its final name.

Every step leaves the take whole: kill it anywhere, and recovery (or sealing again) goes on from there.
"""

from __future__ import annotations

import os
from pathlib import Path

from rig.session.boxes import whole_extent
from rig.session.entries import TakeEnd, TakeStart
from rig.session.files import free_bytes, replace_synced, sync_folder
from rig.session.layout import LUT, NEGATIVE, NEW, PART, TIMELINE
from rig.session.lock import TakeLock
from rig.session.manifest import Manifest, fact_of, write_manifest
from rig.session.negative import frame_times_us, remux

_ROOM_BYTES = 4 << 20  # beside the copy itself, and a quarter of it: the next take grows while it is made


def seal(
    part: Path,
    lock: TakeLock,
    start: TakeStart,
    end: TakeEnd,
    first_ns: int,
    last_ns: int,
    reserve_bytes: int = 0,
    shared: Path | None = None,
) -> Path:
    """Seal a closed take and give its final folder. first_ns, last_ns: its first and its last frame.
    reserve_bytes: left free for the take that may be under way, which ends when there is less. shared: the negative of
    the take that this is a performance over.

    Where there is no room for a second copy the negative stays fragmented: it plays all the same. Raises OSError,
    and UserError when the negative does not read back as it was written; the take then stays unsealed.
    """
    if shared is None or not _share(shared, part, end.frames):
        plain_negative(part, end.frames, reserve_bytes)
    duration_s = (last_ns - first_ns) / 1e9 + 1.0 / start.rate_hz
    facts = [fact_of(part / name) for name in (NEGATIVE, TIMELINE, LUT) if name != LUT or (part / LUT).exists()]
    manifest = Manifest(
        take_id=start.take_id,
        session_id=start.session_id,
        wall_ns=start.wall_ns,
        frames=end.frames,
        duration_s=round(duration_s, 6),
        reason=end.reason,
        files=facts,
        performs=start.performs,
    )
    write_manifest(part, manifest)
    final = part.with_name(part.name.removesuffix(PART))
    part.rename(final)
    lock.remove(final)
    sync_folder(final.parent)
    return final


def _share(negative: Path, part: Path, frames: int) -> bool:
    """Let a performance over the whole of a negative have that very file: no room is taken twice. False where it ended
    earlier, or where a file cannot have two names (FAT, another disk)."""
    new = part / (NEGATIVE + NEW)
    try:
        if len(frame_times_us(negative)) != frames:
            return False
        new.unlink(missing_ok=True)
        os.link(negative, new)
    except OSError:
        return False
    replace_synced(new, part / NEGATIVE)
    return True


def plain_negative(part: Path, frames: int, reserve_bytes: int = 0) -> None:
    """Put a plain MP4 of the first frames in the place of the fragmented one (or of a longer plain one)."""
    path, new = part / NEGATIVE, part / (NEGATIVE + NEW)
    new.unlink(missing_ok=True)
    extent = whole_extent(path)
    if not extent.fragmented and len(frame_times_us(path)) == frames:
        return  # killed after this step
    size = path.stat().st_size
    no_room = free_bytes(part) < size + size // 4 + _ROOM_BYTES + reserve_bytes
    if no_room and extent.fragmented and extent.frames == frames:
        return
    remux(path, new, extent, frames)
    replace_synced(new, path)
