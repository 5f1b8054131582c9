"""The finish from tables: greys exactly, colours within what a table can keep."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.colour import from_rgb, planes, rgb_to_yuv_matrix, yuv_to_rgb_matrix
from drivers.readings import Bytes8, Colour
from rig.grade.buffers import Buffers
from rig.grade.cdl import SlopeOffsetPower
from rig.grade.cube import parse_cube
from rig.grade.lookup import Lookup
from rig.grade.lut import Looked
from rig.grade.opencv_finish import Finisher
from rig.grade.recipe import FinishPart
from rig.zones import Floats

PLAIN = SlopeOffsetPower((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 1.0)
SOFT = SlopeOffsetPower((1.1, 1.0, 0.95), (0.0, 0.02, 0.03), (1.0, 0.9, 1.1), 0.85)
COLOURS = [Colour(), Colour("bt601", "full")]


def film() -> FinishPart:
    """Soft, and a little of each channel in the next."""
    grid = np.stack(np.meshgrid(*[np.linspace(0, 1, 9)] * 3, indexing="ij"), axis=-1)[..., ::-1].reshape(-1, 3)
    rows = 0.03 + 0.9 * grid ** [0.9, 1.0, 1.1] + 0.05 * grid[:, [1, 2, 0]]
    text = "LUT_3D_SIZE 9\n" + "\n".join(" ".join(map(str, row)) for row in rows.tolist())
    return Looked(parse_cube(text, "film.cube"), 0.7)


def of_patches(pixels: Bytes8, count: int) -> Floats:
    """(count, 3): Y, U, V in the middle of each."""
    middles = []
    for plane in planes(pixels):
        wide = plane.shape[1] // count
        middles.append(plane[plane.shape[0] // 2, wide // 2 :: wide])
    return np.stack(middles, axis=-1).astype(np.float64)


def finished(rgb: NDArray[Any], parts: tuple[FinishPart, ...], colour: Colour) -> tuple[Floats, Floats]:
    """Codes as the engine makes them, and as the steps say; of flat patches of 16 by 16 pixels."""
    pixels = from_rgb(np.repeat(np.repeat(rgb[None], 16, axis=0), 16, axis=1).astype(np.uint8), colour)
    codes = of_patches(pixels, len(rgb))
    to_rgb, to_yuv = yuv_to_rgb_matrix(colour), rgb_to_yuv_matrix(colour)
    exact: Floats = np.asarray((codes @ to_rgb[:, :3].T + to_rgb[:, 3]) / 255.0)
    for part in parts:
        exact = part.finish(exact)
    buffers = Buffers()
    Finisher(buffers, Lookup(buffers)).finish(*planes(pixels), parts, colour)
    return of_patches(pixels, len(rgb)), np.asarray(255.0 * exact @ to_yuv[:, :3].T + to_yuv[:, 3])


@pytest.mark.parametrize("colour", COLOURS, ids=str)
def test_greys_are_rounded_and_no_more(colour: Colour) -> None:
    greys = np.repeat(np.arange(0, 256, 5)[:, None], 3, axis=1)
    for parts in ((SOFT,), (film(),), (SOFT, film())):
        made, exact = finished(greys, parts, colour)
        assert np.abs(made[:, 0] - exact[:, 0]).max() <= 1.0
        assert np.abs(made - exact).max() <= 1.6


@pytest.mark.parametrize("colour", COLOURS, ids=str)
def test_colours_are_within_a_code_or_two(colour: Colour) -> None:
    rgb = np.random.default_rng(8).integers(20, 236, (200, 3))
    for parts in ((SOFT,), (film(),)):
        made, exact = finished(rgb, parts, colour)
        apart = np.abs(made - exact)
        assert apart.mean() <= 0.5
        assert np.percentile(apart, 99) <= 2.0


def test_a_finish_that_does_nothing_leaves_all_that_a_screen_shows() -> None:
    rgb = np.random.default_rng(9).integers(0, 256, (200, 3))
    made, exact = finished(rgb, (PLAIN,), Colour())
    assert np.abs(made - exact).max() <= 3.0
    assert np.abs(made - exact).mean() <= 0.4
