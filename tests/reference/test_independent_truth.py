"""The definition of a print against truth that is not ours: physics, the CIE's colours, and OpenColorIO."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data
from skimage.color import deltaE_ciede2000, rgb2lab

from drivers.readings import Colour
from rig.grade.cube import read_cube, write_cube
from rig.grade.look import look_from_dict
from rig.grade.picture import Picture
from rig.grade.reference import print_picture
from rig.grade.temperature import daylight_gains
from rig.grade.tone import KNEE

COLOURS = [Colour(matrix, "full", transfer) for matrix in ("bt601", "bt709") for transfer in ("srgb", "bt709")]
RGB = np.random.default_rng(7).uniform(-0.1, 1.15, (40, 50, 3))


def light(value: NDArray[np.float64], transfer: str) -> NDArray[np.float64]:
    """Linear light of an encoded value, as IEC 61966-2-1 and ITU-R BT.709-6 (inverted) write it."""
    if transfer == "srgb":
        return np.where(value <= 0.04045, value / 12.92, ((np.maximum(value, 0) + 0.055) / 1.055) ** 2.4)
    return np.where(value < 0.081, value / 4.5, ((np.maximum(value, 0) + 0.099) / 1.099) ** (1 / 0.45))


def printed(rgb: NDArray[np.float64], colour: Colour = COLOURS[2], **tables: dict[str, Any]) -> NDArray[np.float64]:
    return print_picture(Picture(rgb, colour), look_from_dict(tables).fold(), ())


@pytest.mark.parametrize("colour", COLOURS, ids=str)
@pytest.mark.parametrize("ev", [1.0, 2.0, 0.25, -1.0, -2.0])
def test_a_stop_of_exposure_doubles_linear_light_of_greys(colour: Colour, ev: float) -> None:
    """From black on, through the toe, up to the knee of the shoulder."""
    grey = np.linspace(0.0, 1.0, 2001)
    after = printed(np.repeat(grey[None, :, None], 3, axis=2), colour, exposure={"ev": ev})[0]
    below = after[:, 0] < KNEE if ev > 0 else grey >= 0
    assert below.sum() > 500
    wanted = light(grey, colour.transfer)[:, None] * 2.0**ev
    # where BT.709's own two parts meet they are 1e-4 apart, by the standard's rounding of its constants
    near = (colour.transfer == "bt709") & (np.minimum(np.abs(after[:, 0] - 0.081), np.abs(grey - 0.081)) < 0.001)
    assert np.abs(light(after, colour.transfer) - wanted)[below & ~near].max() < 1e-6


@pytest.mark.parametrize("colour", COLOURS, ids=str)
def test_a_stop_of_exposure_doubles_linear_light_of_every_channel_of_a_colour(colour: Colour) -> None:
    """Of colours without a channel in the toe, up to the knee."""
    rgb = np.random.default_rng(2).uniform(0.12, 0.55, (1, 3000, 3))
    after = printed(rgb, colour, exposure={"ev": 1.0})
    below = np.all(after < KNEE, axis=-1)
    assert below.sum() > 1000
    assert np.abs(light(after, colour.transfer) - 2.0 * light(rgb, colour.transfer))[below].max() < 1e-6


def processed(transform: Any, rgb: NDArray[np.float64]) -> NDArray[np.float32]:
    """Through OpenColorIO's own processor, in float32."""
    ocio = pytest.importorskip("PyOpenColorIO", reason="needs OpenColorIO (PyPI opencolorio has no wheel here)")
    processor = ocio.Config.CreateRaw().getProcessor(transform)
    pixels = np.ascontiguousarray(rgb, np.float32)
    processor.getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS).applyRGB(pixels)
    return pixels


@pytest.mark.parametrize(
    ("slope", "offset", "power", "saturation"),
    [
        ((1.2, 1.0, 0.8), (0.05, 0.0, -0.1), (1.1, 0.9, 1.0), 0.8),
        ((0.5, 2.0, 1.0), (0.2, -0.3, 0.0), (2.2, 0.45, 0.1), 1.7),
        ((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 0.0),
        ((4.0, 0.0, 1.0), (-1.0, 1.0, 0.01), (4.0, 1.0, 1.5), 4.0),
    ],
)
def test_the_cdl_is_opencolorios(slope: Any, offset: Any, power: Any, saturation: float) -> None:
    ocio = pytest.importorskip("PyOpenColorIO", reason="needs OpenColorIO (PyPI opencolorio has no wheel here)")
    transform = ocio.CDLTransform(slope=slope, offset=offset, power=power, sat=saturation)
    transform.setStyle(ocio.CDL_ASC)  # ASC CDL 1.2, which clamps
    tables = {f"{name}_{c}": v for name, of in (("slope", slope), ("offset", offset), ("power", power))
              for c, v in zip("rgb", of, strict=True)}  # fmt: skip
    ours = printed(RGB, cdl={**tables, "saturation": saturation})
    assert np.abs(ours - processed(transform, RGB)).max() < 1e-4


def table(rows: int) -> str:
    values = np.random.default_rng(rows).uniform(-0.2, 1.2, (rows, 3))
    return "".join("{:.6f} {:.6f} {:.6f}\n".format(*row) for row in values)


@pytest.mark.parametrize(
    "text",
    [
        f"LUT_3D_SIZE 5\n{table(125)}",
        f'TITLE "a film"\n# scanned\nLUT_3D_SIZE 4\nDOMAIN_MIN -0.1 0 0.1\nDOMAIN_MAX 1.1 1 0.9\n{table(64)}',
        f"LUT_3D_SIZE 2\nLUT_3D_INPUT_RANGE 0.0 0.8\n{table(8)}",
        f"LUT_1D_SIZE 17\n{table(17)}",
        f"LUT_1D_SIZE 9\nDOMAIN_MIN 0 0 0\nDOMAIN_MAX 1.1 1.1 1.1\n{table(9)}",
    ],
    ids=["3D", "3D with a domain", "3D of Resolve", "1D", "1D with a domain"],
)
def test_a_cube_is_looked_up_as_opencolorio_looks_it_up(text: str, tmp_path: Path) -> None:
    ocio = pytest.importorskip("PyOpenColorIO", reason="needs OpenColorIO (PyPI opencolorio has no wheel here)")
    path = tmp_path / "film.cube"
    path.write_text(text)
    ours = printed(RGB, lut={"file": str(path)})
    assert np.abs(ours - processed(ocio.FileTransform(str(path)), RGB)).max() < 1e-4


def test_opencolorio_reads_the_cube_that_we_write(tmp_path: Path) -> None:
    ocio = pytest.importorskip("PyOpenColorIO", reason="needs OpenColorIO (PyPI opencolorio has no wheel here)")
    path = tmp_path / "evening.cube"
    look = {"exposure": {"ev": 0.4}, "temperature": {"mired": 20.0}, "vignette": {"stops": 1.0}}
    path.write_text(write_cube(look_from_dict(look), 9, "evening"))
    inside = np.clip(RGB, 0.0, 1.0)
    theirs = processed(ocio.FileTransform(str(path)), inside)
    assert np.abs(read_cube(str(path)).look_up(inside) - theirs).max() < 1e-5
    del look["vignette"]
    assert np.abs(np.clip(printed(inside, **look), 0.0, 1.0) - theirs).mean() < 0.005


def test_temperature_is_near_bradford_at_15_mired() -> None:
    """A full chromatic adaptation (Lam 1985, the Bradford matrix) from D65 to the daylight 15 mired warmer."""
    bradford = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    xyz_of_rgb = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    gains = np.array(daylight_gains(15.0))
    white, warm = xyz_of_rgb @ np.ones(3), xyz_of_rgb @ gains
    adapt = np.linalg.inv(bradford) @ np.diag((bradford @ warm) / (bradford @ white)) @ bradford
    for name in ("astronaut", "coffee", "chelsea"):
        rgb = getattr(data, name)()[::4, ::4] / 255.0 * 0.85  # some room above, so that nothing is cut
        full = light(rgb, "srgb") @ (np.linalg.inv(xyz_of_rgb) @ adapt @ xyz_of_rgb).T
        # the print keeps the luma of greys, the adaptation their green: compared at the same light
        ours = light(printed(rgb, temperature={"mired": 15.0}), "srgb")
        full *= ours.mean() / full.mean()
        encoded = (
            np.where(v <= 0.0031308, v * 12.92, 1.055 * np.maximum(v, 0.0) ** (1 / 2.4) - 0.055) for v in (ours, full)
        )
        a, b = (rgb2lab(np.clip(each, 0.0, 1.0)) for each in encoded)
        assert np.percentile(deltaE_ciede2000(a, b), 99) <= 0.8, name
