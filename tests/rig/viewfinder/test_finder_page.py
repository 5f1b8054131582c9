"""The page in a real browser: fingers, wheel and keys become readings, the picture moves, nothing is too small."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drivers.readings import Press, ReportedBeat, Soul

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

    from tests.rig.viewfinder.conftest import Bench, Stand

pytestmark = pytest.mark.chromium
SIZES = {"desk": (1280, 800), "upright": (390, 844), "aside": (844, 390)}


def test_the_picture_moves_and_a_key_makes_it_lighter(stand: Stand, browser: Chrome) -> None:
    first, dark = stand.frames(), stand.lightness()
    browser.find_element("tag name", "body").send_keys("k" * 12)
    assert stand.until(lambda: stand.detents("dodge") == 12)
    assert stand.until(lambda: stand.lightness() > dark + 40)
    assert stand.frames() > first
    assert stand.until(lambda: stand.text("#dodge .value") == "+1.00")
    assert stand.text("#dodge .aim") == "zone III"


def test_arrows_and_letters_turn_both_knobs(stand: Stand, browser: Chrome) -> None:
    from selenium.webdriver.common.keys import Keys

    body = browser.find_element("tag name", "body")
    body.send_keys(Keys.ARROW_UP * 3, Keys.ARROW_DOWN, "j", Keys.ARROW_RIGHT * 4, "lh", Keys.ARROW_LEFT)
    assert stand.until(lambda: (stand.detents("dodge"), stand.detents("burn")) == (1, 3))


def test_the_wheel_turns_the_knob_under_it(stand: Stand, browser: Chrome) -> None:
    from selenium.webdriver.common.action_chains import ActionChains, ScrollOrigin

    origin = ScrollOrigin.from_element(browser.find_element("css selector", "#dodge svg"))
    for _ in range(3):
        ActionChains(browser).scroll_from_origin(origin, 0, -100).perform()
    ActionChains(browser).scroll_from_origin(origin, 0, 100).perform()
    assert stand.until(lambda: stand.detents("dodge") == 2)


def test_dragging_round_the_ring_turns_as_far_as_the_finger_went(stand: Stand, browser: Chrome) -> None:
    from math import cos, radians, sin

    # from nine o'clock to twelve: a third of the 270 degrees, so a third of the dodge's 24 detents
    stand.pointer([(-0.85 * cos(radians(a)), -0.85 * sin(radians(a))) for a in range(0, 91, 6)])
    assert stand.until(lambda: stand.detents("dodge") in (7, 8))
    assert stand.presses("dodge") == [], "turning is no push"


def test_dragging_the_middle_up_turns_and_never_presses(stand: Stand, browser: Chrome) -> None:
    stand.pointer([(0, 0.2), (0, 0), (0, -0.3), (0, -0.6), (0, -0.9)])
    assert stand.until(lambda: stand.detents("dodge") >= 6)
    assert stand.presses("dodge") == []


def test_a_tap_is_a_short_press_and_a_hold_a_long_one(stand: Stand, browser: Chrome) -> None:
    stand.pointer([(0, 0)])
    assert stand.until(lambda: len(stand.presses("dodge")) == 2)
    down, up = stand.presses("dodge")
    assert (down.down, up.down) == (True, False)
    assert 0 <= up.t_ns - down.t_ns < 250_000_000
    stand.pointer([(0, 0)], hold_s=0.6)
    assert stand.until(lambda: len(stand.presses("dodge")) == 4)
    _, _, down, up = stand.presses("dodge")
    assert up.t_ns - down.t_ns > 450_000_000


def test_hold_and_turn_sends_turns_between_down_and_up(stand: Stand, browser: Chrome) -> None:
    stand.pointer([(0, 0.5), (0, 0.2), (0, -0.3), (0, -0.9)], hold_s=0.4)
    assert stand.until(lambda: len(stand.presses("dodge")) == 2)
    kinds = [type(r).__name__ for r in stand.said]
    assert kinds[0] == "Press"
    assert kinds[-1] == "Press"
    assert set(kinds[1:-1]) == {"Turn"}
    assert stand.detents("dodge") >= 2


def test_keys_push_hold_and_both(stand: Stand, browser: Chrome) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(browser).key_down("d").key_down("b").key_up("b").key_up("d").perform()
    assert stand.until(lambda: len(stand.presses("dodge")) + len(stand.presses("burn")) == 4)
    pressed = [r for r in stand.said if isinstance(r, Press)]
    assert [r.down for r in pressed] == [True, True, False, False], "both were down at once"
    ActionChains(browser).key_down("n").key_up("n").perform()  # too short for the bare negative, and no tap
    ActionChains(browser).key_down("n").pause(0.4).key_up("n").perform()
    assert stand.until(lambda: len(stand.presses("dodge")) == 4)


def test_record_shows_its_tally_and_space_taps_a_beat(stand: Stand, browser: Chrome) -> None:
    browser.find_element("id", "record").click()
    assert stand.until(lambda: [p.down for p in stand.presses("record")] == [True, False])
    assert stand.until(lambda: "recording" in str(browser.find_element("tag name", "body").get_attribute("class")))
    browser.find_element("tag name", "body").send_keys(" ")
    assert stand.until(lambda: len(stand.bench.taps) == 1)
    assert not any(isinstance(r, ReportedBeat) for r in stand.said)
    browser.find_element("css selector", "[data-soul=proof]").click()
    assert stand.until(lambda: any(isinstance(r, Soul) and r.position == "proof" for r in stand.said))
    browser.find_element("id", "undo").click()
    browser.find_element("tag name", "body").send_keys("yx")
    assert stand.until(lambda: stand.bench.actions.calls == ["undo", "redo", "lock True"])


def test_whole_picture_unknowns_faults_and_the_sheet_are_said(stand: Stand, browser: Chrome) -> None:
    assert stand.text("#bpm") == "—"
    assert stand.until(lambda: "unknown" in stand.text("#arousal"))
    stand.meters = replace(
        stand.meters,
        dodge_aim=None,
        ev=-0.5,
        heart_rate_bpm=71.6,
        arousal=0.4,
        faults=("pulse sensor not found at 0x57", "card slow"),
        sheet_ready=True,
        routes=(("stirred", -2.13, "mired"),),
    )
    assert stand.until(lambda: stand.text("#dodge .aim") == "whole picture")
    assert stand.text("#dodge .value") == "−0.50"
    assert stand.text("#bpm") == "72"
    assert stand.text("#fault") == "card slow (and 1 more)"
    assert stand.text("#routes") == "stirred−2.1mired"
    assert browser.find_element("id", "yourprint").is_displayed()
    beats = "return Number(document.getElementById('heart').dataset.beats || 0)"
    before = browser.execute_script(beats)
    stand.meters = replace(stand.meters, beat_t_ns=123)
    stand.until(lambda: bool(browser.execute_script(beats) > before))
    stand.meters = replace(stand.meters, beat_t_ns=456)
    assert stand.until(lambda: bool(browser.execute_script(beats) > before))


@pytest.mark.parametrize("name", list(SIZES))
def test_nothing_is_too_small_or_outside(stand: Stand, browser: Chrome, name: str, tmp_path: Path) -> None:
    stand.meters = replace(stand.meters, sheet_ready=True, faults=("pulse sensor lost",), heart_rate_bpm=70.0)
    stand.until(lambda: stand.text("#fault") != "")
    stand.size(*SIZES[name], mobile=name != "desk")
    stand.until(lambda: bool(browser.execute_script("return innerWidth") == SIZES[name][0]))
    wrong = browser.execute_script(
        """const wrong = [];
        for (const e of document.querySelectorAll('button, a, .knob svg')) {
          const r = e.getBoundingClientRect();
          if (!r.width || e.closest('dialog')) continue;
          if (r.width < 48 || r.height < 48) wrong.push(['small', e.id, r.width, r.height]);
          if (r.left < 0 || r.top < 0 || r.right > innerWidth || r.bottom > innerHeight) wrong.push(['outside', e.id]);
        }
        for (const e of document.querySelectorAll('body *')) {
          const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
          if (!own || e.closest('dialog')) continue;
          const svg = e.ownerSVGElement;
          const scale = svg ? Math.min(svg.clientWidth / 220, svg.clientHeight / 208) : 1;
          const px = parseFloat(getComputedStyle(e).fontSize) * scale;
          if (e.getClientRects().length && px < 13.99) wrong.push(['letters', e.className.baseVal ?? e.id, px]);
        }
        return wrong"""
    )
    picture = tmp_path / f"{name}.png"
    assert browser.save_screenshot(str(picture))
    assert picture.stat().st_size > 10_000
    assert wrong == []


def test_a_page_that_was_left_holds_no_connection(stand: Stand, browser: Chrome) -> None:
    """A browser opens six connections to one host: pages left behind must not use them up, or the knobs hang."""
    for _ in range(4):
        browser.get(stand.bench.finder.address)
        assert stand.until(lambda: stand.frames() > 0)
    seen: list[tuple[int, int]] = []

    def only_one() -> bool:
        status = json.loads(stand.bench.ask("GET", "/status")[2])
        seen.append((status["lookers"], status["listeners"]))
        return seen[-1] == (1, 1)

    assert stand.until(only_one), seen[-1]
    browser.find_element("tag name", "body").send_keys("k")
    assert stand.until(lambda: stand.detents("dodge") == 1)


def test_it_says_reconnecting_and_comes_back(
    make_bench: Callable[..., Bench], make_stand: Callable[[Bench], Stand], browser: Chrome
) -> None:
    from rig.viewfinder.finder import Finder

    bench = make_bench()
    stand = make_stand(bench)
    try:
        browser.get(bench.finder.address)
        assert stand.until(lambda: stand.frames() > 1)
        port = bench.port
        bench.finder.close()
        lost = "return document.body.classList.contains('lost')"
        assert stand.until(lambda: bool(browser.execute_script(lost)))
        assert stand.text("#lost") == "reconnecting"
        before = stand.frames()
        bench.finder = Finder(bench.clock, bench.knobs, port=port)
        assert stand.until(lambda: stand.frames() > before and not browser.execute_script(lost))
    finally:
        stand.close()
        browser.get("about:blank")
        bench.finder.close()
