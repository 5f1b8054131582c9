"""`rig shoot --skin`: which board, in words that are checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.settings import SkinSettings
from rig.cli import shoot
from rig.cli.parser import Parser, parse
from rig.errors import UserError


def chosen(*words: str) -> SkinSettings:
    parser = Parser("rig shoot")
    shoot.arguments(parser)
    return shoot.chosen(parse(parser, words))[0].skin


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("words", "name", "bus"),
    [
        ((), "none", 1),
        (("--skin", "sim"), "grove", "sim"),
        (("--skin", "grove"), "grove", 1),
        (("--sim", "--skin", "tinygsr"), "tinygsr", "sim"),
        (("--sim", "--skin", "none"), "none", "sim"),
    ],
)
def test_the_board_that_is_asked_for(words: tuple[str, ...], name: str, bus: int | str) -> None:
    assert (chosen(*words).name, chosen(*words).bus) == (name, bus)


def test_a_board_of_the_configuration_is_kept(tmp_path: Path) -> None:
    (tmp_path / "rig.toml").write_text('[skin]\nname = "tinygsr"\nbus = 3\nopen_share = 0.8\n')
    assert chosen() == SkinSettings(name="tinygsr", bus=3, open_share=0.8)
    assert chosen("--skin", "none") == SkinSettings(name="none", bus=3, open_share=0.8)


def test_a_word_that_is_no_board_is_said_with_what_was_meant() -> None:
    with pytest.raises(UserError) as raised:
        chosen("--skin", "tinygrs")
    assert str(raised.value) == "--skin: expected sim, grove, tinygsr or none, got tinygrs, did you mean tinygsr?"
