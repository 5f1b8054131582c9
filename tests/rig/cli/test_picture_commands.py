"""`rig print` of photographs, `rig looks`, `rig strip`: as a person meets them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pytest
from shooting import shoot

from rig.build import simulated
from rig.cli.main import main
from rig.config import Config, GradeSettings
from rig.grade.looks import load_look, shipped_looks

_SPEC = importlib.util.spec_from_file_location("photographs", Path(__file__).parents[1] / "photographs.py")
photographs = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(photographs)


@pytest.fixture
def face(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """A photograph, as face.png in the folder where the commands run."""
    monkeypatch.chdir(tmp_path)
    picture = photographs.photograph()
    cv2.imwrite("face.png", picture[..., ::-1])
    return picture


@pytest.fixture
def rig(capfd: pytest.CaptureFixture[str]):
    def run(*words: str) -> tuple[int, str, str]:
        status = main(list(words))
        out, err = capfd.readouterr()
        return status, out, err

    return run


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one take, in which the hands dodged a stop in the second second."""
    folder = tmp_path_factory.mktemp("desk")
    config = simulated(Config(grade=GradeSettings(engine="opencv")))
    shoot(folder, 2.0, "1 dodge +12\n", size=(160, 90), config=config, keep_prints=False)
    return folder / "takes"


def read(path: str) -> np.ndarray:
    return cv2.imread(path, cv2.IMREAD_UNCHANGED)[..., ::-1]


def test_a_photograph_through_a_look(face: np.ndarray, rig) -> None:
    status, out, err = rig("print", "face.png", "--look", "warm", "--set", "dodge.stops=1", "--out", "warm.png")
    assert (status, out, err) == (0, "warm.png: 160 x 120, 8 bits\n", "")
    made = read("warm.png").astype(float)
    assert (made[..., 0] - made[..., 2]).mean() > (face[..., 0] - face[..., 2].astype(float)).mean() + 2
    status, *_ = rig("print", "face.png", "--look", "warm", "--out", "less.png")
    assert made.mean() > read("less.png").mean() + 1
    status, *_ = rig("print", "face.png", "--out", "bare.png")
    np.testing.assert_array_equal(read("bare.png"), face)


def test_sixteen_bits_stay_sixteen(face: np.ndarray, rig) -> None:
    cv2.imwrite("deep.tif", face[..., ::-1].astype(np.uint16) * 257 + 3)
    assert (
        rig("print", "deep.tif", "--set", "exposure.ev=0.5", "--out", "out.tif")[1] == "out.tif: 160 x 120, 16 bits\n"
    )
    assert read("out.tif").dtype == np.uint16
    assert rig("print", "deep.tif", "--out", "out.jpg")[1] == "out.jpg: 160 x 120, 8 bits\n"


def test_a_folder_goes_on_past_what_is_broken_and_names_it_at_the_end(face: np.ndarray, rig) -> None:
    Path("roll").mkdir()
    for name in ("a.png", "b.JPG", "c.tif", "c.png"):
        cv2.imwrite(f"roll/{name}", face[..., ::-1])
    Path("roll/torn.png").write_bytes(Path("roll/a.png").read_bytes()[:900])
    Path("roll/notes.txt").write_text("no picture")
    status, out, err = rig("print", "roll", "--look", "silver", "--out", "prints")
    assert status == 2
    assert sorted(path.name for path in Path("prints").iterdir()) == ["a.png", "b.JPG", "c.png", "c.tif"]
    assert len(out.splitlines()) == 4
    lines = err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("rig: roll/torn.png: expected a whole JPEG, PNG or TIFF")
    assert lines[1] == "rig: 1 of 5 pictures not printed: torn.png"
    Path("roll/torn.png").unlink()
    assert rig("print", "roll", "--out", "prints")[0] == 0


def test_a_dng_beside_its_tiff_overwrites_nothing(face: np.ndarray, rig) -> None:
    pytest.importorskip("rawpy")
    Path("roll").mkdir()
    cv2.imwrite("roll/one.tif", face[..., ::-1])
    photographs.write_dng(Path("roll/one.dng"), face)
    photographs.write_dng(Path("roll/two.dng"), face)
    assert rig("print", "roll", "--out", "prints")[0] == 0
    assert sorted(path.name for path in Path("prints").iterdir()) == ["one.dng.tif", "one.tif", "two.tif"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--set", "dodge.stops=9"), "--set dodge.stops: expected 0 to 2 stops, got 9 (like --set dodge.stops=1)"),
        (("--set", "dodge.stops"), "--set dodge.stops: expected 0 to 2 stops, got nothing (like --set dodge.stops=1)"),
        (
            ("--set", "dodge.stops=much"),
            "--set dodge.stops: expected 0 to 2 stops, got much (like --set dodge.stops=1)",
        ),
        (("--set", "doge.stops=1"), "--set doge.stops=1: did you mean dodge.stops? expected a parameter of auto, "),
        (
            ("--set", "dodge.stop=1"),
            "did you mean dodge.stops? expected one of dodge.stops, dodge.zone, dodge.feather, ",
        ),
        (("--set", "zones.z5=9"), "--set zones.z5: expected -2 to 2 stops, got 9 (like --set zones.z5=1)"),
        (("--look", "wram"), "did you mean warm?"),
        (("--engine", "opencv"), "--engine: expected reference for pictures, got opencv: it prints at full quality"),
        (("--reanalyse",), "--reanalyse: expected a take, got pictures: there are no readings to decide from"),
        (
            ("--out", "out.webp"),
            "print out.webp: expected a name that ends in .jpg, .jpeg, .png, .tif, .tiff, got out.webp",
        ),
        (("--out", "no/out.png"), "print no/out.png: expected a folder that is there, got"),
    ],
)
def test_one_line_for_what_is_wrong(face: np.ndarray, rig, words: tuple[str, ...], line: str) -> None:
    status, out, err = rig("print", "face.png", "--out", "out.png", *words)
    assert (status, out) == (2, "")
    assert line in err
    assert len(err.splitlines()) == 1
    assert not Path("out.png").exists()


def test_all_of_the_values_that_are_wrong_are_told_at_once(face: np.ndarray, rig) -> None:
    _, _, err = rig("print", "face.png", "--out", "out.png", "--set", "dodge.stops=9", "--set", "tint.tint=-7")
    assert len(err.splitlines()) == 2


def test_a_picture_that_is_not_there_is_no_take(face: np.ndarray, rig) -> None:
    status, _, err = rig("print", "fase.png", "--out", "out.png")
    assert (status, err) == (2, "rig: fase.png: expected a picture, got: No such file or directory\n")
    status, _, err = rig("print", "../nothing", "--out", "out.jpg")
    assert (status, err) == (
        2,
        "rig: print ../nothing: expected a take, a picture or a folder of pictures, got nothing there\n",
    )
    Path("roll").mkdir()
    assert "expected a folder with pictures (.jpg" in rig("print", "roll", "--out", "prints")[2]
    cv2.imwrite("roll/a.png", face)
    assert "another folder than that of the pictures" in rig("print", "roll", "--out", "roll")[2]


@pytest.mark.parametrize(
    "words",
    [("print", "face.png"), ("strip", "face.png"), ("looks", "face.png"), ("print", "link.png"), ("print", "hard.png")],
)
def test_no_command_writes_over_the_picture_it_reads(face: np.ndarray, rig, words: tuple[str, str]) -> None:
    Path("link.png").symlink_to("face.png")
    Path("hard.png").hardlink_to("face.png")
    before = Path("face.png").read_bytes()
    status, out, err = rig(*words, "--out", "./face.png")
    assert (status, out) == (2, "")
    assert (
        err
        == f"rig: {words[0]} face.png: expected another file than {words[1]}, got the same: it would be overwritten\n"
    )
    assert Path("face.png").read_bytes() == before
    assert rig("print", "face.png", "--out", "link.png")[0] == 2
    assert Path("link.png").is_symlink()


def test_a_folder_of_prints_that_are_links_to_the_pictures(face: np.ndarray, rig) -> None:
    for name in ("roll", "prints"):
        Path(name).mkdir()
    cv2.imwrite("roll/a.png", face)
    cv2.imwrite("roll/b.png", face)
    Path("prints/b.png").symlink_to(Path("roll/a.png").resolve())
    status, out, err = rig("print", "roll", "--out", "prints")
    assert (status, out) == (2, "")
    assert err.startswith("rig: print prints/b.png: expected another file than roll/a.png, got the same")
    assert not Path("prints/a.png").exists()


def test_a_cube_says_what_of_the_look_it_cannot_hold(rig, tmp_path: Path) -> None:
    own, cube = tmp_path / "own.toml", tmp_path / "own.cube"
    own.write_text(
        "[auto]\nstrength = 0.5\n[exposure]\nev = 0.5\n"
        '[[route]]\nname = "stirred"\nsource = "body.arousal"\ntarget = "temperature.mired"\namount = -5.0\n'
    )
    status, _, err = rig("looks", "--looks", str(own), "--cube", str(cube))
    assert (status, err) == (0, f"rig: {cube}: left out, as it moves from frame to frame: auto, route stirred\n")
    assert "# left out, as it moves from frame to frame: auto, route stirred\n" in cube.read_text()
    own.write_text('[lut]\nfile = "own.cube"\n')
    status, _, err = rig("looks", "--looks", str(own), "--cube", str(cube))
    assert status == 2
    assert "expected another file than" in err


def test_a_take_with_a_value_set_is_lighter(takes: Path, rig, tmp_path: Path) -> None:
    for name, more in (("plain.mp4", ()), ("light.mp4", ("--set", "exposure.ev=1"))):
        out = tmp_path / name
        words = ("print", "last", "--takes", str(takes), "--engine", "opencv", "--out", str(out), *more)
        assert rig(*words)[0] == 0
    plain, light = (cv2.VideoCapture(str(tmp_path / name)).read()[1].mean() for name in ("plain.mp4", "light.mp4"))
    assert light > 1.3 * plain


def test_looks_are_listed_with_their_words_and_what_they_set(rig) -> None:
    status, out, _ = rig("looks")
    assert status == 0
    for name in shipped_looks():
        assert f"{name}\n  {load_look(name).words}\n" in out
    assert "    temperature: -18 mired\n" in out
    assert "    route stirred: body.arousal bends temperature.mired by -5 mired\n" in out


def test_a_contact_sheet_of_a_picture_and_of_a_take(face: np.ndarray, takes: Path, rig) -> None:
    Path("own.toml").write_text('words = "My own."\n[exposure]\nev = 0.5\n')
    status, out, err = rig("looks", "face.png", "--looks", "warm,own.toml", "--out", "sheet.png")
    assert (status, out, err) == (0, "sheet.png: 2 looks\n", "")
    status, out, _ = rig("looks", "last", "--takes", str(takes), "--out", "take.png", "--at", "1.5")
    assert (status, out) == (0, f"take.png: {len(shipped_looks())} looks\n")
    assert read("take.png").shape[0] > read("sheet.png").shape[0]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("looks", "face.png"), "looks: expected --out F.png beside a picture, got none"),
        (("looks", "--out", "x.png"), "--out: expected a picture or a take before it"),
        (("looks", "face.png", "--out", "x.jpg"), "looks x.jpg: expected a name that ends in .png, got x.jpg"),
        (("looks", "face.png", "--looks", "colld", "--out", "x.png"), "did you mean cool?"),
        (("looks", "--cube", "x.cube"), "--cube: expected one look and no picture (--looks warm), got"),
        (("looks", "face.png", "--at", "2", "--out", "x.png"), "a picture has no seconds"),
        (
            ("strip", "face.png", "--of", "doge.stops", "--out", "x.png"),
            "--of: did you mean dodge.stops? expected a parameter of auto, place, ",
        ),
        (("strip", "face.png", "--step", "7", "--out", "x.png"), "--step: expected 0.0002 to 2 stops, got 7"),
        (("strip", "face.png", "--out", "x.jpg"), "strip x.jpg: expected a name that ends in .png"),
    ],
)
def test_looks_and_strip_say_what_is_wrong_in_one_line(
    face: np.ndarray, rig, words: tuple[str, ...], line: str
) -> None:
    status, _, err = rig(*words)
    assert status == 2
    assert line in err
    assert len(err.splitlines()) == 1


def test_a_moment_that_the_take_does_not_have(takes: Path, rig, tmp_path: Path) -> None:
    _, _, err = rig("strip", "last", "--takes", str(takes), "--at", "99", "--out", str(tmp_path / "x.png"))
    assert err.startswith("rig: --at: expected 0 to 2.0 s into take")


def test_a_strip_of_a_picture_and_of_a_takes_own_look(face: np.ndarray, takes: Path, rig) -> None:
    status, out, _ = rig("strip", "face.png", "--of", "exposure.ev", "--out", "strip.png")
    assert (status, out) == (0, "strip.png: exposure.ev −0.75 to +0.75 EV\n")
    strip = read("strip.png")[48:400, 48:648].astype(float)
    assert strip[100:200, 560:600].mean() > 0
    _, out, _ = rig("strip", "last", "--takes", str(takes), "--at", "1.9", "--out", "take.png")
    assert out == "take.png: dodge.stops +0.25 to +1.75 stops\n", "round the stop that the hands had dodged"
    _, out, _ = rig("strip", "last", "--takes", str(takes), "--at", "0.1", "--look", "neutral", "--out", "take.png")
    assert out == "take.png: dodge.stops 0 to +1.5 stops\n"


def test_automatic_light_is_in_each_band_of_a_strip(face: np.ndarray, rig) -> None:
    cv2.imwrite("dark.png", (face // 4)[..., ::-1])
    assert rig("strip", "dark.png", "--of", "exposure.ev", "--out", "plain.png")[0] == 0
    assert rig("strip", "dark.png", "--of", "exposure.ev", "--set", "auto.strength=1", "--out", "lit.png")[0] == 0
    assert read("lit.png").mean() > read("plain.png").mean() + 2
    assert rig("strip", "dark.png", "--of", "auto.strength", "--out", "auto.png")[0] == 0
    assert rig("strip", "dark.png", "--of", "grain.size", "--out", "plain.png")[0] == 0
    apart = read("auto.png")[60:160].mean(axis=(0, 2)) - read("plain.png")[60:160].mean(axis=(0, 2))
    assert apart[-120:-60].mean() > 2, "its last band has all of the automatic light"


@pytest.mark.parametrize("words", [("--set", "auto.strength=1"), ("--of", "auto.key")])
def test_of_a_take_it_cannot_be_asked_afterwards(takes: Path, tmp_path: Path, rig, words: tuple[str, str]) -> None:
    status, _, err = rig("strip", "last", "--takes", str(takes), *words, "--out", str(tmp_path / "x.png"))
    assert (status, "put [auto] into a look of your own" in err) == (2, True)


def test_prints_of_a_folder_with_names_alike_are_all_there(face: np.ndarray, rig) -> None:
    from rig.cli.print_stills import _names

    names = _names([Path("a.tif"), Path("a.dng.tif"), Path("a.dng"), Path("A.DNG")])
    assert len({name.lower() for name in names.values()}) == 4


def test_a_step_that_nobody_could_see_is_refused_in_words(face: np.ndarray, rig) -> None:
    status, _, err = rig("strip", "face.png", "--of", "grain.size", "--step", "1e-320", "--out", "x.png")
    assert (status, err.startswith("rig: --step: expected ")) == (2, True)


def test_a_lut_with_a_zero_byte_in_its_name_is_refused_in_words(face: np.ndarray, rig) -> None:
    Path("mine.toml").write_text('[lut]\nfile = "a\\u0000b.cube"\n')
    status, _, err = rig("print", "face.png", "--look", "mine.toml", "--out", "x.png")
    assert (status, "got one with a byte 0x00 in it" in err) == (2, True)
