"""The page's test strip is made of the newest frame and its look; its bands are whole detents of the knob."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from shooting import shoot

from drivers.readings import Frame
from rig.build import simulated
from rig.config import Config, GradeSettings
from rig.decide import Moment
from rig.grade.look import with_value
from rig.hands.state import HandState
from rig.page_strip import PageStrip, page_strip, turned

SCRIPT = "0.3 dodge +6\n0.6 burn +3\n"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> tuple[Frame, Moment]:
    """The last frame of a short shoot in which the hands dodged half a stop and then burned a quarter."""
    kept: list[tuple[Frame, Moment]] = []

    def prepare(built, stop):
        page = built.shoot.page
        show = page.show

        def keep(frame, made, moment, *rest):
            kept.append((frame, moment))
            show(frame, made, moment, *rest)

        page.show = keep

    config = simulated(Config(grade=GradeSettings(engine="opencv")))
    shoot(tmp_path_factory.mktemp("strip"), 1.0, SCRIPT, size=(448, 252), config=config, prepare=prepare)
    return kept[-1]


@pytest.fixture
def with_hands(seen: tuple[Frame, Moment]) -> Callable[..., Moment]:
    def change(**values: object) -> Moment:
        return replace(seen[1], hands=replace(seen[1].hands, **values))

    return change


def luma(jpeg: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE).astype(float)


def test_of_the_knob_that_was_turned_last(seen: tuple[Frame, Moment]) -> None:
    frame, moment = seen
    strip = page_strip(frame, moment)
    assert (strip.knob, strip.of) == ("burn", "burn.stops")
    assert strip.values == pytest.approx([0.25 * n for n in range(7)])
    assert strip.labels == ("0", "−0.25", "−0.5", "−0.75", "−1", "−1.25", "−1.5")
    assert strip.at == 1
    assert luma(strip.jpeg).shape == (252, 448)


def test_its_bands_are_the_prints_of_their_values(seen, with_hands: Callable[..., Moment]) -> None:
    frame = seen[0]
    strip = page_strip(frame, with_hands(last="dodge", dodge_aim=None))
    assert (strip.of, strip.at) == ("exposure.ev", 3)
    assert strip.values == pytest.approx([-0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75])
    darker, lighter = luma(strip.jpeg), luma(page_strip(frame, with_hands(last="dodge", dodge_aim=None, ev=0.5)).jpeg)
    assert np.abs(darker - lighter).mean() < 0.5, "its middle is the look of now, whatever the hands' ev is called"
    bare = cv2.resize(frame.pixels[:252], (448, 252)).astype(float)
    rise = [(darker - bare)[:, 64 * band : 64 * band + 64].mean() for band in range(7)]
    assert rise[0] < -1.0
    assert rise[6] > 1.0
    assert all(low < high for low, high in zip(rise[:3], rise[4:], strict=True))


@pytest.mark.parametrize(
    ("hands", "knob", "of", "sign"),
    [
        (HandState(), "dodge", "dodge.stops", 1.0),
        (HandState(), "burn", "burn.stops", -1.0),
        (HandState(dodge_aim=None), "dodge", "exposure.ev", 1.0),
        (HandState(burn_aim=None), "burn", "exposure.ev", 1.0),
    ],
)
def test_what_a_knob_turns(hands: HandState, knob: str, of: str, sign: float) -> None:
    assert (turned(hands, knob).of, turned(hands, knob).sign) == (of, sign)


def test_before_the_first_frame_there_is_none(seen: tuple[Frame, Moment], tmp_path: Path) -> None:
    page = PageStrip()
    assert page.make() is None
    page.add(*seen)
    made = page.make()
    assert made is not None
    assert made.jpeg == page_strip(*seen).jpeg, "the same frame gives the same strip"


def test_no_band_promises_what_the_look_has_no_room_for(seen, with_hands: Callable[..., Moment]) -> None:
    frame, moment = seen[0], with_hands(last="dodge", dodge_aim=None)
    moment = replace(moment, look=with_value(moment.look, "exposure.ev", 3.75))
    strip = page_strip(frame, moment)
    assert strip.values == pytest.approx([-1.25, -1.0, -0.75, -0.5, -0.25, 0.0, 0.25])
    full = replace(moment, look=with_value(moment.look, "exposure.ev", 4.0))
    assert page_strip(frame, full).values[-1] == pytest.approx(0.0)


def test_a_large_frame_gets_a_strip_as_large_as_the_page_shows(seen, with_hands: Callable[..., Moment]) -> None:
    large = Frame(0, 0, np.full((1620, 1920), 90, np.uint8))
    assert luma(page_strip(large, with_hands(last="dodge")).jpeg).shape == (540, 960)
