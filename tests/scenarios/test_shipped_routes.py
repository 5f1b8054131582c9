"""The shipped routes on the simulated rig: what each does, how far, and that the print comes back without a step."""

from __future__ import annotations

import errno
import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shooting import Shot, shoot

from drivers.sim.heart import Heart
from drivers.sim.scenario import HeartChange
from drivers.sim.world import World
from rig.build import Built, simulated
from rig.config import Config
from rig.grade.look import get
from rig.reprint import recorded_looks, shown_looks
from rig.service import Stop
from rig.session.entries import MovementEntry

ALL = 'words = "Whatever the hands and the body have to say."\nroutes = ["stirred", "lean-in", "frantic"]\n'


@pytest.fixture
def alive(tmp_path: Path) -> str:
    """A look with all of them."""
    (tmp_path / "alive.toml").write_text(ALL)
    return str(tmp_path / "alive.toml")


def course(shot: Shot, target: str) -> list[float]:
    """The target in the print of each frame."""
    return [get(made.look, target) for made in shown_looks(shot.takes[0])]


def largest_step(values: list[float]) -> float:
    return max(abs(b - a) for a, b in itertools.pairwise(values))


def test_frantic_raises_contrast_and_grain_while_the_hand_is_quick(tmp_path: Path, alive: str) -> None:
    shot = shoot(tmp_path, 12.0, "1 dodge +24 at 30/s\n2 burn +30 at 30/s\n", look=alive)
    contrast, grain = course(shot, "contrast.contrast"), course(shot, "grain.stops")
    assert contrast[25] == grain[25] == 0.0
    assert 0.06 < max(contrast) <= 0.12
    assert 0.025 < max(grain) <= 0.05
    assert contrast[-1] < 0.002
    assert 6.77 * largest_step(contrast) + 8.94 * largest_step(grain) <= 0.4


def test_lean_in_opens_the_shadows_where_the_hand_lingers(tmp_path: Path, alive: str) -> None:
    shot = shoot(tmp_path, 20.0, "1 dodge +9\n3 dodge +1\n4.5 dodge -1\n", look=alive)
    zone3, zone2 = course(shot, "zones.z3"), course(shot, "zones.z2")
    assert zone3[30] == 0.0
    assert 0.2 < max(zone3) <= 0.3
    assert 0.15 < max(zone2) <= 0.25
    assert zone3[-1] < 0.05
    assert 12.4 * (largest_step(zone3) + largest_step(zone2)) <= 0.4
    kinds = [moved.kind for moved in shot.takes[0].entries(MovementEntry)]
    assert kinds == ["sweep", "linger"]


@pytest.mark.shared
def test_stirred_cools_by_what_it_says_when_a_recorded_heart_is_stirred_and_comes_back(
    tmp_path: Path, shared: Path
) -> None:
    """A fingertip on a phone: the heart goes from 69 to 80 beats/min, the pulse narrows, and both come back."""
    config = simulated(Config())
    config = replace(config, camera=replace(config.camera, rate_hz=10.0))
    person = str(shared / "data/pulse/welltory_07.npz")
    shot = shoot(tmp_path, 84.0, config=config, keep_prints=False, pulse=person)
    mireds = course(shot, "temperature.mired")
    arousal = [entry.signals["body.arousal"] or 0.0 for entry in shot.takes[0].frames()]
    most = max(arousal)
    assert 0.5 < most <= 1.0
    stated = -5.0 * most * most * (3.0 - 2.0 * most)  # five mired, by the smooth curve
    assert min(mireds) == pytest.approx(stated, abs=0.3)
    assert max(abs(mired) for mired in mireds[: 48 * 10]) < 0.1
    assert -0.5 < mireds[-1] <= 0.0
    assert largest_step(mireds) * 0.13 <= 0.2
    risen, coolest = next(i for i, value in enumerate(arousal) if value > 0.4), mireds.index(min(mireds))
    assert coolest > risen


def test_stirred_returns_to_neutral_without_a_step_when_the_pulse_is_lost(tmp_path: Path) -> None:
    def unplug(built: Built, stop: Stop) -> None:
        clock, start_ns = built.shoot.clock, built.shoot.clock.now_ns()

        def step(now_ns: int) -> None:
            if now_ns - start_ns > 60e9:
                built.world().bus.fail(errno.EREMOTEIO, 10_000)

        clock.serve("cable", step, 100_000_000, lambda name, error: pytest.fail(str(error)))

    heart = [HeartChange(0, 62), HeartChange(40, 96)]
    shot = shoot(tmp_path, 75.0, heart=heart, prepare=unplug, keep_prints=False)
    mireds = course(shot, "temperature.mired")
    assert min(mireds[: 60 * 30]) < -2.0
    assert largest_step(mireds) * 0.13 <= 0.2
    assert mireds[-1] == pytest.approx(0.0, abs=0.02)
    assert [made.look for made in recorded_looks(shot.takes[0])] == [made.look for made in shown_looks(shot.takes[0])]


def test_breath_goes_with_the_breath_by_what_it_says_and_rests_when_the_pulse_is_lost(tmp_path: Path) -> None:
    (tmp_path / "breathing.toml").write_text('words = "It breathes."\nroutes = ["breath"]\n')
    worlds: list[World] = []

    def unplug(built: Built, stop: Stop) -> None:
        clock, start_ns = built.shoot.clock, built.shoot.clock.now_ns()
        worlds.append(built.world())

        def step(now_ns: int) -> None:
            if now_ns - start_ns > 66e9:
                built.world().bus.fail(errno.EREMOTEIO, 10_000)

        clock.serve("cable", step, 100_000_000, lambda name, error: pytest.fail(str(error)))

    config = simulated(Config())
    config = replace(config, camera=replace(config.camera, rate_hz=15.0))
    look = str(tmp_path / "breathing.toml")
    shot = shoot(tmp_path, 78.0, config=config, prepare=unplug, keep_prints=False, look=look)
    evs, frames = course(shot, "exposure.ev"), shot.takes[0].frames()
    assert max(abs(ev) for ev in evs[: 18 * 15]) == 0.0  # nobody knows how somebody breathes after two breaths
    assert 0.032 < max(evs) <= 0.04
    assert min(evs) >= 0.0
    assert largest_step(evs) * 12.4 <= 0.2
    assert evs[-1] == pytest.approx(0.0, abs=0.001)
    pulse = worlds[0].pulse
    assert isinstance(pulse, Heart)
    shown = [n for n, entry in enumerate(frames) if entry.signals["body.breath"] is not None and n < 64 * 15]
    assert len(shown) > 35 * 15
    true = [pulse.breath((frames[n].t_ns - worlds[0].start_ns) / 1e9) for n in shown]
    heard = [frames[n].signals["body.breath"] for n in shown]
    assert np.corrcoef(true, heard)[0, 1] > 0.7


def test_with_soul_off_the_looks_are_those_of_no_routes_at_all(tmp_path: Path, alive: str) -> None:
    (tmp_path / "bare.toml").write_text('words = "no routes"\n')
    script = "0.2 soul off\n1 dodge +24 at 30/s\n2 burn +9\n"
    heart = [HeartChange(0, 62), HeartChange(4, 96)]
    off = shoot(tmp_path / "off", 15.0, script, heart=heart, look=alive)
    none = shoot(tmp_path / "none", 15.0, script, heart=heart, look=str(tmp_path / "bare.toml"))
    assert [print_.look for print_ in off.page.prints] == [print_.look for print_ in none.page.prints]
    for one, other in zip(off.page.prints, none.page.prints, strict=True):
        assert (one.pixels == other.pixels).all()
