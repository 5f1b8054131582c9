"""Routes bend and never jump; the same signals give the same looks."""

from __future__ import annotations

import itertools
from dataclasses import replace
from math import pi, sin

import numpy as np
import pytest
from numpy.typing import NDArray

from rig.grade.look import Look, get, with_value
from rig.grade.picture import STILL, Picture
from rig.grade.reference import print_picture
from rig.modulation.beat import ev_of
from rig.modulation.bend import Bender
from rig.modulation.curves import CURVES, points_mistake, through
from rig.modulation.route import Route
from rig.modulation.signals import Signal, Signals
from rig.modulation.visibility import VISIBLE

STIRRED = Route("stirred", "body.arousal", "temperature.mired", -5.0, "smooth", attack_s=0.8, release_s=4.0)
FRAME_NS = 33_333_333


def heard(**values: float | None) -> Signals:
    return {name.replace("_", ".", 1): Signal(value) for name, value in values.items()}


def mireds(bender: Bender, arousals: list[float | None], soul: float = 1.0, start: int = 0) -> list[float]:
    looks = [
        bender.bend(Look(), heard(body_arousal=a), soul, (start + n) * FRAME_NS)[0] for n, a in enumerate(arousals)
    ]
    return [get(look, "temperature.mired") for look in looks]


def evs(bender: Bender, signals: list[Signals], soul: float = 1.0) -> list[float]:
    return [get(bender.bend(Look(), s, soul, n * FRAME_NS)[0], "exposure.ev") for n, s in enumerate(signals)]


def test_a_full_signal_is_95_percent_there_after_the_attack_and_gone_after_the_release() -> None:
    bender = Bender([STIRRED])
    up = mireds(bender, [0.0] + [1.0] * 24)
    assert up[24] == pytest.approx(-5.0 * 0.95, abs=0.02)
    down = mireds(bender, [0.0] * 121, start=25)
    assert down[119] == pytest.approx(-5.0 * 0.95 * 0.05, abs=0.02)
    assert all(later >= earlier for earlier, later in itertools.pairwise(down))


def test_unknown_fades_to_neutral_and_does_not_jump() -> None:
    bender = Bender([STIRRED])
    mireds(bender, [1.0] * 60)
    faded = mireds(bender, [None] * 300, start=60)
    assert max(abs(b - a) for a, b in itertools.pairwise(faded)) < 0.2
    assert faded[-1] == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(("soul", "reaches"), [(0.0, 0.0), (1.0, -5.0), (3.0, -15.0)])
def test_soul_scales_every_route(soul: float, reaches: float) -> None:
    assert mireds(Bender([STIRRED]), [1.0] * 300, soul)[-1] == pytest.approx(reaches, abs=0.02)


def test_soul_off_is_the_very_same_look() -> None:
    bender, base = Bender([STIRRED]), with_value(Look(), "dodge.stops", 1.0)
    for frame in range(100):
        look, bends = bender.bend(base, heard(body_arousal=0.9), 0.0, frame * FRAME_NS)
        assert look is base
        assert bends[0].value == 0.0


def test_what_the_routes_are_said_to_do_is_what_the_parameter_is_bent_by() -> None:
    """Also while the slew, a cap or another route keeps some of it back: each gives by its share."""
    strong = replace(STIRRED, name="strong", amount=-9.0, curve="linear", attack_s=0.1)
    weak = replace(strong, name="weak", source="hands.tempo", amount=-3.0)
    against = replace(strong, name="against", source="hands.smooth", amount=2.0)
    bender = Bender([strong, weak, against])
    for frame in range(90):
        on = 0.0 if frame < 2 or frame > 60 else 1.0
        signals = heard(body_arousal=on, hands_tempo=on, hands_smooth=0.5 * on)
        look, bends = bender.bend(Look(), signals, 1.0, frame * FRAME_NS)
        assert sum(bend.value for bend in bends) == pytest.approx(get(look, "temperature.mired"), abs=1e-9)
        if frame == 60:  # eleven are asked for, and ten are the cap
            assert [bend.value for bend in bends] == pytest.approx([-9 + 9 / 13, -3 + 3 / 13, 1 + 1 / 13], abs=0.05)


def test_from_its_state_a_bender_goes_on_bit_for_bit() -> None:
    one, signals = Bender([STIRRED]), [0.2, 0.9, None, 0.4, 1.0, 0.0]
    mireds(one, signals)
    other = Bender([STIRRED], one.state())
    one.bend(Look(), heard(body_arousal=0.4), 1.0, 5 * FRAME_NS)  # of the same time: nothing moves
    other.bend(Look(), heard(body_arousal=0.4), 1.0, 5 * FRAME_NS)
    for frame in range(6, 30):
        args = (Look(), heard(body_arousal=0.4 if frame < 20 else 1.0), 1.0, frame * FRAME_NS)
        assert other.bend(*args) == one.bend(*args)
    assert one.state() == other.state()


def test_a_take_that_begins_while_the_slew_holds_a_route_is_replayed_bit_for_bit() -> None:
    route = replace(STIRRED, curve="threshold", amount=-9.7, attack_s=0.1)
    live, at = Bender([route]), 4
    looks = [live.bend(Look(), heard(body_arousal=1.0 if n > 2 else 0.0), 3.0, n * FRAME_NS)[0] for n in range(at + 1)]
    assert live.traces()[0].held == "the slew"
    again = Bender([route], live.state())
    for n in range(at, 60):
        args = (Look(), heard(body_arousal=1.0), 3.0, n * FRAME_NS)
        assert again.bend(*args)[0] == (looks[at] if n == at else live.bend(*args)[0])


def test_the_hand_is_never_slewed_and_the_sum_is_clamped() -> None:
    base = with_value(Look(), "temperature.mired", -99.0)
    look, bends = Bender([STIRRED], {"stirred": 1.0}).bend(base, heard(body_arousal=1.0), 1.0, 0)
    assert get(look, "temperature.mired") == -100.0
    assert bends[0].value == -5.0
    look, _ = Bender([]).bend(with_value(Look(), "dodge.stops", 2.0), {}, 1.0, 0)
    assert get(look, "dodge.stops") == 2.0


def test_routes_of_one_parameter_add_up_to_its_cap_and_a_raised_cap_is_for_all() -> None:
    full = {"one": 1.0, "two": 1.0}
    routes = [replace(STIRRED, name=name, amount=-8.0) for name in full]
    bender = Bender(routes, full)
    look, _ = bender.bend(Look(), heard(body_arousal=1.0), 1.0, 0)
    assert get(look, "temperature.mired") == -10.0
    assert bender.traces()[0].held == "the cap of 10"
    raised = [routes[0], replace(routes[1], cap=40.0)]
    look, _ = Bender(raised, full).bend(Look(), heard(body_arousal=1.0), 1.0, 0)
    assert get(look, "temperature.mired") == -16.0


def test_of_those_that_combine_by_the_largest_one_counts() -> None:
    routes = [
        Route("a", "hands.lingering", "zones.z3", 0.3, combine="max"),
        Route("b", "hands.leaning", "zones.z3", -0.2, combine="max"),
        Route("c", "hands.grip", "zones.z3", 0.05),
    ]
    bender = Bender(routes, {"a": 0.5, "b": 1.0, "c": 1.0})
    signals = heard(hands_lingering=0.5, hands_leaning=1.0, hands_grip=1.0)
    assert get(bender.bend(Look(), signals, 1.0, 0)[0], "zones.z3") == pytest.approx(-0.15)


def test_a_gate_keeps_a_route_neutral_below_its_quality() -> None:
    route = replace(STIRRED, gate=0.5)
    poor, good = {"body.arousal": Signal(1.0, 0.4)}, {"body.arousal": Signal(1.0, 0.6)}
    bender = Bender([route])
    looks = [bender.bend(Look(), good, 1.0, n * FRAME_NS)[0] for n in range(60)]
    assert get(looks[-1], "temperature.mired") == pytest.approx(-5.0, abs=0.02)
    looks = [bender.bend(Look(), poor, 1.0, (60 + n) * FRAME_NS)[0] for n in range(300)]
    assert bender.traces()[0].held == "its gate"
    values = [get(look, "temperature.mired") for look in looks]
    assert max(abs(b - a) for a, b in itertools.pairwise(values)) < 0.2
    assert values[-1] == 0.0


def test_an_inverted_route_does_all_where_its_signal_is_nothing_and_nothing_where_it_is_unknown() -> None:
    route = replace(STIRRED, invert=True)
    assert mireds(Bender([route]), [0.0] * 300)[-1] == pytest.approx(-5.0, abs=0.02)
    assert mireds(Bender([route]), [None] * 300)[-1] == 0.0


def test_a_route_bends_another_route() -> None:
    routes = [STIRRED, Route("by-grip", "hands.grip", "route.stirred", -1.0, attack_s=0.1, release_s=0.1)]
    signals = [heard(body_arousal=1.0, hands_grip=grip) for grip in (0.0, 0.5, 1.0)]
    for grip, reaches in zip(signals, (-5.0, -2.5, 0.0), strict=True):
        bender = Bender(routes)
        looks = [bender.bend(Look(), grip, 1.0, n * FRAME_NS)[0] for n in range(200)]
        assert get(looks[-1], "temperature.mired") == pytest.approx(reaches, abs=0.02)
    doubled = Bender([STIRRED, Route("more", "hands.grip", "route.stirred", 1.0)], {"stirred": 1.0, "more": 1.0})
    look, _ = doubled.bend(Look(), signals[2], 1.0, 0)
    assert get(look, "temperature.mired") == -10.0
    assert doubled.traces()[0].gain == 2.0


def test_no_frame_differs_from_the_one_before_by_more_than_an_eye_follows() -> None:
    routes = [
        Route("a", "scene.motion", "temperature.mired", 10.0, "threshold", attack_s=0.1, release_s=0.1),
        Route("b", "scene.motion", "exposure.ev", 0.1, "threshold", attack_s=0.1, release_s=0.1),
        Route("c", "scene.motion", "zones.z3", 0.4, "threshold", attack_s=0.1, release_s=0.1),
    ]
    bender = Bender(routes)
    looks = [bender.bend(Look(), heard(scene_motion=float(n // 90 % 2)), 3.0, n * FRAME_NS)[0] for n in range(360)]
    visible = {route.target: VISIBLE.get(route.target, 12.4) for route in routes}
    steps = [
        sum(abs(get(b, target) - get(a, target)) * each for target, each in visible.items())
        for a, b in itertools.pairwise(looks)
    ]
    assert 0.19 < max(steps) <= 0.2 + 1e-9
    assert get(looks[179], "zones.z3") > 0.3


@pytest.mark.parametrize("soul", [1.0, 3.0])
@pytest.mark.parametrize(
    "routes",
    [
        [Route("b", "body.beat", "exposure.ev", 1.0, attack_s=0.1, release_s=0.1, cap=4.0)],
        [
            Route("b", "body.beat", "exposure.ev", 0.1, attack_s=0.1, release_s=0.1),
            Route("c", "body.beat", "zones.z5", -0.4, attack_s=0.1, release_s=0.1, invert=True),
        ],
        [
            Route("b", "scene.motion", "exposure.ev", 0.1, attack_s=0.1, release_s=0.1),
            Route("c", "body.beat", "route.b", 1.0, attack_s=0.1, release_s=0.1),
        ],
        [  # made more of by a route that does not follow the beat
            Route("b", "body.beat", "exposure.ev", 0.1, attack_s=0.1, release_s=0.1, cap=4.0),
            Route("c", "scene.motion", "route.b", 1.0, attack_s=0.1, release_s=0.1),
        ],
        [
            Route("b", "body.beat", "exposure.ev", 0.1, attack_s=0.1, release_s=0.1),
            Route("c", "scene.motion", "exposure.ev", -0.09, attack_s=0.1, release_s=0.1),
        ],
    ],
)
@pytest.mark.parametrize("frames_a_beat", [20, 60])
def test_light_that_follows_the_beat_never_swings_by_more_than_a_tenth_of_a_stop(
    routes: list[Route], soul: float, frames_a_beat: int
) -> None:
    bender, lights = Bender(routes), []
    for n in range(600):
        beat = 0.5 + 0.5 * sin(2 * pi * n / frames_a_beat)
        look, _ = bender.bend(Look(), heard(body_beat=beat, scene_motion=1.0), soul, n * FRAME_NS)
        lights.append(get(look, "exposure.ev") + get(look, "zones.z5"))
    settled = lights[240:]  # what does not follow the beat has come to rest
    assert 0.01 < max(settled) - min(settled) <= 0.1 + 1e-9


def test_a_beat_does_not_overshoot_while_the_soul_switch_moves() -> None:
    route = Route("b", "body.beat", "exposure.ev", 0.1, attack_s=0.1, release_s=0.1)
    bender, lights = Bender([route]), []
    for n in range(600):
        soul = (1.0, 3.0, 0.0)[n // 37 % 3]
        look, _ = bender.bend(Look(), heard(body_beat=float(n // 30 % 2)), soul, n * FRAME_NS)
        lights.append(get(look, "exposure.ev"))
    assert 0.05 < max(lights) - min(lights) <= 0.1 + 1e-9


@pytest.mark.parametrize("target", ["temperature.mired", "tint.tint"])
@pytest.mark.parametrize("way", [-1.0, 1.0])
def test_colour_that_may_follow_the_beat_gives_no_more_light_than_is_counted(target: str, way: float) -> None:
    """Through the reference printer, on greys and on colours up to pure primaries, none of them clipped."""
    colours = np.array([[0.5] * 3, *(np.roll([0.6, low, low], n) for low in (0.0, 0.05, 0.3) for n in range(3))])
    picture = Picture(np.ascontiguousarray(np.tile(colours, (8, 1, 1))), STILL)
    step = {"temperature.mired": 10.0, "tint.tint": 0.1}[target] * way

    def light(look: Look) -> NDArray[np.float64]:
        printed = np.clip(print_picture(picture, look.fold(), ())[4], 0.0, 1.0)
        linear = np.where(printed <= 0.04045, printed / 12.92, ((printed + 0.055) / 1.055) ** 2.4)
        return np.asarray(linear @ [0.2126, 0.7152, 0.0722])

    turned = np.abs(np.log2(light(with_value(Look(), target, step)) / light(Look())))
    assert 0.3 * abs(step) * (ev_of(target) or 0.0) < turned.max() <= abs(step) * (ev_of(target) or 0.0) + 2e-3


@pytest.mark.parametrize("name", sorted(CURVES))
def test_curves_go_from_nothing_to_all_and_never_back(name: str) -> None:
    curve = CURVES[name]
    values = [curve(n / 100) for n in range(101)]
    assert values[0] == 0.0
    assert values[-1] == 1.0
    assert values == sorted(values)


def test_a_curve_through_points_is_straight_between_them_and_flat_beyond() -> None:
    curve = through([[0.2, 0.0], [0.4, 1.0], [1.0, 0.5]])
    assert [curve(x) for x in (0.0, 0.2, 0.3, 0.4, 0.7, 1.0)] == pytest.approx([0.0, 0.0, 0.5, 1.0, 0.75, 0.5])
    assert points_mistake([[0.2, 0.0]]) == "expected two or more points, [signal, how far] each"
    assert "rise" in points_mistake([[0.2, 0.0], [0.2, 1.0]])
    assert "0 to 1" in points_mistake([[0.2, 0.0], [0.4, 1.5]])
