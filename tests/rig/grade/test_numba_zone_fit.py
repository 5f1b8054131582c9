"""The mask's fit in Numba's loops is the one with OpenCV, to the rounding of sums, at any size."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from rig.grade.engines import without_numba
from rig.grade.mask import Mask
from rig.grade.picture import STILL
from rig.grade.recipe import Place, ZoneGain
from rig.grade.tone import luma_weights
from rig.grade.zone_fit import Ev, ZoneFit
from rig.zones import zones_of_codes

if without_numba():
    pytest.skip(without_numba(), allow_module_level=True)

from rig.grade.numba_engine import NumbaEngine

DODGE, BURN = ZoneGain(1.0, 3.0, 1.0), ZoneGain(-1.5, 8.0, 1.0)
SHAPES = [(90, 160), (135, 240), (68, 120), (45, 81), (7, 9), (2, 3), (3, 2), (1, 5), (1, 1)]


@pytest.fixture(scope="module")
def engine() -> NumbaEngine:
    return NumbaEngine()


def zones_from_middle(shape: tuple[int, int]) -> NDArray[np.float32]:
    """Things of one zone each, some texture and noise."""
    rng = np.random.default_rng(1)
    blocks = np.kron(rng.uniform(-4, 3, (5, 6)), np.ones((30, 45)))[: shape[0], : shape[1]]
    return (blocks + rng.normal(0, 0.05, shape)).astype(np.float32)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_line_is_the_same(engine: NumbaEngine, shape: tuple[int, int]) -> None:
    zones = zones_from_middle(shape)
    theirs, ours = ZoneFit(zones.copy()), engine.zone_fit(zones)
    np.testing.assert_allclose(ours.centre, theirs.centre, atol=2e-3)
    for gain in (DODGE, BURN):
        for mine, other in zip(ours.line(gain), theirs.line(gain), strict=True):
            # where the zone map lies at the end of a step, of which a zone has 256, the two may take different ones
            np.testing.assert_allclose(mine, other, atol=5e-3)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("steepness", [0.3, 3.0])
def test_slopes_are_clamped_and_enlarged_the_same(
    engine: NumbaEngine, shape: tuple[int, int], steepness: float
) -> None:
    zones = zones_from_middle(shape)
    theirs, ours = ZoneFit(zones.copy()), engine.zone_fit(zones)
    rng = np.random.default_rng(2)
    slopes, levels = rng.normal(0, steepness, (2, 2, *theirs.centre.shape)).astype(np.float32)
    evs = [Ev(slopes[0], levels[0], 1.0), Ev(slopes[1], levels[1], -2.0)]
    for asked in ([], evs[:1], evs[1:], evs):
        found = ours.planes(asked, 5.5)
        assert len(found) == len(asked)
        for mine, other in zip(found, theirs.planes(asked, 5.5), strict=True):
            np.testing.assert_allclose(mine, other, atol=0.01 * steepness, rtol=1e-4)
            assert {plane.shape for plane in mine} == {shape}


@pytest.mark.parametrize("size", [(720, 1280), (90, 160), (65, 71), (9, 7), (1, 1)])
def test_zones_of_a_still_are_those_of_means_of_eight_by_eight(engine: NumbaEngine, size: tuple[int, int]) -> None:
    rgb = np.random.default_rng(3).integers(0, 256, (*size, 3), np.uint8)
    ours = engine.small_zones(rgb)
    luma = rgb @ luma_weights(STILL)
    for row in range(ours.shape[0]):
        for column in range(0, ours.shape[1], 7):
            mean = luma[8 * row : 8 * row + 8, 8 * column : 8 * column + 8].mean()
            codes = [int(mean + 0.49), int(mean + 0.51)]  # one, but where it lies between two
            assert float(ours[row, column]) in [float(np.float32(zones_of_codes(STILL)[code])) for code in codes]


def test_a_clip_of_masks_is_the_same_and_zones_stay_as_they_are(engine: NumbaEngine) -> None:
    gains = (DODGE, BURN, ZoneGain(0.5, 5.0, 0.5, Place(0.5, 0.5, 0.3)))
    ours, theirs = Mask(engine.zone_fit), Mask()
    for frame in range(4):
        zones = zones_from_middle((90, 160)) + np.float32(5.0 + 0.1 * frame)
        kept = zones.copy()
        for mine, other in zip(
            ours.update(zones, frame * 33_000_000, gains), theirs.update(zones, frame * 33_000_000, gains), strict=True
        ):
            ev_of_mine, ev_of_other = (line.a * zones + line.b for line in (mine, other))
            np.testing.assert_allclose(ev_of_mine, ev_of_other, atol=5e-3)
            assert (mine.low, mine.high) == (other.low, other.high)
        np.testing.assert_array_equal(zones, kept)
