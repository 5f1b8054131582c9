"""`rig shoot --motion`: which sensor, in words that are checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.settings import MotionSettings
from rig.cli import shoot
from rig.cli.parser import Parser, parse
from rig.errors import UserError


def chosen(*words: str) -> MotionSettings:
    parser = Parser("rig shoot")
    shoot.arguments(parser)
    return shoot.chosen(parse(parser, words))[0].motion


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("words", "name", "bus"),
    [
        ((), "none", 1),
        (("--sim",), "none", "sim"),
        (("--motion", "sim"), "mpu6050", "sim"),
        (("--motion", "lsm6dsox"), "lsm6dsox", 1),
        (("--sim", "--motion", "lsm6dsox"), "lsm6dsox", "sim"),
    ],
)
def test_the_sensor_that_is_asked_for(words: tuple[str, ...], name: str, bus: int | str) -> None:
    assert (chosen(*words).name, chosen(*words).bus) == (name, bus)


def test_a_sensor_of_the_configuration_is_kept(tmp_path: Path) -> None:
    (tmp_path / "rig.toml").write_text('[motion]\nname = "lsm6dsox"\nbus = 3\naddress = 0x6b\n')
    assert chosen() == MotionSettings(name="lsm6dsox", bus=3, address=0x6B)
    assert chosen("--motion", "sim") == MotionSettings(name="lsm6dsox", bus="sim", address=0x6B)
    assert chosen("--motion", "none").name == "none"


def test_a_word_that_is_no_sensor_is_said_with_what_was_meant() -> None:
    with pytest.raises(UserError) as raised:
        chosen("--motion", "mpu6500")
    assert str(raised.value) == "--motion: expected sim, mpu6050, lsm6dsox or none, got mpu6500, did you mean mpu6050?"
