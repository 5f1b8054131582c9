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
        assert until(lambda: browser.execute_script(FRAMES) > 10), browser.get_log("browser")
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


def status(at: str) -> dict[str, object]:
    """The meters as JSON."""
    with urlopen(at + "status") as answer:
        meters = json.load(answer)
    return dict(meters.get("meters") or meters)
