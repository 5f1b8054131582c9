"""`rig pulse`: the pulse live on this terminal, kept in a file when asked to; and the baseline of a quiet heart."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drivers.clock import Clock
    from drivers.errors import DriverError
    from drivers.interfaces import Sensor
    from drivers.readings import Reading
    from drivers.sim.scenario import Scenario
    from rig.baseline_file import KeptBaseline
    from rig.config import Config
    from rig.pulse_show import Show
    from rig.service import Stop

LONGEST_S = 86_400.0
NO_WAVEFORM = ("taps", "strap")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--pulse", metavar="sim|webcam|strap|taps|FILE", help="where the pulse comes from; FILE: .npz, .csv"
    )
    parser.add_argument("--skin", metavar="sim|grove|tinygsr|none", help="the board that feels the skin's conductance")
    parser.add_argument("--motion", metavar="sim|mpu6050|lsm6dsox|none", help="what feels how the hand moves")
    parser.add_argument("--config", type=Path, metavar="F", help="the configuration (./rig.toml)")
    parser.add_argument("--world", type=Path, metavar="F", help="a scenario for the simulated world")
    parser.add_argument("--seconds", type=float, metavar="N", help="watch for N seconds, then leave")
    parser.add_argument(
        "--record", type=Path, metavar="F", help="keep the samples in a new file, .npz or .csv; --pulse F plays it"
    )
    parser.add_argument(
        "--baseline", action="store_true", help="two quiet minutes: keep your heart at rest, for arousal"
    )
    parser.add_argument("--forget-baseline", action="store_true", help="delete what --baseline kept")


def run(args: argparse.Namespace) -> int:
    """Watch until Ctrl-C, or the seconds are over, or the baseline is measured."""
    from drivers.clock import SystemClock
    from rig.log import open_log, state_folder
    from rig.pulse_show import choose_show
    from rig.service import Stop

    check(args)
    folder = state_folder()
    if args.forget_baseline:
        return _forget(folder)
    config, scenario = chosen(args)
    with open_log(folder, aloud=False), Stop() as stop:
        return look(args, config, scenario, SystemClock(), choose_show(sys.stdout), stop, folder)


def check(args: argparse.Namespace) -> None:
    """UserError where the options do not go together."""
    from rig.errors import UserError

    if args.forget_baseline and (args.baseline or args.record or args.seconds is not None):
        raise UserError("--forget-baseline: expected no other option beside it")
    if args.baseline and args.seconds is not None:
        raise UserError("--baseline and --seconds: expected one of them: a baseline takes two quiet minutes")
    if args.seconds is not None and not 0 < args.seconds <= LONGEST_S:
        raise UserError(f"--seconds: expected more than 0, at most {LONGEST_S:.0f} s, got {args.seconds:g}")


def chosen(args: argparse.Namespace) -> tuple[Config, Scenario]:
    """The configuration and the simulated world that the options ask for; a world alone means its own heart.

    With the simulated heart goes the simulated hand and skin, with a recording none, unless they are asked for: what
    a real hand does has nothing to do with either.
    """
    from dataclasses import replace

    from drivers.sim.scenario import Scenario
    from rig.baseline_file import is_simulated
    from rig.cli.choose_body import choose_motion, choose_skin
    from rig.cli.choose_pulse import choose_pulse
    from rig.config import load_config, load_scenario
    from rig.errors import UserError
    from rig.pulse_file import part_of

    config = load_config(args.config)
    scenario = load_scenario(args.world) if args.world else Scenario()
    word = args.pulse if args.pulse is not None else "sim" if args.world else None
    motion, skin = config.motion, config.skin
    if word is not None:
        config, scenario = choose_pulse(config, scenario, word)
        if not is_simulated(config.pulse):
            pass  # a real finger, and whatever is beside it
        elif scenario.pulse and config.pulse.name == "max3010x":
            config = replace(config, motion=replace(motion, name="none"), skin=replace(skin, name="none"))
        else:
            config = replace(config, motion=replace(motion, bus="sim"), skin=replace(skin, bus="sim"))
    if args.motion is not None:
        config = replace(config, motion=choose_motion(motion, args.motion))
    if args.skin is not None:
        config = replace(config, skin=choose_skin(skin, args.skin))
    if config.pulse.name == "none":
        where = "--pulse" if args.pulse is not None else "pulse.name"
        raise UserError(f"{where}: expected a pulse to watch, got none; without a sensor: rig pulse --pulse sim")
    if args.record is not None and config.pulse.name in NO_WAVEFORM:
        says = "expected a sensor with a waveform, got one that tells beats only"
        raise UserError(f"--record: {says} ({config.pulse.name})")
    if args.record is not None and scenario.pulse and Path(scenario.pulse).resolve() == part_of(args.record).resolve():
        says = f"expected another name than that of the recording that is played, {scenario.pulse}"
        raise UserError(f"--record: {says}; without --pulse, --record {args.record} saves it first")
    return config, scenario


def look(
    args: argparse.Namespace,
    config: Config,
    scenario: Scenario,
    clock: Clock,
    show: Show,
    stop: Stop,
    folder: Path,
) -> int:
    """One look at the pulse on ``show``; the exit status. folder: of the baseline."""
    from contextlib import ExitStack

    from drivers.errors import DeviceNotFound, LibraryMissing
    from rig.baseline_file import source_of
    from rig.body.baseline import QuietMinutes
    from rig.body.reader import BodyReader
    from rig.live_pulse import LivePulse
    from rig.pulse_file import PulseFile

    source = source_of(config.pulse, scenario.pulse)
    kept = _kept(folder, source, show)
    quiet = QuietMinutes() if args.baseline else None
    with ExitStack() as stack:
        file = PulseFile(args.record) if args.record is not None else None
        if file is not None:
            stack.callback(file.close)
            if file.saved is not None:
                path, samples = file.saved
                show.say(f"Saved: {path}, {samples} samples of a recording that was cut off")
        if quiet is not None:
            show.say("Stand or sit as you shoot, breathe, and do nothing for two minutes. Ctrl-C gives up.")
        reader = BodyReader() if kept is None else BodyReader(kept.quiet)
        sensors = _sensors(config, scenario, clock)
        live = LivePulse(clock, sensors, reader, show, stop, _about(kept), file, quiet)
        try:
            live.run(args.seconds)
        except (DeviceNotFound, LibraryMissing) as error:
            raise _without_hardware(error, config) from error
        finally:
            if file is not None and file.keep():
                show.say(f"Kept: {file.path}, {file.samples} samples{_left_out(file.left_out)}")
        status = 0
        if file is not None and not file.kept:
            why = "there was no room" if file.fault else "no sample came" if not file.samples else "one sample came"
            show.say(f"{file.path} was not made: {why}.", bad=True)
        if file is not None and (file.fault or not file.kept):
            status = 1
        if quiet is not None:
            status = _keep(quiet, folder, source, clock, show) or status
        return status


def _left_out(samples: int) -> str:
    return f"; {samples} that were not newer than the one before are left out" if samples else ""


def _kept(folder: Path, source: str, show: Show) -> KeptBaseline | None:
    from rig.baseline_file import read_baseline
    from rig.errors import UserError

    try:
        return read_baseline(folder, source)
    except UserError as error:
        show.say(str(error), bad=True)
        return None


def _about(kept: KeptBaseline | None) -> str:
    if kept is None:
        return "baseline: rolling"
    rmssd = f", RMSSD {kept.rmssd_ms:.0f} ms" if kept.rmssd_ms else ""
    return f"baseline of {kept.date}: {kept.heart_rate_bpm:.0f} beats/min{rmssd}"


def _sensors(config: Config, scenario: Scenario, clock: Clock) -> list[Sensor[Reading]]:
    """The pulse sensor first, then what helps it: the hand's motion, the skin, the keys that beats are tapped on."""
    from functools import cache

    from drivers.names import Bench, make_motion, make_pulse, make_skin
    from drivers.sim.world import World

    @cache
    def world() -> World:
        return World(clock, scenario)

    bench = Bench(clock, world)
    sensors: list[Sensor[Reading]] = [make_pulse(config.pulse, bench)]
    if config.pulse.name == "taps":
        sensors = _taps(clock)
    if config.motion.name != "none":
        sensors.append(make_motion(config.motion, bench))
    if config.skin.name != "none":
        sensors.append(make_skin(config.skin, bench))
    return sensors


def _taps(clock: Clock) -> list[Sensor[Reading]]:
    from drivers.knobs.keyboard import KeyboardKnobs
    from drivers.pulse.taps import Taps
    from rig.errors import UserError

    if not sys.stdin.isatty():
        raise UserError("--pulse taps: expected a terminal to tap the space bar on, got another standard input")
    taps = Taps()
    keys = KeyboardKnobs(clock, on_key=lambda key, t_ns: taps.tap(t_ns) if key == " " else None)
    return [taps, keys]


def _without_hardware(error: DriverError, config: Config) -> Exception:
    """On a desktop nobody misses an I2C bus: say what runs there."""
    from rig.errors import UserError

    said = str(error)
    on_a_bus = config.pulse.name == "max3010x" and config.pulse.bus != "sim"
    for option, settings in (("motion", config.motion), ("skin", config.skin)):
        is_its_bus = said.startswith("I2C") and not on_a_bus and settings.name != "none" and settings.bus != "sim"
        if said.startswith(f"{option} sensor") or is_its_bus:
            return UserError(f"{said}; without it: rig pulse --{option} none")
    if Path("/proc/device-tree/model").exists() or not on_a_bus:
        return error
    return UserError(f"{said}; on a machine without the sensor: rig pulse --pulse sim")


def _keep(quiet: object, folder: Path, source: str, clock: Clock, show: Show) -> int:
    from rig.baseline_file import keep_baseline
    from rig.body.baseline import QUIET_S, QuietMinutes

    assert isinstance(quiet, QuietMinutes)
    if not quiet.done:
        show.say(f"Baseline: {quiet.clean_s:.0f} of {QUIET_S:.0f} s of a clean pulse were seen: nothing was kept.")
        return 1
    baseline = quiet.baseline()
    path = keep_baseline(folder, source, baseline, clock.wall_ns())
    rmssd = "unknown" if baseline.rmssd_ms is None else f"{baseline.rmssd_ms:.0f} ms"
    show.say(f"Baseline: {baseline.heart_rate_bpm:.1f} beats/min, RMSSD {rmssd}; kept for you alone in {path}")
    if quiet.restless:
        show.say("Your heart was not at rest all along: measure again when you are calm.")
    return 0


def _forget(folder: Path) -> int:
    from rig.baseline_file import forget_baseline

    gone = forget_baseline(folder)
    sys.stdout.write("There was no baseline.\n" if gone is None else f"Forgotten: {gone} is deleted.\n")
    return 0
