"""Stills: every kind of file, upright, at its own depth; the print is the reference's, whatever the size."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from rig import stills
from rig.errors import UserError
from rig.grade.look import Look, look_from_dict, with_value
from rig.grade.looks import load_look
from rig.grade.mask import Mask
from rig.grade.picture import Picture
from rig.grade.reference import print_picture
from rig.stills import Still, print_still, read_still, settled, stills_in, write_still

_SPEC = importlib.util.spec_from_file_location("photographs", Path(__file__).parent / "photographs.py")
photographs = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(photographs)

EVERYTHING = look_from_dict(
    {
        "exposure": {"ev": 0.3},
        "temperature": {"mired": 12.0},
        "split_filter": {"stops": -0.5, "mired": -20.0, "other_mired": 15.0, "angle": 20.0},
        "dodge": {"stops": 1.0, "place": {"x": 0.4, "y": 0.6, "height": 0.5}},
        "burn": {"stops": 1.5},
        "vignette": {"stops": 0.5},
        "grain": {"stops": 0.1, "size": 2.0},
        "contrast": {"contrast": 0.2},
    }
)


@pytest.fixture
def face() -> np.ndarray:
    return photographs.photograph()


def deep(rgb: np.ndarray) -> np.ndarray:
    """16 bits that 8 do not hold."""
    noise = np.random.default_rng(1).integers(-120, 120, rgb.shape)
    return np.clip(rgb.astype(np.int64) * 257 + noise, 0, 65535).astype(np.uint16)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff", ".TIF"])
@pytest.mark.parametrize("bits", [8, 16])
def test_codes_come_back_as_they_were(face: np.ndarray, tmp_path: Path, suffix: str, bits: int) -> None:
    codes = face if bits == 8 else deep(face)
    path = tmp_path / f"face{suffix}"
    write_still(codes, path)
    still = read_still(path)
    assert still.codes.dtype == codes.dtype
    np.testing.assert_array_equal(still.codes, codes)
    assert still.notes == ()
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_jpeg_is_fine_and_keeps_its_colour_at_full_size(tmp_path: Path) -> None:
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2], stripes[:, 1::2] = (200, 60, 60), (60, 60, 200)
    write_still(stripes, tmp_path / "stripes.jpg")
    read = read_still(tmp_path / "stripes.jpg").codes
    assert np.abs(read.astype(int) - stripes).mean() < 4.0  # half as many colours across would miss by 70
    write_still(deep(stripes), tmp_path / "deep.jpg")
    assert read_still(tmp_path / "deep.jpg").codes.dtype == np.uint8


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpg", "png", "tif"])
def test_upright_as_the_camera_was_held(face: np.ndarray, tmp_path: Path, orientation: int, kind: str) -> None:
    lying = {
        1: face,
        2: face[:, ::-1],
        3: face[::-1, ::-1],
        4: face[::-1],
        5: face.transpose(1, 0, 2),
        6: np.rot90(face, 1),
        7: face[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(face, -1),
    }
    exif = Image.Exif()
    exif[274] = orientation
    path = tmp_path / f"lying.{kind}"
    Image.fromarray(np.ascontiguousarray(lying[orientation])).save(
        path, exif=exif, **{"quality": 95} if kind == "jpg" else {}
    )
    read = read_still(path).codes
    assert read.shape == face.shape
    assert np.abs(read.astype(int) - face).mean() < (3.0 if kind == "jpg" else 1e-9)


def test_grey_pictures_of_any_depth(face: np.ndarray, tmp_path: Path) -> None:
    grey = face[..., 1]
    cv2.imwrite(str(tmp_path / "grey.png"), grey)
    cv2.imwrite(str(tmp_path / "deep.png"), grey.astype(np.uint16) * 257)
    Image.fromarray(grey > 128).save(tmp_path / "ink.tif")
    Image.fromarray(face).quantize(16).save(tmp_path / "palette.png")
    for name, want in (("grey.png", grey), ("deep.png", grey.astype(np.uint16) * 257), ("ink.tif", (grey > 128) * 255)):
        read = read_still(tmp_path / name).codes
        assert read.shape == face.shape
        for channel in range(3):
            np.testing.assert_array_equal(read[..., channel], want)
    assert read_still(tmp_path / "palette.png").codes.shape == face.shape


def test_transparency_is_left_out_and_said(face: np.ndarray, tmp_path: Path) -> None:
    alpha = np.full((*face.shape[:2], 1), 40, np.uint8)
    Image.fromarray(np.concatenate([face, alpha], axis=-1)).save(tmp_path / "cut.png")
    still = read_still(tmp_path / "cut.png")
    np.testing.assert_array_equal(still.codes, face)
    assert still.notes == (f"{tmp_path / 'cut.png'}: its transparency is left out",)


@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_a_profile_that_is_not_srgb_is_said_and_goes_along(face: np.ndarray, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"wide.{kind}"
    Image.fromarray(face).save(path, icc_profile=photographs.adobe_profile())
    still = read_still(path)
    assert still.notes == (f"{path}: its colours are Adobe RGB (1998), not sRGB: they are printed as they are",)
    write_still(still.codes, tmp_path / f"out.{kind}", still.profile)
    assert read_still(tmp_path / f"out.{kind}").profile == photographs.adobe_profile()


def test_what_is_no_picture_is_one_line(face: np.ndarray, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    good = {kind: io.BytesIO() for kind in ("JPEG", "PNG", "TIFF")}
    for kind, into in good.items():
        Image.fromarray(face).save(into, kind)
    bad = {
        "torn.jpg": good["JPEG"].getvalue()[:-300],
        "torn.png": good["PNG"].getvalue()[:-300],
        "torn.tif": good["TIFF"].getvalue()[:9000],
        "empty.jpg": b"",
        "words.png": b"a letter to my mother",
    }
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder.jpg").mkdir()
    into = io.BytesIO()
    tifffile.imwrite(into, face / np.float32(255), photometric="rgb")
    (tmp_path / "floats.tif").write_bytes(into.getvalue())
    for name in [*bad, "folder.jpg", "missing.jpg", "floats.tif", "film.mp4"]:
        with pytest.raises(UserError) as caught:
            read_still(tmp_path / name)
        assert len(str(caught.value).splitlines()) == 1
        assert "expected" in str(caught.value)
        assert name in str(caught.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("bits", [8, 16])
def test_in_parts_is_what_it_is_in_one(face: np.ndarray, monkeypatch: pytest.MonkeyPatch, bits: int) -> None:
    codes = face if bits == 8 else deep(face)
    codes = codes[:117, :151]
    whole = print_still(Still("face", codes), EVERYTHING)
    monkeypatch.setattr(stills, "_PART_PIXELS", 3000)
    parts = print_still(Still("face", codes), EVERYTHING)
    np.testing.assert_array_equal(parts, whole)
    recipe = EVERYTHING.fold()
    picture = Picture(codes / float(np.iinfo(codes.dtype).max))
    lines = Mask().update(picture.small_zones(), 0, recipe.zones)
    exact = np.clip(print_picture(picture, recipe, lines), 0.0, 1.0) * np.iinfo(codes.dtype).max
    assert np.abs(parts - exact).max() <= (1.0 if bits == 8 else 0.51)
    assert parts.dtype == codes.dtype
    assert np.abs(parts.astype(float) - codes).mean() > 5.0


@pytest.mark.parametrize("size", [(1, 1), (7, 9), (8, 8), (1, 300), (333, 2)])
def test_every_size(size: tuple[int, int]) -> None:
    codes = np.random.default_rng(2).integers(0, 255, (*size, 3)).astype(np.uint8)
    assert print_still(Still("small", codes), EVERYTHING).shape == codes.shape
    assert settled(load_look("auto").look, Still("small", codes).picture()).auto.strength > 0.0


def test_at_neutral_the_print_is_the_picture(face: np.ndarray) -> None:
    still = Still("face", deep(face))
    assert print_still(still, Look()) is still.codes


def test_automatic_light_comes_to_rest_on_a_picture(face: np.ndarray) -> None:
    look = load_look("auto").look
    dark = Still("dark", face // 5)
    made = print_still(dark, look)
    assert made.mean() > 1.2 * dark.codes.mean()
    np.testing.assert_array_equal(
        made, print_still(dark, with_value(settled(look, dark.picture()), "auto.strength", 0))
    )


def test_a_dng_is_developed_whole_at_16_bits(face: np.ndarray, tmp_path: Path) -> None:
    pytest.importorskip("rawpy")
    photographs.write_dng(tmp_path / "raw.dng", face)
    still = read_still(tmp_path / "raw.dng")
    assert still.codes.shape == face.shape
    assert still.codes.dtype == np.uint16
    assert len(np.unique(still.codes)) > 4 * 256
    assert abs(still.codes.mean() / 257 - face.mean()) < 1.0, "as bright as it was, encoded as sRGB"
    assert np.abs(cv2.blur(still.codes / 257, (5, 5)) - cv2.blur(face.astype(float), (5, 5))).mean() < 3.0
    photographs.write_dng(tmp_path / "lying.dng", np.ascontiguousarray(np.rot90(face)), orientation=6)
    lying = read_still(tmp_path / "lying.dng").codes
    assert lying.shape == face.shape
    assert np.abs(cv2.blur(lying / 257, (5, 5)) - cv2.blur(face.astype(float), (5, 5))).mean() < 3.0
    (tmp_path / "torn.dng").write_bytes((tmp_path / "raw.dng").read_bytes()[:5000])
    with pytest.raises(UserError, match=r"torn\.dng: expected a whole DNG"):
        read_still(tmp_path / "torn.dng")


def test_without_rawpy_a_dng_is_one_line_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rawpy", None)
    (tmp_path / "raw.dng").write_bytes(b"II*\0")
    with pytest.raises(UserError, match=r"pip install 'darkroom-rig\[desk\]'"):
        read_still(tmp_path / "raw.dng")


def test_what_cannot_be_written_leaves_nothing(face: np.ndarray, tmp_path: Path) -> None:
    (tmp_path / "there.png").mkdir()
    for out in (
        tmp_path / "there.png",
        tmp_path / "no" / "out.png",
        tmp_path / "out.webp",
        tmp_path / ("x" * 300 + ".png"),
    ):
        with pytest.raises(UserError):
            write_still(face, out)
    with pytest.raises(UserError, match="fits into"):
        write_still(np.zeros((1, 70_000, 3), np.uint8), tmp_path / "wide.jpg")
    assert [each.name for each in tmp_path.iterdir()] == ["there.png"]


def test_a_folders_pictures(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.png", ".hidden.png", "notes.txt", "c.dng"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "d.png").mkdir()
    assert [path.name for path in stills_in(tmp_path)] == ["a.png", "b.JPG", "c.dng"]
