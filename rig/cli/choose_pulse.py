"""What `--pulse WORD` asks for: a sensor by name, the simulated one, or a recording that it plays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drivers.sim.scenario import Scenario
    from rig.config import Config

SENSORS = ("webcam", "strap", "taps", "none")


def choose_pulse(config: Config, scenario: Scenario, word: str) -> tuple[Config, Scenario]:
    """The configuration and the world with that pulse; UserError or BadInput where there is none to play."""
    if word in SENSORS:
        return replace(config, pulse=replace(config.pulse, name=word)), scenario  # type: ignore[arg-type]  # see above
    config = replace(config, pulse=replace(config.pulse, name="max3010x", bus="sim"))
    if word == "sim":
        return config, scenario
    if not word or not (Path(word).suffix or Path(word).exists()):
        from rig.errors import UserError
        from rig.words import did_you_mean

        known = ("sim", *SENSORS)
        says = f"expected {', '.join(known)} or a recording (.npz, .csv), got {word or 'nothing'}"
        raise UserError(f"--pulse: {says}{did_you_mean(word, known)}")
    from drivers.sim.feed import recorded_feed

    recorded_feed(word)  # what is wrong with it is said now, before any device is opened
    return config, replace(scenario, pulse=word)
