"""Where takes are: TAKES/<session-id>/<take-id>/, named <take-id>.part until sealed. Finding, listing, checking."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rig.errors import UserError
from rig.session.files import nearest_folder
from rig.session.ids import ID

TIMELINE = "timeline.mcap"
NEGATIVE = "negative-000.mp4"
MANIFEST = "take.json"
LOCK = "lock"
PART = ".part"
NEW = ".new"


@dataclass(frozen=True, slots=True, order=True)
class TakePlace:
    """A take's folder. Orders by take id, which is by time."""

    take_id: str
    session_id: str
    path: Path

    @property
    def sealed(self) -> bool:
        """False while it is being recorded, or when the rig died meanwhile."""
        return self.path.suffix != PART


def place_of(path: Path) -> TakePlace | None:
    """The take a folder is, going by its name; None when it is none."""
    take_id = path.name.removesuffix(PART)
    if ID.fullmatch(take_id) is None or not path.is_dir():
        return None
    return TakePlace(take_id, path.parent.name, path)


def list_takes(root: Path) -> list[TakePlace]:
    """Every take, sealed or not, oldest first. No folder, no takes."""
    return sorted(_takes(root))


def find_take(root: Path, text: str) -> Path:
    """The folder of one take: `last`, an id, a unique beginning or end of one, or a path to the folder.

    Raises UserError with the nearest ids.
    """
    if os.sep in text or text in (".", ".."):
        given = Path(text)
        place = place_of(given.absolute())
        if place is None:
            raise UserError(f"take: expected a take's folder or id, got {text!r}: {_why_not(given)}")
        return given
    takes = list_takes(root)
    if not takes:
        raise UserError(f"take {text!r}: expected takes in {root}, got none (--takes DIR says where they are)")
    if text == "last":
        return takes[-1].path
    wanted = text.removesuffix(PART)
    exact = [take for take in takes if take.take_id == wanted]
    found = exact or [take for take in takes if wanted and take.take_id.startswith(wanted)]
    found = found or [take for take in takes if wanted and take.take_id.endswith(wanted)]
    if len(found) == 1:
        return found[0].path
    ids = [take.take_id for take in takes]
    if found:
        ids = [take.take_id for take in found]
        raise UserError(
            f"take {text!r}: expected one take, got {len(found)}: {', '.join(ids[-3:])}: give more of the id"
        )
    near = difflib.get_close_matches(wanted, ids, 3, 0.3) or ids[-3:]
    raise UserError(
        f"take {text!r}: expected one of the takes in {root}, got an unknown one, did you mean {', '.join(near)}?"
    )


def check_writable(root: Path) -> None:
    """See, without writing anything, that takes can be made here; UserError with the remedy."""
    near = nearest_folder(root)
    if not near.is_dir():
        raise UserError(f"takes folder {root}: expected a folder, got the file {near}: choose another with --takes DIR")
    if not os.access(near, os.W_OK | os.X_OK) or os.statvfs(near).f_flag & os.ST_RDONLY:
        raise UserError(
            f"takes folder {root}: expected one that can be written, got {near} without leave to: "
            "choose another with --takes DIR, or give yourself leave (chown, mount -o remount,rw)"
        )


def _takes(root: Path) -> Iterator[TakePlace]:
    if not root.is_dir():
        return
    for session in root.iterdir():
        if ID.fullmatch(session.name) is None or not session.is_dir():
            continue
        for folder in session.iterdir():
            place = place_of(folder)
            if place is not None:
                yield place


def _why_not(path: Path) -> str:
    if not path.exists():
        return "it does not exist"
    return "it is a file" if path.is_file() else "its name is not a take's id"
