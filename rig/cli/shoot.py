"""`rig shoot`: the camera is graded live, the page shows it, takes are kept."""

from __future__ import annotations

import argparse
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from drivers.errors import DriverError
    from drivers.sim.scenario import Scenario
    from rig.body.baseline import QuietBaseline
    from rig.build import Built
    from rig.config import Config

    CameraName = Literal["sim", "file", "webcam", "pi"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--camera", metavar="sim|pi|FILE|N", help="the night market, the Pi's camera, a clip, a webcam")
    parser.add_argument("--place", metavar="ZONE", help="place what lies under the spot at first on this zone, 0 to X")
    parser.add_argument("--seconds", type=float, metavar="N", help="keep one take of N seconds at once, then leave")
    add_rig(parser)


def add_rig(parser: argparse.ArgumentParser) -> None:
    """What every command that runs the rig can be told: hands, body, look, takes, page."""
    parser.add_argument("--sim", action="store_true", help="everything simulated: no hardware at all is needed")
    parser.add_argument("--config", type=Path, metavar="F", help="the configuration (./rig.toml)")
    parser.add_argument(
        "--pulse", metavar="sim|webcam|strap|taps|none|FILE", help="where the pulse comes from; FILE: .npz, .csv"
    )
    parser.add_argument("--skin", metavar="sim|grove|tinygsr|none", help="the board that feels the skin's conductance")
    parser.add_argument(
        "--knobs", metavar="SCRIPT|keyboard|none", help="a knob script, the terminal's keys, or no knobs"
    )
    parser.add_argument("--motion", metavar="sim|mpu6050|lsm6dsox|none", help="what feels how the rig is moved")
    parser.add_argument("--world", type=Path, metavar="F", help="a scenario for the simulated world")
    parser.add_argument("--look", metavar="NAME|F", help="the look to start from")
    parser.add_argument("--takes", metavar="DIR", help="where takes are kept (./takes)")
    parser.add_argument("--port", type=int, metavar="N", help="of the page; 0 is any free one (8765)")
    parser.add_argument("--no-web", action="store_true", help="no page")
    parser.add_argument(
        "--keep-going", action="store_true", help="start although a sensor does not answer; keep trying"
    )


def run(args: argparse.Namespace) -> int:
    """Shoot until Ctrl-C, SIGTERM, the clip's end or the seconds are over; the take is closed properly."""
    from drivers.clock import SystemClock
    from drivers.errors import DeviceNotFound, LibraryMissing
    from drivers.readings import Placing
    from rig.build import build, tune_process
    from rig.errors import UserError
    from rig.log import open_log, state_folder
    from rig.service import Stop
    from rig.zones import read_zone

    if args.seconds is not None and not 0 < args.seconds <= 86_400:
        raise UserError(f"--seconds: expected more than 0, at most 86400 s, got {args.seconds:g}")
    if args.takes == "":
        raise UserError("--takes: expected a folder, got nothing")
    zone = None if args.place is None else read_zone(args.place, "--place")
    config, scenario = chosen(args)
    tune_process(config.grade.threads)
    wanted = args.seconds is not None
    with (
        open_log(state_folder()),
        Stop() as stop,
        build(config, clock := SystemClock(), stop, scenario, args.keep_going, baseline_of(config, scenario)) as built,
    ):
        _mend_beside(Path(config.takes.folder))
        _say_where(built, args.seconds)
        if zone is not None:
            built.shoot.hear(Placing(clock.now_ns(), zone))
        try:
            built.shoot.run(args.seconds)
        except (DeviceNotFound, LibraryMissing) as error:
            raise _without_hardware(error, config) from error
    return say_what_was_kept(built, wanted)


def chosen(args: argparse.Namespace) -> tuple[Config, Scenario]:
    """The configuration and the simulated world that the options ask for; UserError or BadInput tell why not."""
    from dataclasses import replace

    from drivers.sim.scenario import Scenario
    from drivers.sim.script import load_script
    from rig.build import simulated, simulated_knobs
    from rig.cli.choose_body import choose_motion, choose_skin
    from rig.cli.choose_pulse import choose_pulse
    from rig.config import load_config, load_scenario

    config = load_config(args.config)
    scenario = load_scenario(args.world) if args.world else Scenario()
    if args.sim:
        config = simulated(config)
    if (camera := getattr(args, "camera", None)) is not None:
        name, source = _camera(camera)
        config = replace(config, camera=replace(config.camera, name=name, source=source))
    if args.pulse is not None:
        config, scenario = choose_pulse(config, scenario, args.pulse)
    if args.skin is not None:
        config = replace(config, skin=choose_skin(config.skin, args.skin))
    if args.motion is not None:
        config = replace(config, motion=choose_motion(config.motion, args.motion))
    if args.knobs in ("keyboard", "none"):
        config = replace(config, knobs=replace(config.knobs, name=args.knobs))
    elif args.knobs is not None:
        load_script(args.knobs)
        config = replace(config, knobs=simulated_knobs(config.knobs))
        scenario = replace(scenario, hands=args.knobs)
    if args.look is not None:
        config = replace(config, look=replace(config.look, name=args.look))
    if args.takes is not None:
        config = replace(config, takes=replace(config.takes, folder=args.takes))
    if args.no_web or args.port is not None:
        port = config.finder.port if args.port is None else args.port
        config = replace(config, finder=replace(config.finder, enabled=not args.no_web, port=port))
    return config, scenario


def _camera(word: str) -> tuple[CameraName, str]:
    if word == "sim":
        return "sim", ""
    if word == "pi":
        return "pi", ""
    return ("webcam", word) if word.isdecimal() and len(word) <= 3 else ("file", word)


def baseline_of(config: Config, scenario: Scenario) -> QuietBaseline | None:
    """This person's quiet heart, where it was measured; a file that says nothing stops no shoot."""
    from rig.baseline_file import read_baseline, source_of
    from rig.errors import UserError
    from rig.log import state_folder

    try:
        kept = read_baseline(state_folder(), source_of(config.pulse, scenario.pulse))
    except UserError as error:
        sys.stderr.write(f"rig: {error}\n")
        return None
    return None if kept is None else kept.quiet


def _mend_beside(takes: Path) -> None:
    """Takes that were cut off are mended by another process: that may take minutes, and nobody waits to shoot."""
    from rig.session.layout import list_takes
    from rig.session.lock import written_now

    if any(not place.sealed and not written_now(place.path) for place in list_takes(takes)):
        print("Mending takes that were cut off, beside the shoot.", flush=True)
        command = [sys.executable, "-m", "rig.cli.main", "recover", "--all", "--takes", str(takes)]
        subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)


def _say_where(built: Built, seconds: float | None) -> None:
    built.shoot.say = lambda words: print(words, flush=True)
    if built.finder is not None:
        print(f"The finder: {built.finder.address}", flush=True)
    if seconds is None:
        print("Record on the page or with the record button. Ctrl-C ends the shoot and closes the take.", flush=True)


def _without_hardware(error: DriverError, config: Config) -> Exception:
    """On a desktop nobody misses an I2C bus: say what runs there."""
    if Path("/proc/device-tree/model").exists() or "sim" in (config.camera.name, config.pulse.bus, config.knobs.pins):
        return error
    from rig.errors import UserError

    return UserError(f"{error}; on a machine without the hardware: rig shoot --sim")


def say_what_was_kept(built: Built, wanted: bool) -> int:
    """Every take of the shoot; exit status 1 where one is not whole, 130 where the one asked for never began."""
    recorder = built.shoot.keeper.recorder
    with suppress(OSError):  # a terminal that hung up hears no more; the takes are kept all the same
        for path in recorder.kept:
            print(f"Kept: {path}", flush=True)
    for path in recorder.unsealed:
        sys.stderr.write(f"rig: {path.name} is not sealed yet: rig recover {path.name.removesuffix('.part')}\n")
    if recorder.fault:
        sys.stderr.write(f"rig: {recorder.fault}\n")
    if wanted and not (recorder.kept or recorder.unsealed or recorder.fault):
        sys.stderr.write("rig: stopped before the take began: nothing was kept\n")
        return 130
    return 1 if recorder.fault or recorder.unsealed else 0
