"""The rig as a person starts it, in a real browser: a turned knob makes the picture lighter, a take is kept."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from running import address, leave, rig_shoot

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = pytest.mark.chromium

WARM_S = 60.0  # a rig that prints with Numba may have to compile first
FRAMES = "return Number(document.getElementById('print').dataset.frames || 0)"
LIGHTNESS = """
const c = document.getElementById('print'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
let sum = 0; for (let i = 0; i < d.length; i += 4) sum += d[i] + d[i + 1] + d[i + 2];
return sum / (d.length / 4 * 3);
"""


def until(true: Callable[[], bool], seconds: float = 15.0) -> bool:
    """Wait for it."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_a_turned_knob_makes_the_picture_lighter_and_record_keeps_a_take(browser: Chrome, tmp_path: Path) -> None:
    with rig_shoot(tmp_path, "--sim", "--port", "0", "--takes", "kept") as (process, output):
        at = address(output)
        browser.get(at)
        assert until(lambda: browser.execute_script(FRAMES) > 10, WARM_S), browser.get_log("browser")
        dark, first = browser.execute_script(LIGHTNESS), browser.execute_script(FRAMES)
        body = browser.find_element("tag name", "body")
        body.send_keys("k" * 24)  # dodge: two stops
        assert until(lambda: browser.execute_script(LIGHTNESS) > dark + 2.0), (dark, browser.execute_script(LIGHTNESS))
        assert browser.execute_script(FRAMES) > first
        body.send_keys("l" * 12)  # burn: one stop
        body.send_keys("r")
        assert until(lambda: status(at)["recording"] is True)
        assert until(lambda: float(str(status(at)["take_seconds"])) > 2.0)
        browser.save_screenshot(str(tmp_path / "finder.png"))
        assert (tmp_path / "finder.png").stat().st_size > 100_000
        body.send_keys("r")
        assert until(lambda: status(at)["recording"] is False)
        said = leave(process, output)
    takes = list((tmp_path / "kept").glob("*/*/take.json"))
    assert len(takes) == 1
    assert f"Kept: {takes[0].parent.relative_to(tmp_path)}" in said


def test_a_band_of_the_test_strip_becomes_the_picture(browser: Chrome, tmp_path: Path) -> None:
    with rig_shoot(tmp_path, "--sim", "--port", "0", "--takes", "kept") as (process, output):
        at = address(output)
        browser.get(at)
        assert until(lambda: browser.execute_script(FRAMES) > 10, WARM_S), browser.get_log("browser")
        body = browser.find_element("tag name", "body")
        body.send_keys("lll" + "k")  # the dodge is the knob turned last
        assert until(lambda: float(str(status(at)["dodge_stops"])) > 0.08)
        dark = browser.execute_script(LIGHTNESS)
        body.send_keys("t")
        assert until(lambda: not browser.execute_script("return document.getElementById('strip').hidden"))
        bands = browser.find_elements("css selector", "#strip button")
        assert [band.text for band in bands][:2] == ["+0.08", "+0.33"]
        browser.save_screenshot(str(tmp_path / "strip.png"))
        assert (tmp_path / "strip.png").stat().st_size > 100_000
        bands[6].click()
        assert until(lambda: abs(float(str(status(at)["dodge_stops"])) - 19 / 12) < 1e-6), status(at)["dodge_stops"]
        assert until(lambda: browser.execute_script(LIGHTNESS) > dark + 2.0), (dark, browser.execute_script(LIGHTNESS))
        body.send_keys("u")
        assert until(lambda: float(str(status(at)["dodge_stops"])) < 0.1), "a band is one gesture: undo takes it back"
        assert float(str(status(at)["burn_stops"])) == 0.25
        leave(process, output)


def status(at: str) -> dict[str, object]:
    """The meters as JSON."""
    with urlopen(at + "status") as answer:
        meters = json.load(answer)
    return dict(meters.get("meters") or meters)
