"""Ten minutes of everything that goes wrong with this chip, in a few seconds of simulated time."""

from __future__ import annotations

import errno
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.drivers.pulse.conftest import KnownRig


@pytest.mark.parametrize(("clock_error", "seed"), [(0.40, 1), (-0.02, 2)])
def test_ten_bad_minutes_cost_no_wrong_value_and_no_uncounted_sample(
    known_rig: Callable[..., KnownRig], clock_error: float, seed: int
) -> None:
    """Stalls of up to 5 s, junk bits, 1 % of all transfers not acknowledged, one brown-out, red and IR swapped."""
    rig, random = known_rig(clock_error=clock_error, swapped=True), Random(seed)
    rig.bus.fail_share(errno.EREMOTEIO, 0.01, seed)
    rig.sensor.open()
    browned_out = False
    while rig.now_s < 600.0:
        rig.run(random.uniform(1.0, 20.0))
        rig.wait(random.uniform(0.2, 5.0))
        if rig.now_s > 300.0 and not browned_out:
            lost_before = rig.chip.lost
            rig.chip.brown_out()
            browned_out = True
    rig.run(1.0)
    assert rig.check(rig.got, begun_anew=1, after_s=5.0) < 0.005
    assert rig.got[-1].clock_error == pytest.approx(clock_error, abs=1e-4)
    lost = sum(r.lost_samples for r in rig.got)
    assert rig.chip.lost <= lost <= rig.chip.lost + 32 + 8  # and what stood in the FIFO
    assert rig.chip.lost - lost_before > 1000
    swapped = [r.swapped for r in rig.got]
    assert swapped == sorted(swapped)
    assert rig.got[swapped.index(True)].t_ns[0] - rig.world.start_ns < 60e9
