"""Where takes are: TAKES/<session-id>/<take-id>/, named <take-id>.part until sealed. Finding, listing, checking."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rig.errors import UserError
from rig.session.files import nearest_folder
from rig.session.ids import ID

TIMELINE = "timeline.mcap"
NEGATIVE = "negative-000.mp4"
MANIFEST = "take.json"
LOCK = "lock"
LUT = "look.cube"  # the look's .cube file, where it has one
PART = ".part"
_IN_A_TAKE = (TIMELINE, NEGATIVE, MANIFEST, LOCK, LUT)
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
    """Every take, sealed or not, oldest first. No folder, no takes; UserError where it cannot be read."""
    with _readable(f"takes folder {root}"):
        return sorted(_takes(root))


def check_there(root: Path) -> None:
    """UserError where there is no takes folder."""
    with _readable(f"takes folder {root}"):
        there = root.is_dir()
    if not there:
        raise UserError(f"takes folder {root}: expected a folder, got none: --takes DIR says where takes are")


def check_outside_takes(out: Path, what: str) -> None:
    """UserError where a file to be written would land in a take's folder, and perhaps replace its negative."""
    try:
        for folder in out.resolve().parents:
            if place_of(folder) is not None and any((folder / name).exists() for name in _IN_A_TAKE):
                raise UserError(
                    f"{what} {out}: expected a place outside of takes, got the folder of take {folder.name}"
                )
    except OSError as error:
        raise UserError(f"{what} {out}: expected a file that can be written, got: {error.strerror or error}") from None


def find_take(root: Path, text: str) -> Path:
    """The folder of one take: `last`, an id, a unique beginning or end of one, or a path to the folder.

    Raises UserError with the nearest ids.
    """
    if os.sep in text or text in (".", ".."):
        given = Path(text)
        with _readable(f"take {text!r}"):
            if place_of(given.absolute()) is None:
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
    with _readable(f"takes folder {root}"):
        near = nearest_folder(root)
        is_folder = near.is_dir()
        shut = not os.access(near, os.W_OK | os.X_OK) or bool(os.statvfs(near).f_flag & os.ST_RDONLY)
    if not is_folder:
        raise UserError(f"takes folder {root}: expected a folder, got the file {near}: choose another with --takes DIR")
    if shut:
        raise UserError(
            f"takes folder {root}: expected one that can be written, got {near} without leave to: "
            "choose another with --takes DIR, or give yourself leave (chown, mount -o remount,rw)"
        )


@contextmanager
def _readable(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        got = error.strerror or error
        raise UserError(f"{what}: expected a folder that can be read, got: {got} (--takes DIR: another)") from None


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
