"""The craft on the page, in a real browser: test strip, keep, place, and where a knob is aimed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from rig.viewfinder.meters import Place

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

    from tests.rig.viewfinder.conftest import Bench, Stand

pytestmark = pytest.mark.chromium

SHOWN = "return !document.getElementById('strip').hidden"
BANDS = "return [...document.querySelectorAll('#strip button')].map((b) => b.textContent)"
OVER_THE_PICTURE = """
const strip = document.querySelector('#strip canvas').getBoundingClientRect();
const stage = document.getElementById('print').getBoundingClientRect(), shape = 320 / 180;
const wide = Math.min(stage.width, stage.height * shape), high = wide / shape;
const left = stage.left + (stage.width - wide) / 2, top = stage.top + (stage.height - high) / 2;
return [strip.left - left, strip.top - top, strip.width - wide, strip.height - high].map(Math.abs);
"""


def opened(stand: Stand, browser: Chrome) -> bool:
    return stand.until(lambda: bool(browser.execute_script(SHOWN)))


def closed(stand: Stand, browser: Chrome) -> bool:
    return stand.until(lambda: not browser.execute_script(SHOWN))


@pytest.mark.parametrize("size", [(1280, 800), (390, 844), (844, 390)])
def test_the_strip_lies_on_the_picture_and_its_bands_are_as_wide_as_a_thumb(
    stand: Stand, browser: Chrome, size: tuple[int, int]
) -> None:
    stand.size(*size, mobile=size[0] < 1000)
    browser.find_element("id", "teststrip").click()
    assert opened(stand, browser)
    assert browser.execute_script(BANDS) == ["0", "+0.25", "+0.5", "+0.75", "+1", "+1.25", "+1.5"]
    assert stand.until(lambda: max(browser.execute_script(OVER_THE_PICTURE)) < 1.5)
    wide = "return Math.min(...[...document.querySelectorAll('#strip button')].map((b) => b.offsetWidth))"
    assert browser.execute_script(wide) >= 48
    reach: Any = """return [...document.querySelectorAll('#strip button')].every((b) => {
        const r = b.getBoundingClientRect(), s = b.firstChild.getBoundingClientRect();
        const hit = document.elementFromPoint(s.left + s.width / 2, s.top + s.height / 2);
        return hit === b || b.contains(hit);
    })"""
    assert browser.execute_script(reach), "nothing lies over a label"
    frames = stand.frames()
    assert stand.until(lambda: stand.frames() > frames), "the picture goes on beneath"


def test_a_chosen_band_turns_the_knob_there_and_nothing_else(stand: Stand, browser: Chrome) -> None:
    body = browser.find_element("tag name", "body")
    dark = stand.lightness()
    body.send_keys("t")
    assert opened(stand, browser)
    browser.find_elements("css selector", "#strip button")[3].click()
    assert stand.until(lambda: stand.text("#dodge .value") == "+0.75")
    assert closed(stand, browser)
    assert [(turn.knob, turn.detents) for turn in stand.said] == [("dodge", 9)], "one turn: one gesture, undone at once"
    assert stand.until(lambda: stand.lightness() > dark + 20)


def test_it_goes_from_where_the_knob_is_by_then(stand: Stand, browser: Chrome) -> None:
    browser.find_element("id", "teststrip").click()
    assert opened(stand, browser)
    browser.find_element("tag name", "body").send_keys("kkkk")  # or another hand, on the real knob
    assert stand.until(lambda: stand.text("#dodge .value") == "+0.33")
    browser.find_elements("css selector", "#strip button")[1].click()
    assert stand.until(lambda: stand.detents("dodge") == 3)


@pytest.mark.parametrize("way", ["t", "\ue00c"])
def test_it_closes_and_leaves_the_knob_alone(stand: Stand, browser: Chrome, way: str) -> None:
    body = browser.find_element("tag name", "body")
    body.send_keys("t")
    assert opened(stand, browser)
    body.send_keys(way)
    assert closed(stand, browser)
    assert stand.said == []


def test_when_the_aim_has_gone_elsewhere_no_band_is_taken(stand: Stand, browser: Chrome) -> None:
    browser.find_element("id", "teststrip").click()
    assert opened(stand, browser)
    stand.meters = replace(stand.meters, dodge_aim=None)
    assert stand.until(lambda: stand.text("#dodge .aim") == "whole picture")
    browser.find_elements("css selector", "#strip button")[1].click()
    assert stand.until(lambda: "aimed elsewhere" in stand.text("#message"))
    assert stand.said == []


def test_before_there_is_a_picture_it_says_so(
    make_bench: Callable[..., Bench], make_stand: Callable[[Bench], Stand], browser: Chrome
) -> None:
    bench = make_bench(strip=lambda: None)
    stand = make_stand(bench)
    try:
        browser.get(bench.finder.address)
        assert stand.until(lambda: stand.frames() > 1)
        browser.find_element("id", "teststrip").click()
        assert stand.until(lambda: stand.text("#message") == "strip: there is no picture yet")
        browser.get_log("browser")  # the browser writes down that it was refused
    finally:
        stand.close()
        browser.get("about:blank")
        bench.finder.close()


def test_keep_and_place_are_asked_for(stand: Stand, browser: Chrome) -> None:
    browser.find_element("id", "keep").click()
    assert stand.until(lambda: stand.bench.actions.calls == ["keep"])
    stand.meters = replace(stand.meters, kept=2, spot_zone=3.2)
    kept = "return document.getElementById('keep').dataset.kept"
    assert stand.until(lambda: browser.execute_script(kept) == "2")
    browser.find_element("id", "place").click()
    current = "return document.querySelector('#zonechoice [aria-current=true]').textContent"
    assert stand.until(lambda: browser.execute_script("return document.getElementById('zonechoice').open"))
    assert browser.execute_script(current) == "III"
    browser.find_elements("css selector", "#zonechoice li button")[7].click()
    assert stand.until(lambda: stand.bench.actions.calls == ["keep", "place 7"])
    assert not browser.execute_script("return document.getElementById('zonechoice').open")


def test_keys_keep_and_place(stand: Stand, browser: Chrome) -> None:
    body = browser.find_element("tag name", "body")
    body.send_keys("ev")
    assert stand.until(lambda: stand.bench.actions.calls == ["keep"])
    assert stand.until(lambda: browser.execute_script("return document.getElementById('zonechoice').open"))
    browser.switch_to.active_element.send_keys("\ue00c")
    assert stand.until(lambda: not browser.execute_script("return document.getElementById('zonechoice').open"))
    assert stand.bench.actions.calls == ["keep"]


def test_under_the_lock_the_craft_says_why_nothing_happens(stand: Stand, browser: Chrome) -> None:
    stand.meters = replace(stand.meters, locked=True)
    body = browser.find_element("tag name", "body")
    assert stand.until(lambda: "locked" in str(body.get_attribute("class")))
    for key in "tv":
        body.send_keys(key)
        assert stand.text("#message") == "locked: X or the lock button frees the knobs"
        browser.execute_script("document.getElementById('message').textContent = ''")
    assert not browser.execute_script(SHOWN)


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_where_a_knob_is_aimed_is_drawn_where_the_picture_is(
    stand: Stand, browser: Chrome, size: tuple[int, int]
) -> None:
    stand.size(*size, mobile=size[0] < 1000)
    stand.meters = replace(stand.meters, places=(Place("dodge", 0.25, 0.5, 0.4),))
    assert stand.until(lambda: browser.execute_script("return document.querySelectorAll('#places circle').length") == 1)
    box: Any = """
    const c = document.querySelector('#places circle').getBoundingClientRect();
    const stage = document.getElementById('print').getBoundingClientRect(), shape = 320 / 180;
    const wide = Math.min(stage.width, stage.height * shape), high = wide / shape;
    const left = stage.left + (stage.width - wide) / 2, top = stage.top + (stage.height - high) / 2;
    return [(c.left + c.width / 2 - left) / wide, (c.top + c.height / 2 - top) / high, c.height / high, c.width / high];
    """
    assert browser.execute_script(box) == pytest.approx([0.25, 0.5, 0.4, 0.4], abs=0.03)
    stand.meters = replace(stand.meters, bare=True)
    assert stand.until(lambda: browser.execute_script("return document.querySelectorAll('#places circle').length") == 0)


@pytest.mark.parametrize("size", [(1280, 800), (844, 390), (390, 844), (360, 640)])
def test_no_button_lies_over_another_or_beyond_the_edge(stand: Stand, browser: Chrome, size: tuple[int, int]) -> None:
    routes = (("stirred", -2.13, "mired"), ("steady", -1.0, "stops"))
    stand.meters = replace(stand.meters, sheet_ready=True, kept=12, heart_rate_bpm=128.0, routes=routes)
    stand.size(*size, mobile=size[0] < 1000)
    assert stand.until(lambda: browser.find_element("id", "yourprint").is_displayed())
    laid: Any = """
    const all = [...document.querySelectorAll('button, a, .knob svg')].filter((e) => !e.closest('dialog'));
    const name = (e) => e.id || e.getAttribute('aria-label') || e.textContent;
    const boxes = all.map((e) => [name(e), e.getBoundingClientRect()]).filter(([, r]) => r.width), wrong = [];
    for (const [a, r] of boxes) {
      if (r.left < 0 || r.top < 0 || r.right > innerWidth || r.bottom > innerHeight) wrong.push([a, 'outside']);
      for (const [b, s] of boxes) {
        const across = Math.min(r.right, s.right) - Math.max(r.left, s.left);
        const down = Math.min(r.bottom, s.bottom) - Math.max(r.top, s.top);
        if (a < b && across > 2.5 && down > 2.5) wrong.push([a, b]);
      }
    }
    return wrong;"""
    assert stand.until(lambda: browser.execute_script(laid) == []), browser.execute_script(laid)


def test_what_prints_is_named_in_the_overlay_and_the_step_of_quality_in_the_figures(
    stand: Stand, browser: Chrome
) -> None:
    stand.meters = replace(stand.meters, engine="numba", look_name="warm", quality="grain off")
    assert stand.until(lambda: stand.text("#details") == "printed by numba  ·  look warm")
    assert stand.until(lambda: stand.text("#figures").endswith("grain off"))
    browser.find_element("id", "help").click()
    top = "const d = document.getElementById('keys'); return [d.open, d.scrollTop]"
    assert stand.until(lambda: browser.execute_script(top) == [True, 0]), "it opens at its beginning"
