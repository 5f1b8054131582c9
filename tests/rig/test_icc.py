"""What a picture's file says beside its pixels."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from rig.icc import is_of_rgb, is_srgb, profile_name, read_tags, with_profile

_SPEC = importlib.util.spec_from_file_location("photographs", Path(__file__).parent / "photographs.py")
photographs = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(photographs)

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
ADOBE = photographs.adobe_profile()


def saved(kind: str, picture: np.ndarray, profile: bytes | None = None) -> bytes:
    into = io.BytesIO()
    Image.fromarray(picture).save(into, kind, icc_profile=profile)
    return into.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_a_profile_is_found_where_another_program_put_it(kind: str) -> None:
    grey = np.full((8, 8, 3), 90, np.uint8)
    assert read_tags(saved(kind, grey, ADOBE)).profile == ADOBE
    assert read_tags(saved(kind, grey)).profile is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("size", [1, 200_000])
def test_another_program_finds_the_profile_that_we_put_there(kind: str, size: int) -> None:
    profile = ADOBE + bytes(range(256)) * (size // 256)
    carried = with_profile(saved(kind, np.full((8, 8, 3), 90, np.uint8)), profile)
    with Image.open(io.BytesIO(carried)) as picture:
        picture.load()
        assert picture.info["icc_profile"] == profile
    assert read_tags(carried).profile == profile


def test_names_of_profiles() -> None:
    assert profile_name(ADOBE) == "Adobe RGB (1998)"
    assert profile_name(photographs.adobe_profile("Display P3", mluc=True)) == "Display P3"
    assert profile_name(b"nonsense") == "unnamed"
    assert is_srgb(SRGB)
    assert is_srgb(photographs.adobe_profile("IEC 61966-2.1 Default RGB"))
    assert not is_srgb(ADOBE)
    assert not is_srgb(photographs.adobe_profile("Linear sRGB"))
    assert not is_srgb(photographs.adobe_profile("sRGB-elle-V2-g10.icc"))


def test_only_a_profile_of_red_green_blue_that_fits_into_a_file_is_carried() -> None:
    assert is_of_rgb(SRGB)
    assert not is_of_rgb(SRGB[:16] + b"GRAY" + SRGB[20:])
    assert not is_of_rgb(SRGB[:16] + b"CMYK" + SRGB[20:])
    assert is_of_rgb(SRGB + bytes(15_000_000))
    assert not is_of_rgb(SRGB + bytes(17_000_000))
    with_profile(saved("JPEG", np.full((8, 8, 3), 90, np.uint8)), SRGB + bytes(15_000_000))


def test_transparency() -> None:
    colours = np.full((8, 8, 4), 90, np.uint8)
    assert read_tags(saved("PNG", colours)).alpha
    assert not read_tags(saved("PNG", colours[..., :3])).alpha
    assert read_tags(saved("PNG", colours[..., :2])).alpha
    into = io.BytesIO()
    tifffile.imwrite(into, colours, photometric="rgb", extrasamples=["unassalpha"])
    assert read_tags(into.getvalue()).alpha


@pytest.mark.parametrize("cut", [3, 9, 20, 40, 200])
def test_what_is_damaged_has_no_tags_and_does_no_harm(cut: int) -> None:
    for kind in ("JPEG", "PNG", "TIFF"):
        data = saved(kind, np.full((8, 8, 3), 90, np.uint8), ADOBE)[:cut]
        assert read_tags(data).alpha in (False, True)
    assert read_tags(b"").profile is None
