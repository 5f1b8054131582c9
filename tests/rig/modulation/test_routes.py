"""Routes as they are written: every mistake of a file at once, with its line and the nearest right word."""

from __future__ import annotations

from pathlib import Path

import pytest

from rig.cli.main import main
from rig.errors import UserError
from rig.grade.looks import load_look, shipped_looks
from rig.modulation.of_look import routes_of, shipped_routes
from rig.modulation.route import Route
from rig.modulation.routes import read_routes, route_tables

STIRRED = Route("stirred", "body.arousal", "temperature.mired", -5.0, "smooth", attack_s=0.8, release_s=4.0)
RICH = Route(
    "rich",
    "hands.grip",
    "zones.z2",
    0.5,
    "points",
    ((0.0, 0.0), (0.5, 0.9), (1.0, 1.0)),
    invert=True,
    gate=0.25,
    combine="max",
    cap=1.0,
)

WRONG = """words = "All that can be wrong."
routes = ["stired"]

[[route]]
name = "a"
source = "body.arousl"
target = "temperature.mired"
amount = -5.0

[[route]]
name = "b"
source = "body.arousal"
target = "temperature.mired"
amount = "-5 mird"

[[route]]
name = "b"
source = "scene.key"
target = "exposure.ev"
amount = 0.05
curve = "smoth"
attack_s = 0.0

[[route]]
name = "c"
source = "scene.key"
target = "exposure.evv"
amount = 0.05

[[route]]
name = "d"
source = "scene.key"
target = "saturation.saturation"
amount = "30 %"

[[route]]
name = "e"
source = "scene.key"
target = "route.f"
amount = 0.5

[[route]]
name = "f"
source = "scene.key"
target = "route.e"
amount = -2

[[route]]
name = "g"
source = "body.beat"
target = "contrast.contrast"
amount = 0.1

[[route]]
name = "h"
source = "body.skin"
target = "route.stirrred"
amount = "lots"
points = [[0.5, 0.0], [0.2, 1.0]]
gaet = 0.5
"""
SAID = (
    'mine.toml:2: routes: expected one of breath, frantic, lean-in, stirred, got "stired", did you mean "stirred"?',
    "mine.toml:6: route a: source: expected one of body.arousal, ",
    'got "body.arousl", did you mean "body.arousal"?',
    'mine.toml:14: route b: amount: expected mired, got "mird", did you mean mired?',
    "mine.toml:17: route b: name: expected a name of its own, got the name of another route",
    'mine.toml:21: route b: curve: expected one of "linear", "smooth", ',
    'got "smoth", did you mean "smooth"?',
    "mine.toml:22: route b: attack_s: expected 0.1 to 60 s, got 0",
    "mine.toml:27: route c: target: did you mean exposure.ev? ",
    "mine.toml:34: route d: amount: expected -0.1 to 0.1 for saturation.saturation, got 0.3 (cap raises that, to 2)",
    "mine.toml:39: route e: target: expected no circle of routes, got e → f → e",
    "mine.toml:46: route f: amount: expected -1 to 1 of route e, got -2",
    "mine.toml:51: route g: target: in step with the beat, expected light (exposure, zones, stops)",
    'mine.toml:57: route h: target: expected a route of this look after route., got "stirrred"',
    'mine.toml:58: route h: amount: expected a number, with its unit or without, got "lots"',
    "mine.toml:60: route h: gaet: expected one of name, source, ",
    "got gaet, did you mean gate?",
)


def test_all_mistakes_of_a_file_are_said_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.toml").write_text(WRONG)
    assert main(["routes", str(tmp_path / "mine.toml")]) == 2
    told = capsys.readouterr().err
    for words in SAID:
        assert words in told
    lines = [int(line.split(":")[2]) for line in told.splitlines()]
    assert lines == sorted(lines)
    assert len(lines) == 14


def test_points_that_do_not_rise_and_points_beside_another_curve() -> None:
    table = {"name": "a", "source": "body.skin", "target": "exposure.ev", "amount": 0.05}
    with pytest.raises(UserError, match="a: points: expected the signals of the points to rise"):
        read_routes([table | {"points": [[0.5, 0.0], [0.2, 1.0]]}], "mine")
    with pytest.raises(UserError, match='a: curve: expected "points" beside points, got "smooth"'):
        read_routes([table | {"curve": "smooth", "points": [[0.0, 0.0], [1.0, 1.0]]}], "mine")
    with pytest.raises(UserError, match="a: points: expected two or more points"):
        read_routes([table | {"curve": "points"}], "mine")


def test_a_route_to_the_automatic_light_is_refused_for_it_would_do_nothing() -> None:
    table = route_tables([STIRRED])[0] | {"target": "auto.strength", "amount": 0.05}
    with pytest.raises(UserError, match="it acts before routes do"):
        read_routes([table], "mine.toml")


def test_a_route_bent_by_the_beat_is_in_step_too() -> None:
    tables = [
        {"name": "a", "source": "scene.key", "target": "contrast.contrast", "amount": 0.1},
        {"name": "b", "source": "body.beat", "target": "route.a", "amount": 0.1},
    ]
    with pytest.raises(UserError, match="route a: target: in step with the beat"):
        read_routes(tables, "mine.toml")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"combine": "max"}, 'a: combine: expected "sum" in step with the beat, got "max"'),
        ({"target": "saturation.saturation"}, "a: target: in step with the beat, expected light"),
    ],
)
def test_what_cannot_be_bounded_does_not_follow_the_beat(more: dict[str, str], says: str) -> None:
    table: dict[str, object] = {"name": "a", "source": "body.beat", "target": "exposure.ev", "amount": 0.05}
    assert read_routes([table], "mine")
    with pytest.raises(UserError, match=says):
        read_routes([table | more], "mine")


def test_routes_survive_a_take() -> None:
    assert read_routes(route_tables([STIRRED, RICH]), "take") == (STIRRED, RICH)
    assert "gate" not in route_tables([STIRRED])[0]


def test_an_amount_may_be_written_with_its_unit() -> None:
    table = {"name": "a", "source": "body.skin", "target": "temperature.mired", "amount": " +2.5 mired "}
    assert read_routes([table], "mine")[0].amount == 2.5
    percent = {"name": "a", "source": "body.skin", "target": "saturation.saturation", "amount": "-5%"}
    assert read_routes([percent], "mine")[0].amount == pytest.approx(-0.05)


def test_a_cap_is_raised_on_purpose_and_within_the_range() -> None:
    table = {"name": "a", "source": "body.skin", "target": "temperature.mired", "amount": 40}
    assert read_routes([table | {"cap": 50}], "mine")[0].most == 50.0
    for cap in (5, 500):
        with pytest.raises(UserError, match=f"cap: expected 10 to 200 mired, got {cap}"):
            read_routes([table | {"cap": cap}], "mine")


def test_every_shipped_look_and_route_is_right() -> None:
    assert shipped_routes() == ("breath", "frantic", "lean-in", "stirred")
    for name in shipped_looks():
        routes_of(load_look(name))
    (stirred,) = routes_of(load_look("neutral"))
    assert stirred == STIRRED
    assert [route.name for route in routes_of(load_look("pushed"))] == ["stirred", "frantic", "frantic-grain"]
    assert len(routes_of(load_look("adams"))) == 4


def test_the_matrix_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["routes", "pushed"]) == 0
    said = capsys.readouterr().out
    for words in ("body.arousal", "temperature.mired", "-5 mired", "0.8 s in, 4 s out"):
        assert words in said
    assert max(map(len, said.splitlines())) <= 120
    for option, words in (
        ("--sources", "body.beat"),
        ("--targets", "at most 10 mired"),
        ("--shipped", "hands.tempo"),
    ):
        assert main(["routes", option]) == 0
        assert words in capsys.readouterr().out
    assert main(["routes", "neutral", "--json"]) == 0
    assert '"amount": -5.0' in capsys.readouterr().out
    assert main(["routes", "silver"]) == 0
    assert "no routes" in capsys.readouterr().out
