"""The picture and the meters as they leave: order, times, colour, and that everything ends."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import cv2
import numpy as np
import pytest

from drivers.colour import from_rgb
from drivers.readings import Colour, Press
from drivers.sim.clock import SimulatedClock
from rig.errors import UserError
from rig.viewfinder.finder import Finder, listen
from rig.viewfinder.jpeg import to_jpeg
from rig.viewfinder.meters import Meters, to_json
from rig.viewfinder.pages import static_files

if TYPE_CHECKING:
    from tests.rig.viewfinder.conftest import Bench


@contextmanager
def stream(bench: Bench, path: str) -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", bench.port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    try:
        yield answer
    finally:
        answer.close()
        connection.close()


def next_part(answer: http.client.HTTPResponse) -> tuple[dict[str, str], bytes]:
    head: dict[str, str] = {}
    while (line := answer.readline().decode().strip()) or not head:
        key, colon, value = line.partition(":")
        if colon:
            head[key.lower()] = value.strip()
    return head, answer.read(int(head["content-length"]))


def next_event(answer: http.client.HTTPResponse, kind: str) -> dict[str, object]:
    while True:
        lines = []
        while line := answer.readline().decode().rstrip("\n"):
            lines.append(line)
        if f"event: {kind}" in lines:
            return dict(json.loads(next(line for line in lines if line.startswith("data: "))[6:]))


def test_pictures_move_and_carry_their_times(fresh_bench: Bench, grey_print: Callable[..., Any]) -> None:
    fresh_bench.finder.show(grey_print(7, 1_000))
    with stream(fresh_bench, "/finder.mjpg") as answer:
        assert answer.headers["Content-Type"] == "multipart/x-mixed-replace; boundary=print"
        head, jpeg = next_part(answer)
        assert (head["x-index"], head["x-t-ns"], head["x-edge-ns"], head["x-beat-ns"]) == ("7", "1000", "-", "-")
        assert 0 < int(head["x-shown-ns"]) <= fresh_bench.clock.now_ns()
        assert cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).shape == (180, 320, 3)
        fresh_bench.finder.show(grey_print(8, 2_000, code=200))
        head, jpeg = next_part(answer)
        assert head["x-index"] == "8"
        assert abs(int(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)[90, 160, 1]) - 200) <= 2


def test_who_comes_later_sees_the_newest_print_first(fresh_bench: Bench, grey_print: Callable[..., Any]) -> None:
    fresh_bench.finder.show(grey_print(1, 1))
    with stream(fresh_bench, "/finder.mjpg") as answer:
        assert next_part(answer)[0]["x-index"] == "1"
    assert fresh_bench.until(lambda: fresh_bench.finder._lookers.count == 0)
    fresh_bench.finder.show(grey_print(2, 2))
    for _ in range(2):  # and again while the camera stands still
        with stream(fresh_bench, "/finder.mjpg") as answer:
            assert next_part(answer)[0]["x-index"] == "2"
        assert fresh_bench.until(lambda: fresh_bench.finder._lookers.count == 0)


def test_nobody_looks_and_no_jpeg_is_made(fresh_bench: Bench, grey_print: Callable[..., Any]) -> None:
    for index in range(20):
        fresh_bench.finder.show(grey_print(index, index))
    status = json.loads(fresh_bench.ask("GET", "/status")[2])
    assert status["picture"] is None
    assert status["lookers"] == 0


def test_a_slow_viewer_gets_the_newest_and_never_a_backlog(fresh_bench: Bench, grey_print: Callable[..., Any]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (720, 1280, 3), np.uint8)
    pixels = from_rgb(noise, Colour())  # the largest JPEGs there are
    with stream(fresh_bench, "/finder.mjpg") as answer:
        for index in range(60):
            fresh_bench.finder.show(type(grey_print(0, 0))(index, index, pixels))
            fresh_bench.clock.sleep_until_ns(fresh_bench.clock.now_ns() + 15_000_000)
        first = int(next_part(answer)[0]["x-index"])
        got = [first]
        while got[-1] < 59:
            got.append(int(next_part(answer)[0]["x-index"]))
    assert got == sorted(set(got))
    assert len(got) < 45, "what a viewer missed was sent to it all the same"


def test_a_looker_who_leaves_is_noticed(bench: Bench, grey_print: Callable[..., Any]) -> None:
    bench.finder.show(grey_print(0, 0))
    with stream(bench, "/finder.mjpg") as answer:
        next_part(answer)
        assert json.loads(bench.ask("GET", "/status")[2])["lookers"] == 1

    def alone() -> bool:
        return bool(json.loads(bench.ask("GET", "/status")[2])["lookers"] == 0)

    assert bench.until(alone)


@pytest.mark.parametrize("matrix", ["bt601", "bt709"])
@pytest.mark.parametrize("range_", ["limited", "full"])
@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (2560, 1440)])
def test_a_patch_keeps_its_colour(
    matrix: Literal["bt601", "bt709"], range_: Literal["limited", "full"], size: tuple[int, int]
) -> None:
    colour = Colour(matrix, range_)
    patches = [(200, 60, 40), (40, 160, 70), (50, 70, 190), (118, 118, 118), (235, 220, 200), (16, 16, 16)]
    picture = np.empty((size[1], size[0], 3), np.uint8)
    step = size[0] // len(patches) // 2 * 2
    for number, patch in enumerate(patches):
        picture[:, number * step :] = patch
    made = to_jpeg(from_rgb(picture, colour), colour)
    shown = cv2.imdecode(np.frombuffer(made, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert shown.shape[1] == min(960, size[0])
    scale = shown.shape[1] / size[0]
    for number, patch in enumerate(patches):
        x = int((number + 0.5) * step * scale)
        off = np.abs(shown[shown.shape[0] // 2, x].astype(int) - patch)
        assert off.max() <= 2, (patch, shown[shown.shape[0] // 2, x])


def test_meters_arrive_and_a_beat_is_an_event_of_its_own(fresh_bench: Bench) -> None:
    with stream(fresh_bench, "/events") as answer:
        assert next_event(answer, "hello") == {"taps": True, "sheet": True}
        fresh_bench.finder.tell(
            Meters(heart_rate_bpm=71.5, beat_t_ns=1, dodge_stops=0.5, routes=(("stirred", -2.0, "mired"),))
        )
        meters = next_event(answer, "meters")
        assert (meters["heart_rate_bpm"], meters["dodge_stops"], meters["arousal"]) == (71.5, 0.5, None)
        assert meters["routes"] == [["stirred", -2.0, "mired"]]
        beat_ns = 2**60 + 1
        fresh_bench.finder.tell(Meters(heart_rate_bpm=72.0, beat_t_ns=beat_ns))
        assert next_event(answer, "beat") == {"t_ns": str(beat_ns)}
        assert next_event(answer, "meters")["heart_rate_bpm"] == 72.0


def test_a_knob_is_not_kept_waiting_for_the_tick(bench: Bench) -> None:
    with stream(bench, "/events") as answer:
        next_event(answer, "hello")
        bench.finder.tell(Meters())
        next_event(answer, "meters")
        waits = []
        for number in range(1, 9):
            before = bench.clock.now_ns()
            bench.finder.tell(Meters(dodge_stops=number / 12))
            assert next_event(answer, "meters")["dodge_stops"] == number / 12
            waits.append((bench.clock.now_ns() - before) / 1e6)
    assert sorted(waits)[4] < 60, waits  # the tick alone would be 125 ms


def test_the_last_page_gone_lets_go_of_what_it_held(bench: Bench) -> None:
    with stream(bench, "/events") as answer:
        next_event(answer, "hello")
        bench.ask("POST", "/hands", {"kind": "press", "control": "dodge", "down": True})
        assert [r.down for r in bench.readings() if hasattr(r, "down")] == [True]
    held: list[object] = []
    assert bench.until(lambda: bool(held.extend(bench.readings()) or held))
    assert getattr(held[0], "down") is False  # noqa: B009 - the union of readings has no such field


def test_a_page_that_goes_lets_go_of_its_own_and_of_nothing_else(fresh_bench: Bench) -> None:
    bench = fresh_bench

    def press(page: str, control: str) -> None:
        bench.ask("POST", "/hands", {"kind": "press", "control": control, "down": True}, {"X-Page": page})

    with stream(bench, "/events?page=firstpage") as first:
        next_event(first, "hello")
        press("firstpage", "dodge")
        with stream(bench, "/events?page=secondpage") as second, stream(bench, "/events?page=firstpage") as again:
            next_event(second, "hello")
            next_event(again, "hello")
            press("secondpage", "burn")
            assert [r.down for r in bench.readings() if isinstance(r, Press)] == [True, True]
        released: list[Press] = []
        assert bench.until(
            lambda: bool(released.extend(r for r in bench.readings() if isinstance(r, Press)) or released)
        )
        assert [(r.control, r.down) for r in released] == [("burn", False)]
        # the first page's second stream is gone too; its first one is not
        assert bench.until(lambda: bench.finder._listeners.count == 1)
        assert bench.readings() == []
    assert bench.until(
        lambda: bool(released.extend(r for r in bench.readings() if isinstance(r, Press)) or released[1:])
    )
    assert [(r.control, r.down) for r in released[1:]] == [("dodge", False)]


def test_numbers_of_numpy_are_numbers() -> None:
    meters = Meters(zones=tuple(np.full(11, 0.25)), ev=float("nan"), heart_rate_bpm=np.float64(60.0))
    read = json.loads(to_json(meters))
    assert read["zones"][3] == 0.25
    assert read["ev"] is None
    assert read["heart_rate_bpm"] == 60.0
    with pytest.raises(TypeError, match="plain values"):
        to_json(object())


def test_show_and_tell_cost_the_frame_loop_next_to_nothing(bench: Bench, grey_print: Callable[..., Any]) -> None:
    with stream(bench, "/finder.mjpg"), stream(bench, "/events"):
        assert bench.until(lambda: json.loads(bench.ask("GET", "/status")[2])["listeners"] == 1)
        prints = [grey_print(index, index) for index in range(200)]
        meters = [Meters(beat_t_ns=index) for index in range(200)]
        took = []
        for shown, told in zip(prints, meters, strict=True):
            before = bench.clock.now_ns()
            bench.finder.show(shown)
            bench.finder.tell(told)
            took.append(bench.clock.now_ns() - before)
            bench.clock.sleep_until_ns(bench.clock.now_ns() + 1_000_000)
    assert sorted(took)[100] < 500_000, f"median {sorted(took)[100] / 1000:.0f} us"


def test_a_port_in_use_says_what_to_do(bench: Bench) -> None:
    with pytest.raises(UserError) as said:
        listen(bench.port)
    assert str(said.value) == (
        f"finder: expected port {bench.port} of 127.0.0.1 to be free, got one in use: "
        "is another rig running? Stop it, or choose another port (0 is any free one)"
    )
    with pytest.raises(UserError, match="0 to 65535"):
        listen(70_000)


def test_everything_ends_with_close_even_under_viewers(
    caplog: pytest.LogCaptureFixture, make_bench: Callable[..., Bench], grey_print: Callable[..., Any]
) -> None:
    before = set(threading.enumerate())
    made = make_bench()
    made.finder.show(grey_print(0, 0))
    with caplog.at_level(logging.INFO), stream(made, "/finder.mjpg") as pictures, stream(made, "/events") as events:
        next_part(pictures)
        next_event(events, "hello")
        made.finder.close()
        assert pictures.read() == b"\r\n"  # the end of the part that was read
        assert b"event" not in events.read()
    made.finder.close()
    assert set(threading.enumerate()) - before == set()
    assert made.deaths == []
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == []
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", made.port), timeout=2):
        pass


def test_a_broken_print_is_a_death_that_is_told(
    make_bench: Callable[..., Bench], grey_print: Callable[..., Any]
) -> None:
    made = make_bench()
    try:
        shown = type(grey_print(0, 0))(0, 0, np.zeros((3, 0), np.uint8))
        with stream(made, "/finder.mjpg"):
            assert made.until(lambda: made.finder._lookers.count == 1)
            made.finder.show(shown)
            assert made.until(lambda: bool(made.deaths))
        assert made.deaths[0].startswith("jpeg: ")
    finally:
        made.finder.close()


def test_the_simulated_clock_will_do(make_bench: Callable[..., Bench], grey_print: Callable[..., Any]) -> None:
    clock = SimulatedClock()
    bench = make_bench()
    bench.finder.close()
    finder = Finder(clock, bench.knobs, port=0)
    try:
        finder.show(grey_print(0, clock.now_ns()))
        finder.tell(Meters())
        clock.sleep_until_ns(clock.now_ns() + 5_000_000_000)
    finally:
        finder.close()


def test_the_page_asks_nothing_of_other_hosts(bench: Bench) -> None:
    names = [name for name in static_files() if not name.startswith("fonts/")]
    assert {"index.html", "finder.css", "finder.js", "strip.js", "heart.svg"} <= set(names)
    for name in names:
        status, _, body = bench.ask("GET", f"/static/{name}")
        assert status == 200
        text = body.decode().replace("http://www.w3.org/2000/svg", "")
        assert "http:" not in text
        assert "https:" not in text
    assert bench.ask("GET", "/static/../finder.py")[0] == 404
    assert bench.ask("GET", "/static/%2e%2e/finder.py")[0] == 404
    assert bench.ask("GET", "/static/fonts/barlow-condensed-500.woff2")[1]["content-type"] == "font/woff2"


def test_the_sheet_is_given_when_there_is_one(bench: Bench, make_bench: Callable[..., Bench]) -> None:
    status, headers, body = bench.ask("GET", "/sheet.png")
    assert (status, headers["content-type"], body) == (200, "image/png", b"\x89PNG sheet")
    none = make_bench(sheet=None)
    try:
        status, _, body = none.ask("GET", "/sheet.png")
        assert (status, "minute" in json.loads(body)["error"]) == (404, True)
    finally:
        none.finder.close()


def test_a_strip_is_given_when_there_is_a_picture(bench: Bench, make_bench: Callable[..., Bench]) -> None:
    status, headers, body = bench.ask("GET", "/strip.jpg")
    assert (status, headers["content-type"], body[:2]) == (200, "image/jpeg", b"\xff\xd8")
    bands = json.loads(headers["x-strip"])
    assert (bands["knob"], bands["of"], bands["at"]) == ("dodge", "dodge.stops", 0)
    assert bands["values"] == [0.25 * band for band in range(7)]
    none = make_bench(strip=lambda: None)
    try:
        status, _, body = none.ask("GET", "/strip.jpg")
        assert (status, json.loads(body)["error"]) == (404, "strip: there is no picture yet")
    finally:
        none.finder.close()
