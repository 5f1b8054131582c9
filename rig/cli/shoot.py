"""`rig shoot`: the camera is graded live, the page shows it, takes are kept."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from drivers.sim.scenario import Scenario
    from rig.build import Built
    from rig.config import Config
    from rig.session.recover import Recovery

    CameraName = Literal["sim", "file", "webcam", "pi"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--sim", action="store_true", help="everything simulated: no hardware at all is needed")
    parser.add_argument("--config", type=Path, metavar="F", help="the configuration (./rig.toml)")
    parser.add_argument("--camera", metavar="sim|pi|FILE|N", help="the night market, the Pi's camera, a clip, a webcam")
    parser.add_argument(
        "--pulse", metavar="sim|webcam|taps|none|FILE", help="where the pulse comes from; FILE: .npz, .csv"
    )
    parser.add_argument(
        "--knobs", metavar="SCRIPT|keyboard|none", help="a knob script, the terminal's keys, or no knobs"
    )
    parser.add_argument("--world", type=Path, metavar="F", help="a scenario for the simulated world")
    parser.add_argument("--look", metavar="NAME|F", help="the look to start from")
    parser.add_argument("--seconds", type=float, metavar="N", help="keep one take of N seconds at once, then leave")
    parser.add_argument("--takes", metavar="DIR", help="where takes are kept (./takes)")
    parser.add_argument("--port", type=int, metavar="N", help="of the page; 0 is any free one (8765)")
    parser.add_argument("--no-web", action="store_true", help="no page")
    parser.add_argument(
        "--keep-going", action="store_true", help="start although a sensor does not answer; keep trying"
    )


def run(args: argparse.Namespace) -> int:
    """Shoot until Ctrl-C, SIGTERM, the clip's end or the seconds are over; the take is closed properly."""
    from drivers.clock import SystemClock
    from rig.build import build, tune_process
    from rig.errors import UserError
    from rig.log import open_log, state_folder
    from rig.service import Stop
    from rig.session.recover import recover_all

    if args.seconds is not None and not 0 < args.seconds <= 86_400:
        raise UserError(f"--seconds: expected more than 0, at most 86400 s, got {args.seconds:g}")
    config, scenario = chosen(args)
    tune_process()
    takes = Path(config.takes.folder)
    with (
        open_log(state_folder()),
        Stop() as stop,
        build(config, SystemClock(), stop, scenario, args.keep_going) as built,
    ):
        if takes.is_dir():
            _say_what_was_mended(recover_all(takes))
        _say_where(built, args.seconds)
        built.shoot.run(args.seconds)
        return _say_what_was_kept(built)


def chosen(args: argparse.Namespace) -> tuple[Config, Scenario]:
    """The configuration and the simulated world that the options ask for; UserError or BadInput tell why not."""
    from dataclasses import replace

    from drivers.sim.feed import recorded_feed
    from drivers.sim.scenario import Scenario
    from drivers.sim.script import load_script
    from rig.build import simulated
    from rig.config import load_config, load_scenario

    config = load_config(args.config)
    scenario = load_scenario(args.world) if args.world else Scenario()
    if args.sim:
        config = simulated(config)
    if args.camera is not None:
        name, source = _camera(args.camera)
        config = replace(config, camera=replace(config.camera, name=name, source=source))
    if args.pulse in ("webcam", "taps", "none"):
        config = replace(config, pulse=replace(config.pulse, name=args.pulse))
    elif args.pulse is not None:
        config = replace(config, pulse=replace(config.pulse, name="max3010x", bus="sim"))
        if args.pulse != "sim":
            recorded_feed(args.pulse)  # what is wrong with it is said now, before a camera is opened
            scenario = replace(scenario, pulse=args.pulse)
    if args.knobs in ("keyboard", "none"):
        config = replace(config, knobs=replace(config.knobs, name=args.knobs))
    elif args.knobs is not None:
        load_script(args.knobs)
        config = replace(config, knobs=replace(config.knobs, name="gpio", pins="sim"))
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
    return ("webcam", word) if word.isdecimal() else ("file", word)


def _say_what_was_mended(found: list[Recovery]) -> None:
    for each in found:
        if each.sealed is not None:
            print(f"Mended a take that was cut off: {each.sealed}", flush=True)
        else:
            sys.stderr.write(f"rig: {each.problem}\n")


def _say_where(built: Built, seconds: float | None) -> None:
    if built.finder is not None:
        print(f"The finder: {built.finder.address}", flush=True)
    if seconds is None:
        print("Record on the page or with the record button. Ctrl-C ends the shoot and closes the take.", flush=True)


def _say_what_was_kept(built: Built) -> int:
    recorder = built.shoot.keeper.recorder
    path = recorder.finish(60.0)
    if recorder.fault:
        sys.stderr.write(f"rig: {recorder.fault}\n")
    if path is not None:
        print(f"Kept: {path}")
    return 1 if recorder.fault else 0
