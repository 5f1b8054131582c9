"""The light's truth, recovered from a simulated grey card; what is no usable card is refused."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.light import calibrate_light, read_card
from drivers.errors import BadInput
from drivers.readings import Colour
from drivers.sim.card import GreyCard
from drivers.sim.clock import SimulatedClock
from rig.cli.calibrate import _spot

DAY = datetime.date(2026, 11, 22)


@pytest.mark.parametrize("transfer", ["srgb", "bt709"])
@pytest.mark.parametrize("code_range", ["limited", "full"])
@pytest.mark.parametrize("ev", [-3.0, -0.75, 0.0, 1.5])
def test_the_exposure_is_found(ev: float, code_range: str, transfer: str) -> None:
    card = GreyCard(SimulatedClock(), ev, colour=Colour("bt709", code_range, transfer))  # type: ignore[arg-type]
    card.open()

    def look() -> NDArray[np.float64]:
        frame = card.read()
        assert frame is not None
        return _spot(frame)

    profile = calibrate_light(look, DAY, "card")
    assert profile.ev == pytest.approx(-ev, abs=0.03)
    assert profile.zone == pytest.approx(5.0 + ev, abs=0.03)
    assert (profile.date, profile.camera) == (DAY, "card")


def grey(value: float) -> NDArray[np.float64]:
    return np.full((40, 40), value)


def refused(*looks: NDArray[np.float64]) -> str:
    turns = iter(range(100))
    with pytest.raises(BadInput) as caught:
        calibrate_light(lambda: looks[next(turns) % len(looks)], DAY, "card", frames=4)
    return str(caught.value)


def test_what_is_refused_and_what_to_do() -> None:
    blown = grey(0.5)
    blown[:4] = 1.0
    assert refused(blown) == (
        "grey card: expected at most 0.5% of it blown out, got 10.0%: "
        "give it less light, or the camera a shorter exposure"
    )
    assert refused(grey(0.005)) == (
        "grey card: expected it at most 4 EV too dark, got 5.2 EV: "
        "give it more light, and hold it in the middle of the picture"
    )
    assert refused(grey(0.0)).startswith("grey card: expected it at most 4 EV too dark")
    shadow = grey(0.18)
    shadow[:, :20] = 0.09
    assert refused(shadow) == (
        "grey card: expected it lit evenly within 20%, got 67%: "
        "fill the middle of the picture with it, away from shadows and glare"
    )
    assert refused(grey(0.18), grey(0.2)) == (
        "grey card: expected steady light within 5%, got 11%: "
        "hold the card still, with the camera's exposure locked and no flickering lamp"
    )


def test_the_blocks_of_a_card_of_odd_size() -> None:
    reading = read_card(np.full((43, 61), 0.25))
    assert (reading.light, reading.clipped, reading.uneven) == (pytest.approx(0.25), 0.0, pytest.approx(0.0))
