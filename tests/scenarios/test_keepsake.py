"""Your print: after a minute the page offers the most telling moment, drawn in another process, with no take needed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from shooting import Watching, shoot

from drivers.readings import Frame
from rig.build import Built
from rig.decide import Moment
from rig.grade.printer import Print
from rig.keep import Keeper
from rig.keepsake import Keepsake
from rig.service import Stop


class Keeping(Watching):
    """Keeps a keepsake as the finder's page does."""

    keepsake: Keepsake
    ready_after: int | None = None

    def show(self, frame: Frame, made: Print, moment: Moment, keeper: Keeper, frame_ms: float) -> None:
        self.keepsake.add(frame, made, moment)
        self.moments.append(moment)
        if self.keepsake.ready and self.ready_after is None:
            self.ready_after = len(self.moments)


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Keeping:
    """Seventy seconds at ten frames a second; the strongest stroke at about 40 s."""
    page = Keeping()

    def prepare(built: Built, stop: Stop) -> None:
        page.keepsake = Keepsake(built.shoot.clock, "neutral", "As the light fell.")
        built.shoot.page = page

    script = "5 dodge +3\n40 dodge +15\n44 dodge -12\n50 burn +4\n"
    shoot(tmp_path_factory.mktemp("keepsake"), 75.0, script, size=(320, 180), prepare=prepare)
    return page


def test_it_is_offered_after_a_minute_and_not_before(page: Keeping) -> None:
    assert page.ready_after is not None
    assert page.ready_after == pytest.approx(30 * 60, abs=3)


def test_it_is_one_whole_png_of_the_strongest_moment(page: Keeping) -> None:
    data = page.keepsake.png()
    assert data is not None
    sheet = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert sheet is not None
    assert sheet.shape == (1000, 1600, 3)
    best = page.keepsake._best
    assert best is not None
    assert best.made.look.dodge.stops == pytest.approx(1.5)


def test_it_forgets_what_is_older_than_it_shows(page: Keeping) -> None:
    times, counts = page.keepsake._pulse
    assert 59.0 < (times[-1] - times[0]) / 1e9 < 121.0
    assert len(times) == len(counts)
    assert page.keepsake._beats_ns[0] >= times[-1] - 61_000_000_000
