"""A finder on a free port with a bench behind it that remembers what the hands sent."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import numpy as np
import pytest

from drivers.clock import SystemClock
from drivers.colour import from_rgb
from drivers.knobs.page import PageKnobs
from drivers.readings import Bytes8, Colour, HandReading
from rig.viewfinder.finder import Finder


@dataclass(frozen=True)
class Shown:
    """The least that is a print."""

    t_ns: int
    index: int
    pixels: Bytes8
    colour: Colour = field(default_factory=Colour)
    newest_edge_ns: int | None = None
    newest_beat_ns: int | None = None


def make_grey(index: int, t_ns: int, code: int = 118, size: tuple[int, int] = (320, 180)) -> Shown:
    """An even print."""
    return Shown(t_ns, index, from_rgb(np.full((size[1], size[0], 3), code, np.uint8), Colour()))


@dataclass
class Asked:
    """Actions that write down what was asked."""

    calls: list[str] = field(default_factory=list)

    def undo(self) -> None:
        self.calls.append("undo")

    def redo(self) -> None:
        self.calls.append("redo")

    def lock(self, on: bool) -> None:
        self.calls.append(f"lock {on}")


@dataclass
class Bench:
    """The finder and everything around it."""

    finder: Finder
    knobs: PageKnobs
    actions: Asked
    taps: list[int]
    clock: SystemClock
    deaths: list[str]

    @property
    def port(self) -> int:
        return int(urlsplit(self.finder.address).port or 0)

    def readings(self) -> list[HandReading]:
        return list(self.knobs.step(self.clock.now_ns()))

    def ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """One request over a real connection. body: JSON, or bytes as they are."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            kind = {"Content-Type": "application/json"} if method == "POST" else {}
            connection.request(method, path, sent, {**kind, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def until(self, true: Callable[[], bool], seconds: float = 10.0) -> bool:
        """Wait for something that other threads do; False where it did not come."""
        end = self.clock.now_ns() + round(seconds * 1e9)
        while not true():
            if self.clock.now_ns() > end:
                return False
            self.clock.sleep_until_ns(self.clock.now_ns() + 5_000_000)
        return True


def open_bench(tap: bool = True, sheet: bytes | None = b"\x89PNG sheet") -> Bench:
    """Start it on any free port."""
    clock, knobs, actions, taps, deaths = SystemClock(), PageKnobs(), Asked(), list[int](), list[str]()
    finder = Finder(
        clock,
        knobs,
        port=0,
        tap=taps.append if tap else None,
        actions=actions,
        sheet=lambda: sheet,
        on_death=lambda name, error: deaths.append(f"{name}: {error!r}"),
    )
    return Bench(finder, knobs, actions, taps, clock, deaths)


@pytest.fixture(scope="module")
def shared_bench() -> Iterator[Bench]:
    made = open_bench()
    yield made
    made.finder.close()
    assert made.deaths == []


@pytest.fixture
def bench(shared_bench: Bench) -> Bench:
    """The module's one finder, with nothing in its hands."""
    shared_bench.readings()
    shared_bench.taps.clear()
    shared_bench.actions.calls.clear()
    return shared_bench


@pytest.fixture
def fresh_bench() -> Iterator[Bench]:
    """A finder of its own, for what depends on what was shown before."""
    made = open_bench()
    yield made
    made.finder.close()
    assert made.deaths == []


@pytest.fixture
def make_bench() -> Callable[..., Bench]:
    """open_bench(tap=..., sheet=...); close it yourself."""
    return open_bench


@pytest.fixture
def grey_print() -> Callable[..., Shown]:
    """grey_print(index, t_ns, code=..., size=...): an even print."""
    return make_grey
