"""What every print keeps to, whatever the look and the picture, through every engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from drivers.colour import planes
from drivers.readings import Bytes8, Colour, Frame
from rig.grade.bearings import Bearings
from rig.grade.curve import Curve
from rig.grade.look import Look, target, targets, with_value
from rig.grade.mask import Mask, zone_map
from rig.grade.picture import Picture, picture_of
from rig.grade.recipe import LAST_ZONE, NEUTRAL, ZoneGain
from rig.grade.reference import local_ev, print_picture
from rig.grade.strokes import Spot, Stroke, Strokes
from rig.zones import SMALL, encode, small_zones, value_of_zone

Print = Callable[..., Bytes8]

# One engine is one fixture for all examples of a test: it keeps nothing from print to print but memory and tables.
# A picture is not worth shrinking.
few = settings(
    max_examples=20,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
# The mask's windows reach so many small pixels (rig/grade/zone_fit.py: a fit and a line of it, each one pair beyond its
# own, and what is interpolated between). What lies further from all that is aimed at is not moved at all.
REACH = 8

COLOURS = st.builds(
    Colour,
    st.sampled_from(["bt601", "bt709"]),
    st.sampled_from(["limited", "full"]),
    st.sampled_from(["srgb", "bt709"]),
)
ASPECTS = [name for name in targets() if not name.startswith(("auto.", "lut."))]


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    """Things of one tone each, some noise; small, of any even size; all codes may occur."""
    width, height = 2 * draw(st.integers(8, 40)), 2 * draw(st.integers(8, 30))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    things = rng.integers(0, 256, (3, draw(st.integers(1, 4)), draw(st.integers(1, 5)))).astype(np.float32)
    pixels = np.empty((height * 3 // 2, width), np.uint8)
    for plane, tones in zip(planes(pixels), things, strict=True):
        whole = cv2.resize(tones, plane.shape[::-1], interpolation=cv2.INTER_NEAREST)
        plane[:] = np.clip(np.rint(whole + rng.normal(0, draw(st.sampled_from([0, 2, 30])), plane.shape)), 0, 255)
    pixels.flags.writeable = False
    return Frame(draw(st.integers(0, 2**40)), 0, pixels, draw(COLOURS))


@st.composite
def looks(draw: st.DrawFn, names: list[str] = ASPECTS, reach: float = 1.0) -> Look:
    """Some parameters anywhere in their range, or this share of it from the default; some at its ends; of all aspects,
    strokes and a curve too."""
    look = Look()
    for name in draw(st.lists(st.sampled_from(names), max_size=8, unique=True)):
        low, high = (
            (1.0 - reach) * target(name).default + reach * end for end in (target(name).low, target(name).high)
        )
        look = with_value(look, name, round(draw(st.sampled_from([low, high]) | st.floats(low, high)), 6))
    if names is ASPECTS:
        points = draw(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=4, unique_by=lambda p: p[0]))
        rising = zip(sorted(x for x, _ in points), sorted(y for _, y in points), strict=True)
        look = replace(look, curve=Curve(tuple((x / 50, y / 50) for x, y in rising)))
        look = replace(look, strokes=Strokes(tuple(draw(st.lists(strokes(), max_size=2)))))
    return look


def strokes(low: float = -3.0, high: float = 2.0) -> st.SearchStrategy[Stroke]:
    share = st.floats(0, 1)
    places = st.none() | st.builds(Spot, share, share, st.floats(0.05, 2))
    return st.builds(Stroke, st.floats(low, high), st.floats(0, 10), st.floats(0.25, 3), places)


@few
@given(frame=frames(), look=looks())
def test_a_print_has_the_shape_of_its_negative_which_stays_as_it_is(printed: Print, frame: Frame, look: Look) -> None:
    kept = frame.pixels.copy()
    out = printed(frame, look)
    assert (out.dtype, out.shape) == (np.uint8, frame.pixels.shape)
    assert np.array_equal(frame.pixels, kept)
    assert np.array_equal(printed(frame, look), out)


@few
@given(frame=frames(), look=looks())
def test_the_definition_is_finite(frame: Frame, look: Look) -> None:
    recipe = look.fold()
    lines = Mask().update(small_zones(frame), 0, recipe.zones)
    rgb = print_picture(picture_of(frame), recipe, lines)
    assert rgb.shape == (frame.height, frame.width, 3)
    assert np.all(np.isfinite(rgb))


TONES = [name for name in ASPECTS if not name.startswith(("cdl.", "exposure.", "place."))]


@few
@given(frame=frames(), look=looks(TONES), evs=st.tuples(st.floats(-4, 4), st.floats(-4, 4)))
def test_more_exposure_darkens_no_pixel(printed: Print, frame: Frame, look: Look, evs: tuple[float, float]) -> None:
    """Of any look but a CDL, which may be told to turn tones round; to the rounding of live engines' tables, which end
    where a colour that white balance turns is darker than black."""
    dark, light = (
        planes(printed(frame, with_value(look, "exposure.ev", ev)))[0].astype(int) for ev in (min(evs), max(evs))
    )
    assert (light - dark)[dark > 20].min(initial=0) >= -2


OTHERS = [
    "exposure.ev", "contrast.contrast", "contrast.pivot", "saturation.saturation", "temperature.mired", "tint.tint",
    "bw_filter.strength", "split_filter.mired", "split_tone.shadow_strength", "vignette.stops",
]  # fmt: skip
DODGES = st.lists(strokes(low=0.0), min_size=1, max_size=3)
BURNS = st.lists(strokes(high=0.0), min_size=1, max_size=3)


def moved(printed: Print, frame: Frame, look: Look, kept: list[Stroke]) -> NDArray[np.int64]:
    """Codes by which strokes lighten each pixel of a print."""
    before, after = (planes(printed(frame, each))[0] for each in (look, replace(look, strokes=Strokes(tuple(kept)))))
    return np.asarray(after.astype(np.int64) - before)


@few
@given(frame=frames(), dodges=DODGES, burns=BURNS)
def test_dodging_darkens_no_pixel_and_burning_lightens_none(
    printed: Print, frame: Frame, dodges: list[Stroke], burns: list[Stroke]
) -> None:
    assert moved(printed, frame, Look(), dodges).min() >= 0
    assert moved(printed, frame, Look(), burns).max() <= 0


@few
@given(frame=frames(), look=looks(OTHERS, 0.25), dodges=DODGES, burns=BURNS)
def test_in_any_light_and_colour_they_do_so_to_the_rounding_of_live_engines(
    printed: Print, frame: Frame, look: Look, dodges: list[Stroke], burns: list[Stroke]
) -> None:
    """What is exposed and balanced too goes through other tables once there is a dodge or a burn as well."""
    assert moved(printed, frame, look, dodges).min() >= -2
    assert moved(printed, frame, look, burns).max() <= 2


@st.composite
def scenes(draw: st.DrawFn, lowest: float = 0.5, highest: float = 7.4) -> Bytes8:
    """Luma, full range: things of a zone each, 64 pixels wide and more, and a sensor's noise."""
    rows, columns = draw(st.integers(1, 2)), draw(st.integers(2, 4))
    zones = draw(st.lists(st.floats(lowest, highest), min_size=rows * columns, max_size=rows * columns))
    tones = encode(0.18 * 2.0 ** (np.array(zones).reshape(rows, columns) - 5.0), "srgb") * 255
    whole = cv2.resize(tones, (288, 160), interpolation=cv2.INTER_NEAREST)
    noise = np.random.default_rng(draw(st.integers(0, 99))).normal(0, draw(st.sampled_from([0.0, 1.5])), whole.shape)
    return np.clip(np.rint(whole + noise), 0, 255).astype(np.uint8)


AIMS = st.builds(
    ZoneGain, st.floats(-3, -0.1) | st.floats(0.1, 2), st.floats(0, 10), st.floats(0.25, 2)
)  # wherever the zone is


def aimed(gain: ZoneGain) -> Look:
    return replace(Look(), strokes=Strokes((Stroke(gain.stops, gain.zone, gain.feather),)))


@few
@given(luma=scenes(), gain=AIMS)
def test_nothing_outside_the_aimed_zone_and_its_feather_moves(
    printed: Print, grey: Callable[..., Frame], luma: Bytes8, gain: ZoneGain
) -> None:
    frame = grey(luma)
    outside = np.abs(zone_map(small_zones(frame)) - min(gain.zone, LAST_ZONE)) >= 0.5 + gain.feather
    assume(not outside.all())  # something is aimed at
    window = np.ones((2 * REACH + 1, 2 * REACH + 1), np.uint8)
    far = cv2.erode(outside.astype(np.uint8), window, borderType=cv2.BORDER_REPLICATE).astype(bool)
    assume(far.any())  # and something lies far from it
    still = far.repeat(SMALL, 0).repeat(SMALL, 1)[: frame.height, : frame.width]
    assert np.array_equal(planes(printed(frame, aimed(gain)))[0][still], luma[still])


@few
@given(luma=scenes(lowest=1.5, highest=6.2), gains=st.lists(AIMS, min_size=1, max_size=3))
def test_a_stop_more_of_the_sensor_moves_no_aimed_area_by_itself(luma: Bytes8, gains: list[ZoneGain]) -> None:
    """Before the rounding to codes, of which one is a twelfth of a zone in the shadows."""
    recipe, evs = replace(NEUTRAL, zones=tuple(gains)), []
    for light, light_ev in ((light_of(luma), 0.0), (2.0 * light_of(luma), 1.0)):
        picture = Picture(np.repeat(encode(light, "srgb")[..., None], 3, axis=2))
        lines = Mask().update(picture.small_zones(), 0, gains, Bearings(light_ev=light_ev))
        evs.append(local_ev(picture, recipe, lines))
    assert np.abs(evs[0] - evs[1]).max() <= 0.05


@pytest.mark.parametrize("zone", [2.0, 3.0, 4.5, 6.0])
def test_the_print_of_an_aimed_area_steps_with_the_sensor_and_no_further(
    printed: Print, grey: Callable[..., Frame], zone: float
) -> None:
    noise = np.random.default_rng(1).normal(0, 1.5, (64, 64))
    code = 255 * value_of_zone(zone, "srgb")
    look = aimed(ZoneGain(-0.75, zone + 0.4, 1.0))
    light = []
    for stops in (0.0, 1.0):
        luma = np.rint(255 * encode(light_of(code + noise) * 2.0**stops, "srgb")).astype(np.uint8)
        light.append(light_of(planes(printed(grey(luma), look, Bearings(light_ev=stops)))[0]).mean())
    assert np.log2(light[1] / light[0]) == pytest.approx(1.0, abs=0.05)


def light_of(luma: NDArray[Any]) -> NDArray[Any]:
    value = luma / 255.0
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
