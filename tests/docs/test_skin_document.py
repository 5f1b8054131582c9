"""docs/how-to/the-skin.md: its example runs, its settings are settings, and the sentences it explains are said."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from drivers.doctor import examine_skin
from drivers.names import Bench
from drivers.settings import SkinSettings
from drivers.sim.ads1115 import Ads1115
from drivers.sim.clock import SimulatedClock
from drivers.sim.skin_board import grove_board, tinygsr_board
from drivers.sim.tla2022 import tla2022
from drivers.sim.world import World
from rig.config import load_config

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/how-to/the-skin.md").read_text()


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    return str(found)


def without_digits(text: str) -> str:
    return re.sub(r"[0-9]+", "0", text)


def test_the_doctor_says_what_the_example_shows(tmp_path: Path) -> None:
    (tmp_path / "rig.toml").write_text(block("toml") + "\n[takes]\nmin_minutes = 0\n")
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"  # where the command of this environment is
    words = ["bash", "-c", block("sh")]
    env = {**os.environ, "PATH": path, "HOME": str(tmp_path)}
    done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout
    assert without_digits(block("text")) in without_digits(done.stdout)


def test_what_the_doctor_may_say_is_explained(tmp_path: Path) -> None:
    explained = re.findall(r"^\| (.*?) \| ", TEXT[TEXT.index("## What it says") :], re.MULTILINE)[2:]
    said = []
    for settings, skin_us in (
        (SkinSettings(name="grove", bus="sim"), 6.62),
        (SkinSettings(name="grove", bus="sim"), 0.0),
        (SkinSettings(name="grove", bus="sim"), 0.4),
        (SkinSettings(name="grove", bus="sim"), 1e6),
        (SkinSettings(name="tinygsr", bus="sim", open_share=0.6), 0.0),
    ):
        said.append(doctor(settings, skin_us, tmp_path))
    said.append(doctor(SkinSettings(name="grove", bus="sim"), 6.62, tmp_path, dead=True))
    assert said == explained


def doctor(settings: SkinSettings, skin_us: float, root: Path, dead: bool = False) -> str:
    """Its sentence, without where."""
    clock = SimulatedClock()
    world = World(clock)
    board = (grove_board if settings.name == "grove" else tinygsr_board)(lambda t_s: skin_us, world.start_ns)
    chips = {0x48: Ads1115({4: board.volts}, clock), 0x49: tla2022(board.volts, clock)}
    for chip in chips.values():
        chip.noise_v, chip.dead = 0.0, dead
    world.bus.devices.update(chips)
    return examine_skin(settings, "", root, Bench(clock, lambda: world)).says.split(": ", 1)[1]


def test_the_settings_that_are_told_are_settings(tmp_path: Path) -> None:
    """Of the skin, of the pulse's INT pin, and of the motion sensor."""
    text = TEXT + (ROOT / "docs/how-to/the-pulse.md").read_text()
    told = re.findall(r"`((?:skin|pulse|motion)\.\w+ = [^`]+)`", text)
    assert len(told) >= 7
    for line in told:
        (tmp_path / "rig.toml").write_text(line + "\n")
        load_config(tmp_path / "rig.toml")
    named = set(re.findall(r"`skin\.(\w+)", text))
    assert named <= set(SkinSettings.__dataclass_fields__)
