"""Memory for frames, handed out again as soon as nobody looks at it any more: no fresh pages for every picture."""

from __future__ import annotations

import ctypes
import sys

import numpy as np

from drivers.readings import Bytes8

SPARE = 2
LOOK_BACK = 300  # takes
LARGE_BYTES = 1 << 20
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8  # M_MMAP_THRESHOLD and M_ARENA_MAX of glibc's malloc.h


class FramePool:
    """Arrays of bytes. Whoever takes one simply drops it; nothing has to be given back.

    An array is free when the pool's own reference to it is the only one left. Python counts references exactly, and
    everything that looks into the array's memory holds one: a view of it, and a view of a view, has the array that owns
    the memory as its ``base``; a memoryview and PyAV's frames hold it too. A count that has come down to one cannot
    rise again, for nobody is left to hand the array on, so the check needs no lock, whichever threads drop theirs.

    take() is for one thread. An array that is never dropped is only lost to the pool, never handed out twice.
    """

    def __init__(self, spare: int = SPARE) -> None:
        """spare: how many free arrays are kept at most, whatever their shapes; the longest unused are let go first.

        Those that were free all the time through so many takes are let go too.
        """
        self._spare = spare
        self._takes = self._always_free = 0
        self._arrays: list[Bytes8] = []  # oldest use first
        self._alone = _holders([np.empty(0, np.uint8)], 0)

    @property
    def count(self) -> int:
        """How many arrays there are, held and free."""
        return len(self._arrays)

    def take(self, shape: tuple[int, ...]) -> Bytes8:
        """A C-contiguous array of that shape, writeable, not cleared, into which nobody else looks."""
        arrays = self._arrays
        free = [place for place in range(len(arrays)) if _holders(arrays, place) == self._alone]
        chosen = next((place for place in reversed(free) if arrays[place].shape == shape), None)
        if chosen is None:
            array: Bytes8 = np.empty(shape, np.uint8)
        else:
            array = arrays[chosen]
            array.flags.writeable = True
            free.remove(chosen)
        too_many = max(0, len(free) - self._spare)
        self._always_free = min(self._always_free, len(free)) if self._takes else len(free)
        self._takes = (self._takes + 1) % LOOK_BACK
        if not self._takes:
            too_many = max(too_many, self._always_free)
        gone = {chosen, *free[:too_many]}
        self._arrays = [each for place, each in enumerate(arrays) if place not in gone]
        self._arrays.append(array)
        return array


def leave_no_holes() -> None:
    """From now on a piece of memory of a megabyte or more goes back to the system the moment it is freed, and all
    threads share one heap. To be called before there are any.

    glibc keeps freed pieces of up to 32 MB for the next one, as holes in its heap: a good trade where they come and go
    with every frame, and dead weight (140 MB of 290 after painting a market of 1920x1080) where none does. A heap for
    each thread has its own holes (7 MB of 250).
    """
    _tell_allocator("mallopt", _MMAP_THRESHOLD, LARGE_BYTES)
    _tell_allocator("mallopt", _ARENA_MAX, 1)


def give_back() -> None:
    """Hand small pieces that are free inside this process back to the system; for the end of a warm-up."""
    _tell_allocator("malloc_trim", 0)


def _tell_allocator(function: str, *numbers: int) -> None:
    if sys.platform == "linux":
        found = getattr(ctypes.CDLL(None), function, None)  # other C libraries than glibc have none
        if found is not None:
            found(*numbers)


def _holders(arrays: list[Bytes8], place: int) -> int:
    """References to an array of a list, by whatever this interpreter counts along: compared, never taken as it is."""
    return sys.getrefcount(arrays[place])
