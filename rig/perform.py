"""Performing: a negative is played on its own clock, and a new print of it is made by today's hands and pulse.

A performance over a take is a take whose negative is that of another: it is listed, shown, printed, explained and
verified like any other (docs/decisions/0008-performances.md). One over a picture is a take of that picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import cv2
import numpy as np

from drivers.clock import Clock
from drivers.colour import from_rgb
from drivers.interfaces import Camera, CameraInfo, VideoEncoder
from drivers.negative_clock import NegativeClock
from drivers.readings import Colour, Frame
from drivers.replay import ReplayCamera
from rig.errors import UserError
from rig.grade.bearings import AS_AIMED, Bearings
from rig.grade.look import look_from_dict
from rig.grade.looks import NamedLook, load_look
from rig.modulation.of_look import load_look_and_routes
from rig.modulation.routes import Route, read_routes
from rig.reprint import bearings_of
from rig.session.entries import FrameEntry
from rig.session.kept_packets import KeptPackets
from rig.session.lock import written_now
from rig.session.lut_file import with_kept_lut
from rig.session.reader import Take
from rig.sheet_moment import NO_WORDS
from rig.stills import Still

LEAST_PIXELS = 64


@dataclass(frozen=True)
class Played:
    """What is played in place of a camera, and where a performance over it begins.

    take: that it is a performance over; None of a picture. began: where the take's light stood at its first frame.
    auto: where its automatic light stood, None where that is to settle anew.
    """

    camera: Camera
    clock: NegativeClock
    named: NamedLook
    routes: tuple[Route, ...]
    take: Take | None = None
    began: Bearings = AS_AIMED
    auto: dict[str, float] | None = None

    @property
    def negative(self) -> Path | None:
        """The file that take and performance have in common."""
        return None if self.take is None else self.take.negative

    def encoder(self, make: Callable[[], VideoEncoder]) -> VideoEncoder:
        """What keeps the take's negative bit for bit; make: gives what encodes a picture's, which has none."""
        return make() if self.take is None else KeptPackets(self.take.negative)


def play(take: Take, today: Clock, look: str | None = None) -> Played:
    """A take's negative, ready to be performed over. look: another one than the take's own, a name or a file.

    UserError where the take is not whole, or has no frame.
    """
    start = take.start
    if not take.sealed:
        now = "it is being recorded now" if written_now(take.path) else f"rig recover {start.take_id} mends it"
        raise UserError(f"perform {start.take_id}: expected a sealed take, got one that is not: {now}")
    first = next(take.entries(FrameEntry), None)
    if first is None or not take.negative.is_file():
        raise UserError(f"perform {start.take_id}: expected a take with a negative, got none (rig verify says more)")
    if look is None:
        words = _words(start.look_name)
        named = NamedLook(start.look_name, look_from_dict(with_kept_lut(start.look, take.path)), words=words)
        routes = read_routes(start.routes, start.take_id)
    else:
        named, routes = load_look_and_routes(look)
    clock = NegativeClock(today, first.t_ns)
    info = CameraInfo(start.camera, start.width, start.height, start.rate_hz, take.colour)
    frames = _AnyTime(lambda: (frame for _, frame in take.negatives()))
    return Played(
        camera=ReplayCamera(info, frames, clock),
        clock=clock,
        named=named,
        routes=tuple(routes),
        take=take,
        began=Bearings(bearings_of(first).light_ev),
        auto=dict(start.modulation) if look is None else None,
    )


def play_picture(still: Still, today: Clock, look: str, most: int, rate_hz: float) -> Played:
    """A photograph that stands as long as it is looked at. look: a name or a file. most: pixels of its longer side.

    UserError where the look is none, or the picture too small to be one.
    """
    rgb = still.picture(most).rgb
    height, width = (side // 2 * 2 for side in rgb.shape[:2])
    if min(height, width) < LEAST_PIXELS:
        raise UserError(f"perform {still.name}: expected {LEAST_PIXELS} pixels or more each way, got {width}x{height}")
    colour = Colour(range="full")
    codes = np.rint(np.clip(cv2.resize(rgb, (width, height)), 0.0, 1.0) * 255.0).astype(np.uint8)
    pixels = from_rgb(codes, colour)
    pixels.setflags(write=False)
    (named, routes), first_ns = load_look_and_routes(look), today.now_ns()
    clock = NegativeClock(today, first_ns)
    frames = _AnyTime(lambda: (Frame(first_ns + round(n * 1e9 / rate_hz), n, pixels, colour) for n in count()))
    info = CameraInfo(f"picture {still.name}", width, height, rate_hz, colour)
    return Played(ReplayCamera(info, frames, clock), clock, named, routes)


@dataclass(frozen=True)
class _AnyTime:
    """Frames from the first one, each time that they are asked for."""

    frames: Callable[[], Iterable[Frame]]

    def __iter__(self) -> Iterator[Frame]:
        return iter(self.frames())


def _words(look_name: str) -> str:
    try:
        return load_look(look_name).words or NO_WORDS
    except UserError:  # the look was a file that is no longer there; the take carries its numbers, not its words
        return NO_WORDS
