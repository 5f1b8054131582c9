"""[hands] of the configuration, on the whole rig: curves that a take remembers, and knobs that begin locked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from shooting import shoot

from rig.build import Built, simulated
from rig.config import Config, HandsSettings, parse_config
from rig.explain import explain
from rig.hands.curves import stops_at
from rig.reprint import reanalysed_looks, recorded_looks, shown_looks
from rig.service import Stop


def test_a_take_of_a_gentle_knob_is_made_again_exactly(tmp_path: Path) -> None:
    config = simulated(parse_config('[hands]\nburn_curve = "gentle"\n'))
    take = shoot(tmp_path, 2.5, "0.3 dodge +3\n0.6 burn +7\n1.4 burn -2\n", config=config).takes[0]
    assert take.start.knob_curves == {"burn": "gentle"}
    shown = [made.look for made in shown_looks(take)]
    assert shown[-1].burn.stops == stops_at(5, "burn", "gentle")
    assert shown[-1].dodge.stops == 0.25
    assert [made.look for made, _ in reanalysed_looks(take)] == shown
    assert [made.look for made in recorded_looks(take)] == shown
    assert explain(take, 2.0).difference == 0.0


def test_locked_knobs_begin_locked_and_the_page_unlocks_them(tmp_path: Path) -> None:
    config = replace(simulated(Config()), hands=HandsSettings(lock=True))

    def unlock(built: Built, stop: Stop) -> None:
        start_ns = built.shoot.clock.now_ns()
        done: list[int] = []

        def step(now_ns: int) -> None:
            if now_ns > start_ns + 1_000_000_000 and not done:
                done.append(now_ns)
                built.shoot.decider.hands.lock(on=False)

        built.shoot.clock.serve("page", step, 10_000_000, lambda _, error: pytest.fail(str(error)))

    shot = shoot(tmp_path, 2.2, "0.2 dodge +6\n1.3 dodge +3\n", config=config, prepare=unlock)
    assert shot.page.moments[0].hands.locked
    assert shot.page.moments[-1].hands.dodge_stops == 0.25
    assert shot.takes[0].start.hands["locked"] is True
