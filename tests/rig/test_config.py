"""The configuration: every mistake at once, worded; what is written is read back the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rig.config import Config, config_to_toml, find_config, load_config, load_scenario, parse_config
from rig.errors import UserError

FIVE = """\
[camera]
name = "sin"
rate_hz = 500

[pulse]
bus = "i2c"

[finder]
prot = 8765
enabled = "yes"
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(UserError) as error:
        parse_config(text)
    return str(error.value).splitlines()


def test_five_different_mistakes_are_five_lines() -> None:
    assert mistakes(FIVE) == [
        'rig.toml:2: camera.name: expected one of "sim", "file", "webcam", "pi", got "sin", did you mean "sim"?',
        "rig.toml:3: camera.rate_hz: expected 1 to 120 Hz, got 500",
        'rig.toml:6: pulse.bus: expected a whole number or "sim", got "i2c"',
        "rig.toml:9: finder.prot: expected one of enabled, port, got prot, did you mean port?",
        'rig.toml:10: finder.enabled: expected true or false, got "yes"',
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("camera = 3", "rig.toml:1: camera: expected a table, got 3"),
        (
            "[camera]\nwidth = 641",
            "rig.toml:2: camera.width: expected a whole number 64 to 4056 px in steps of 2, got 641",
        ),
        (
            "[camera]\nwidth = 640.0",
            "rig.toml:2: camera.width: expected a whole number 64 to 4056 px in steps of 2, got 640.0",
        ),
        (
            "[camera]\nwidth = true",
            "rig.toml:2: camera.width: expected a whole number 64 to 4056 px in steps of 2, got true",
        ),
        ("[camera]\nrate_hz = nan", "rig.toml:2: camera.rate_hz: expected 1 to 120 Hz, got nan"),
        ("[camera]\nrate_hz = inf", "rig.toml:2: camera.rate_hz: expected 1 to 120 Hz, got inf"),
        ("[camera]\nsource = 2026-11-22", "rig.toml:2: camera.source: expected text, got 2026-11-22"),
        ("[pulse]\nrate_hz = 60", "rig.toml:2: pulse.rate_hz: expected one of 50, 100, 200, 400 Hz, got 60"),
        ("[takes]\nfolder = ''", 'rig.toml:2: takes.folder: expected text that is not empty, got ""'),
        ("knobs.dodge.a = 40", "rig.toml:1: knobs.dodge.a: expected a whole number 0 to 27 BCM, got 40"),
        (
            "[look]\nport = 1",
            "rig.toml:2: look.port: expected one of name, got port, did you mean finder.port?",
        ),
        (
            "[camrea]\n",
            "rig.toml:1: camrea: expected one of camera, pulse, motion, skin, grip, tick, knobs, hands, encoder, look, "
            "takes, finder, grade, got camrea, did you mean camera?",
        ),
        (
            "[camera]\nname 1",
            "rig.toml:2: expected TOML (key = value, text in quotes), got a mistake at column 6: "
            "Expected '=' after a key in a key/value pair",
        ),
        (
            "[camera]\nname = 'sim'\nname = 'pi'",
            "rig.toml:3: expected TOML (key = value, text in quotes), got a mistake at the end: "
            "Cannot overwrite a value",
        ),
    ],
)
def test_each_mistake_is_worded(text: str, says: str) -> None:
    assert mistakes(text) == [says]


@pytest.mark.parametrize("value", ["[" * 9000, "9" * 9000], ids=["deep", "long"])
def test_what_breaks_tomllib_itself_is_one_line_too(value: str) -> None:
    (line,) = mistakes(f"a = {value}")
    assert line.startswith("rig.toml:1: expected TOML (key = value, text in quotes), got a mistake")


def test_a_part_of_a_table_keeps_the_defaults_of_the_rest() -> None:
    config = parse_config("[knobs.dodge]\nreverse = true\n[camera]\nrate_hz = 25")
    assert config.knobs.dodge == type(config.knobs.dodge)(a=17, b=18, push=27, reverse=True)
    assert config.camera.rate_hz == 25.0
    assert isinstance(config.camera.rate_hz, float)
    assert config.knobs.burn == Config().knobs.burn


def test_what_is_written_is_read_back_the_same() -> None:
    odd = parse_config(
        'pulse.bus = "sim"\n[takes]\nfolder = "a \\"b\\" \\\\ c\\u007f\\n"\n[knobs.burn]\nreverse = true'
    )
    for config in (Config(), odd):
        assert parse_config(config_to_toml(config)) == config


def test_the_written_file_explains_itself() -> None:
    lines = config_to_toml(parse_config("[camera]\nrate_hz = 25")).splitlines()
    assert "rate_hz = 25.0                # 1 to 120 Hz; default 30.0" in lines
    assert "led_ma = 7.0                  # LED current; 0 to 51 mA" in lines
    assert "[knobs.dodge]" in lines


def test_which_file_is_read(tmp_path: Path) -> None:
    here, home = tmp_path / "here", tmp_path / "home"
    in_home = home / ".config/darkroom-rig/rig.toml"
    for folder in (here, in_home.parent):
        folder.mkdir(parents=True)
    assert find_config(None, here, home) is None
    in_home.write_text("")
    assert find_config(None, here, home) == in_home
    (here / "rig.toml").write_text("")
    assert find_config(None, here, home) == here / "rig.toml"
    assert find_config(Path("x.toml"), here, home) == Path("x.toml")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "rig.toml").write_text("")
    with pytest.raises(UserError, match=r"gir.toml: expected a file, got nothing there, did you mean rig.toml\?$"):
        load_config(tmp_path / "gir.toml")
    with pytest.raises(UserError, match=r"expected a file, got a folder$"):
        load_config(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9\n")
    with pytest.raises(UserError, match=r"expected text in UTF-8, got byte 0xe9$"):
        load_config(tmp_path / "latin.toml")
    (tmp_path / "windows.toml").write_bytes(b"\xef\xbb\xbf[camera]\r\nrate_hz = 25\r\n")
    assert load_config(tmp_path / "windows.toml").camera.rate_hz == 25


def test_a_scenario_finds_its_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "hands.txt").write_text("")
    path = tmp_path / "night.toml"
    path.write_text('hands = "hands.txt"\n[[heart]]\nat_s = 0\nbpm = 66\n[[heart]]\nat_s = 20\nbpm = 92\n')
    scenario = load_scenario(path)
    assert scenario.hands == str(tmp_path / "hands.txt")
    assert [change.bpm for change in scenario.heart] == [66.0, 92.0]
    path.write_text('hands = """\n0.5 dodge +2\n"""\n')
    assert load_scenario(path).hands == "0.5 dodge +2\n"


def test_mistakes_of_a_scenario(tmp_path: Path) -> None:
    path = tmp_path / "night.toml"
    path.write_text("heart = [{at_s = 0, bpm = 66}, {at_s = 1},\n {at_s = 2, bpm = 400}]\nseed = -1\n")
    with pytest.raises(UserError) as error:
        load_scenario(path)
    assert str(error.value).splitlines() == [
        "night.toml:1: heart[1]: expected the key bpm (30 to 220 beats/min), got none",
        "night.toml:2: heart[2].bpm: expected 30 to 220 beats/min, got 400",
        "night.toml:3: seed: expected a whole number 0 or more, got -1",
    ]
    (tmp_path / "hands.txt").write_text("")
    path.write_text('hands = "hand.txt"\n')
    with pytest.raises(UserError, match=r"night.toml:1: hands: expected a file, .*, did you mean hands.txt\?$"):
        load_scenario(path)


def test_reading_a_configuration_loads_neither_numpy_nor_cv2() -> None:
    code = "import sys; from rig.config import Config, config_to_toml; config_to_toml(Config()); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "msgspec" in loaded
    assert not {"numpy", "cv2", "gpiozero", "smbus2"} & set(loaded)
