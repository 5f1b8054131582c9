"""Every bent pixel can be explained: the look of any moment is made again from the causes that the take recorded."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from shooting import shoot

from drivers.sim.scenario import HeartChange
from rig.cli.main import main
from rig.errors import UserError
from rig.explain import SAME, explain
from rig.session.entries import LookChange
from rig.session.reader import Take
from rig.session.timeline import TimelineWriter, read_timeline

SCRIPT = """
0.5 dodge +6
2.0 burn +9 at 40/s
3.0 dodge tap
4.0 burn -2
20 dodge hold 0.9 +12
21.5 dodge +5
"""


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory) -> Take:
    """Calm for half a minute, then the heart rises: hands, light and a route are all at work."""
    look = tmp_path_factory.mktemp("look") / "own.toml"
    look.write_text('routes = ["stirred"]\n[auto]\nstrength = 0.5\n[exposure]\nev = 0.25\n[strokes]\n')
    folder = tmp_path_factory.mktemp("explained")
    heart = [HeartChange(0, 62), HeartChange(40, 98)]
    return shoot(folder, 60.0, SCRIPT, heart=heart, look=str(look), keep_prints=False).takes[0]


@pytest.mark.parametrize("at_s", [0.0, 0.7, 3.5, 22.4, 47.0])
def test_a_moment_is_made_again_from_its_causes(take: Take, at_s: float) -> None:
    why = explain(take, at_s)
    assert why.difference <= SAME
    assert abs(why.at_s - at_s) < 0.04
    for parted in why.parted:
        parts = parted.look + parted.hands + parted.light + parted.routes
        assert parts == pytest.approx(parted.printed, abs=SAME)


def test_each_knob_route_and_the_light_are_named(take: Take) -> None:
    why = explain(take, 55.0)
    parted = {each.target: each for each in why.parted}
    assert parted["dodge.stops"].hands == pytest.approx(0.5)
    assert parted["burn.stops"].hands == pytest.approx(7 / 12)
    assert parted["exposure.ev"].look == 0.25
    assert parted["exposure.ev"].hands == pytest.approx(5 / 12), "turned on the whole picture"
    assert parted["exposure.ev"].light != 0.0
    assert -5.0 <= parted["temperature.mired"].routes < -1.0
    (stirred,) = why.traces
    assert (stirred.name, stirred.source) == ("stirred", "body.arousal")
    assert stirred.signal is not None
    assert stirred.signal > 0.3
    done = {(each.kind, each.knob): each for each in why.handled}
    assert done["detents", "burn"].detents == 7
    assert done["tap", "dodge"].at_s == pytest.approx(3.1, abs=0.2)
    assert done["walk", "dodge"].zone is None


def test_it_is_told_in_words(take: Take, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(take.path), "--at", "55"]) == 0
    said = capsys.readouterr().out
    for words in ("dodge.stops", "stirred", "body.arousal", "mired", "the look is the recorded one"):
        assert words in said
    assert max(map(len, said.splitlines())) <= 120
    assert main(["explain", str(take.path), "--at", "55", "--json"]) == 0
    assert main(["explain", str(take.path), "--at", "600"]) == 2
    assert "--at: expected 0 to 59.9" in capsys.readouterr().err


def test_a_look_that_its_causes_do_not_explain_is_told(
    take: Take, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = tmp_path / take.start.take_id
    shutil.copytree(take.path, forged)
    (forged / "timeline.mcap").unlink()
    writer = TimelineWriter(forged / "timeline.mcap")
    for entry in read_timeline(take.timeline):
        if isinstance(entry, LookChange):
            entry = replace(entry, look=entry.look | {"temperature": {"mired": 20.0}})
        writer.add(entry)
    writer.close()
    assert main(["explain", str(forged), "--at", "12.4"]) == 1
    assert "differs from the recorded one by" in capsys.readouterr().out


def test_no_moment_before_the_take(take: Take) -> None:
    with pytest.raises(UserError, match="--at: expected 0 to"):
        explain(take, -1.0)
