"""Who is writing a take: a lock on a file in its folder, which dies with the process that holds it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from rig.errors import UserError
from rig.session.layout import LOCK


class TakeLock:
    """Held from the first byte to the seal. The lock follows the folder when it is renamed."""

    def __init__(self, folder: Path) -> None:
        """Raises UserError when another process holds it, or the folder was sealed meanwhile."""
        path = folder / LOCK
        try:
            self._number: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except FileNotFoundError as error:
            raise UserError(f"take {folder}: expected an unsealed take, got none: it was sealed meanwhile") from error
        try:
            fcntl.flock(self._number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not path.exists() or not os.path.samestat(os.fstat(self._number), path.stat()):
                raise UserError(f"take {folder}: expected an unsealed take, got none: it was sealed meanwhile")
        except BlockingIOError as error:
            self.release()
            raise UserError(
                f"take {folder}: expected one that nobody is writing, got one that is being recorded or recovered now: "
                "wait until that has ended"
            ) from error
        except UserError:
            self.release()
            raise

    def release(self) -> None:
        """Let go; harmless the second time. The file stays."""
        if self._number is not None:
            os.close(self._number)
            self._number = None

    def remove(self, folder: Path) -> None:
        """Let go, and take the file away: the folder is sealed."""
        (folder / LOCK).unlink(missing_ok=True)
        self.release()


def written_now(folder: Path) -> bool:
    """True while a process records or mends the take."""
    try:
        number = os.open(folder / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(number)
    return False
