"""Writing files so that they are there after a power cut: every byte or an error, synced data, synced folders."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


class WholeFile:
    """A new file without a buffer of its own: a write is with the kernel, whole, when it returns.

    So a killed process loses nothing that was written, and a failed write is not tried again at close.
    It has what PyAV and mcap ask of a file.
    """

    def __init__(self, path: Path, mode: int = 0o666) -> None:
        """mode: who may read it, less the umask."""
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb", buffering=0)

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Write all of it; raises OSError."""
        view = memoryview(data)
        done = 0
        while done < len(view):
            done += self._file.write(view[done:])
        return done

    def tell(self) -> int:
        """Where the next write goes."""
        return self._file.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go elsewhere (the muxer mends its headers)."""
        return self._file.seek(offset, whence)

    def seekable(self) -> bool:
        """True."""
        return True

    def flush(self) -> None:
        """Nothing is held back here."""

    def sync(self) -> None:
        """Wait until what was written is on the card. May take seconds."""
        sync_data(self._file.fileno())

    def close(self) -> None:
        """Let go of the file; harmless the second time."""
        self._file.close()


def sync_data(number: int) -> None:
    """fdatasync, or fsync where there is none (macOS)."""
    if hasattr(os, "fdatasync"):
        os.fdatasync(number)
    else:
        os.fsync(number)


def sync_file(path: Path) -> None:
    """Wait until a finished file is on the card."""
    with path.open("rb") as file:
        sync_data(file.fileno())


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the card."""
    number = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def replace_synced(new: Path, final: Path) -> None:
    """Put a finished file in the place of another: after a power cut there is the one or the other, whole."""
    sync_file(new)
    new.replace(final)
    sync_folder(final.parent)


def nearest_folder(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    path = path.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def free_bytes(path: Path) -> int:
    """Room for this user where the path is, or will be."""
    return shutil.disk_usage(nearest_folder(path)).free
