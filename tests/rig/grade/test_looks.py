"""Looks in files: the shipped ones are good, and a bad one is told all its mistakes at once, each with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from rig.errors import UserError
from rig.grade.look import Look, get, operations
from rig.grade.looks import load_look, shipped_looks

INVERSE = "LUT_3D_SIZE 2\n" + "".join(f"{1 - r} {1 - g} {1 - b}\n" for b in (0, 1) for g in (0, 1) for r in (0, 1))


def told(text: str, folder: Path) -> list[str]:
    """The lines of the mistakes in a look's file."""
    path = folder / "bad.toml"
    path.write_text(text)
    with pytest.raises(UserError) as error:
        load_look(path)
    return str(error.value).splitlines()


def test_the_shipped_looks_load_and_have_words() -> None:
    assert {"adams", "cool", "neutral", "silver", "warm"} <= set(shipped_looks())
    for name in shipped_looks():
        named = load_look(name)
        assert named.name == name
        assert 20 <= len(named.words) <= 120
        assert (named.look == Look()) == (name == "neutral")


def test_neutral_has_the_route_that_cools_by_half_a_degree() -> None:
    assert load_look("neutral").shipped == ("stirred",)
    assert load_look("neutral").routes == []


def test_a_look_of_ones_own_is_read_by_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('words = "mine"\n[exposure]\nev = 1\n[zones]\nz3 = 0.5\nz10 = -0.5\n')
    named = load_look(path)
    assert (named.name, named.words, get(named.look, "exposure.ev")) == ("mine", "mine", 1.0)
    assert (get(named.look, "zones.z3"), get(named.look, "zones.z10")) == (0.5, -0.5)
    assert load_look(str(path)) == named


def test_a_lut_is_found_beside_the_looks_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "looks"
    (folder / "luts").mkdir(parents=True)
    (folder / "luts" / "inverse.cube").write_text(INVERSE)
    (folder / "mine.toml").write_text('[lut]\nfile = "luts/inverse.cube"\n')
    monkeypatch.chdir(tmp_path)
    named = load_look("looks/mine.toml")
    assert named.look.lut.file == str(folder / "luts" / "inverse.cube")
    monkeypatch.chdir("/")
    assert len(named.look.fold().finish) == 1


def test_all_mistakes_come_at_once_with_their_lines(tmp_path: Path) -> None:
    assert told('[exposure]\nev = 9\n\n[dodge]\nzones = 3\nstops = "two"\n\n[sepia]\n', tmp_path) == [
        "bad.toml:2: exposure.ev: expected -4 to 4 EV, got 9",
        "bad.toml:5: dodge.zones: expected one of stops, zone, feather, place, got zones, did you mean zone?",
        'bad.toml:6: dodge.stops: expected 0 to 2 stops, got "two"',
        f"bad.toml:8: sepia: expected one of words, routes, {', '.join(operations())}, route, got sepia",
    ]


def test_mistakes_in_strokes_and_places_are_told_where_they_are(tmp_path: Path) -> None:
    text = (
        "[[strokes.kept]]\nstops = 1\nzone = 3\n[[strokes.kept]]\nstops = 3\nplace = {x = 2}\n"
        "[burn]\nplace = {hight = 0.2}\n[dodge]\nplace = 3\n"
    )
    assert told(text, tmp_path) == [
        "bad.toml:4: strokes.kept[1]: expected the key zone (0 to 10 zone), got none",
        "bad.toml:5: strokes.kept[1].stops: expected -3 to 2 stops, got 3",
        "bad.toml:6: strokes.kept[1].place.x: expected 0 to 1 of the width, got 2",
        "bad.toml:8: burn.place.hight: expected one of x, y, height, number, got hight, did you mean height?",
        "bad.toml:10: dodge.place: expected a table or nothing, got 3",
    ]


@pytest.mark.parametrize(
    ("points", "says"),
    [
        ("3", "expected a list of lists of a number, got 3"),
        ("[[0.5]]", "expected pairs [before, after] of 0 to 1, got [0.5]"),
        ("[[0.5, 1.5]]", "expected pairs [before, after] of 0 to 1, got [0.5, 1.5]"),
        (
            "[[0.5, 0.5], [0.4, 0.6]]",
            "expected before to rise and after not to fall, got [0.5, 0.5] and then [0.4, 0.6]",
        ),
    ],
)
def test_points_that_are_no_curve_are_told_with_their_line(points: str, says: str, tmp_path: Path) -> None:
    assert told(f"[curve]\n# through these\npoints = {points}\n", tmp_path) == [f"bad.toml:3: curve.points: {says}"]


def test_a_lut_that_is_missing_or_wrong_is_told_with_the_line_of_the_look(tmp_path: Path) -> None:
    (tmp_path / "film.cube").write_text("LUT_3D_SIZE 2\n0 0\n")
    (missing,) = told('[lut]\nfile = "flim.cube"\n', tmp_path)
    assert missing.startswith("bad.toml:2: lut.file: ")
    assert missing.endswith("flim.cube: expected a file, got nothing there, did you mean film.cube?")
    assert told('[lut]\nstrength = 0.5\nfile = "film.cube"\n', tmp_path) == [
        "bad.toml:3: lut.file: film.cube:1: expected 8 rows of red, green, blue for a size of 2, got 1",
        "bad.toml:3: lut.file: film.cube:2: expected red, green, blue, got 0 0",
    ]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("adam", "got adam, did you mean adams?"),
        ("", "or a path ending in .toml, got nothing"),
        ("missing/look.toml", "expected a file, got nothing there"),
    ],
)
def test_an_unknown_look_is_one_clear_line(asked: str, words: str) -> None:
    with pytest.raises(UserError) as error:
        load_look(asked)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
