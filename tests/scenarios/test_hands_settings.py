"""[hands] of the configuration, on the whole rig: knobs that begin locked, and curves that a take remembers."""

from __future__ import annotations

from pathlib import Path

import pytest
from shooting import shoot

from drivers.knobs.page import PageKnobs
from rig.build import Built, simulated
from rig.config import parse_config
from rig.explain import explain
from rig.hands.curves import stops_at
from rig.reprint import reanalysed_looks, recorded_looks, shown_looks
from rig.service import Stop


def test_locked_knobs_begin_locked_and_a_take_of_a_gentle_one_is_made_again_exactly(tmp_path: Path) -> None:
    config = simulated(parse_config('[hands]\nlock = true\nburn_curve = "gentle"\n'))

    def unlock(built: Built, stop: Stop) -> None:
        page = next(sensor for sensor in built.shoot.sensors if isinstance(sensor, PageKnobs))
        start_ns = built.shoot.clock.now_ns()
        done: list[int] = []

        def step(now_ns: int) -> None:
            if now_ns > start_ns + 600_000_000 and not done:
                done.append(now_ns)
                page.ask("unlock", now_ns)

        built.shoot.clock.serve("page", step, 10_000_000, lambda _, error: pytest.fail(str(error)))

    script = "0.1 dodge +6\n0.7 burn +7 at 40/s\n1.1 burn -2\n1.1 dodge +3\n"
    shot = shoot(tmp_path, 1.5, script, config=config, prepare=unlock)
    (take,) = shot.takes
    assert take.start.hands["locked"] is True
    assert take.start.knob_curves == {"burn": "gentle"}
    shown = [made.look for made in shown_looks(take)]
    assert shown[-1].burn.stops == stops_at(5, "burn", "gentle")
    assert shown[-1].dodge.stops == 0.25, "the six were turned while it was locked"
    assert [made.look for made, _ in reanalysed_looks(take)] == shown
    assert [made.look for made in recorded_looks(take)] == shown
    assert explain(take, 1.4).difference == 0.0
