"""The tables are as fine as the formulas, and those that do not hang on what moves stay."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from drivers.readings import Colour
from rig.grade.balance import balance
from rig.grade.look import Look
from rig.grade.tables import EVERY, EvScale, compile_tables
from rig.grade.temperature import daylight_gains
from rig.grade.tone import tone, white_on_yuv
from rig.zones import luma_of_codes

MakeLook = Callable[..., Look]
FULL = Colour(range="full")


@pytest.mark.parametrize(
    "values",
    [
        {"dodge__stops": 0.3},
        {"burn__stops": 0.9, "exposure__ev": 0.7},
        {"dodge__stops": 0.5, "burn__stops": 0.5, "contrast__contrast": 0.4},
        {"dodge__stops": 2, "burn__stops": 3, "vignette__stops": 2},
    ],
)
def test_every_entry_is_what_the_formulas_say(values: dict[str, float], look: MakeLook) -> None:
    recipe = look(**values).fold()
    tables, luma = compile_tables(recipe, FULL), luma_of_codes(FULL)
    assert tables.scale is not None
    assert tables.gain is not None
    evs = (np.arange(256) - tables.scale.zero)[:, None] * tables.scale.step
    toned, gains = tone(luma[None, :], recipe.ev + evs, recipe.curve, recipe.saturation, "srgb")
    assert np.abs(tables.luma.reshape(256, 256) - np.clip(toned * 255, 0, 255)).max() <= 0.62
    gain = tables.gain.reshape(256, 256) * (gains.max() / tables.gain.max())
    assert np.abs(gain - gains).max() <= 0.04 * gains.max()


def test_the_scale_reaches_all_stops_and_has_0_ev_on_a_knot(look: MakeLook) -> None:
    for stops in np.linspace(0.01, 2.0, 37):
        scale = EvScale.of(look(dodge__stops=stops, burn__stops=1.5 * stops, vignette__stops=stops).fold())
        assert scale is not None
        assert scale.zero % EVERY == 0
        assert scale.zero * scale.step >= 2.5 * stops
        assert (255 - scale.zero) * scale.step >= stops


def test_a_moving_dodge_or_temperature_keeps_the_tables_of_luma(look: MakeLook) -> None:
    held = compile_tables(look(dodge__stops=0.6, burn__stops=0.2).fold(), FULL)
    dodged = compile_tables(look(dodge__stops=0.9, burn__stops=0.4).fold(), FULL)
    cooled = compile_tables(look(dodge__stops=0.9, burn__stops=0.4, temperature__mired=-7).fold(), FULL)
    for tables in (dodged, cooled):
        assert tables.luma is held.luma
        assert tables.gain is held.gain
        assert tables.chroma is held.chroma


@pytest.mark.parametrize("mired", [-100, -30, -2, 2, 30, 100])
def test_a_balance_leaves_out_only_what_is_under_half_a_code(mired: float) -> None:
    gains = daylight_gains(mired)
    of_chroma, of_grey = white_on_yuv(gains, FULL)
    found = balance(gains, FULL)
    assert found is not None
    corners = np.array([[u, v] for u in (-127.5, 127.5) for v in (-127.5, 127.5)])
    for row, weights, stays in ((0, found.on_y, (0, 0)), (1, found.on_u, (1, 0)), (2, found.on_v, (0, 1))):
        assert np.abs(corners @ (of_chroma[row] - (stays if weights is None else weights))).max() < 0.5
    signs = [-1 if takes else 1 for takes in found.takes]
    casts = np.array([found.casts & 255, found.casts >> 8]) * np.array(signs)[:, None]
    luma = luma_of_codes(FULL)
    assert np.abs(casts[:, 16:] - np.outer(of_grey[1:], luma[16:] + 0.055)).max() <= 0.5


def test_a_balance_of_which_nothing_is_seen_is_none() -> None:
    assert balance(daylight_gains(-0.5), FULL) is None
    assert balance(daylight_gains(-3.0), FULL) is not None
