"""The test strip: which settings its bands have, and what is drawn."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from rig.errors import UserError
from rig.grade.look import Look, get, look_from_dict, target, targets, with_value
from rig.grade.picture import Picture
from rig.prints import printed
from rig.sheet import PAPER
from rig.strip import BANDS, band_looks, bands, columns, draw_strip, make_strip, place_of, signed


@pytest.mark.parametrize(
    ("now", "first", "at"),
    [(0.0, 0.0, 0), (0.25, 0.0, 1), (1.0, 0.25, 3), (2.0, 0.5, 6), (23 / 12, 5 / 12, 6), (1 / 12, 1 / 12, 0)],
)
def test_seven_quarter_stops_round_the_one_of_now_and_within_the_knobs_range(now: float, first: float, at: int) -> None:
    values, place = bands(now, 0.0, 2.0, 0.25)
    assert len(values) == BANDS
    assert values[0] == pytest.approx(first)
    assert place == at
    assert values[at] == pytest.approx(now)
    assert all(b - a == pytest.approx(0.25) for a, b in pairwise(values))
    assert all(round((value - now) * 12, 9).is_integer() for value in values), "whole detents of the knob"


@pytest.mark.parametrize("name", targets())
def test_every_knob_has_a_strip_in_its_range(name: str) -> None:
    parameter = target(name)
    for now in (parameter.low, parameter.default, parameter.high):
        look = with_value(Look(), name, now)
        strip = make_strip(look, name)
        assert 5 <= len(strip.values) <= BANDS
        assert parameter.low <= strip.values[0] < strip.values[-1] <= parameter.high
        assert strip.values[strip.at] == pytest.approx(now)
        assert [get(each, name) for each in band_looks(look, strip)] == pytest.approx(strip.values)
        assert len(set(strip.labels)) == len(strip.values)


def test_a_short_range_has_fewer_bands() -> None:
    assert bands(0.5, 0.0, 1.0, 0.25) == ((0.0, 0.25, 0.5, 0.75, 1.0), 2)


@pytest.mark.parametrize("step", [0.0, -1.0, 2.5])
def test_a_step_that_is_none(step: float) -> None:
    with pytest.raises(UserError, match=r"--step: expected 0.0002 to 2 stops, got"):
        make_strip(Look(), "dodge.stops", step)


def test_labels_say_which_way_it_goes() -> None:
    assert [signed(value) for value in (0.0, 0.25, -0.5, 1.0, 12.0, -0.001)] == ["0", "+0.25", "−0.5", "+1", "+12", "0"]
    assert make_strip(Look(), "burn.stops").labels[:3] == ("0", "+0.25", "+0.5"), "as --set takes them"
    assert make_strip(Look(), "burn.stops").words == "burn.stops, more is darker"
    assert make_strip(Look(), "zones.z5").words == "zones.z5, stops"
    assert make_strip(Look(), "saturation.saturation").words == "saturation.saturation"
    assert make_strip(Look(), "temperature.mired").words == "temperature.mired"
    assert make_strip(Look(), "saturation.saturation").labels[0] == "0.7"
    assert make_strip(Look(), "temperature.mired").labels == ("−30", "−20", "−10", "0", "+10", "+20", "+30")


@pytest.mark.parametrize("width", [7, 100, 641, 1280])
@pytest.mark.parametrize("even", [False, True])
def test_bands_fill_the_picture(width: int, even: bool) -> None:
    width -= width % 2 if even else 0
    for middle in (None, 0.0, 0.37, 1.0):
        cuts = columns(width, BANDS, middle, even)
        assert [fill.start for fill, _ in cuts] == [0, *(fill.stop for fill, _ in cuts[:-1])]
        assert cuts[-1][0].stop == width
        for fill, cut in cuts:
            assert cut.stop - cut.start == fill.stop - fill.start
            assert 0 <= cut.start <= cut.stop <= width
            assert not even or fill.start % 2 == cut.start % 2 == fill.stop % 2 == 0
            if middle is None:
                assert cut == fill


def test_where_the_knob_works_on_one_place_every_band_shows_that_place() -> None:
    look = look_from_dict({"dodge": {"stops": 0.5, "place": {"x": 0.3, "y": 0.5}}})
    assert place_of(look, "dodge.stops") == 0.3
    assert place_of(look, "burn.stops") is None
    assert place_of(look, "dodge.feather") is None
    prints = [np.full((40, 140, 3), 10 * band, np.uint8) for band in range(BANDS)]
    prints[2][:, 35:50] = 222  # seven bands of 20 columns: the one round 0.3 * 140 = 42 begins at 32
    sheet = draw_strip(prints, make_strip(look, "dodge.stops"), middle=0.3)
    assert (sheet == 222).all(axis=-1).sum() > 100


def test_each_band_is_a_print_of_its_own_value() -> None:
    grey = Picture(np.full((60, 700, 3), 0.3, np.float32))
    look = with_value(Look(), "exposure.ev", 0.5)
    strip = make_strip(look, "exposure.ev")
    sheet = draw_strip([printed(grey, each) for each in band_looks(look, strip)], strip, "a grey wall")
    row = sheet[48 + 30, 48 : 48 + 700].astype(int)
    middles = [row[100 * band + 50, 1] for band in range(7)]
    assert middles == sorted(middles)
    assert len(set(middles)) == 7
    assert abs(middles[1] - 0.3 * 255) < 1.5, "the band at 0 EV is the picture"
    assert (row[100] == PAPER).all(), "a hairline of paper between two bands"


def test_a_small_picture_is_enlarged_for_its_labels() -> None:
    prints = [np.full((20, 30, 3), 90, np.uint8)] * 7
    assert draw_strip(prints, make_strip(Look(), "dodge.stops")).shape[1] > 600
