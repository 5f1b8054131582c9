"""Who looks: wakes the server's event loop from other threads, and knows whether anybody is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Audience:
    """The viewers of one stream. ``ring`` may be called from any thread; everything else runs on the server's loop."""

    def __init__(self, on_change: Callable[[str, int], None] | None = None) -> None:
        """on_change: told which page came or went, and how many seats that page has now."""
        self._ears: dict[asyncio.Event, str] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._on_change = on_change
        self.count = 0
        self.closed = False

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """The loop that is to be woken."""
        self._loop = loop

    def detach(self) -> None:
        """The loop is about to end: ring no more."""
        self._loop = None

    def ring(self) -> None:
        """There is something new; costs nothing where nobody listens."""
        loop = self._loop
        if loop is None or not (self._ears or self.closed):
            return
        try:
            loop.call_soon_threadsafe(self._wake)
        except RuntimeError:  # the loop ended between the two lines: nobody is left to be told
            self._loop = None

    def close(self) -> None:
        """Send everybody home."""
        self.closed = True
        self.ring()

    @contextmanager
    def seat(self, page: str = "") -> Iterator[asyncio.Event]:
        """An event that is set whenever there is something new; set at first. page: who sits there."""
        ear = asyncio.Event()
        ear.set()
        self._ears[ear] = page
        self._changed(page)
        try:
            yield ear
        finally:
            del self._ears[ear]
            self._changed(page)

    def _wake(self) -> None:
        for ear in self._ears:
            ear.set()

    def _changed(self, page: str) -> None:
        self.count = len(self._ears)
        if self._on_change is not None:
            self._on_change(page, sum(one == page for one in self._ears.values()))
