"""The two ways threads hand things to each other: the newest only (Latest), or everything (Line). Neither waits."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """One slot, newest wins. ``put`` and ``get`` are single references and need no lock."""

    def __init__(self, wake: Callable[[], None] | None = None) -> None:
        self._slot: T | None = None
        self.wake = wake

    def put(self, item: T) -> None:
        """Replace what is there, and wake who reads."""
        self._slot = item
        if self.wake is not None:
            self.wake()

    def get(self) -> T | None:
        """The newest, left in place; None before the first."""
        return self._slot


class Line(Generic[T]):
    """A queue that loses nothing. Unbounded unless ``most`` is given: then put() says False instead of dropping."""

    def __init__(self, most: int | None = None, wake: Callable[[], None] | None = None) -> None:
        self._items: deque[T] = deque()
        self._most = most
        self.wake = wake

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: T) -> bool:
        """Add at the end and wake who reads; False, and nothing added, when the line is full."""
        if self._most is not None and len(self._items) >= self._most:
            return False
        self._items.append(item)
        if self.wake is not None:
            self.wake()
        return True

    def take(self, most: int | None = None) -> list[T]:
        """Remove and give what is there now (at most ``most``), oldest first."""
        items: list[T] = []
        while (most is None or len(items) < most) and self._items:
            items.append(self._items.popleft())
        return items
