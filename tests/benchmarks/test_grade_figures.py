"""The live print's benchmark: its figures' names, what happens where a peer is missing, and that the peers do work."""

from __future__ import annotations

import ast
import json
import math
from pathlib import Path

import figures
import grade_colour
import grade_speed
import numpy as np
import pytest
import speed_peers

from drivers.readings import Bytes8
from rig.grade.dither import dither
from rig.grade.look import look_from_dict
from rig.grade.mask import Mask
from rig.grade.picture import STILL, Picture
from rig.grade.recipe import Recipe
from rig.grade.reference import print_picture

FOLDER = Path(figures.__file__).parent
NAMES = """
numba_rgb_720p_over_lut numba_yuv_720p_over_lut numba_yuv_720p_over_ffmpeg_lut3d numba_rgb_720p_over_ocio_lut3d
opencv_yuv_720p_over_memcpy scale_1080p_over_720p halo_percent reversals_ppm detail_error_percent flicker_p99_mev
pumping_mev rgb_ciede2000_p99 rgb_ciede2000_max yuv_ciede2000_p99_over_floor skin_hue_degrees false_contour_codes
"""
SUBJECTS = ["numba_rgb", "numba_yuv", "opencv_yuv", "lut", "ffmpeg", "ocio", "memcpy_yuv"]


@pytest.fixture
def picture() -> Bytes8:
    y, x = np.mgrid[0:96, 0:128]
    rgb = np.stack([2 * x, 255 - x - y, 60 + y], axis=-1) * (0.35 + 0.65 * ((x // 32 + y // 24) % 2))[..., None]
    return np.clip(rgb, 0, 255).astype(np.uint8)


def test_every_figure_has_the_name_it_is_asked_for_by() -> None:
    said = {
        node.value
        for script in FOLDER.glob("grade_*.py")
        for node in ast.walk(ast.parse(script.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(NAMES.split()) - said == set()


def test_the_bars_of_speed_are_ratios_of_one_run() -> None:
    ms = {f"{name}_{size}": 2.0 if size == "720p" else 4.5 for name in SUBJECTS for size in ("720p", "1080p")}
    found = {each.figure: each for each in grade_speed.bars({**ms, "opencv_yuv_720p": 3.0, "opencv_yuv_1080p": 6.0})}
    assert found["numba_yuv_720p_over_lut"].value == 1.0
    assert found["opencv_yuv_720p_over_memcpy"].value == 1.5
    assert found["scale_1080p_over_720p"].value == 2.25  # the worst engine's
    assert all(each.holds == (each.bar is None or each.value <= each.bar) for each in found.values())


def test_what_is_not_installed_is_missing_with_the_remedy_and_keeps_no_bar(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ms = {f"{name}_{size}": 2.0 for name in SUBJECTS[2:] if name != "ocio" for size in ("720p", "1080p")}
    with_numba = {f"{name}_{size}": 2.0 for name in SUBJECTS if name != "ocio" for size in ("720p", "1080p")}
    gone = [each for each in grade_speed.bars(ms) if each.missing]
    assert [each.figure for each in gone if "numba" in each.figure or "scale" in each.figure] == [
        each.figure for each in gone
    ]
    assert len(gone) == 5
    (no_ocio,) = [each for each in grade_speed.bars(with_numba) if each.missing]
    assert "opencolorio" in no_ocio.missing
    monkeypatch.setattr("sys.argv", ["grade", "--json", str(tmp_path / "figures.json")])
    assert figures.main("about", lambda _quick: gone) == 1
    assert "pip install 'darkroom-rig[fast]'" in capsys.readouterr().out
    row = json.loads((tmp_path / "figures.json").read_text())[0]
    assert (row["value"], row["holds"]) == (None, False)
    assert math.isnan(gone[0].value)


def test_the_plain_numpy_peer_makes_the_same_print(picture: Bytes8) -> None:
    recipe = look_from_dict(grade_speed.FULL).fold()
    of = Picture(picture / 255.0, STILL)
    lines = Mask().update(of.small_zones(), 0, recipe.zones)
    out = np.empty_like(picture)
    speed_peers.naive([picture], [out], recipe, lines)(0)
    truth = 255.0 * np.clip(print_picture(of, recipe, lines), 0, 1)
    assert np.abs(out - truth).max() <= 0.6


def test_the_zones_of_an_rgb_picture_are_those_of_the_reference(picture: Bytes8) -> None:
    pytest.importorskip("numba")
    ours, right = grade_speed.numba_engine().small_zones(picture), Picture(picture / 255.0, STILL).small_zones()
    assert np.abs(ours - right).max() < 0.1


@pytest.mark.parametrize("peer", ["ffmpeg", "ocio"])
def test_the_peers_look_the_cube_up(peer: str, picture: Bytes8, tmp_path: Path) -> None:
    speed_peers.write_cube(tmp_path / "x.cube")
    if peer == "ffmpeg":
        frame = speed_peers.ffmpeg_lut3d([picture], tmp_path / "x.cube")(0)
        out = frame.to_ndarray()  # type: ignore[attr-defined]
    else:
        pytest.importorskip("PyOpenColorIO")
        out = np.empty_like(picture)
        speed_peers.opencolorio([picture], [out], tmp_path / "x.cube", cdl=False)(0)
    bent = (picture / 255.0) ** (0.9, 1.0, 1.1)
    wanted = 255.0 * (0.9 * bent + 0.1 * bent[..., [1, 2, 0]])
    assert np.abs(out - wanted).max() <= 2.0


def test_what_is_left_of_the_rounding_is_small_with_dither_and_half_a_code_without() -> None:
    truth = np.broadcast_to(np.repeat(np.arange(64) * 0.37 + 60.0, 16), (192, 1024))
    dithered = np.rint(truth + dither(*truth.shape, 0))
    assert grade_colour.left_of_rounding(dithered, truth) < 0.1
    assert 0.45 < grade_colour.left_of_rounding(np.rint(truth), truth) <= 0.5


def test_skin_turns_where_each_channel_goes_through_a_curve_and_not_in_the_reference() -> None:
    patches = grade_colour.skins((35, 65), grade_colour.COLOR_CHECKER)

    def reference(rgb: Bytes8, recipe: Recipe) -> np.ndarray:
        return print_picture(Picture(rgb / 255.0, STILL), recipe, ())

    def channels(rgb: Bytes8, recipe: Recipe) -> np.ndarray:
        lit = np.clip((rgb / 255.0 + 0.055) * 2 ** (recipe.ev / 2.4) - 0.055, 0, 1)
        return lit * lit * (3 - 2 * lit)

    assert grade_colour.skin(patches, reference) <= 0.5
    assert grade_colour.skin(patches, channels) > 2.0


def test_a_figure_of_each_measure_is_told_for_every_engine() -> None:
    worst = {"opencv_yuv_p99": 0.8, "opencv_yuv_over_floor": -0.1}
    told = grade_colour.figures(["opencv"], worst, {"reference": 0.3, "reference_palest": 1.4}, {"opencv_yuv": 0.2})
    found = {each.figure: each for each in told}
    assert found["skin_hue_degrees"].value == 0.3
    assert found["rgb_ciede2000_p99"].missing
    assert not found["rgb_ciede2000_p99"].holds
    assert found["yuv_ciede2000_p99_over_floor"].holds
    assert found["opencv_yuv_false_contour_codes"].value == 0.2
