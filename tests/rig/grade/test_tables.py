"""The tables are as fine as the formulas, and those that do not hang on what moves stay."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from drivers.colour import rgb_to_yuv_matrix
from drivers.readings import Colour
from rig.grade.balance import LEAST_ON_Y, balance, lifted
from rig.grade.look import Look
from rig.grade.recipe import Grain, Recipe
from rig.grade.tables import EVERY, EvScale, compile_tables
from rig.grade.temperature import daylight_gains
from rig.grade.tone import film_weights, lift, tone, white
from rig.zones import luma_of_codes

MakeLook = Callable[..., Look]
FULL = Colour(range="full")
ALL_COLOURS = (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    "values",
    [
        {"dodge__stops": 0.3},
        {"burn__stops": 0.9, "exposure__ev": 0.7},
        {"dodge__stops": 0.5, "burn__stops": 0.5, "contrast__contrast": 0.4},
        {"dodge__stops": 2, "burn__stops": 3, "vignette__stops": 2},
        {"exposure__ev": 1.0, "saturation__saturation": 0.8},
    ],
)
@pytest.mark.parametrize("dithers", [False, True])
def test_every_entry_is_what_the_formulas_say(values: dict[str, float], dithers: bool, look: MakeLook) -> None:
    recipe = look(**values).fold()
    tables, luma = compile_tables(recipe, FULL, dithers), luma_of_codes(FULL)
    scale = tables.scale or EvScale()
    evs = (np.arange(256 if tables.scale else 1) - scale.zero)[:, None] * scale.step
    toned, gains = tone(luma[None, :], recipe.ev + evs, recipe.curve, recipe.saturation, "srgb")
    assert len(tables.tone.luma) == (2 if dithers else 1)
    assert tables.tone.gain is not None
    off = 0.25 if dithers else 0.5
    lumas, together = [], []
    for of_luma, of_gain in zip(tables.tone.luma, tables.tone.gain, strict=True):
        lumas.append(of_luma.reshape(toned.shape).astype(float))
        together.append(of_gain.reshape(toned.shape) + lumas[-1] / 256.0)
    assert np.abs(np.mean(lumas, axis=0) - np.clip(toned * 255, 0, 255)).max() <= off + 0.12
    apart = np.abs(np.mean(together, axis=0) / tables.tone.unit - gains)
    assert np.percentile(apart, 99) <= (off + 0.1) / tables.tone.unit + 0.002
    assert apart.max() <= 0.07  # where the shoulder begins, seven stops of everything apart
    assert tables.tone.chroma_gain == 1.0 / tables.tone.unit


def test_the_scale_reaches_all_stops_and_has_0_ev_on_a_knot(look: MakeLook) -> None:
    for stops in np.linspace(0.01, 2.0, 37):
        scale = EvScale.of(look(dodge__stops=stops, burn__stops=1.5 * stops, vignette__stops=stops).fold())
        assert scale is not None
        assert scale.zero % EVERY == 0
        assert scale.zero * scale.step >= 2.5 * stops
        assert (255 - scale.zero) * scale.step >= stops


def test_the_scale_has_room_for_grain_and_for_both_sides_of_a_filter(look: MakeLook) -> None:
    scale = EvScale.of(Recipe(grain=Grain(0.1, 2.0)))
    assert scale is not None
    assert scale.grain * scale.step == pytest.approx(0.4, abs=scale.step)
    assert scale.zero >= scale.grain
    split = EvScale.of(look(split_filter__stops=-1.0, split_filter__other_stops=0.5).fold())
    assert split is not None
    assert split.zero * split.step >= 1.0
    assert (255 - split.zero) * split.step >= 0.5
    assert EvScale.of(Recipe(ev=1.0)) is None


def test_a_moving_dodge_or_temperature_keeps_the_tables_of_tone(look: MakeLook) -> None:
    held = compile_tables(look(dodge__stops=0.6, burn__stops=0.2).fold(), FULL)
    dodged = compile_tables(look(dodge__stops=0.9, burn__stops=0.4).fold(), FULL)
    cooled = compile_tables(look(dodge__stops=0.9, burn__stops=0.4, temperature__mired=-7).fold(), FULL)
    assert held.tone is dodged.tone is cooled.tone


@pytest.mark.parametrize("colour", [FULL, Colour("bt601"), Colour(transfer="bt709")], ids=str)
@pytest.mark.parametrize("film", [ALL_COLOURS, (1.0, 0.4, 0.2)])
@pytest.mark.parametrize("mired", [-100, -30, 3, 100])
def test_a_balance_is_what_the_formulas_say(mired: float, film: tuple[float, float, float], colour: Colour) -> None:
    """On all of RGB's corners and some colours between, as codes of YUV."""
    gains = daylight_gains(mired)
    found = balance(gains, None, film, colour)
    assert found is not None
    side = found.first
    matrix = rgb_to_yuv_matrix(colour)
    rgb = np.random.default_rng(3).random((200, 3))
    rgb[:8] = np.indices((2, 2, 2)).reshape(3, 8).T
    encoded, luma = white(gains, colour), rgb @ film_weights(ALL_COLOURS, colour)
    balanced = rgb * encoded + (encoded - 1.0) * lift(luma, colour.transfer)[:, None]
    y, u, v = matrix[:, :3] @ rgb.T * 255.0
    wanted = matrix[:, :3] @ balanced.T * 255.0
    wanted[0] = (balanced @ film_weights(film, colour)) * 255.0 * matrix[0, :3].sum()
    at = np.arange(256.0)
    grey = y if side.greys is None else np.interp(y + matrix[0, 3], at, side.greys.astype(float)) - matrix[0, 3]
    made = [grey + (0.0 if side.on_y is None else side.on_y[0] * u + side.on_y[1] * v)]
    of_luma = np.interp(y + matrix[0, 3], at, lifted(colour))
    casts = side.casts or (0.0, 0.0)
    for of_u, of_v, cast in ((*side.on_u, casts[0]), (*side.on_v, casts[1])):
        made.append(of_u * u + of_v * v + cast * of_luma)
    made_y, wanted_y = (np.clip(each + matrix[0, 3], 0.0, 255.0) for each in (made[0], wanted[0]))
    assert np.abs(made_y - wanted_y).max() <= LEAST_ON_Y
    inside = wanted[0] + matrix[0, 3] < 255.0
    assert np.abs(np.array(made[1:]) - wanted[1:])[:, inside].max() <= 0.3


def test_a_balance_of_which_nothing_is_seen_is_none() -> None:
    assert balance(daylight_gains(-0.1), None, ALL_COLOURS, FULL) is None
    assert balance(daylight_gains(-3.0), None, ALL_COLOURS, FULL) is not None
