"""A finder on a free port with a bench behind it that remembers what the hands sent."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np
import pytest

from drivers.clock import SystemClock
from drivers.colour import from_rgb
from drivers.knobs.page import PageKnobs
from drivers.readings import Bytes8, Colour, HandReading, Press, Soul, Turn
from rig.viewfinder.finder import Finder
from rig.viewfinder.jpeg import to_jpeg
from rig.viewfinder.meters import Meters
from rig.viewfinder.pages import ShownStrip

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

DESK = (1280, 800)


@dataclass(frozen=True)
class Shown:
    """The least that is a print."""

    t_ns: int
    index: int
    pixels: Bytes8
    colour: Colour = field(default_factory=Colour)
    newest_edge_ns: int | None = None
    newest_beat_ns: int | None = None


def make_grey(
    index: int, t_ns: int, code: int = 118, size: tuple[int, int] = (320, 180), edge_ns: int | None = None
) -> Shown:
    """An even print."""
    return Shown(t_ns, index, from_rgb(np.full((size[1], size[0], 3), code, np.uint8), Colour()), Colour(), edge_ns)


@dataclass
class Counted:
    """Timings that write down what is told."""

    heard: list[tuple[str, float]] = field(default_factory=list)

    def shown(self, name: str, ms: float) -> None:
        self.heard.append((name, ms))

    def told(self) -> dict[str, object]:
        return {"print_to_page": {"count": len(self.heard), "newest_ms": [ms for _, ms in self.heard]}}


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

    def keep(self) -> None:
        self.calls.append("keep")

    def place(self, zone: float) -> None:
        self.calls.append(f"place {zone:g}")


def make_strip() -> ShownStrip:
    """Seven grey bands of the dodge, the first of them as it is now, as the frame loop's side would print them."""
    bands = np.repeat(np.linspace(60, 180, 7).astype(np.uint8), 46)[:320]
    picture = np.ascontiguousarray(np.broadcast_to(bands[None, :, None], (180, 320, 3)))
    values = tuple(0.25 * band for band in range(7))
    labels = ("0", "+0.25", "+0.5", "+0.75", "+1", "+1.25", "+1.5")
    jpeg = to_jpeg(from_rgb(picture, Colour()), Colour())
    return ShownStrip("dodge", "dodge.stops", values, labels, 0, jpeg)


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


def open_bench(
    tap: bool = True,
    sheet: bytes | None = b"\x89PNG sheet",
    strip: Callable[[], ShownStrip | None] = make_strip,
    timings: Counted | None = None,
) -> Bench:
    """Start it on any free port."""
    clock, knobs, actions, taps, deaths = SystemClock(), PageKnobs(), Asked(), list[int](), list[str]()
    finder = Finder(
        clock,
        knobs,
        port=0,
        tap=taps.append if tap else None,
        actions=actions,
        sheet=lambda: sheet,
        strip=strip,
        on_death=lambda name, error: deaths.append(f"{name}: {error!r}"),
        timings=timings,
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
def counting() -> Iterator[tuple[Bench, Counted]]:
    """A finder that counts how long things take."""
    counted = Counted()
    made = open_bench(timings=counted)
    yield made, counted
    made.finder.close()
    assert made.deaths == []


class Stand:
    """The page in a browser, with a moving picture, and the knobs echoed into the meters as the frame loop does."""

    def __init__(self, bench: Bench, browser: Chrome) -> None:
        self.bench, self._browser = bench, browser
        self.meters = Meters(minutes_left=140.0, zones=(0.09,) * 11)
        self.said: list[object] = []
        self._edge_ns: int | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        index = 0
        while not self._stop.wait(0.033):
            for reading in self.bench.readings():
                self.said.append(reading)
                self._hear(reading)
            now = self.bench.clock.now_ns()
            self.bench.finder.show(
                make_grey(index, now, code=60 + round(48 * self.meters.dodge_stops), edge_ns=self._edge_ns)
            )
            self.bench.finder.tell(replace(self.meters, take_seconds=now / 1e9 % 100))
            index += 1

    def _hear(self, reading: object) -> None:
        if isinstance(reading, Turn):
            self._edge_ns = reading.t_ns
        match reading:
            case Turn(knob="dodge", detents=detents):
                stops = self.meters.dodge_stops + detents / 12
                self.meters = replace(self.meters, dodge_stops=max(0.0, min(2.0, stops)))
            case Press(control="record", down=True):
                self.meters = replace(self.meters, recording=not self.meters.recording)
            case Soul(position=position):
                self.meters = replace(self.meters, soul=position)

    def detents(self, knob: str) -> int:
        return sum(r.detents for r in list(self.said) if isinstance(r, Turn) and r.knob == knob)

    def presses(self, control: str) -> list[Press]:
        return [r for r in list(self.said) if isinstance(r, Press) and r.control == control]

    def downs(self, control: str) -> list[bool]:
        return [press.down for press in self.presses(control)]

    def until(self, true: Callable[[], bool]) -> bool:
        return self.bench.until(true, 8.0)

    def size(self, width: int, height: int, mobile: bool = False) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
        self._browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def frames(self) -> int:
        script = "return Number(document.getElementById('print').dataset.frames || 0)"
        return int(self._browser.execute_script(script))

    def text(self, css: str) -> str:
        return str(self._browser.execute_script("return document.querySelector(arguments[0]).textContent", css))

    def lightness(self) -> int:
        canvas = "document.getElementById('print').getContext('2d')"
        return int(self._browser.execute_script(f"return {canvas}.getImageData(9, 9, 1, 1).data[1]"))

    def pointer(self, path: list[tuple[float, float]], hold_s: float = 0.0) -> None:
        """Press at the first point of the dodge dial, move through the others, let go. Units of the dial's radius."""
        from selenium.webdriver.common.action_chains import ActionChains

        box = self._browser.execute_script(
            "const r = document.querySelector('#dodge svg').getBoundingClientRect();"
            "return [r.left + r.width / 2, r.top + r.height / 2, Math.min(r.width / 220, r.height / 208) * 100]"
        )
        actions = ActionChains(self._browser, duration=20)
        mouse = actions.w3c_actions.pointer_action
        at = [(round(box[0] + x * box[2]), round(box[1] + y * box[2])) for x, y in path]
        mouse.move_to_location(*at[0])
        mouse.pointer_down()
        if hold_s:
            mouse.pause(hold_s)
        for point in at[1:]:
            mouse.move_to_location(*point)
        mouse.pointer_up()
        actions.perform()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()


@pytest.fixture
def counting_stand(counting: tuple[Bench, Counted], browser: Chrome) -> Iterator[Stand]:
    made = Stand(counting[0], browser)
    browser.get(counting[0].finder.address)
    assert made.until(lambda: made.frames() > 2), browser.get_log("browser")
    yield made
    made.close()


@pytest.fixture
def stand(bench: Bench, browser: Chrome) -> Iterator[Stand]:
    made = Stand(bench, browser)
    made.size(*DESK)
    browser.get(bench.finder.address)
    assert made.until(lambda: made.frames() > 2), browser.get_log("browser")
    yield made
    made.close()
    mistakes = [line["message"] for line in browser.get_log("browser") if line["level"] == "SEVERE"]
    browser.get("about:blank")
    assert [line for line in mistakes if "ERR_INCOMPLETE" not in line] == []


@pytest.fixture
def make_stand(browser: Chrome) -> Callable[[Bench], Stand]:
    """Stand(bench), for a finder of its own; close it yourself."""
    return lambda bench: Stand(bench, browser)


@pytest.fixture
def make_bench() -> Callable[..., Bench]:
    """open_bench(tap=..., sheet=...); close it yourself."""
    return open_bench


@pytest.fixture
def grey_print() -> Callable[..., Shown]:
    """grey_print(index, t_ns, code=..., size=...): an even print."""
    return make_grey
