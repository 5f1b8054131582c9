"""Looks at the devices without disturbing them: which are there, which answer, and what to do where one does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from drivers.ads1115 import ADDRESS as ADS1115_ADDRESS
from drivers.clock import Clock, SystemClock
from drivers.errors import DriverError
from drivers.i2c import open_bus, reason
from drivers.knobs.seesaw_board import ADDRESS as SEESAW_ADDRESS
from drivers.motion.identity import FAMILIES
from drivers.names import Bench, make_skin
from drivers.pi_pins import pipe_folder
from drivers.settings import CameraSettings, GripSettings, KnobsSettings, MotionSettings, PulseSettings, SkinSettings

if TYPE_CHECKING:
    from drivers.grip.fsr import FsrGrip
    from drivers.skin.converter import ConverterSkin

State = Literal["ok", "warn", "fail"]
_PART_ID, _MAX3010X = 0xFF, 0x15  # MAX30102 datasheet, register map: part ID register and its value
_ADDRESS = 0x57
_NO_CHIP = {"none": "none wanted", "taps": "tapped by hand", "strap": "a chest strap, looked for when shooting begins"}
DRY_US = 0.5  # skin that conducts less is rare (Boucsein, Electrodermal Activity, 2012: 2 to 20): is it skin at all?
_LIST_CAMERAS = "import json; from picamera2 import Picamera2; print(json.dumps(Picamera2.global_camera_info()))"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's answer. remedy: what to do, where something is to be done."""

    name: str
    state: State
    says: str
    remedy: str = ""


def pi_model(root: Path = Path("/")) -> str:
    """`Raspberry Pi 5 Model B Rev 1.0`; empty on any other machine. root: for tests, where /proc is."""
    path = root / "proc/device-tree/model"
    model = path.read_text(encoding="utf-8", errors="replace").rstrip("\0\n") if path.is_file() else ""
    return model if "Raspberry Pi" in model else ""


def examine_devices(
    camera: CameraSettings,
    pulse: PulseSettings,
    knobs: KnobsSettings,
    root: Path = Path("/"),
    motion: MotionSettings | None = None,
    skin: SkinSettings | None = None,
    grip: GripSettings | None = None,
    of_body: bool = True,
) -> list[Finding]:
    """The camera, the sensors and the knobs that the configuration names. root: for tests, where /dev is.

    of_body: what the skin conducts may be told.
    """
    model = pi_model(root)
    machine = Finding("machine", "ok", model or "not a Raspberry Pi: shoot with simulated hardware, rig shoot --sim")
    findings = [machine, examine_camera(camera, model, root), examine_pulse(pulse, model, root)]
    if motion is not None and motion.name != "none":
        findings.append(examine_motion(motion, model, root))
    if skin is not None and skin.name != "none":
        findings.append(examine_skin(skin, model, root, of_body=of_body))
    if grip is not None and grip.name != "none":
        findings.append(examine_grip(grip, model, root))
    return [*findings, examine_knobs(knobs, root)]


def examine_camera(settings: CameraSettings, model: str, root: Path) -> Finding:
    """Whether the camera that is asked for is there."""
    if settings.name == "sim":
        return Finding("camera", "ok", "simulated")
    if settings.name == "file":
        return _playable("camera", settings.source)
    if settings.name == "webcam":
        device = root / f"dev/video{settings.source or 0}"
        return _openable("camera", device, "video", "is the webcam plugged in? (camera.source is its number)")
    if not model:
        return Finding("camera", "warn", "the Pi's camera, and this is no Pi", "rig shoot --sim, or --camera FILE")
    if find_spec("picamera2") is None:
        return Finding(
            "camera",
            "fail",
            "picamera2 is not installed",
            "sudo apt install python3-picamera2, and a venv with --system-site-packages (systemd/install does both)",
        )
    return _pi_cameras()


def _pi_cameras() -> Finding:
    """Asked in a process of its own: a library that does not fit the others can take the whole process down."""
    try:
        answer = subprocess.run(
            [sys.executable, "-c", _LIST_CAMERAS], capture_output=True, text=True, timeout=30, check=False
        )
    except subprocess.TimeoutExpired:
        return Finding("camera", "fail", "libcamera does not answer", "switch the Pi off and on")
    if answer.returncode != 0:
        last = (answer.stderr.strip().splitlines() or [f"exit status {answer.returncode}"])[-1]
        return Finding(
            "camera", "fail", f"picamera2: {last}", "on Bookworm: numpy<2 (systemd/constraints-bookworm.txt)"
        )
    models = [str(info.get("Model", "?")) for info in json.loads(answer.stdout.strip().splitlines()[-1])]
    if not models:
        return Finding("camera", "fail", "libcamera finds no camera", "power off, and look at both ends of the ribbon")
    return Finding("camera", "ok", ", ".join(models))


def examine_pulse(settings: PulseSettings, model: str, root: Path) -> Finding:
    """Whether the pulse sensor answers; reads one register, which does not disturb a rig that is running."""
    if settings.bus == "sim" and settings.name == "strap":
        return Finding("pulse", "ok", "simulated")
    if settings.name == "strap" and find_spec("bleak") is None:
        return Finding("pulse", "fail", "a chest strap needs bleak", "pip install 'darkroom-rig[ble]'")
    if settings.name == "webcam":
        if settings.source and not settings.source.isdigit():
            return _playable("pulse", settings.source)
        device = root / f"dev/video{settings.source or 0}"
        return _openable("pulse", device, "video", "is the webcam plugged in? (pulse.source is its number, or a clip)")
    if settings.name != "max3010x" or settings.bus == "sim":
        return Finding("pulse", "ok", _NO_CHIP.get(settings.name, "simulated"))
    found = _bus("pulse", settings.bus, model, root)
    if found is not None:
        return found
    part = _ask_chip("pulse", settings.bus, _ADDRESS, _PART_ID)
    if isinstance(part, Finding):
        return part
    if part != _MAX3010X:
        return Finding(
            "pulse",
            "fail",
            f"0x57 on /dev/i2c-{settings.bus} is no MAX3010x (part 0x{part:02x})",
            "is another chip there?",
        )
    return Finding("pulse", "ok", f"MAX3010x at 0x57 on /dev/i2c-{settings.bus}")


def examine_motion(settings: MotionSettings, model: str, root: Path) -> Finding:
    """Whether the motion sensor answers; reads one register, which does not disturb a rig that is running."""
    if settings.name == "none" or settings.bus == "sim":
        return Finding("motion", "ok", "none wanted" if settings.name == "none" else "simulated")
    found = _bus("motion", settings.bus, model, root)
    if found is not None:
        return found
    family = FAMILIES[settings.name]
    address = settings.address or family.address
    other = "" if settings.address else f" Its address pin high? motion.address = 0x{family.other_address:02x}"
    who = _ask_chip("motion", settings.bus, address, family.register, other)
    if isinstance(who, Finding):
        return who
    where = f"0x{address:02x} on /dev/i2c-{settings.bus}"
    if who not in family.chips:
        says = f"{where}: expected WHO_AM_I {family.expected()}, got {family.stranger(who)}"
        return Finding("motion", "fail", says, "motion.name, or motion.address, or a board that has one of these")
    return Finding("motion", "ok", f"{family.chips[who]} at {where}")


def examine_skin(
    settings: SkinSettings, model: str, root: Path, bench: Bench | None = None, of_body: bool = True
) -> Finding:
    """What the skin sensor measures now, asked for as a rig does; one that is in use loses a sample at most.

    bench: for tests, where the clock and the simulated bus are. of_body: what the skin conducts may be told.
    """
    if settings.name == "none":
        return Finding("skin", "ok", "none wanted")
    found = _bus("skin", settings.bus, model, root) if settings.bus != "sim" else None
    if found is not None:
        return found
    try:
        from drivers.sim.world import World
        from drivers.skin.converter import ConverterSkin

        clock = bench.clock if bench else SystemClock()
        sensor = make_skin(settings, bench or Bench(clock, lambda: World(clock)))
        assert isinstance(sensor, ConverterSkin)
        answered = _has_measured(sensor, clock)
    except DriverError as error:
        return Finding("skin", "fail", str(error))
    except ImportError as error:
        return Finding("skin", "fail", f"it cannot be asked: {error}", "the libraries, above, first")
    where = sensor.name.removeprefix("skin sensor ")
    if not answered:
        return Finding("skin", "fail", f"{where}: no sample within a second", "is its supply firm? (3V3, GND)")
    return _skin_says(where, sensor, of_body)


def examine_grip(settings: GripSettings, model: str, root: Path, bench: Bench | None = None) -> Finding:
    """How hard the rig is held now. bench: for tests, where the clock and the simulated bus are."""
    found = _bus("grip", settings.bus, model, root) if settings.bus != "sim" else None
    if found is not None:
        return found
    try:
        from drivers.grip.fsr import FsrGrip
        from drivers.sim.world import World

        clock = bench.clock if bench else SystemClock()
        sensor = FsrGrip(settings, bench or Bench(clock, lambda: World(clock)))
        answered = _has_measured(sensor, clock)
    except DriverError as error:
        return Finding("grip", "fail", str(error))
    except ImportError as error:
        return Finding("grip", "fail", f"it cannot be asked: {error}", "the libraries, above, first")
    where = sensor.name.removeprefix("grip sensor ")
    if not answered or sensor.force_n is None:
        return Finding("grip", "fail", f"{where}: no sample within a second", "is its supply firm? (3V3, GND)")
    if sensor.force_n != sensor.force_n:
        return Finding("grip", "warn", f"{where}: it is at the supply", "is the force resistor shorted?")
    held = "nothing presses" if sensor.force_n == 0.0 else f"{sensor.force_n:.1f} N"
    return Finding("grip", "ok", f"{where}: {held}")


def _has_measured(sensor: ConverterSkin | FsrGrip, clock: Clock) -> bool:
    sensor.open()
    try:
        end_ns = clock.now_ns() + 1_000_000_000
        while clock.now_ns() < end_ns:
            clock.sleep_until_ns(clock.now_ns() + sensor.period_ns)
            if sensor.step(clock.now_ns()):
                return True
    finally:
        sensor.close()
    return False


def _skin_says(where: str, sensor: ConverterSkin, of_body: bool) -> Finding:
    circuit, contact = sensor.circuit, sensor.contact
    share = (sensor.volts or 0.0) / circuit.supply_v
    here, then = f"its output is {share:.3f} of the supply", f"skin.open_share = {share:.3f}"
    if contact == "more":
        says = f"{where}: more than it can tell (above {circuit.most_us:.0f} uS)"
        return Finding(
            "skin", "warn", says, "do the electrodes touch each other? else its trimmer, and skin.open_share"
        )
    if contact == "above" and not of_body:  # with a wrong open_share it may be somebody's all the same
        return Finding("skin", "warn", f"{where}: its output is more than open electrodes give")
    if contact == "above":
        says = f"{where}: {here}, more than open electrodes give ({circuit.open_share:g})"
        return Finding(
            "skin", "warn", says, f"with the electrodes off, its trimmer, or {then}; is skin.supply_v right?"
        )
    if contact == "off":
        return Finding("skin", "ok", f"{where}: the electrodes touch nothing; {here}")
    if not of_body:
        return Finding("skin", "ok", f"{where}: the electrodes touch something")
    level_us = circuit.conductance_us(share * circuit.supply_v)
    remedy = f"with the electrodes off? then {then}" if level_us < DRY_US else ""
    return Finding("skin", "ok", f"{where}: the electrodes touch something, {level_us:.2f} uS; {here}", remedy)


def _bus(name: str, number: int, model: str, root: Path) -> Finding | None:
    """What hinders the use of an I2C bus, or None."""
    buses = sorted(path.name for path in (root / "dev").glob("i2c-*"))
    if f"i2c-{number}" not in buses:
        others = f" (there are: {', '.join(buses)})" if buses else ""
        return Finding(
            name,
            "fail" if model else "warn",
            f"no I2C bus /dev/i2c-{number}{others}",
            f"sudo raspi-config, Interface, I2C; or {name}.bus" if model else f'{name}.bus = "sim", or rig shoot --sim',
        )
    found = _openable(name, root / f"dev/i2c-{number}", "i2c", "")
    return found if found.state == "fail" else None


def _ask_chip(name: str, number: int, address: int, register: int, other: str = "") -> int | Finding:
    """One register of a chip, or why it cannot be read. other: what else it may be, if nothing is there."""
    try:
        bus = open_bus(number)
    except DriverError as error:
        return Finding(name, "fail", str(error))
    try:
        return bus.read_byte_data(address, register)
    except OSError as error:
        says = f"nothing answers at 0x{address:02x} on /dev/i2c-{number} ({reason(error)})"
        return Finding(name, "fail", says, f"SDA, SCL, 3V3, GND wired?{other}")
    finally:
        bus.close()


def examine_knobs(settings: KnobsSettings, root: Path) -> Finding:
    """Whether the pins of the knobs can be opened, and their board or their converter answers."""
    if settings.name in ("none", "keyboard"):
        return Finding("knobs", "ok", "none wanted" if settings.name == "none" else "the keyboard")
    if (settings.bus if settings.name == "seesaw" else settings.pins) == "sim":
        return Finding("knobs", "ok", "simulated")
    model = pi_model(root)
    if settings.name == "seesaw":
        return _examine_chip_of_knobs(settings, SEESAW_ADDRESS, "the seesaw board", model, root)
    if settings.name == "pots":
        chip = _examine_chip_of_knobs(settings, ADS1115_ADDRESS, "the potentiometers' ADS1115", model, root)
        pins = _examine_pins(model, root) if chip.state == "ok" else chip
        return chip if pins.state == "ok" else pins
    return _examine_pins(model, root)


def _examine_chip_of_knobs(settings: KnobsSettings, usual: int, what: str, model: str, root: Path) -> Finding:
    """Whether it acknowledges. Nothing is asked of it: the answer that a running rig waits for would be another's."""
    if settings.bus == "sim":
        return Finding("knobs", "ok", f"{what}, simulated")
    found = _bus("knobs", settings.bus, model, root)
    if found is not None:
        return found
    address = settings.address or usual
    try:
        bus = open_bus(settings.bus)
    except DriverError as error:
        return Finding("knobs", "fail", str(error))
    try:
        from smbus2 import i2c_msg

        bus.i2c_rdwr(i2c_msg.read(address, 1))
    except OSError as error:
        says = f"{what}: nothing answers at 0x{address:02x} on /dev/i2c-{settings.bus} ({reason(error)})"
        return Finding("knobs", "fail", says, "SDA, SCL, 3V3, GND wired? A jumper closed? knobs.address")
    finally:
        bus.close()
    return Finding("knobs", "ok", f"{what} at 0x{address:02x} on /dev/i2c-{settings.bus}")


def _examine_pins(model: str, root: Path) -> Finding:
    chips = sorted((root / "dev").glob("gpiochip*"))
    if not model or not chips:
        return Finding(
            "knobs",
            "fail" if model else "warn",
            "no GPIO chip in /dev" if not chips else "the Pi's pins, and this is no Pi",
            "is this a Raspberry Pi OS kernel?" if model else 'knobs.pins = "sim", or rig shoot --sim',
        )
    missing = [name for name in ("gpiozero", "lgpio") if find_spec(name) is None]
    if missing:
        return Finding("knobs", "fail", f"{' and '.join(missing)} not installed", "sudo apt install python3-lgpio")
    found = _openable("knobs", chips[0], "gpio", "")
    if found.state == "fail":
        return found
    try:
        pipe_folder()
    except OSError as error:
        return Finding("knobs", "warn", f"lgpio needs a folder for its pipe: {error}", "set TMPDIR to one to write in")
    return found


def _playable(name: str, source: str) -> Finding:
    """Whether the clip that a device's settings name is there."""
    try:
        remedy = "" if Path(source).is_file() else f"{name}.source: no such file"
    except PermissionError:  # behind a folder that this user may not enter
        remedy = f"{name}.source: this user may not look there; its owner and mode"
    return Finding(name, "fail" if remedy else "ok", f"plays {source}", remedy)


def _openable(name: str, device: Path, group: str, absent: str) -> Finding:
    if not device.exists():
        return Finding(name, "fail", f"no {device}", absent)
    if not os.access(device, os.R_OK | os.W_OK):
        return Finding(
            name, "fail", f"this user may not open {device}", f"sudo usermod -aG {group} $USER, then log in again"
        )
    return Finding(name, "ok", str(device))
