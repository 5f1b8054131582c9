"""docs/how-to/knobs.md: its settings are settings, its pins the usual ones, its example runs, its errors are said."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.errors import DriverError
from drivers.knobs.pots import DETENTS
from drivers.knobs.wiper import END
from drivers.names import Bench, make_knobs
from drivers.settings import KnobsSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.world import World
from rig.build import simulated
from rig.cli.main import main
from rig.config import load_config

TEXT = (Path(__file__).resolve().parents[2] / "docs/how-to/knobs.md").read_text()


def settings_of(number: int, folder: Path) -> KnobsSettings:
    block = re.findall(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)[number]
    (folder / "rig.toml").write_text(block)
    return load_config(folder / "rig.toml").knobs


def test_its_settings_are_settings(tmp_path: Path) -> None:
    usual = KnobsSettings()
    assert settings_of(1, tmp_path) == replace(usual, record=16, soul_off=20, soul_proof=21)
    assert settings_of(2, tmp_path) == replace(usual, name="seesaw", bus=1, address=0x4A)
    assert settings_of(3, tmp_path).dodge == replace(usual.dodge, reverse=True)
    assert settings_of(4, tmp_path) == replace(usual, name="pots")


def test_its_tables_are_the_usual_pins() -> None:
    usual = KnobsSettings()
    for knob, pins in (("dodge", usual.dodge), ("burn", usual.burn)):
        assert f"| {knob} | {pins.a} | {pins.b} | {pins.push} |" in TEXT
    for what, pin in (("record button", usual.record), ("low at `off`", usual.soul_off)):
        assert re.search(rf"{what} \| {pin} \|", TEXT)
    pins = (usual.dodge.push, usual.burn.push, usual.record, usual.soul_off, usual.soul_proof)
    assert f"pins {', '.join(str(pin) for pin in pins)} |" in TEXT
    assert f"{DETENTS['dodge']} detents of dodge (2 stops), {DETENTS['burn']} of burn (3 stops)" in TEXT
    assert f"Within {100 * END:g} % of an end" in TEXT


def test_its_example_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings_of(0, tmp_path)
    (tmp_path / "hands.txt").write_text("0.1 dodge +3\n")
    words = ["rig shoot --sim --knobs hands.txt", "--seconds", "1", "--no-web", "--takes", str(tmp_path / "takes")]
    assert words[0] in TEXT
    said = [*words[0].split()[1:-1], str(tmp_path / "hands.txt"), *words[1:]]
    assert main([*said, "--config", str(tmp_path / "rig.toml")]) == 0
    assert "Kept:" in capsys.readouterr().out
    assert simulated(load_config(tmp_path / "rig.toml")).knobs == replace(KnobsSettings(name="seesaw"), bus="sim")


@pytest.mark.parametrize(
    "settings",
    [
        KnobsSettings(name="seesaw", bus="sim", address=0x49),
        KnobsSettings(name="seesaw", bus="sim", address=0x36),
        KnobsSettings(name="pots", bus="sim", pins="sim", burn_input=1),
        KnobsSettings(name="pots", bus="sim", pins="sim", record=27),
    ],
)
def test_its_errors_are_said(settings: KnobsSettings) -> None:
    clock = SimulatedClock()
    world = World(clock)
    with pytest.raises(DriverError) as told:
        make_knobs(settings, Bench(clock, lambda: world)).open()
    rows = re.findall(r"^\| `(.*?)` \|", TEXT[TEXT.index("## When something") :], re.MULTILINE)
    assert [row for row in rows if row in str(told.value)]
