"""What each operation does, in numbers, on greys and colours, through every engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.colour import from_rgb, planes, to_rgb
from drivers.readings import Bytes8, Colour, Frame
from rig.grade.look import Look, look_from_dict, operations
from rig.grade.temperature import daylight_gains
from rig.zones import decode, value_of_zone

MakeLook = Callable[..., Look]
Print = Callable[..., Bytes8]
Grey = Callable[..., Frame]

CODES = np.arange(256)


@pytest.fixture
def wedge(grey: Grey) -> Frame:
    """All greys 0..255 from left to right, each two pixels wide."""
    return grey(np.repeat(np.arange(256, dtype=np.uint8), 2)[None, :].repeat(16, axis=0))


def greys(pixels: Bytes8) -> NDArray[np.int64]:
    """Printed Y of each grey of the wedge."""
    return planes(pixels)[0][8, ::2].astype(int)


def code(zone: float) -> int:
    return round(value_of_zone(zone, "srgb") * 255)


def flat(grey: Grey, zone: float, size: tuple[int, int] = (64, 64)) -> Frame:
    return grey(np.full(size, code(zone), np.uint8))


def stops(after: float, before: float) -> float:
    """Light between two codes."""
    return float(np.log2(decode(after / 255, "srgb") / decode(before / 255, "srgb")))


def coloured(*patches: tuple[int, int, int]) -> Frame:
    """Patches 32 pixels wide side by side, full range."""
    rgb = np.repeat(np.array(patches, np.uint8), 32, axis=0)[None].repeat(32, axis=0)
    return Frame(0, 0, from_rgb(rgb, Colour(range="full")), Colour(range="full"))


@pytest.mark.parametrize("operation", list(operations()))
def test_at_its_defaults_an_operation_gives_the_negatives_own_bytes(
    operation: str, printed: Print, market: Frame
) -> None:
    look = Look(**{operation: operations()[operation]()})
    assert look.fold().is_neutral
    assert np.array_equal(printed(market, look), market.pixels)


@pytest.mark.parametrize("ev", [-3.0, -1.0, -0.25, 0.25, 1.0])
def test_exposure_one_stop_doubles_linear_light_below_the_knee(
    printed: Print, wedge: Frame, look: MakeLook, ev: float
) -> None:
    before, after = CODES / 255.0, greys(printed(wedge, look(exposure__ev=ev))) / 255.0
    wanted = decode(before, "srgb") * 2.0**ev
    below = wanted <= decode(0.75, "srgb")
    # half a code of rounding, in light
    room = decode(after + 0.52 / 255, "srgb") - decode(np.maximum(after - 0.52 / 255, 0.0), "srgb")
    assert np.all(np.abs(decode(after, "srgb") - wanted)[below] <= room[below])


@pytest.mark.parametrize("ev", [0.1, 0.5, 1.0, 2.0, 4.0])
def test_added_light_keeps_black_black_white_white_and_the_order_of_tones(
    printed: Print, wedge: Frame, look: MakeLook, ev: float
) -> None:
    after = greys(printed(wedge, look(exposure__ev=ev)))
    assert (after[0], after[255]) == (0, 255)
    assert np.all(np.diff(after) >= 0)
    assert np.all(after >= CODES)


def test_what_is_placed_is_exposed_by_as_many_stops_as_zones(printed: Print, wedge: Frame, look: MakeLook) -> None:
    placed = printed(wedge, look(place__spot=6.5, place__zone=5.5))
    assert np.array_equal(placed, printed(wedge, look(exposure__ev=-1)))


def test_five_mired_cooler_is_half_a_degree_of_blue(printed: Print, grey: Grey, look: MakeLook) -> None:
    frame = grey(np.full((16, 16), 180, np.uint8))
    out = printed(frame, look(temperature__mired=-5.0))
    rgb = to_rgb(out, frame.colour)[8, 8].astype(float)
    # about 200 K at 6500 K: 5 % more blue light than red, 4 code values on a bright grey
    # (a code of U is nearly two of blue)
    assert rgb[2] - rgb[0] == pytest.approx((1.053 ** (1 / 2.4) - 1) * (180 + 14), abs=2)
    assert planes(out)[0][8, 8] == 180


@pytest.mark.parametrize(("kelvin", "x", "y"), [(7504.0, 0.29902, 0.31485), (5003.0, 0.34567, 0.35850)])
def test_temperature_turns_d65_into_the_cies_other_daylights(kelvin: float, x: float, y: float) -> None:
    """D75 and D50 as CIE 015 gives them, through the XYZ to RGB matrix of OpenCV's own documentation."""
    to_rgb = np.array(
        [[3.240479, -1.53715, -0.498535], [-0.969256, 1.875991, 0.041556], [0.055648, -0.204043, 1.057311]]
    )
    red, green, blue = to_rgb @ [x / y, 1.0, (1 - x - y) / y]
    gains = daylight_gains(1e6 / kelvin - 1e6 / 6504.0)
    assert gains[0] / gains[1] == pytest.approx(red / green, abs=0.003)
    assert gains[2] / gains[1] == pytest.approx(blue / green, abs=0.003)


def test_temperature_and_tint_leave_black_and_the_luma_of_greys(printed: Print, wedge: Frame, look: MakeLook) -> None:
    out = printed(wedge, look(temperature__mired=60, tint__tint=1))
    assert np.abs(greys(out) - CODES).max() <= 1
    assert np.all(to_rgb(out, wedge.colour)[8, 0] <= 1)


def test_tint_takes_a_quarter_of_a_stop_of_green(printed: Print, grey: Grey, look: MakeLook) -> None:
    frame = grey(np.full((16, 16), 128, np.uint8))
    red, green, blue = to_rgb(printed(frame, look(tint__tint=1.0)), frame.colour)[8, 8].astype(float)
    assert stops(green, red) == pytest.approx(-0.25, abs=0.03)
    assert stops(green, blue) == pytest.approx(-0.25, abs=0.03)


def test_the_split_filter_has_its_first_side_above_and_each_side_its_own_light_and_warmth(
    printed: Print, grey: Grey
) -> None:
    frame = flat(grey, 5.0, (128, 96))
    filters = {"stops": -1.0, "mired": -30.0, "other_stops": 0.5, "other_mired": 30.0, "softness": 0.3}
    out = printed(frame, look_from_dict({"split_filter": filters}))
    luma = planes(out)[0][:, 48].astype(float)
    assert stops(luma[2], code(5)) == pytest.approx(-1.0, abs=0.05)
    assert stops(luma[-3], code(5)) == pytest.approx(0.5, abs=0.05)
    assert np.all(np.diff(luma) >= -1)
    rgb = to_rgb(out, frame.colour).astype(int)
    assert rgb[2, 48, 2] - rgb[2, 48, 0] >= 8
    assert rgb[-3, 48, 0] - rgb[-3, 48, 2] >= 8
    turned = printed(frame, look_from_dict({"split_filter": {**filters, "angle": 90.0}}))
    across = planes(turned)[0][64].astype(float)
    assert across[0] > across[-1] + 30  # clockwise: what was above is now on the right


def test_a_split_filter_with_the_same_on_both_sides_is_one_glass_over_all(printed: Print, market: Frame) -> None:
    same = {"stops": 0.5, "mired": 20.0, "tint": 0.2, "other_stops": 0.5, "other_mired": 20.0, "other_tint": 0.2}
    plain = {"exposure": {"ev": 0.5}, "temperature": {"mired": 20.0}, "tint": {"tint": 0.2}}
    assert np.array_equal(
        printed(market, look_from_dict({"split_filter": same})), printed(market, look_from_dict(plain))
    )


def test_the_black_and_white_filter_darkens_what_its_glass_holds_back_and_leaves_greys(printed: Print) -> None:
    sky, leaves, grey_ = (90, 140, 210), (80, 130, 60), (150, 150, 150)
    frame = coloured(sky, leaves, grey_)

    def luma(hue: float, strength: float = 1.0) -> list[int]:
        glass = {"strength": strength, "hue": hue, "density": 1.0}
        out = printed(frame, look_from_dict({"bw_filter": glass}))
        assert strength < 1.0 or np.all(out[32:] == 128)
        return [int(planes(out)[0][16, x]) for x in (16, 48, 80)]

    (red_sky, red_leaves, red_grey), (green_sky, green_leaves, green_grey) = luma(0.0), luma(120.0)
    assert (red_sky, green_sky) == (pytest.approx(90, abs=2), pytest.approx(140, abs=2))
    assert (red_leaves, green_leaves) == (pytest.approx(80, abs=2), pytest.approx(130, abs=2))
    assert red_grey == green_grey == pytest.approx(150, abs=1)
    plain = planes(frame.pixels)[0][16, 16]
    half = luma(0.0, 0.5)[0]
    assert red_sky < half < plain


def test_zones_lighten_and_darken_each_its_own_and_white_is_viii(printed: Print, grey: Grey) -> None:
    look = look_from_dict({"zones": {"z2": 0.75, "z3": 1.5, "z4": 0.75, "z8": -2.0}})
    for zone, wanted in ((3.0, 1.5), (2.5, 1.125), (5.0, 0.0), (6.0, 0.0), (7.47, -2.0)):
        frame = flat(grey, zone)
        assert stops(planes(printed(frame, look))[0][32, 32], code(zone)) == pytest.approx(wanted, abs=0.08), zone
    lit = printed(flat(grey, 7.47), look_from_dict({"zones": {"z10": -2.0}}))
    assert stops(planes(lit)[0][32, 32], code(7.47)) == pytest.approx(-2.0, abs=0.08)


@pytest.mark.parametrize(("zone", "wanted"), [(3.0, 1.5), (5.0, 0.0), (7.0, 0.0)])
def test_dodge_opens_its_zone_by_its_stops_and_leaves_the_others(
    printed: Print, grey: Grey, look: MakeLook, zone: float, wanted: float
) -> None:
    out = planes(printed(flat(grey, zone), look(dodge__stops=1.5)))[0]
    assert stops(out[32, 32], code(zone)) == pytest.approx(wanted, abs=0.04)


@pytest.mark.parametrize(("zone", "wanted"), [(7.45, -2.0), (5.0, 0.0), (3.0, 0.0)])
def test_burn_holds_the_lights_by_its_stops_and_leaves_the_others(
    printed: Print, grey: Grey, look: MakeLook, zone: float, wanted: float
) -> None:
    out = planes(printed(flat(grey, zone), look(burn__stops=2)))[0]
    assert stops(out[32, 32], code(zone)) == pytest.approx(wanted, abs=0.04)


@pytest.mark.parametrize("operation", ["dodge", "burn"])
def test_a_place_keeps_a_dodge_or_a_burn_within_a_soft_ellipse(printed: Print, grey: Grey, operation: str) -> None:
    zone, sign = (3.0, 1.0) if operation == "dodge" else (6.0, -1.0)
    spot = {"x": 0.25, "y": 0.5, "height": 1 / 3}
    frame = flat(grey, zone, (240, 320))
    aim = {"stops": 1.0, "zone": zone, "place": spot}
    out = planes(printed(frame, look_from_dict({operation: aim})))[0]
    assert stops(out[120, 80], code(zone)) == pytest.approx(sign, abs=0.05)
    assert stops(out[120, 80 + 15], code(zone)) == pytest.approx(sign, abs=0.05)  # within half of its height
    assert np.all(out[:, 160:] == code(zone))
    assert np.all(out[:40] == code(zone))


def test_strokes_are_dodges_and_burns_that_add_up(printed: Print, grey: Grey) -> None:
    frame = flat(grey, 4.0)

    def luma(*kept: dict[str, float]) -> float:
        return stops(planes(printed(frame, look_from_dict({"strokes": {"kept": list(kept)}})))[0][32, 32], code(4))

    two = luma({"stops": 0.5, "zone": 4.0}, {"stops": 0.75, "zone": 4.0})
    assert two == pytest.approx(1.25, abs=0.05)
    three = luma({"stops": 0.5, "zone": 4.0}, {"stops": 0.75, "zone": 4.0}, {"stops": -1.0, "zone": 4.0})
    assert three == pytest.approx(0.25, abs=0.05)
    dodge = look_from_dict({"dodge": {"stops": 0.5, "zone": 4.0}})
    stroke = look_from_dict({"strokes": {"kept": [{"stops": 0.5, "zone": 4.0}]}})
    assert np.array_equal(printed(frame, dodge), printed(frame, stroke))


def test_the_vignette_reaches_its_stops_in_the_corner_and_spares_the_middle(
    printed: Print, grey: Grey, look: MakeLook
) -> None:
    out = planes(printed(grey(np.full((180, 320), 150, np.uint8)), look(vignette__stops=1)))[0]
    assert np.all(out[70:110, 130:190] == 150)
    assert stops(out[0, 0], 150) == pytest.approx(-1.0, abs=0.04)
    assert np.abs(out.astype(int) - out[::-1, ::-1]).max() <= 1


def test_grain_is_as_strong_as_it_says_another_in_every_frame_and_the_same_in_the_same(
    printed: Print, grey: Grey, look: MakeLook
) -> None:
    luma = np.full((128, 256), code(5), np.uint8)
    luma[:, :64] = 0
    asked = look(grain__stops=0.2)
    first, again, other = (planes(printed(grey(luma, index), asked))[0] for index in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.all(first[:, :64] == 0)
    light = np.log2(decode(first[:, 64:] / 255, "srgb") / decode(code(5) / 255, "srgb"))
    assert light.std() == pytest.approx(0.2, rel=0.12)
    assert light.mean() == pytest.approx(0.0, abs=0.03)


def test_contrast_doubles_the_slope_at_the_pivot_and_keeps_three_points(
    printed: Print, wedge: Frame, look: MakeLook
) -> None:
    after = greys(printed(wedge, look(contrast__contrast=1.0)))
    pivot = code(5.0)
    assert (after[0], after[255]) == (0, 255)
    assert after[pivot] == pytest.approx(pivot, abs=1)
    assert (after[pivot + 8] - after[pivot - 8]) / 16 == pytest.approx(2.0, abs=0.15)
    assert np.all(np.diff(after) >= 0)


def test_split_grade_moves_one_end_of_the_tones_and_hardly_the_other(
    printed: Print, wedge: Frame, look: MakeLook
) -> None:
    soft = greys(printed(wedge, look(split_grade__soft=1)))
    hard = greys(printed(wedge, look(split_grade__hard=1)))
    light, dark = code(7.0), code(1.5)
    assert stops(soft[light], light) == pytest.approx(-1.0, abs=0.05)
    assert stops(soft[dark], dark) == pytest.approx(0.0, abs=0.07)
    assert stops(hard[dark], dark) == pytest.approx(-1.0, abs=0.1)
    assert stops(hard[light], light) == pytest.approx(0.0, abs=0.05)
    for a in (-1.5, 1.5):
        for b in (-1.5, 1.5):
            assert np.all(np.diff(greys(printed(wedge, look(split_grade__soft=a, split_grade__hard=b)))) >= 0)


def test_the_curve_goes_through_its_points_and_never_falls(printed: Print, wedge: Frame) -> None:
    points = [[0.0, 0.1], [0.2, 0.1], [0.4, 0.5], [0.8, 0.7], [1.0, 0.9]]
    after = greys(printed(wedge, look_from_dict({"curve": {"points": points}})))
    for x, y in points:
        assert after[round(x * 255)] == pytest.approx(y * 255, abs=1.0)
    assert np.all(np.diff(after) >= 0)


def test_saturation_scales_the_distance_from_grey(printed: Print, market: Frame, look: MakeLook) -> None:
    for amount in (0.0, 0.5, 1.5):
        out = printed(market, look(saturation__saturation=amount))
        before, after = (np.stack(planes(p)[1:]).astype(float) - 128 for p in (market.pixels, out))
        assert np.abs(after - np.clip(amount * before, -128, 127)).max() <= 1.0
        assert np.array_equal(planes(out)[0], planes(market.pixels)[0])


def test_split_tone_colours_shadows_and_highlights_and_leaves_luma_black_and_white(
    printed: Print, wedge: Frame
) -> None:
    tones = {"shadow_hue": 240.0, "shadow_strength": 0.5, "highlight_hue": 30.0, "highlight_strength": 0.5}
    out = printed(wedge, look_from_dict({"split_tone": tones}))
    assert np.abs(greys(out) - CODES).max() <= 1
    rgb = to_rgb(out, wedge.colour)[8, ::2].astype(int)
    assert rgb[50, 2] - rgb[50, 0] >= 10
    assert rgb[200, 0] - rgb[200, 2] >= 10
    for end in (0, 255):
        assert np.ptp(rgb[end]) <= 3
    more = look_from_dict({"split_tone": {**tones, "balance": 1.0}})
    assert to_rgb(printed(wedge, more), wedge.colour)[8, 2 * 110, 0] > rgb[110, 0] + 5


def test_cdl_is_slope_offset_power_then_saturation(printed: Print) -> None:
    frame = coloured((120, 120, 120), (180, 110, 70))
    asked = {"slope_r": 1.2, "offset_g": 0.05, "power_b": 1.3, "saturation": 0.8}
    out = to_rgb(printed(frame, look_from_dict({"cdl": asked})), frame.colour).astype(float)
    for x in (16, 48):
        rgb = to_rgb(frame.pixels, frame.colour)[16, x] / 255.0
        wanted = np.array([rgb[0] * 1.2, rgb[1] + 0.05, rgb[2] ** 1.3])
        luma = wanted @ [0.2126, 0.7152, 0.0722]
        assert np.abs(out[16, x] - 255 * (luma + 0.8 * (wanted - luma))).max() <= 2.5


def test_a_lut_is_looked_up_and_half_of_it_is_half_way(printed: Print, tmp_path: Path) -> None:
    rows = [f"{1 - r} {1 - g} {1 - b}" for b in (0, 1) for g in (0, 1) for r in (0, 1)]
    (tmp_path / "inverse.cube").write_text("LUT_3D_SIZE 2\n" + "\n".join(rows))
    frame = coloured((200, 120, 60), (40, 90, 160))
    for strength in (1.0, 0.5):
        lut = {"file": str(tmp_path / "inverse.cube"), "strength": strength}
        out = to_rgb(printed(frame, look_from_dict({"lut": lut})), frame.colour).astype(float)
        before = to_rgb(frame.pixels, frame.colour).astype(float)
        wanted = before + strength * (255 - 2 * before)
        assert np.abs(out - wanted)[16, [16, 48]].max() <= 3


def test_dither_leaves_alone_what_the_print_leaves_alone_and_is_less_than_a_code(
    printed: Print, dithered: Print, market: Frame
) -> None:
    look = look_from_dict({
        "vignette": {"stops": 1.0, "size": 0.6},
        "dodge": {"stops": 1.0, "zone": 3.0, "feather": 3.0, "place": {"x": 0.1, "y": 0.1, "height": 0.2}},
    })  # fmt: skip
    exact, spread = printed(market, look), dithered(market, look)
    assert np.abs(spread.astype(int) - exact).max() == 1
    height = market.height
    still = exact[:height] == market.pixels[:height]
    assert 0.1 < still.mean() < 0.9
    middle = np.s_[56:88, 112:144]  # neither of the two reaches it
    assert np.all(still[middle])
    assert np.array_equal(spread[:height][middle], market.pixels[:height][middle])
    for after, before in zip(planes(spread)[1:], planes(market.pixels)[1:], strict=True):
        assert np.array_equal(after[30:42, 58:70], before[30:42, 58:70])


def test_codes_beyond_a_limited_range_keep_their_distance(printed: Print, look: MakeLook) -> None:
    pixels = np.full((24, 16), 128, np.uint8)
    pixels[:16] = 245
    out = printed(Frame(0, 0, pixels, Colour(range="limited")), look(exposure__ev=0.5))
    assert planes(out)[0][8, 8] == 245
