"""What pages tell of how long a print took to them, and who may read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from rig.viewfinder.door import MOST_BYTES, BadHands
from rig.viewfinder.timing import take_shown

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

    from tests.rig.viewfinder.conftest import Bench, Counted, Stand

Counting = tuple["Bench", "Counted"]


class Never:
    """Timings that are to hear nothing."""

    def shown(self, name: str, ms: float) -> None:
        raise AssertionError((name, ms))

    def told(self) -> dict[str, object]:
        return {}


def test_what_a_page_tells_is_counted_and_can_be_read(counting: Counting) -> None:
    bench, counted = counting
    status, _, body = bench.ask("POST", "/shown", {"print_to_page": [31.25, 40], "knob_to_page": [77.5]})
    assert (status, json.loads(body)) == (200, {"taken": 3})
    assert counted.heard == [("print_to_page", 31.25), ("print_to_page", 40.0), ("knob_to_page", 77.5)]
    status, headers, body = bench.ask("GET", "/latency")
    assert (status, headers["cache-control"]) == (200, "no-store")
    assert json.loads(body)["print_to_page"]["count"] == 3


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"print_to_page": [1e9]}',
        b'{"print_to_page": ["1"]}',
        b'{"print_to_page": [NaN]}',
        b'{"frame_to_print": [1]}',
        b'{"knob_to_page": %s}' % json.dumps([1] * 257).encode(),
        b"\xff\xfe",
    ],
)
def test_what_is_none_is_turned_away_and_nothing_of_it_is_counted(body: bytes) -> None:
    with pytest.raises(BadHands, match="shown: expected print_to_page and knob_to_page"):
        take_shown(body, Never())


def test_from_another_site_or_too_long_it_does_not_come_in(counting: Counting) -> None:
    bench, counted = counting
    assert bench.ask("POST", "/shown", {"print_to_page": [1]}, {"Origin": "http://evil.example"})[0] == 403
    assert bench.ask("GET", "/latency", headers={"Host": "evil.example"})[0] == 403
    assert bench.ask("POST", "/shown", b" " * (MOST_BYTES + 1))[0] == 413
    assert bench.ask("POST", "/shown", b"{")[0] == 400
    assert counted.heard == []


def test_a_finder_that_counts_nothing_says_nothing(bench: Bench) -> None:
    assert bench.ask("POST", "/shown", {"print_to_page": [1]})[2] == b'{"taken":0}'
    assert bench.ask("GET", "/latency")[2] == b"{}"


@pytest.mark.chromium
def test_the_page_tells_how_long_prints_and_knobs_took(
    counting: Counting, counting_stand: Stand, browser: Chrome
) -> None:
    body = browser.find_element("tag name", "body")
    for detents in (1, 2):  # of the first one the page cannot know how old it is
        body.send_keys("k")
        assert counting_stand.until(lambda wanted=detents: counting_stand.detents("dodge") == wanted)
    heard = counting[1].heard
    assert counting_stand.until(lambda: {name for name, _ in list(heard)} == {"print_to_page", "knob_to_page"})
    assert all(-5 < ms < 3000 for _, ms in list(heard))
