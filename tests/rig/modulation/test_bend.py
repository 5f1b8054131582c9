"""Routes bend and never jump; the same signals give the same looks; every mistake in a route is said at once."""

from __future__ import annotations

import itertools

import pytest

from rig.errors import UserError
from rig.grade.look import Look, get, with_value
from rig.modulation.bend import Bender
from rig.modulation.curves import CURVES
from rig.modulation.routes import Route, read_routes, route_tables

STIRRED = Route("stirred", "body.arousal", "temperature.mired", -5.0, "smooth", 0.8, 4.0)
FRAME_NS = 33_333_333


def mireds(bender: Bender, arousals: list[float | None], soul: float = 1.0, start: int = 0) -> list[float]:
    looks = [bender.bend(Look(), {"body.arousal": a}, soul, (start + n) * FRAME_NS)[0] for n, a in enumerate(arousals)]
    return [get(look, "temperature.mired") for look in looks]


def test_a_full_signal_is_95_percent_there_after_the_attack_and_gone_after_the_release() -> None:
    bender = Bender([STIRRED])
    up = mireds(bender, [0.0] + [1.0] * 24)
    assert up[24] == pytest.approx(-5.0 * 0.95, abs=0.02)
    down = mireds(bender, [0.0] * 121, start=25)
    assert down[119] == pytest.approx(-5.0 * 0.95 * 0.05, abs=0.02)
    assert all(later >= earlier for earlier, later in itertools.pairwise(down))


def test_a_route_to_the_automatic_light_is_refused_for_it_would_do_nothing() -> None:
    table = route_tables([STIRRED])[0] | {"target": "auto.strength", "amount": 0.05}
    with pytest.raises(UserError, match="it acts before routes do"):
        read_routes([table], "mine.toml")


def test_unknown_fades_to_neutral_and_does_not_jump() -> None:
    bender = Bender([STIRRED])
    mireds(bender, [1.0] * 60)
    faded = mireds(bender, [None] * 300, start=60)
    assert max(abs(b - a) for a, b in itertools.pairwise(faded)) < 0.2
    assert faded[-1] == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(("soul", "reaches"), [(0.0, 0.0), (1.0, -5.0), (3.0, -15.0)])
def test_soul_scales_every_route(soul: float, reaches: float) -> None:
    assert mireds(Bender([STIRRED]), [1.0] * 300, soul)[-1] == pytest.approx(reaches, abs=0.02)


def test_from_its_state_a_bender_goes_on_bit_for_bit() -> None:
    one, signals = Bender([STIRRED]), [0.2, 0.9, None, 0.4, 1.0, 0.0]
    mireds(one, signals)
    other = Bender([STIRRED], one.state())
    other_looks = [other.bend(Look(), {"body.arousal": 0.4}, 1.0, (5 + n) * FRAME_NS)[0] for n in range(5)]
    one_looks = [one.bend(Look(), {"body.arousal": 0.4}, 1.0, (5 + n) * FRAME_NS)[0] for n in range(5)]
    assert one_looks == other_looks


def test_the_hand_is_never_slewed_and_the_sum_is_clamped() -> None:
    base = with_value(Look(), "temperature.mired", -99.0)
    look, bends = Bender([STIRRED], {"stirred": 1.0}).bend(base, {"body.arousal": 1.0}, 1.0, 0)
    assert get(look, "temperature.mired") == -100.0
    assert bends[0].value == -5.0
    look, _ = Bender([]).bend(with_value(Look(), "dodge.stops", 2.0), {}, 1.0, 0)
    assert get(look, "dodge.stops") == 2.0


@pytest.mark.parametrize("name", sorted(CURVES))
def test_curves_go_from_nothing_to_all_and_never_back(name: str) -> None:
    curve = CURVES[name]
    values = [curve(n / 100) for n in range(101)]
    assert values[0] == 0.0
    assert values[-1] == 1.0
    assert values == sorted(values)


def test_routes_survive_a_take() -> None:
    assert read_routes(route_tables([STIRRED]), "take") == (STIRRED,)


def test_all_mistakes_of_routes_are_said_at_once() -> None:
    tables = [
        {"name": "a", "source": "body.arousl", "target": "temperature.mired", "amount": -5.0},
        {"name": "b", "source": "body.arousal", "target": "temperature.mired", "amount": -50.0},
        {"name": "b", "source": "scene.key", "target": "exposure.ev", "amount": 0.05, "attack_s": 0.0},
        {"name": "c", "source": "scene.key", "target": "exposure.evv", "amount": 0.05},
    ]
    with pytest.raises(UserError) as told:
        read_routes(tables, "mine.toml")
    text = str(told.value)
    assert 'did you mean "body.arousal"?' in text
    assert "mine.toml: route b: amount: expected -10 to 10 mired for temperature.mired, got -50" in text
    assert "attack_s: expected 0.1 to 60 s" in text
    assert "exposure.evv" in text
    assert len(text.splitlines()) == 4
