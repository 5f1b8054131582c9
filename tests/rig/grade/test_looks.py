"""Looks in files: the shipped ones are good, and a bad one is told all its mistakes at once, each with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from rig.errors import UserError
from rig.grade.look import Look, get
from rig.grade.looks import load_look, shipped_looks


def test_the_shipped_looks_load_and_have_words() -> None:
    assert shipped_looks() == ("adams", "cool", "neutral", "silver", "warm")
    for name in shipped_looks():
        named = load_look(name)
        assert named.name == name
        assert 20 <= len(named.words) <= 120
        assert (named.look == Look()) == (name == "neutral")


def test_neutral_has_the_route_that_cools_by_half_a_degree() -> None:
    (route,) = load_look("neutral").routes
    assert route == {
        "name": "stirred",
        "source": "body.arousal",
        "target": "temperature.mired",
        "amount": -5.0,
        "curve": "smooth",
        "attack_s": 0.8,
        "release_s": 4.0,
    }


def test_a_look_of_ones_own_is_read_by_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('words = "mine"\n[exposure]\nev = 1\n')
    named = load_look(path)
    assert (named.name, named.words, get(named.look, "exposure.ev")) == ("mine", "mine", 1.0)
    assert load_look(str(path)) == named


def test_all_mistakes_come_at_once_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('[exposure]\nev = 9\n\n[dodge]\nzones = 3\nstops = "two"\n\n[sepia]\n')
    with pytest.raises(UserError) as told:
        load_look(path)
    assert str(told.value).splitlines() == [
        "bad.toml:2: exposure.ev: expected -4 to 4 EV, got 9",
        "bad.toml:5: dodge.zones: expected one of stops, zone, feather, got zones, did you mean zone?",
        'bad.toml:6: dodge.stops: expected 0 to 2 stops, got "two"',
        "bad.toml:8: sepia: expected one of words, exposure, temperature, tint, dodge, burn, contrast, saturation, "
        "vignette, route, got sepia",
    ]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("adam", "got adam, did you mean adams?"),
        ("", "expected one of adams, cool, neutral, silver, warm or a path ending in .toml, got nothing"),
        ("missing/look.toml", "expected a file, got nothing there"),
    ],
)
def test_an_unknown_look_is_one_clear_line(asked: str, words: str) -> None:
    with pytest.raises(UserError) as told:
        load_look(asked)
    assert words in str(told.value)
    assert "\n" not in str(told.value)
