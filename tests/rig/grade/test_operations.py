"""What each operation does, in numbers, on greys and colours; both engines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.colour import planes, to_rgb
from drivers.readings import Colour, Frame
from rig.grade.look import Look, operations
from rig.grade.printer import ENGINES, Printer
from rig.grade.temperature import daylight_gains
from rig.zones import decode, value_of_zone

MakeLook = Callable[..., Look]
Grey = Callable[[NDArray[np.uint8]], Frame]

pytestmark = pytest.mark.parametrize("engine", list(ENGINES))


@pytest.fixture
def wedge(grey: Grey) -> Frame:
    """All greys 0..255 from left to right, each two pixels wide."""
    return grey(np.repeat(np.arange(256, dtype=np.uint8), 2)[None, :].repeat(16, axis=0))


def printed(engine: str, frame: Frame, look: Look) -> NDArray[np.float64]:
    """Printed Y of each grey, 0..1."""
    return planes(Printer(engine).print(frame, look).pixels)[0][8, ::2] / 255.0


@pytest.mark.parametrize("operation", list(operations()))
def test_at_its_defaults_an_operation_gives_the_negatives_own_bytes(engine: str, operation: str, market: Frame) -> None:
    look = Look(**{operation: operations()[operation]()})
    assert Printer(engine).print(market, look).pixels is market.pixels


@pytest.mark.parametrize("ev", [-3.0, -1.0, -0.25, 0.25, 1.0])
def test_one_stop_doubles_linear_light_below_the_knee(engine: str, wedge: Frame, look: MakeLook, ev: float) -> None:
    before, after = np.arange(256) / 255.0, printed(engine, wedge, look(exposure__ev=ev))
    wanted = np.asarray(decode(before, "srgb")) * 2.0**ev
    below = wanted <= decode(0.75, "srgb")
    # half a code of rounding, in light
    room = np.asarray(decode(after + 0.51 / 255, "srgb")) - np.asarray(decode(after - 0.51 / 255, "srgb"))
    assert np.all(np.abs(decode(after, "srgb") - wanted)[below] <= room[below])


@pytest.mark.parametrize("ev", [0.1, 0.5, 1.0, 2.0, 4.0])
def test_added_light_keeps_black_black_white_white_and_the_order_of_tones(
    engine: str, wedge: Frame, look: MakeLook, ev: float
) -> None:
    after = printed(engine, wedge, look(exposure__ev=ev)) * 255
    assert (after[0], after[255]) == (0, 255)
    assert np.all(np.diff(after) >= 0)
    assert np.all(after >= np.arange(256))


def test_five_mired_cooler_is_half_a_degree_of_blue(engine: str, grey: Grey, look: MakeLook) -> None:
    frame = grey(np.full((16, 16), 180, np.uint8))
    rgb = to_rgb(Printer(engine).print(frame, look(temperature__mired=-5.0)).pixels, frame.colour)[8, 8].astype(float)
    # about 200 K at 6500 K: 5 % more blue light than red, 4 code values on a bright grey
    assert rgb[2] - rgb[0] == pytest.approx((1.053 ** (1 / 2.4) - 1) * (180 + 14), abs=1.5)
    assert planes(Printer(engine).print(frame, look(temperature__mired=-5.0)).pixels)[0][8, 8] == 180


@pytest.mark.parametrize(("kelvin", "x", "y"), [(7504.0, 0.29902, 0.31485), (5003.0, 0.34567, 0.35850)])
def test_temperature_turns_d65_into_the_cies_other_daylights(engine: str, kelvin: float, x: float, y: float) -> None:
    """D75 and D50 as CIE 015 gives them, through the XYZ to RGB matrix of OpenCV's own documentation."""
    to_rgb = np.array(
        [[3.240479, -1.53715, -0.498535], [-0.969256, 1.875991, 0.041556], [0.055648, -0.204043, 1.057311]]
    )
    red, green, blue = to_rgb @ [x / y, 1.0, (1 - x - y) / y]
    gains = daylight_gains(1e6 / kelvin - 1e6 / 6504.0)
    assert gains[0] / gains[1] == pytest.approx(red / green, abs=0.003)
    assert gains[2] / gains[1] == pytest.approx(blue / green, abs=0.003)


def test_temperature_and_tint_leave_black_and_the_luma_of_greys(engine: str, wedge: Frame, look: MakeLook) -> None:
    out = Printer(engine).print(wedge, look(temperature__mired=60, tint__tint=1)).pixels
    assert np.abs(planes(out)[0][8, ::2].astype(int) - np.arange(256)).max() <= 1
    assert np.all(to_rgb(out, wedge.colour)[8, 0] <= 1)


def test_tint_takes_a_quarter_of_a_stop_of_green(engine: str, grey: Grey, look: MakeLook) -> None:
    frame = grey(np.full((16, 16), 128, np.uint8))
    rgb = to_rgb(Printer(engine).print(frame, look(tint__tint=1.0)).pixels, frame.colour)[8, 8] / 255.0
    red, green, blue = decode(rgb, "srgb")
    assert np.log2(green / red) == pytest.approx(-0.25, abs=0.03)
    assert np.log2(green / blue) == pytest.approx(-0.25, abs=0.03)


def test_dodge_opens_its_zone_by_its_stops_and_leaves_the_others(engine: str, grey: Grey, look: MakeLook) -> None:
    for zone, stops in ((3.0, 1.5), (5.0, 0.0), (7.0, 0.0)):
        code = round(value_of_zone(zone, "srgb") * 255)
        out = planes(Printer(engine).print(grey(np.full((64, 64), code, np.uint8)), look(dodge__stops=1.5)).pixels)[0]
        gain = np.log2(decode(out[32, 32] / 255, "srgb") / decode(code / 255, "srgb"))
        assert gain == pytest.approx(stops, abs=0.04)


def test_burn_holds_the_lights_by_its_stops_and_leaves_the_others(engine: str, grey: Grey, look: MakeLook) -> None:
    for zone, stops in ((7.45, -2.0), (5.0, 0.0), (3.0, 0.0)):
        code = round(value_of_zone(zone, "srgb") * 255)
        out = planes(Printer(engine).print(grey(np.full((64, 64), code, np.uint8)), look(burn__stops=2)).pixels)[0]
        gain = np.log2(decode(out[32, 32] / 255, "srgb") / decode(code / 255, "srgb"))
        assert gain == pytest.approx(stops, abs=0.04)


def test_contrast_doubles_the_slope_at_the_pivot_and_keeps_three_points(
    engine: str, wedge: Frame, look: MakeLook
) -> None:
    after = printed(engine, wedge, look(contrast__contrast=1.0)) * 255
    pivot = round(value_of_zone(5.0, "srgb") * 255)
    assert (after[0], after[255]) == (0, 255)
    assert after[pivot] == pytest.approx(pivot, abs=1)
    assert (after[pivot + 8] - after[pivot - 8]) / 16 == pytest.approx(2.0, abs=0.15)
    assert np.all(np.diff(after) >= 0)


def test_saturation_scales_the_distance_from_grey(engine: str, market: Frame, look: MakeLook) -> None:
    for amount in (0.0, 0.5, 1.5):
        out = Printer(engine).print(market, look(saturation__saturation=amount)).pixels
        before, after = (np.stack(planes(p)[1:]).astype(float) - 128 for p in (market.pixels, out))
        assert np.abs(after - np.clip(amount * before, -128, 127)).max() <= 1.0
        assert np.abs(planes(out)[0].astype(int) - planes(market.pixels)[0]).max() <= 0


def test_the_vignette_reaches_its_stops_in_the_corner_and_spares_the_middle(
    engine: str, grey: Grey, look: MakeLook
) -> None:
    out = planes(Printer(engine).print(grey(np.full((180, 320), 150, np.uint8)), look(vignette__stops=1)).pixels)[0]
    assert np.all(out[70:110, 130:190] == 150)
    assert np.log2(decode(out[0, 0] / 255, "srgb") / decode(150 / 255, "srgb")) == pytest.approx(-1.0, abs=0.04)
    assert np.abs(out.astype(int) - out[::-1, ::-1]).max() <= 1


def test_codes_beyond_a_limited_range_keep_their_distance(engine: str, look: MakeLook) -> None:
    pixels = np.full((24, 16), 128, np.uint8)
    pixels[:16] = 245
    out = Printer(engine).print(Frame(0, 0, pixels, Colour(range="limited")), look(exposure__ev=0.5)).pixels
    assert planes(out)[0][8, 8] == 245
