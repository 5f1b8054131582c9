"""`rig routes`: the matrix, the lists, and a file that is wrong in its look and in its routes, all of it at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rig.cli.main import main
from rig.modulation.signals import SOURCES

OWN = """\
words = "One of the hand, one of the body."
routes = ["stirred"]

[[route]]
name = "lean"
source = "hands.leaning"
target = "zones.z3"
amount = 0.1
invert = true
gate = 0.5

[[route]]
name = "less"
source = "hands.tempo"
target = "route.stirred"
amount = -0.5
combine = "max"
"""

WRONG = """\
routes = ["stirrred", "frantic"]

[exposure]
ev = "much"

[dogde]
stops = 1

[[route]]
name = "a"
source = "body.arousel"
target = "temperature.mird"
amount = 5

[[route]]
name = "b"
source = "body.skin"
target = "temperature.mired"
amount = "5 mierd"
curve = "smoothly"

[burn]
stops = 9

[[route]]
name = "c"
source = "body.skin"
target = "exposure.ev"
amount = 0.5

[[route]]
name = "d"
source = "hands.grip"
target = "route.e"
amount = 0.5

[[route]]
name = "e"
source = "hands.grip"
target = "route.d"
amount = 0.5

[lut]
file = "film.cub"
"""


def told(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["routes", *words]) == 0
    return capsys.readouterr().out


def test_the_matrix_has_sources_down_and_targets_across(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "own.toml").write_text(OWN)
    said = told([str(tmp_path / "own.toml")], capsys).splitlines()
    assert said[0] == "own"
    assert said[2].split() == ["temperature.mired", "zones.z3", "route.stirred"]
    cells = {line.split()[0]: line.split()[1:] for line in said[3:6]}
    assert cells == {
        "body.arousal": ["-5", "mired", "·", "·"],
        "hands.leaning": ["·", "+0.1", "stops", "·"],
        "hands.tempo": ["·", "·", "-0.5", "of", "stirred"],
    }
    how = {line.split()[0]: line for line in said[7:]}
    assert how["lean"].endswith("linear, 0.5 s in, 2 s out, inverted, only from quality 0.5")
    assert how["less"].endswith("the largest of its target's only")


def test_a_look_without_routes_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bare.toml").write_text("[exposure]\nev = 0.5\n")
    assert told([str(tmp_path / "bare.toml")], capsys) == "bare: no routes: nothing bends the print but the hands\n"


def test_without_a_look_it_is_that_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rig.toml").write_text('[look]\nname = "pushed"\n')
    assert told([], capsys).startswith("pushed\n")


def test_for_a_program_it_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    routes = json.loads(told(["pushed", "--json"], capsys))
    assert [route["name"] for route in routes] == ["stirred", "frantic", "frantic-grain"]
    assert routes[0]["source"] == "body.arousal"
    assert (routes[0]["amount"], routes[0]["unit"], routes[0]["most"]) == (-5.0, "mired", 10.0)


@pytest.mark.parametrize("what", ["--sources", "--targets", "--shipped"])
def test_the_lists_are_the_same_for_people_and_programs(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(told([what, "--json"], capsys))
    lines = told([what], capsys).splitlines()
    assert [line.split()[0] for line in lines] == [row["name"] for row in rows]
    assert all(row["words"] in line for row, line in zip(rows, lines, strict=True))
    names = {row["name"] for row in rows}
    if what == "--sources":
        assert names == set(SOURCES)
    else:
        assert names >= ({"temperature.mired", "zones.z3"} if what == "--targets" else {"stirred", "frantic"})


def test_a_file_wrong_in_its_look_and_in_its_routes_tells_all_of_it_with_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.toml").write_text(WRONG)
    assert main(["routes", str(tmp_path / "mine.toml")]) == 2
    said = capsys.readouterr().err
    lines = [int(line.split("mine.toml:")[1].split(":")[0]) for line in said.splitlines()]
    assert lines == [1, 4, 6, 11, 12, 19, 20, 23, 29, 34, 44]
    for words in (
        'got "stirrred", did you mean "stirred"?',
        "exposure.ev: expected",
        "got dogde, did you mean dodge?",
        'got "body.arousel", did you mean "body.arousal"?',
        "did you mean temperature.mired?",
        'amount: expected mired, got "mierd", did you mean mired?',
        'got "smoothly", did you mean "smooth"?',
        "burn.stops: expected",
        "amount: expected -0.1 to 0.1 EV for exposure.ev, got 0.5 (cap raises that",
        "expected no circle of routes, got d → e → d",
        "lut.file: ",
    ):
        assert words in said, words


def test_a_file_that_is_no_toml_and_one_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.toml").write_text("[[route]\nname = 3")
    assert main(["routes", str(tmp_path / "mine.toml")]) == 2
    assert capsys.readouterr().err.count("expected TOML") == 1
    assert main(["routes", str(tmp_path / "yours.toml")]) == 2
    assert "yours.toml: expected a file, got nothing there" in capsys.readouterr().err
    assert main(["routes", "neutrl"]) == 2
    assert "did you mean neutral?" in capsys.readouterr().err


@pytest.mark.parametrize("routes", ["route = 3", "routes = 3", "route = [3]", "routes = [3]", 'route = "a"'])
def test_routes_that_are_none_are_told_once(routes: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.toml").write_text(routes)
    assert main(["routes", str(tmp_path / "mine.toml")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "mine.toml:1: route" in line


def test_every_command_that_reads_a_look_tells_all_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.toml").write_text(WRONG)
    look = str(tmp_path / "mine.toml")
    (tmp_path / "rig.toml").write_text(f'[look]\nname = "{look}"\n')
    for words in (
        ["config", "--check", str(tmp_path / "rig.toml")],
        ["looks", "--looks", look],
        ["shoot", "--sim", "--look", look, "--no-web", "--takes", str(tmp_path)],
    ):
        assert main(words) == 2
        assert capsys.readouterr().err.count("mine.toml:") == 11, words
