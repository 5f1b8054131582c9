"""Fingers on the page in a real browser: order, focus, a bad line, a second tab; the rig hears what was meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from drivers.readings import Press, Turn

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.common.action_chains import ActionChains

    from tests.rig.viewfinder.conftest import Bench, Stand

pytestmark = pytest.mark.chromium


@pytest.fixture
def hand(browser: Chrome) -> Callable[[], ActionChains]:
    from selenium.webdriver.common.action_chains import ActionChains

    return lambda: ActionChains(browser, duration=20)


def order(stand: Stand) -> list[tuple[str, object]]:
    return [
        (r.control, r.down) if isinstance(r, Press) else (r.knob, r.detents)
        for r in list(stand.said)
        if isinstance(r, Press | Turn)
    ]


def line(browser: Chrome, *, cut: bool) -> None:
    """The browser's own network: new requests fail, streams that are open go on."""
    browser.execute_cdp_cmd("Network.enable", {})
    wishes = {"offline": cut, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", wishes)


def heard(stand: Stand, browser: Chrome) -> None:
    """Wait until the rig has answered everything that the page has said."""
    assert stand.until(lambda: not browser.execute_script("return window.rig.hands.sending"))


@pytest.mark.parametrize("name", ["record", "help", "undo", "lock"])
@pytest.mark.parametrize("kind", ["mouse", "touch"])
def test_the_space_bar_taps_a_beat_after_a_button_was_touched(
    stand: Stand, browser: Chrome, hand: Callable[[], ActionChains], name: str, kind: str
) -> None:
    element = browser.find_element("id", name)
    if kind == "mouse":
        hand().move_to_element(element).click().perform()
    else:
        box = element.rect
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
        browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    if name == "help":
        opened = "return document.getElementById('keys').open"
        assert stand.until(lambda: bool(browser.execute_script(opened)))
        browser.execute_script("document.getElementById('keys').close()")
    elif name == "record":
        assert stand.until(lambda: stand.downs("record") == [True, False])
    else:
        assert stand.until(lambda: stand.bench.actions.calls != [])
    # the last of a touch is a click of its own: wait for it
    assert stand.until(lambda: browser.execute_script("return document.activeElement.tagName") == "BODY")
    before = order(stand), list(stand.bench.actions.calls)
    for _ in range(2):
        hand().send_keys(" ").perform()
    assert stand.until(lambda: len(stand.bench.taps) == 2)
    assert (order(stand), stand.bench.actions.calls) == before
    stand.bench.actions.calls.clear()


def test_a_button_that_was_chosen_by_tab_keeps_the_space_bar(stand: Stand, browser: Chrome) -> None:
    record = browser.find_element("id", "record")
    browser.execute_script("arguments[0].focus()", record)
    for _ in range(2):
        record.send_keys(" ")
    assert stand.until(lambda: stand.downs("record") == [True, False] * 2)
    assert stand.bench.taps == []


@pytest.mark.parametrize("with_wheel", [False, True])
def test_a_quick_hold_and_turn_is_one_though_no_hold_was_due(
    stand: Stand, browser: Chrome, hand: Callable[[], ActionChains], with_wheel: bool
) -> None:
    from selenium.webdriver.common.action_chains import ScrollOrigin

    keys = hand().key_down("d").pause(0.05)
    if with_wheel:
        origin = ScrollOrigin.from_element(browser.find_element("css selector", "#dodge svg"))
        keys = keys.scroll_from_origin(origin, 0, -100)
    else:
        keys = keys.send_keys("k")
    keys.pause(0.02).key_up("d").perform()
    assert stand.until(lambda: len(order(stand)) == 3)
    assert order(stand) == [("dodge", True), ("dodge", 1), ("dodge", False)]
    down, turn, up = stand.said
    assert isinstance(down, Press)
    assert isinstance(turn, Turn)
    assert isinstance(up, Press)
    assert down.t_ns <= turn.t_ns <= up.t_ns


def test_a_turn_of_the_other_knob_leaves_the_push_alone(
    stand: Stand, browser: Chrome, hand: Callable[[], ActionChains]
) -> None:
    hand().key_down("d").pause(0.05).send_keys("l").pause(0.02).key_up("d").perform()
    assert stand.until(lambda: len(order(stand)) == 3)
    assert order(stand) == [("burn", 1), ("dodge", True), ("dodge", False)], "a tap, sent when it was over"


def test_what_a_bad_line_lost_is_sent_again_in_order(
    stand: Stand, browser: Chrome, hand: Callable[[], ActionChains]
) -> None:
    hand().key_down("d").pause(0.4).perform()
    assert stand.until(lambda: stand.downs("dodge") == [True])
    line(browser, cut=True)
    try:
        hand().key_up("d").send_keys("lll").perform()
        assert stand.until(lambda: stand.text("#message") == "the rig does not answer")
        assert len(order(stand)) == 1
    finally:
        line(browser, cut=False)
    assert stand.until(lambda: stand.detents("burn") == 3)
    assert order(stand)[:2] == [("dodge", True), ("dodge", False)]
    heard(stand, browser)
    assert stand.detents("burn") == 3, "sent again, and only once"
    browser.get_log("browser")  # the browser writes down each request that failed


def test_what_could_not_be_sent_for_long_is_forgotten_but_not_what_is_held(
    stand: Stand, browser: Chrome, hand: Callable[[], ActionChains]
) -> None:
    hand().key_down("b").pause(0.3).perform()
    assert stand.until(lambda: stand.downs("burn") == [True])
    line(browser, cut=True)
    try:
        hand().key_up("b").send_keys("kk").perform()
        browser.execute_script("for (const waiting of window.rig.hands.queue) waiting.at -= 20000")
        assert stand.until(lambda: stand.text("#message") == "the rig does not answer")
        aged = "const { queue } = window.rig.hands; queue.forEach((w) => w.at -= 20000); return queue.length"
        assert stand.until(lambda: bool(browser.execute_script(aged)))
    finally:
        line(browser, cut=False)
    assert stand.until(lambda: stand.downs("burn") == [True, False])
    heard(stand, browser)
    assert stand.detents("dodge") == 0
    browser.get_log("browser")


def test_a_knob_that_is_held_stays_held_when_the_events_come_back(
    stand: Stand, browser: Chrome, hand: Callable[[], ActionChains]
) -> None:
    hand().key_down("d").pause(0.4).perform()
    assert stand.until(lambda: stand.downs("dodge") == [True])
    browser.execute_script("window.rig.events.close()")
    assert stand.until(lambda: stand.downs("dodge") == [True, False]), "who is not there holds nothing"
    browser.execute_script("window.rig.listen()")
    assert stand.until(lambda: stand.downs("dodge") == [True, False, True])
    hand().key_up("d").perform()
    assert stand.until(lambda: stand.downs("dodge") == [True, False, True, False])


def test_record_held_over_a_reconnection_is_pressed_once(
    stand: Stand, browser: Chrome, hand: Callable[[], ActionChains]
) -> None:
    hand().key_down("r").perform()
    assert stand.until(lambda: stand.downs("record") == [True])
    browser.execute_script("window.rig.events.close()")
    assert stand.until(lambda: stand.downs("record") == [True, False])
    browser.execute_script("delete window.rig.taps; window.rig.listen()")
    assert stand.until(lambda: bool(browser.execute_script("return window.rig.taps")))
    hand().key_up("r").send_keys("k").perform()
    assert stand.until(lambda: stand.detents("dodge") == 1)
    assert stand.downs("record") == [True, False]


def test_a_tab_that_dies_lets_go_though_another_is_open(
    stand: Stand, browser: Chrome, hand: Callable[[], ActionChains]
) -> None:
    first = browser.current_window_handle
    browser.switch_to.new_window("window")
    try:
        browser.get(stand.bench.finder.address)
        assert stand.until(lambda: stand.frames() > 2)
        hand().key_down("d").pause(0.4).perform()
        assert stand.until(lambda: stand.downs("dodge") == [True])
        browser.execute_script("window.fetch = () => new Promise(() => {})")  # it dies without another word
        browser.close()
    finally:
        browser.switch_to.window(first)
    assert stand.until(lambda: stand.downs("dodge") == [True, False])


def test_under_the_lock_a_turn_says_why_nothing_happens(
    stand: Stand, browser: Chrome, hand: Callable[[], ActionChains]
) -> None:
    body = browser.find_element("tag name", "body")
    body.send_keys("k")
    assert stand.until(lambda: stand.detents("dodge") == 1)
    assert stand.text("#message") == ""
    stand.meters = replace(stand.meters, locked=True)
    assert stand.until(lambda: "locked" in str(body.get_attribute("class")))
    body.send_keys("k")
    assert stand.text("#message") == "locked: X or the lock button frees the knobs"


@pytest.mark.parametrize("size", [(1280, 800), (390, 844), (844, 390)])
def test_nothing_covers_anything_that_is_to_be_read(stand: Stand, browser: Chrome, size: tuple[int, int]) -> None:
    stand.meters = replace(
        stand.meters, bare=True, message="kept: 20250101-1200", heart_rate_bpm=128.0, dropped=12, rate_hz=30.0,
        pulse_wave=(0.0, 1.0) * 50, frame_ms=21.4, faults=("pulse sensor lost",), quality="mask every second frame",
    )  # fmt: skip
    stand.size(*size, mobile=size[0] < 1000)
    assert stand.until(lambda: "second frame" in stand.text("#figures") and "kept" in stand.text("#message"))
    covered: Any = browser.execute_script(
        """const ids = ['figures', 'bare', 'message', 'fault', 'bpm', 'wave', 'arousal', 'heart'];
        const boxes = ids.map((id) => [id, document.getElementById(id).getBoundingClientRect()]);
        const stage = document.getElementById('stage').getBoundingClientRect(), wrong = [];
        for (const [a, r] of boxes) {
          if (r.width < 8) wrong.push([a, 'is not seen']);
          const inside = r.left >= stage.left && r.right <= stage.right && r.bottom <= stage.bottom;
          if (ids.indexOf(a) < 4 && !inside) wrong.push([a, 'outside']);
          for (const [b, s] of boxes) {
            const apart = r.left >= s.right || s.left >= r.right || r.top >= s.bottom || s.top >= r.bottom;
            if (a < b && !apart) wrong.push([a, b]);
          }
        }
        const [bpm, wave] = ['bpm', 'wave'].map((id) => document.getElementById(id).getBoundingClientRect());
        const gap = wave.top < bpm.bottom ? wave.left - bpm.right : 99;
        if (gap < 10) wrong.push(['wave at the digits', gap]);
        return wrong"""
    )
    assert covered == []


def test_a_pulse_that_is_switched_off_is_not_there_for_anybody(stand: Stand, browser: Chrome) -> None:
    stand.meters = replace(stand.meters, pulse_off=True)
    seen = """return [...document.querySelectorAll('#pulse, #pulse *')].slice(1)
        .filter((e) => getComputedStyle(e).visibility !== 'hidden').map((e) => e.id || e.tagName)"""
    assert stand.until(lambda: browser.execute_script(seen) == [])


def test_the_words_of_the_page_are_explained(stand: Stand, bench: Bench) -> None:
    words = stand.text("#keys")
    for word in ("III+", "soul", "proof", "baseline", "never an emotion", "mired"):
        assert word in words
