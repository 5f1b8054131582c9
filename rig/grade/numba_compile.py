"""Numba's kernels, compiled once and kept on disk: loading them takes a fifth of a second, compiling them many."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from rig.log import state_folder

log = logging.getLogger(__name__)
NO_CACHE = "the numba engine compiles itself at every start, for tens of seconds"
SOURCES = ("numba_kernels*.py", "numba_layout.py", "zone_fit.py")  # what the kernels are made of


@dataclass(frozen=True, slots=True)
class Kernels:
    """The compiled functions; what each wants is said where it is defined."""

    fill_line: Callable[..., None]
    tones: Callable[..., tuple[float, float]]
    pack: Callable[..., None]
    print_yuv: Callable[..., None]
    print_rgb: Callable[..., None]
    fit_zones: Callable[..., None]
    fit_line: Callable[..., None]
    enlarge_lines: Callable[..., None]
    small_zones_of_rgb: Callable[..., None]


def load_kernels() -> tuple[Kernels, Path | None]:
    """All kernels, not compiled yet, and the folder of their cache on disk, None where none can be had. Imports Numba:
    half a second, and 50 MB or more."""
    import numba

    from rig.grade.numba_kernels_mask import enlarge_lines, fit_line, fit_zones, small_zones_of_rgb
    from rig.grade.numba_kernels_rgb import print_rgb
    from rig.grade.numba_kernels_table import fill_line, pack, tones
    from rig.grade.numba_kernels_yuv import print_yuv

    of_mask = fit_zones, fit_line, enlarge_lines, small_zones_of_rgb
    kernels = Kernels(fill_line, tones, pack, print_yuv, print_rgb, *of_mask)
    folder = cache_folder(numba.config.CACHE_DIR, numba.__version__)
    if folder is None:
        log.warning("no folder can be written for Numba's cache: %s", NO_CACHE)
        return kernels, None
    before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(folder)
    try:
        for kernel in functions(kernels):
            kernel.enable_caching()
    except RuntimeError as error:  # Numba finds no place after all
        log.warning("Numba keeps no cache, %s: %s", error, NO_CACHE)
        return kernels, None
    finally:
        numba.config.CACHE_DIR = before
    return kernels, folder


def compile_all(folder: Path | None, calls: Sequence[tuple[Any, tuple[Any, ...]]]) -> None:
    """Compile kernels, or load them from disk, for arguments of these types; from then on they take no others.

    folder: of the cache; of several processes that start at once one compiles, and the others wait and load.
    """
    import numba

    wanted = [(kernel, tuple(numba.typeof(argument) for argument in arguments)) for kernel, arguments in calls]
    missing = [(kernel, signature) for kernel, signature in wanted if signature not in kernel.signatures]
    if not missing:
        return
    with _alone_in(folder):
        if folder is not None and not any(folder.glob("**/*.nbi")):
            log.info("the numba engine compiles itself, once: some tens of seconds, minutes on a small board")
        for kernel, signature in missing:
            kernel.disable_compile(False)
            kernel.compile(signature)
            kernel.disable_compile()


@contextmanager
def _alone_in(folder: Path | None) -> Iterator[None]:
    """While no other process is in here, where there is a folder to lock."""
    if folder is None:
        yield
        return
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def cache_folder(named: str = "", version: str = "") -> Path | None:
    """A folder of our own that can be written, for these sources (Numba looks at one file of several) and a version of
    Numba, which would throw away what another has compiled.

    named: NUMBA_CACHE_DIR. Else in the user's cache; a service may have none: then where the log is, or among temporary
    files. What is loaded from it is run, so that it must be ours alone.
    """
    digest, here = hashlib.sha256(version.encode()), Path(__file__).parent
    for source in sorted(path for pattern in SOURCES for path in here.glob(pattern)):
        digest.update(source.read_bytes())
    temporary = Path(tempfile.gettempdir(), f"darkroom-rig-{os.getuid()}")
    places = [Path(named)] if named else [_user_cache() / "darkroom-rig", state_folder(), temporary]
    for place in places:
        folder = place / f"numba-{digest.hexdigest()[:12]}"
        if _is_ours(folder):
            if folder.parent == temporary:
                log.info("Numba's cache is in %s: no other folder can be written", folder)
            return folder
    return None


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache"))


def _is_ours(folder: Path) -> bool:
    """It can be written, by us alone, and nobody but us and root can put another in its place."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        found, above = folder.stat(), folder.parent.stat()
    except OSError:
        return False
    alone = found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return alone and above.st_uid in (os.getuid(), 0)


def functions(kernels: Kernels) -> list[Any]:
    """Numba's dispatchers, all of them."""
    return [getattr(kernels, field.name) for field in fields(kernels)]
