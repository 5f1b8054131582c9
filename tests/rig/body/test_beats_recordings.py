from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rig.body.beats import UpstrokeFinder
from rig.body.grid import Grid


@pytest.mark.shared
@pytest.mark.parametrize("name", ["welltory_06", "welltory_02"])
def test_a_real_finger_on_a_camera(shared: Path, name: str) -> None:
    """Found within 150 ms of the chest strap's beats, after one constant lag."""
    z = np.load(shared / "data" / "pulse" / f"{name}.npz")
    x = np.asarray(z["ppg"], float)
    x = 0.01 * (x - x.mean()) / (np.percentile(x, 90) - np.percentile(x, 10))
    grid, finder = Grid(), UpstrokeFinder()
    steps = [s for i, v in enumerate(x.tolist()) for s in grid.push(i / float(z["fs"]), v)[1]]
    told = [u.t_s for s in steps if (u := finder.push(*s)) is not None]
    beats, true = np.array(told), np.asarray(z["ref_beats"], float)
    valid = np.asarray(z["valid"], float).reshape(-1, 2)
    true = true[[any(a <= t < b for a, b in valid) for t in true]]
    lags = np.arange(-0.3, 1.0, 0.02)
    hits = max(int(sum(np.min(np.abs(beats - lag - t)) <= 0.15 for t in true)) for lag in lags)
    assert hits >= 0.95 * len(true)
    assert len(beats) <= 1.06 * len(true) + 3
