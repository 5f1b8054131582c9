"""The Pi's own pins: a gpiozero factory over lgpio, with its errors in words."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drivers.errors import DeviceNotFound, DevicePermission, LibraryMissing


def pipe_folder() -> Path:
    """Where lgpio's pipe is made: $LG_WD, else the folder for temporary files. OSError: it cannot be written."""
    folder = Path(os.environ.get("LG_WD") or tempfile.gettempdir())
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(13, "no folder that may be written", str(folder))
    return folder


@contextmanager
def _own_folder() -> Iterator[None]:
    """A folder of its own for the import of lgpio, which makes a named pipe there, opens both ends and keeps them.

    It does so in $LG_WD, else in the current folder, and makes that the current folder (lgUtil.c, lguGetWorkDir). The
    pipe needs no name afterwards, so that nothing is left lying about, and the current folder is given back.
    """
    given = os.environ.get("LG_WD")
    before = os.open(".", getattr(os, "O_PATH", os.O_RDONLY))
    try:
        with tempfile.TemporaryDirectory(prefix=".rig-lgpio-", dir=pipe_folder()) as folder:
            os.environ["LG_WD"] = folder
            try:
                yield
            finally:
                os.fchdir(before)
                if given is None:
                    del os.environ["LG_WD"]
                else:
                    os.environ["LG_WD"] = given
    finally:
        os.close(before)


def pi_pins(where: str) -> Any:
    """The Pi's own pins, a gpiozero factory over lgpio that the caller closes. Errors are worded."""
    try:
        with _own_folder():
            from gpiozero.pins.lgpio import LGPIOFactory
    except ImportError as error:
        raise LibraryMissing(
            f"{where}: expected the library lgpio, got none: sudo apt install python3-lgpio (on a Pi), "
            "or use knobs.name keyboard, or the simulated rig (--sim)"
        ) from error
    except OSError as error:
        raise DeviceNotFound(
            f"{where}: expected a folder in which lgpio may make its pipe, got {error}: "
            "set TMPDIR (or LG_WD) to one that this user may write"
        ) from error
    try:
        return LGPIOFactory()
    except Exception as error:
        text = str(error) or type(error).__name__
        if isinstance(error, PermissionError) or "permission" in text.lower() or "denied" in text.lower():
            raise DevicePermission(
                f"{where}: expected to open the GPIO chip, got {text}: sudo usermod -aG gpio $USER, then log in again"
            ) from error
        raise DeviceNotFound(
            f"{where}: expected the pins of a Raspberry Pi, got {text}: is this a Pi? "
            "Use knobs.name keyboard, or the simulated rig (--sim)"
        ) from error


class SharedPins:
    """One factory for all drivers of a rig, opened by the first and closed after the last of them.

    gpiozero's factories of one process share their pins, and one that is closed closes them all: knobs would go deaf
    because a sensor lost its wire.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._factory: Any = None
        self._users = 0

    def open(self, where: str) -> Any:
        """The factory; each open() wants its close(). Raises a DriverError with the remedy."""
        with self._lock:
            if self._factory is None:
                self._factory = pi_pins(where)
            self._users += 1
            return self._factory

    def close(self) -> None:
        """One of those that opened it needs it no more."""
        with self._lock:
            self._users -= 1
            if self._users == 0:
                factory, self._factory = self._factory, None
                factory.close()
