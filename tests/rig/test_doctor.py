"""The doctor, on made-up machines: folders that look like /dev, /proc and /sys."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.clock import SystemClock
from drivers.doctor import (
    examine_camera,
    examine_devices,
    examine_knobs,
    examine_motion,
    examine_pulse,
    examine_skin,
    pi_model,
)
from drivers.names import Bench
from drivers.settings import CameraSettings, KnobsSettings, MotionSettings, PulseSettings, SkinSettings
from drivers.sim.ads1115 import Ads1115
from drivers.sim.clock import SimulatedClock
from drivers.sim.skin_board import grove_board, tinygsr_board
from drivers.sim.tla2022 import tla2022
from drivers.sim.world import World
from rig.config import Config, GradeSettings
from rig.doctor import examine_config, examine_engine, examine_heat, examine_page, examine_takes, examine_time, versions

PI = "Raspberry Pi 5 Model B Rev 1.0"


@pytest.fixture
def pi(tmp_path: Path) -> Path:
    """The root of a Pi on which nothing is switched on yet."""
    for folder in (
        "dev",
        "proc/device-tree",
        "sys/class/thermal/thermal_zone0",
        "sys/devices/platform/soc/soc:firmware",
    ):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "proc/device-tree/model").write_text(PI + "\0")
    return tmp_path


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A folder that the user of the test may not enter; root is nobody meanwhile."""
    folder = tmp_path / "locked"
    (folder / "inner").mkdir(parents=True)
    folder.chmod(0)
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    yield folder
    os.seteuid(was)
    folder.chmod(0o700)


def test_a_desktop_is_no_pi_and_nothing_fails_there(tmp_path: Path) -> None:
    assert pi_model(tmp_path) == ""
    findings = examine_devices(CameraSettings(), PulseSettings(), KnobsSettings(), tmp_path)
    assert {finding.name: finding.state for finding in findings} == {
        "machine": "ok",
        "camera": "warn",
        "pulse": "warn",
        "knobs": "warn",
    }
    assert all("--sim" in finding.says + finding.remedy for finding in findings)


def test_simulated_devices_are_always_there(tmp_path: Path) -> None:
    camera, pulse = CameraSettings(name="sim"), PulseSettings(bus="sim")
    findings = examine_devices(camera, pulse, KnobsSettings(pins="sim"), tmp_path)
    assert [finding.state for finding in findings] == ["ok"] * 4


def test_on_a_pi_a_bus_that_is_not_there_fails_with_the_remedy(pi: Path) -> None:
    assert pi_model(pi) == PI
    finding = examine_pulse(PulseSettings(), PI, pi)
    assert (finding.state, finding.says) == ("fail", "no I2C bus /dev/i2c-1")
    assert "raspi-config" in finding.remedy
    (pi / "dev/i2c-13").write_text("")
    assert examine_pulse(PulseSettings(), PI, pi).says == "no I2C bus /dev/i2c-1 (there are: i2c-13)"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_a_bus_this_user_may_not_open_names_the_group(pi: Path) -> None:
    (pi / "dev/i2c-1").write_text("")
    (pi / "dev/i2c-1").chmod(0)
    assert "usermod -aG i2c" in examine_pulse(PulseSettings(), PI, pi).remedy


def test_a_motion_sensor_is_looked_for_where_one_is_wanted(pi: Path) -> None:
    wanted = MotionSettings(name="lsm6dsox", bus=7)
    findings = examine_devices(CameraSettings(name="sim"), PulseSettings(bus="sim"), KnobsSettings(), pi, wanted)
    (finding,) = [finding for finding in findings if finding.name == "motion"]
    assert (finding.state, finding.says) == ("fail", "no I2C bus /dev/i2c-7")
    assert "motion.bus" in finding.remedy
    assert examine_motion(MotionSettings(name="mpu6050", bus="sim"), PI, pi).says == "simulated"
    assert examine_motion(MotionSettings(), PI, pi).says == "none wanted"


def test_a_skin_sensor_is_looked_for_where_one_is_wanted(pi: Path) -> None:
    wanted = SkinSettings(name="grove", bus=7)
    findings = examine_devices(CameraSettings(name="sim"), PulseSettings(bus="sim"), KnobsSettings(), pi, None, wanted)
    (finding,) = [finding for finding in findings if finding.name == "skin"]
    assert (finding.state, finding.says) == ("fail", "no I2C bus /dev/i2c-7")
    assert "skin.bus" in finding.remedy
    assert examine_skin(SkinSettings(), PI, pi).says == "none wanted"
    assert examine_skin(SkinSettings(name="grove", bus="sim"), PI, pi).state == "ok"


@pytest.mark.parametrize(
    ("name", "skin_us", "state", "says", "remedy"),
    [
        ("grove", 6.2, "ok", "grove at 0x48 on the simulated bus: the electrodes touch something, 6.2", ""),
        ("tinygsr", 6.2, "ok", "tinygsr at 0x49 on the simulated bus: the electrodes touch something, 6.", ""),
        ("grove", 0.0, "ok", "the electrodes touch nothing; its output is 0.500 of the supply", ""),
        ("tinygsr", 0.0, "ok", "the electrodes touch nothing; its output is 0.900 of the supply", ""),
        ("grove", 0.4, "ok", "0.40 uS; its output is 0.492 of the supply", "with the electrodes off? then skin.open_s"),
        ("grove", 1e6, "warn", "more than it can tell (above 49 uS)", "do the electrodes touch each other"),
        ("tinygsr", 1e6, "warn", "more than it can tell (above 42 uS)", "do the electrodes touch each other"),
    ],
)
def test_the_skin_sensor_says_what_its_electrodes_touch(
    tmp_path: Path, name: str, skin_us: float, state: str, says: str, remedy: str
) -> None:
    clock = SimulatedClock()
    world = World(clock)
    board = (grove_board if name == "grove" else tinygsr_board)(lambda t_s: skin_us, world.start_ns)
    world.bus.devices.update({0x48: Ads1115({4: board.volts}, clock), 0x49: tla2022(board.volts, clock)})
    settings = SkinSettings(name=name, bus="sim")  # type: ignore[arg-type]
    finding = examine_skin(settings, PI, tmp_path, Bench(clock, lambda: world))
    assert (finding.name, finding.state) == ("skin", state)
    assert says in finding.says
    assert finding.remedy.startswith(remedy)
    assert bool(finding.remedy) == bool(remedy)


@pytest.mark.parametrize(("open_share", "supply_v"), [(0.6, 3.3), (0.5, 3.3), (0.9, 3.0)])
def test_a_skin_board_that_is_not_what_its_settings_say(tmp_path: Path, open_share: float, supply_v: float) -> None:
    clock = SimulatedClock()
    world = World(clock)
    board = tinygsr_board(lambda t_s: 0.0, world.start_ns)
    world.bus.devices[0x49] = tla2022(board.volts, clock)
    settings = SkinSettings(name="tinygsr", bus="sim", open_share=open_share, supply_v=supply_v)
    finding = examine_skin(settings, PI, tmp_path, Bench(clock, lambda: world))
    share = 0.9 * 3.3 / supply_v
    assert finding.state == "warn"
    assert f"its output is {share:.3f} of the supply, more than open electrodes give ({open_share})" in finding.says
    assert finding.remedy.endswith(f"its trimmer, or skin.open_share = {share:.3f}; is skin.supply_v right?")


def test_a_skin_sensor_that_fails_is_told_in_words(tmp_path: Path) -> None:
    clock = SimulatedClock()
    world = World(clock)
    bench, wanted = Bench(clock, lambda: world), SkinSettings(name="grove", bus="sim")
    chip = world.bus.devices[0x48]
    assert isinstance(chip, Ads1115)
    chip.dead = True
    finding = examine_skin(wanted, PI, tmp_path, bench)
    assert (finding.state, finding.says) == ("fail", "grove at 0x48 on the simulated bus: no sample within a second")
    del world.bus.devices[0x48]
    finding = examine_skin(wanted, PI, tmp_path, bench)
    assert finding.state == "fail"
    assert finding.says.startswith("skin sensor grove not found at 0x48 on the simulated bus: is it wired")


def test_a_report_tells_nothing_of_the_body(tmp_path: Path) -> None:
    finding = examine_skin(SkinSettings(name="grove", bus="sim"), PI, tmp_path, of_body=False)
    assert finding.says == "grove at 0x48 on the simulated bus: the electrodes touch something"
    loose = SkinSettings(name="grove", bus="sim", open_share=0.05)  # what is worn looks like more than open
    says = examine_skin(loose, PI, tmp_path, of_body=False).says
    assert says == "grove at 0x48 on the simulated bus: its output is more than open electrodes give"


def test_a_strap_needs_its_library(pi: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert examine_pulse(PulseSettings(name="strap"), PI, pi).state == "ok"
    monkeypatch.setitem(sys.modules, "bleak", None)
    finding = examine_pulse(PulseSettings(name="strap"), PI, pi)
    assert (finding.state, finding.remedy) == ("fail", "pip install 'darkroom-rig[ble]'")
    assert examine_pulse(PulseSettings(name="strap", bus="sim"), PI, pi).says == "simulated"


def test_a_webcam_or_a_clip_for_the_pulse_is_looked_for(pi: Path) -> None:
    finding = examine_pulse(PulseSettings(name="webcam", source="2"), PI, pi)
    assert (finding.state, finding.says) == ("fail", f"no {pi}/dev/video2")
    (pi / "dev/video0").write_text("")
    assert examine_pulse(PulseSettings(name="webcam"), PI, pi).says == f"{pi}/dev/video0"
    clip = PulseSettings(name="webcam", source=str(pi / "clip.mp4"))
    assert examine_pulse(clip, PI, pi).remedy == "pulse.source: no such file"
    (pi / "clip.mp4").write_text("")
    assert examine_pulse(clip, PI, pi).state == "ok"


def test_pins_that_are_not_there(pi: Path) -> None:
    finding = examine_knobs(KnobsSettings(), pi)
    assert (finding.state, finding.says) == ("fail", "no GPIO chip in /dev")


def test_the_board_and_the_converter_of_knobs(pi: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seesaw, pots = KnobsSettings(name="seesaw"), KnobsSettings(name="pots")
    assert examine_knobs(KnobsSettings(name="seesaw", bus="sim"), pi).says == "simulated"
    assert examine_knobs(KnobsSettings(name="pots", pins="sim", bus="sim"), pi).says == "simulated"
    nowhere = tmp_path / "no_bus"
    (nowhere / "dev").mkdir(parents=True)
    assert examine_knobs(seesaw, nowhere).says == "no I2C bus /dev/i2c-1"
    world = World(SimulatedClock())
    world.bus.devices[0x49] = world.seesaw
    monkeypatch.setattr("drivers.doctor.open_bus", lambda _: world.bus)
    (pi / "dev/i2c-1").write_text("")
    finding = examine_knobs(seesaw, pi)
    assert (finding.state, finding.says) == ("ok", "the seesaw board at 0x49 on /dev/i2c-1")
    assert examine_knobs(pots, pi).says == "no GPIO chip in /dev"  # the converter answers, the pushes have no pins
    del world.bus.devices[0x48], world.bus.devices[0x49]
    for settings, where in ((seesaw, "the seesaw board: nothing answers at 0x49"), (pots, "nothing answers at 0x48")):
        finding = examine_knobs(settings, pi)
        assert finding.state == "fail"
        assert where in finding.says
        assert "knobs.address" in finding.remedy


def test_a_clip_and_a_webcam_that_are_not_there(tmp_path: Path) -> None:
    assert examine_camera(CameraSettings(name="file", source="gone.mp4"), "", tmp_path).state == "fail"
    assert examine_camera(CameraSettings(name="webcam", source="2"), "", tmp_path).says == f"no {tmp_path}/dev/video2"
    (tmp_path / "clip.mp4").write_text("")
    assert examine_camera(CameraSettings(name="file", source=f"{tmp_path}/clip.mp4"), "", tmp_path).state == "ok"


def test_heat_and_undervoltage(pi: Path) -> None:
    (pi / "sys/class/thermal/thermal_zone0/temp").write_text("51123\n")
    throttled = pi / "sys/devices/platform/soc/soc:firmware/get_throttled"
    throttled.write_text("0\n")
    assert (examine_heat(pi).state, examine_heat(pi).says) == ("ok", "51 C")
    throttled.write_text("50005\n")
    finding = examine_heat(pi)
    assert (finding.state, finding.says) == ("warn", "51 C, undervoltage now, throttled now, undervoltage since boot")
    assert "supply" in finding.remedy
    throttled.write_text("0\n")
    (pi / "sys/class/thermal/thermal_zone0/temp").write_text("83000\n")
    assert examine_heat(pi).state == "warn"


def test_wall_time_that_was_never_set_is_said(pi: Path) -> None:
    assert examine_time(pi).state == "warn"
    (pi / "run/systemd/timesync").mkdir(parents=True)
    (pi / "run/systemd/timesync/synchronized").write_text("")
    assert examine_time(pi).state == "ok"


def test_the_takes_folder_is_measured_and_left_as_it_was(tmp_path: Path) -> None:
    finding = examine_takes(tmp_path / "takes", 0, SystemClock())
    assert finding.state in ("ok", "warn")  # how fast the disk of this machine is, is not for a test to say
    assert "MB/s, slowest sync" in finding.says
    assert list(tmp_path.iterdir()) == []
    assert examine_takes(tmp_path, 1e9, SystemClock()).state == "fail"
    (tmp_path / "file").write_text("")
    assert examine_takes(tmp_path / "file", 0, SystemClock()).state == "fail"


def test_a_takes_folder_behind_one_that_may_not_be_entered_is_a_finding(locked: Path) -> None:
    finding = examine_takes(locked / "inner/takes", 0, SystemClock())
    assert (finding.name, finding.state) == ("takes", "fail")
    assert finding.says.startswith(f"{locked}")
    assert finding.says.endswith("Permission denied")
    assert finding.remedy == "takes.folder, or its owner and mode"


def test_a_clip_behind_a_folder_that_may_not_be_entered_is_a_finding(locked: Path) -> None:
    finding = examine_camera(CameraSettings(name="file", source=f"{locked}/clip.mp4"), "", Path("/"))
    assert finding.state == "fail"
    assert finding.remedy.startswith("camera.source: ")


def test_a_pi_without_a_folder_for_lgpios_pipe_is_warned(pi: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (pi / "dev/gpiochip0").write_text("")
    (pi / "lgpio.py").write_text("")
    monkeypatch.syspath_prepend(pi)
    monkeypatch.delenv("LG_WD", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(pi))
    assert examine_knobs(KnobsSettings(), pi).state == "ok"
    monkeypatch.setattr(tempfile, "tempdir", str(pi / "gone"))
    finding = examine_knobs(KnobsSettings(), pi)
    assert finding.state == "warn"
    assert "TMPDIR" in finding.remedy


def test_a_port_in_use_is_said() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        config = Config()
        config = replace(config, finder=replace(config.finder, port=port))
        assert examine_page(config).state == "warn"
        assert str(port) in examine_page(config).says
    assert examine_page(config).state == "ok"


def test_a_configuration_with_mistakes_fails_and_the_rest_is_examined_by_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "rig.toml"
    path.write_text("[camera]\nrate_hz = 500\n[finder]\nport = -1\n")
    config, finding = examine_config(path)
    assert config == Config()
    assert finding.says == "rig.toml:2: camera.rate_hz: expected 1 to 120 Hz, got 500 (and 1 more)"
    assert finding.remedy == f"rig config --check {path}"


def test_the_engine_that_would_print_is_named_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = examine_engine(Config())
    assert found.state == "ok"
    assert found.says.split(": ")[0] in ("numba", "opencv")
    (tmp_path / "numba.py").write_text("raise ImportError('Numba needs NumPy 1.0 or less. Got NumPy 2.0.')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    without = examine_engine(Config())
    assert (without.state, without.says.split(": ")[0]) == ("ok", "opencv")
    assert "Numba cannot be loaded (Numba needs NumPy 1.0 or less. Got NumPy 2.0.)" in without.says
    asked = examine_engine(replace(Config(), grade=GradeSettings(engine="numba")))
    assert asked.state == "fail"
    assert "pip install 'darkroom-rig[fast]'" in asked.says
    assert asked.remedy == 'grade.engine = "opencv"'


def test_versions_name_what_the_rig_needs() -> None:
    found = versions()
    assert {"darkroom-rig", "python", "numpy", "opencv-python-headless", "av", "starlette", "picamera2"} <= set(found)
    assert "pytest" not in found
    assert found["numpy"][0].isdigit()


def test_the_command_as_a_program_reads_it(tmp_path: Path) -> None:
    devices = 'camera.name = "sim"\npulse.bus = "sim"\nknobs.pins = "sim"\n'
    (tmp_path / "rig.toml").write_text(devices + "finder.port = 0\ntakes.min_minutes = 0\n")
    command = [sys.executable, "-m", "rig.cli.main", "doctor"]
    answer = subprocess.run([*command, "--json"], capture_output=True, text=True, cwd=tmp_path, timeout=90, check=False)
    told = json.loads(answer.stdout)
    assert (answer.returncode, told["ok"], answer.stderr) == (0, True, "")
    names = [finding["name"] for finding in told["findings"]]
    assert names[:4] == ["python", "libraries", "opencv", "config"]
    assert set(names) >= {"camera", "pulse", "knobs", "takes", "page", "time", "heat", "viewfinder"}
    (tmp_path / "rig.toml").write_text("[camera]\nname = 1\n")
    answer = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=90, check=False)
    assert answer.returncode == 1
    assert "\nfail config      rig.toml:2: camera.name" in answer.stdout
