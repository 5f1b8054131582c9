"""Zones: 18 % grey is V, one zone is one stop, whatever the range and the transfer of the codes."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.readings import Colour, Frame
from rig.errors import UserError
from rig.zones import decode, encode, read_zone, small_luma, value_of_zone, zones_of_codes

COLOURS = [Colour(range=r, transfer=t) for r in ("limited", "full") for t in ("srgb", "bt709")]


@pytest.mark.parametrize("transfer", ["srgb", "bt709"])
def test_encode_undoes_decode(transfer: str) -> None:
    values = np.linspace(0.0, 1.0, 1001)
    assert np.abs(encode(decode(values, transfer), transfer) - values).max() < 1e-4  # the standards' own rounding


@pytest.mark.parametrize("colour", COLOURS, ids=str)
def test_the_code_of_a_zones_grey_lies_in_that_zone(colour: Colour) -> None:
    zones = zones_of_codes(colour)
    for zone in (3, 5, 7):
        value = value_of_zone(zone, colour.transfer)
        code = 16 + 219 * value if colour.range == "limited" else 255 * value
        assert zones[round(code)] == pytest.approx(zone, abs=0.06)
    assert np.all(np.diff(zones) >= 0)
    assert zones[0] == 0.0
    assert zones[235] == pytest.approx(7.474, abs=0.001) or colour.range == "full"


def test_the_small_luma_is_an_eighth_of_the_size_and_prefers_the_cameras_own() -> None:
    pixels = np.full((540, 642), 100, np.uint8)
    assert small_luma(Frame(0, 0, pixels)).shape == (45, 81)
    small = np.full((270, 320), 200, np.uint8)
    given = small_luma(Frame(0, 0, pixels, small=small))
    assert given.shape == (45, 81)
    assert np.all(given == 200)


@pytest.mark.parametrize(("text", "zone"), [("0", 0.0), ("V", 5.0), ("viii", 8.0), (" X ", 10.0), ("4.5", 4.5)])
def test_zones_as_people_write_them(text: str, zone: float) -> None:
    assert read_zone(text, "--place") == zone


@pytest.mark.parametrize("text", ["", "XI", "11", "-1", "nan", "V.5", "grey"])
def test_what_is_no_zone_is_said_in_one_line(text: str) -> None:
    with pytest.raises(UserError, match=r"^--place: expected a zone of 0 to 10 \(0, I, II \.\.\. X\), got "):
        read_zone(text, "--place")
