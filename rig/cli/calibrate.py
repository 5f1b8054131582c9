"""`rig calibrate knobs` and `rig calibrate light`: measure this rig once, and write a profile."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from calibration.knobs import KnobTurn
    from calibration.profile import KnobsProfile, LightProfile
    from drivers.clock import Clock
    from drivers.interfaces import Camera
    from drivers.knobs.edges import Edge
    from drivers.readings import Frame, Knob
    from drivers.settings import KnobPins
    from rig.config import Config

LISTEN_S = 30.0  # to begin turning
QUIET_S = 1.5  # no edge for this long: the turn is over
STEP_NS = 20_000_000
SETTLING_FRAMES = 15  # a camera's exposure needs a moment
SPOT = 3  # the spot is a third of the picture high, in its middle
SIM_EV = -0.75  # the simulated card lies this far from zone V


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", choices=("knobs", "light"), help="knobs: turn each once; light: show it a grey card")
    parser.add_argument("--sim", action="store_true", help="on simulated hardware")
    parser.add_argument("--config", type=Path, metavar="FILE", help="the configuration (rig.toml)")
    parser.add_argument("--detents", type=int, default=20, metavar="N", help="knobs: how far each is turned (20)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the profile there; without it, it is printed")


def run(args: argparse.Namespace) -> int:
    """Measure, then write or print the profile, and say what to do with it."""
    import datetime

    from calibration.profile import profile_to_toml, write_profile
    from drivers.clock import SystemClock
    from drivers.sim.clock import SimulatedClock
    from rig.config import load_config
    from rig.errors import UserError

    if not 4 <= args.detents <= 200:
        raise UserError(f"--detents: expected 4 to 200 detents, got {args.detents}")
    config = load_config(args.config)
    wall_ns = SystemClock().wall_ns()
    clock: Clock = SimulatedClock(wall_ns=wall_ns) if args.sim else SystemClock()
    date = datetime.datetime.fromtimestamp(wall_ns / 1e9, datetime.UTC).date()
    profile: KnobsProfile | LightProfile
    if args.what == "knobs":
        profile = _knobs(config, clock, date, args.detents, args.sim)
    else:
        profile = _light(config, clock, date, args.sim)
    if args.out is None:
        sys.stdout.write(profile_to_toml(profile))
    else:
        write_profile(profile, args.out)
        _say(f"written to {args.out}")
    return 0


def _say(line: str) -> None:
    """To the person; standard output is for the profile."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _knobs(config: Config, clock: Clock, date: datetime.date, detents: int, sim: bool) -> KnobsProfile:
    from contextlib import ExitStack
    from dataclasses import replace

    from calibration.knobs import KnobTurn, calibrate_knobs
    from drivers.knobs.gpio import check_pins, open_edges
    from drivers.names import Bench
    from drivers.sim.script import Move
    from drivers.sim.world import World

    _expect_pins(config)
    settings = replace(config.knobs, pins="sim") if sim else config.knobs
    check_pins(settings)
    wired: dict[Knob, KnobPins] = {"dodge": settings.dodge, "burn": settings.burn}
    world = World(clock)
    with ExitStack() as stack:
        edges = open_edges(settings, Bench(clock, lambda: world), stack)

        def listen(knob: Knob) -> KnobTurn:
            _say(f"turn {knob} clockwise by {detents} detents, then let go ...")
            a, b = wired[knob].a, wired[knob].b
            edges.take()
            levels = edges.level(a), edges.level(b)
            if settings.pins == "sim":
                world.hands.play([Move(0.5, knob, "turn", detents)], settings)
            return KnobTurn(*levels, _hear(edges.take, clock, (a, b)))

        profile = calibrate_knobs(listen, wired, date, detents)
    for knob, made in (("dodge", profile.dodge), ("burn", profile.burn)):
        way = "counts down clockwise" if made.reverse else "counts up clockwise"
        _say(
            f"{knob}: {way}, {made.edges_a_detent} edges a detent, its contacts are quiet within {made.bounce_ms:g} ms"
        )
        _say(f"  in rig.toml: [knobs.{knob}] reverse = {str(made.reverse).lower()}")
        _say(f"               [knobs.{knob}] edges_a_detent = {made.edges_a_detent}")
    return profile


def _expect_pins(config: Config) -> None:
    """The other knobs tell their detents, or their place, themselves."""
    from rig.errors import UserError

    name = config.knobs.name
    if name in ("seesaw", "pots"):
        raise UserError(
            f'rig calibrate knobs: expected encoders on pins (knobs.name = "gpio"), got "{name}": there is nothing to '
            "measure; where a knob goes the wrong way, set reverse = true in [knobs.dodge] or [knobs.burn] of rig.toml"
        )


def _hear(take: Callable[[], list[Edge]], clock: Clock, pins: tuple[int, int]) -> list[Edge]:
    """The edges of two pins until the knob is let go; none when nobody turns it for half a minute."""
    heard: list[Edge] = []
    began_ns = quiet_ns = clock.now_ns()
    while True:
        clock.sleep_until_ns(clock.now_ns() + STEP_NS)
        new = [edge for edge in take() if edge.pin in pins]
        heard += new
        now_ns = clock.now_ns()
        if new:
            quiet_ns = now_ns
        if (heard and now_ns - quiet_ns >= QUIET_S * 1e9) or (not heard and now_ns - began_ns >= LISTEN_S * 1e9):
            return heard


def _light(config: Config, clock: Clock, date: datetime.date, sim: bool) -> LightProfile:
    from calibration.light import calibrate_light
    from drivers.names import Bench, make_camera
    from drivers.sim.card import GreyCard
    from drivers.sim.world import World

    world = World(clock)
    camera: Camera = GreyCard(clock, SIM_EV) if sim else make_camera(config.camera, Bench(clock, lambda: world))
    info = camera.open()
    try:
        _say(f"{info.name}: fill the middle of the picture with a grey card (18 %) in the light you will shoot in ...")
        for _ in range(SETTLING_FRAMES):
            camera.read()
        camera.lock()
        profile = calibrate_light(lambda: _spot(_next(camera)), date, info.name)
    finally:
        camera.close()
    _say(f"the card lies in zone {profile.zone:.2f}: exposure.ev = {profile.ev:+.2f} in a look sets it to zone V")
    return profile


def _next(camera: Camera) -> Frame:
    from rig.errors import UserError

    frame = camera.read()
    if frame is None:
        raise UserError("grey card: expected a camera or a longer clip, got its end: camera.loop = true plays it again")
    return frame


def _spot(frame: Frame) -> NDArray[np.float64]:
    """Linear luminance of the square in the middle, a third of the picture high."""
    from drivers.colour import planes
    from rig.zones import decode, luma_of_codes

    luma = planes(frame.pixels)[0]
    half = max(frame.height // SPOT // 2, 2)
    top, left = frame.height // 2 - half, frame.width // 2 - half
    light = decode(luma_of_codes(frame.colour), frame.colour.transfer)
    return light[luma[top : top + 2 * half, left : left + 2 * half]]
