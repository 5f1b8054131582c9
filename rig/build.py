"""Builds the rig that the configuration describes: devices by name, and what decides, prints, keeps and shows."""

from __future__ import annotations

import importlib.metadata
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.clock import Clock
from drivers.interfaces import Sensor, VideoEncoder
from drivers.knobs.keyboard import KeyboardKnobs
from drivers.knobs.page import PageKnobs
from drivers.names import (
    Bench,
    make_camera,
    make_encoder,
    make_grip,
    make_knobs,
    make_motion,
    make_pulse,
    make_skin,
    make_tick,
)
from drivers.negative_clock import OnNegative
from drivers.pool import leave_no_holes
from drivers.pulse.taps import Taps
from drivers.readings import Reading
from drivers.settings import KnobsSettings
from drivers.sim.scenario import Scenario
from drivers.sim.world import World
from rig.body.baseline import QuietBaseline
from rig.config import Config
from rig.decide import Decider
from rig.grade.engines import choose_engine
from rig.grade.printer import Printer
from rig.hands.curves import Curves
from rig.keep import About, Keeper
from rig.modulation.of_look import load_look_and_routes
from rig.service import Notifier, Stop
from rig.session.recorder import Recorder
from rig.shoot import Shoot
from rig.ticks import Ticks

if TYPE_CHECKING:
    from rig.perform import Played
    from rig.viewfinder.finder import Finder


log = logging.getLogger(__name__)
SEAL_S = 60.0


@dataclass(frozen=True)
class Built:
    """A rig, ready to run."""

    shoot: Shoot
    finder: Finder | None
    world: Callable[[], World]


def simulated(config: Config) -> Config:
    """The same rig on simulated hardware: the World's camera, chip and pins under the real drivers."""
    return replace(
        config,
        camera=replace(config.camera, name="sim"),
        pulse=replace(config.pulse, name="max3010x", bus="sim"),
        motion=replace(config.motion, bus="sim"),
        skin=replace(config.skin, bus="sim"),
        grip=replace(config.grip, bus="sim"),
        tick=replace(config.tick, pins="sim"),
        knobs=simulated_knobs(config.knobs),
    )


def simulated_knobs(knobs: KnobsSettings) -> KnobsSettings:
    """The same knobs where the simulated hands are; those that are no hardware become encoders on pins."""
    if knobs.name == "seesaw":
        return replace(knobs, bus="sim", address=0)
    if knobs.name == "pots":
        return replace(knobs, pins="sim", bus="sim", address=0, dodge_input=1, burn_input=2, supply_v=3.3)
    return replace(knobs, name="gpio", pins="sim")


@contextmanager
def build(
    config: Config,
    clock: Clock,
    stop: Stop,
    scenario: Scenario | None = None,
    keep_going: bool = False,
    baseline: QuietBaseline | None = None,
    played: Played | None = None,
) -> Iterator[Built]:
    """Everything made, nothing opened but the page; closed at the end. UserError or DriverError tell why not.

    baseline: this person's quiet heart, for arousal (rig/body/baseline.py). played: a negative in place of the camera;
    then everything but the devices lives on that negative's clock, and the take is a performance over it.
    """
    if played is None:
        (named, routes), time = load_look_and_routes(config.look.name), clock
    else:
        named, routes, time = played.named, played.routes, played.clock

    def on_time(sensor: Sensor[Reading]) -> Sensor[Reading]:
        return sensor if played is None else OnNegative(sensor, played.clock, clock)

    @cache
    def world() -> World:
        return World(clock, scenario)

    bench = Bench(clock, world)
    camera = make_camera(config.camera, bench) if played is None else played.camera
    taps, page_knobs = Taps(), PageKnobs()
    must: list[Sensor[Reading]] = [page_knobs]
    may: list[Sensor[Reading]] = []
    if config.pulse.name in ("taps", "webcam"):
        must.append(taps)
    if config.pulse.name not in ("none", "taps"):
        # without a webcam, beats are tapped on the page
        (may if keep_going or config.pulse.name == "webcam" else must).append(on_time(make_pulse(config.pulse, bench)))
    if config.motion.name != "none":
        (may if keep_going else must).append(on_time(make_motion(config.motion, bench)))
    if config.skin.name != "none":
        (may if keep_going else must).append(on_time(make_skin(config.skin, bench)))
    if config.grip.name != "none":
        (may if keep_going else must).append(on_time(make_grip(config.grip, bench)))
    if config.knobs.name != "none":
        knobs = make_knobs(config.knobs, bench)
        (may if keep_going else must).append(on_time(knobs))
        if isinstance(knobs, KeyboardKnobs):
            knobs.on_key = lambda key, _: taps.tap(time.now_ns()) if key == " " else None

    def encoder() -> VideoEncoder:
        return make_encoder(config.encoder)

    engine = choose_engine(config.grade.engine)
    log.info("engine %s: %s", engine.name, engine.why)
    ticker = None if config.tick.name == "none" else make_tick(config.tick, bench)
    if ticker is not None:
        (may if keep_going else must).append(ticker)
    shoot: Shoot  # the recorder tells it what goes wrong with a take, and it is made with the recorder
    recorder = Recorder(
        Path(config.takes.folder),
        time,
        encoder if played is None else lambda: played.encoder(encoder),
        min_minutes=config.takes.min_minutes,
        on_fault=lambda t_ns, where, message, recovered: shoot.fault(t_ns, where, message, recovered),
        shared=None if played is None else played.negative,
    )
    curves = Curves(config.hands.dodge_curve, config.hands.burn_curve)
    if played is None:
        decider = Decider(named.look, routes, baseline=baseline, curves=curves)
    else:
        decider = Decider(named.look, routes, None, played.began, played.auto, baseline, curves)
    if config.hands.lock:
        decider.hands.lock()
    shoot = Shoot(
        clock=time,
        camera=camera,
        sensors=must,
        may_be_missing=may,
        decider=decider,
        printer=Printer(engine.name, config.grade.threads),
        keeper=Keeper(recorder, time, "" if played else boot_id()),
        stop=stop,
        notifier=Notifier(),
        about=_about(config, scenario, named.name, engine.name, played),
        played=played is not None,
        ticker=ticker,
        ticks=Ticks(config.tick.muted),
    )
    wired = {"gpio": config.knobs.pins, "pots": config.knobs.pins, "seesaw": config.knobs.bus}
    if wired.get(config.knobs.name) == "sim":
        shoot.on_first_print = lambda: world().hands.start(config.knobs)
    finder = None
    if config.finder.enabled:
        from rig.keepsake import Keepsake
        from rig.page import FinderPage

        keepsake = Keepsake(time, named.name, named.words)
        tap = taps.tap if taps in must else None
        pulse_off = config.pulse.name == "none"
        page = FinderPage(
            time,
            page_knobs,
            tap,
            decider,
            keepsake,
            config.finder.port,
            named.name,
            pulse_off,
            shoot.died,
            engine.name,
            shoot.latencies,
        )
        finder, shoot.page = page.finder, page
    wait_s = 0.0
    try:
        yield Built(shoot, finder, world)
        wait_s = SEAL_S  # on any other way out nobody wants to wait: the next start mends the take
    finally:
        recorder.close(wait_s)
        if finder is not None:
            finder.close()


def tune_process(threads: int = 1) -> None:
    """What the whole process is set to, before it shoots. threads: how many print (grade.threads).

    Threads hand the interpreter over after half a millisecond: a frame's p95 beside busy ones falls from 347 to 30 ms.
    OpenCV works on the frame loop alone, unless more are asked for: beside an encoder and a browser on two cores its
    own pool costs 16 % of a core and makes the print slower (6.6 ms instead of 6.1).
    """
    import cv2

    leave_no_holes()
    sys.setswitchinterval(0.0005)
    cv2.setNumThreads(threads)


def boot_id() -> str:
    """The kernel's name for this boot; empty where it has none."""
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else ""


def _about(
    config: Config, scenario: Scenario | None, look_name: str, engine: str, played: Played | None = None
) -> About:
    pulse = config.pulse
    source = {"max3010x": f"max3010x on bus {pulse.bus}", "webcam": f"webcam {pulse.source}".strip()}
    if pulse.bus == "sim" and scenario is not None and scenario.pulse:
        source["max3010x"] += f", fed by {Path(scenario.pulse).name}"
    version = importlib.metadata.version("darkroom-rig")
    source_name = source.get(pulse.name, pulse.name)
    if played is None or played.take is None:  # a picture's clock stands until it is shown: it is no boot's
        return About(engine, look_name, source_name, version, "" if played else boot_id())
    start = played.take.start
    of = start.performs or start.take_id
    return About(engine, look_name, source_name, version, start.boot_id, start.session_id, of)
