"""`rig perform TAKE|PICTURE`: the negative is played, and printed anew by the hands and the pulse of now."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rig.cli.shoot import add_rig, baseline_of, chosen, say_what_was_kept

if TYPE_CHECKING:
    from drivers.clock import Clock
    from drivers.sim.scenario import Scenario
    from rig.config import Config
    from rig.perform import Played


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "subject",
        metavar="TAKE|PICTURE",
        help="a take: an id, its beginning or end, a folder, last; or a JPEG, PNG, TIFF or DNG",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        metavar="N",
        help="end after N seconds (a take ends by itself)",
    )
    add_rig(parser)


def run(args: argparse.Namespace) -> int:
    """Play it to its end, or until record is pressed, Ctrl-C, or the seconds are over; what was performed is kept."""
    from drivers.clock import SystemClock
    from drivers.errors import DeviceNotFound
    from rig.build import build, tune_process
    from rig.errors import UserError
    from rig.log import open_log, state_folder
    from rig.service import Stop

    if args.seconds is not None and not 0 < args.seconds <= 86_400:
        raise UserError(f"--seconds: expected more than 0, at most 86400 s, got {args.seconds:g}")
    if args.takes == "":
        raise UserError("--takes: expected a folder, got nothing")
    config, scenario = at_the_desk(*chosen(args), args)
    clock = SystemClock()
    played = _played(args, config, clock)
    tune_process(config.grade.threads)
    with (
        open_log(state_folder()),
        Stop() as stop,
        build(config, clock, stop, scenario, False, baseline_of(config, scenario), played) as built,
    ):
        built.shoot.say = lambda words: print(words, flush=True)
        if built.finder is not None:
            print(f"The finder: {built.finder.address}", flush=True)
        print("Performing; the record button or Ctrl-C ends it, and what was done is kept.", flush=True)
        try:
            built.shoot.run(args.seconds or float("inf"))
        except DeviceNotFound as error:
            raise UserError(f"{error}; without that hardware: --knobs none --pulse none, or --sim") from error
    return say_what_was_kept(built, wanted=True)


def at_the_desk(config: Config, scenario: Scenario, args: argparse.Namespace) -> tuple[Config, Scenario]:
    """On a machine that is no Pi, and has no configuration of its own: the page's knobs, and beats tapped there."""
    from dataclasses import replace

    if args.config is not None or Path("rig.toml").exists() or Path("/proc/device-tree/model").exists():
        return config, scenario
    if args.knobs is None and config.knobs.pins != "sim":
        config = replace(config, knobs=replace(config.knobs, name="none"))
    if args.pulse is None and config.pulse.bus != "sim":
        config = replace(config, pulse=replace(config.pulse, name="none" if args.no_web else "taps"))
    return config, scenario


def _played(args: argparse.Namespace, config: Config, clock: Clock) -> Played:
    from rig.perform import play, play_picture
    from rig.session.layout import find_take
    from rig.session.reader import open_take
    from rig.stills import is_still, read_still

    path = Path(args.subject)
    if path.is_file() or is_still(path):
        still = read_still(path)
        for note in still.notes:
            sys.stderr.write(f"rig: {note}\n")
        return play_picture(still, clock, config.look.name, config.camera.width, config.camera.rate_hz)
    take = open_take(find_take(Path(config.takes.folder).expanduser(), args.subject))
    return play(take, clock, args.look)
