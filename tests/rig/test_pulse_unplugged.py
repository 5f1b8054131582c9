"""The pulse sensor is pulled out in the middle of a take and put back: the take goes on."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from shooting import Shot, shoot

from drivers.sim.max30102 import Max30102
from rig.build import Built
from rig.service import Stop
from rig.session.entries import FaultEntry
from rig.session.summary import summarise

OUT_S, IN_S, TAKE_S = 7.0, 11.0, 26.0


def pulled_out_and_put_back(folder: Path, bounce: float) -> Shot:
    """bounce: the share of transfers that fail in the half second after it is put back."""

    def prepare(built: Built, stop: Stop) -> None:
        clock, start_ns = built.shoot.clock, built.shoot.clock.now_ns()
        drawer: list[Max30102] = []

        def step(now_ns: int) -> None:
            bus, passed_s = built.world().bus, (now_ns - start_ns) / 1e9
            if OUT_S < passed_s < IN_S and not drawer:
                chip = bus.devices.pop(0x57)
                assert isinstance(chip, Max30102)
                drawer.append(chip)
            if passed_s > IN_S and 0x57 not in bus.devices:
                drawer[0].brown_out()  # it had no supply: it comes back as it is after power-up
                bus.devices[0x57] = drawer[0]
                bus.fail_share(errno.EREMOTEIO, bounce, seed=3)
            if passed_s > IN_S + 0.5:
                bus.heal()

        clock.serve("cable", step, 50_000_000, lambda name, error: pytest.fail(str(error)))

    return shoot(folder, TAKE_S, prepare=prepare)


def test_the_take_goes_on_with_one_fault_and_one_recovery(tmp_path: Path) -> None:
    shot = pulled_out_and_put_back(tmp_path, bounce=0.3)
    (take,) = shot.takes
    assert summarise(take).frames == round(TAKE_S * 30)
    faults = list(take.entries(FaultEntry))
    assert [fault.recovered for fault in faults] == [False, True]
    assert [(message, recovered) for _, message, recovered in shot.page.faults] == [
        (
            "pulse sensor at 0x57 on the simulated bus no longer answers (nothing acknowledges): "
            "has a wire come loose?",
            False,
        ),
        ("is back", True),
    ]
    out, back = ((fault.t_ns - faults[0].t_ns) / 1e9 for fault in faults)
    assert out == 0.0
    assert IN_S - OUT_S - 0.3 < back < IN_S - OUT_S + 8.5  # the longest back-off is 8 s
    rates = [moment.body.heart_rate_bpm for moment in shot.page.moments]
    assert rates[round(30 * (OUT_S - 1))] is not None
    assert rates[round(30 * (IN_S - 1))] is None
    assert rates[-1] is not None
