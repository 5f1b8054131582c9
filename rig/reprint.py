"""Prints a take again from its negative: from the recorded signals (exact), or re-analysed from scratch (near).

The two are never confused: ``recorded_looks`` bends the recorded base by the recorded signals, bit for bit what was
shown. ``reanalysed_looks`` hears the readings and sees the negative again, which is lossy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from drivers.interfaces import CameraInfo
from drivers.readings import Frame, HandReading, PulseReading, Reading
from drivers.replay import ReplayCamera, ReplaySensor
from rig.decide import Decider
from rig.errors import UserError
from rig.grade.look import Look, look_from_dict, look_to_dict
from rig.hands.apply import apply
from rig.hands.state import HandState
from rig.modulation.bend import Bender
from rig.modulation.routes import Route, read_routes
from rig.session.entries import (
    BaseChange,
    FrameEntry,
    LookChange,
    PressEntry,
    PulseEntry,
    ReportedBeatEntry,
    SoulEntry,
    TurnEntry,
)
from rig.session.reader import Take
from rig.session.readings import to_reading

C = TypeVar("C", LookChange, BaseChange)
R = TypeVar("R")


@dataclass(frozen=True)
class Made:
    """The look of one frame of the take."""

    entry: FrameEntry
    look: Look


def shown_looks(take: Take) -> Iterator[Made]:
    """The look that was shown, frame by frame, as the timeline has it."""
    for entry, change in _held(take.frames(), take.entries(LookChange)):
        yield Made(entry, look_from_dict(change.look))


def recorded_looks(take: Take) -> Iterator[Made]:
    """The look made again from the recorded base, signals and routes."""
    start = take.start
    bender = Bender(read_routes(start.routes, take.start.take_id), start.modulation)
    for entry, change in _held(take.frames(), take.entries(BaseChange)):
        if entry.modulation is not None:  # frames before this one were not kept
            bender = Bender(bender.routes, entry.modulation)
        look, _ = bender.bend(look_from_dict(change.base), entry.signals, entry.soul, entry.t_ns)
        yield Made(entry, look)


def looks_through(take: Take, look: Look, routes: Sequence[Route]) -> Iterator[Made]:
    """Another look in place of the take's: the recorded hands on top of it, bent by the recorded signals."""
    bender = Bender(routes)
    tables = look_to_dict(look)
    for entry, change in _held(take.frames(), take.entries(BaseChange)):
        base = look_from_dict(apply(tables, HandState.from_dict(change.hands)))
        made, _ = bender.bend(base, entry.signals, entry.soul, entry.t_ns)
        yield Made(entry, made)


def reanalysed_looks(take: Take) -> Iterator[tuple[Made, Frame]]:
    """The look decided again from the negative and the readings alone, through the take's routes, with each negative.

    What the rig knew before the take began is not in it: arousal begins as unknown (the heart's baseline), an undo
    finds nothing that was turned before, and a knob held since before is not held.
    """
    start = take.start
    look = look_from_dict(start.look)
    info = CameraInfo(start.camera, start.width, start.height, start.rate_hz, take.colour)
    entries: list[FrameEntry] = []

    def negatives() -> Iterator[Frame]:
        for entry, frame in take.negatives():
            entries.append(entry)
            yield frame

    camera = ReplayCamera(info, negatives())
    sensors = [
        ReplaySensor[Reading]("pulse", cast("list[tuple[int, Reading]]", pulse_readings(take))),
        ReplaySensor[Reading]("hands", cast("list[tuple[int, Reading]]", hand_readings(take))),
    ]
    decider = Decider(look, read_routes(start.routes, start.take_id), HandState.from_dict(start.hands))
    camera.open()
    for sensor in sensors:
        sensor.open()
    while (frame := camera.read()) is not None:
        readings = [reading for sensor in sensors for reading in sensor.step(frame.t_ns)]
        yield Made(entries[-1], decider.decide(frame, readings).look), frame


def pulse_readings(take: Take) -> list[tuple[int, PulseReading]]:
    """(t_ns of the first frame that had seen it, reading), in order."""
    readings = [to_reading(entry) for entry in take.entries(PulseEntry, ReportedBeatEntry)]
    return cast("list[tuple[int, PulseReading]]", _seen(take, "pulse", readings))


def hand_readings(take: Take) -> list[tuple[int, HandReading]]:
    """(t_ns of the first frame that had seen it, reading), in order."""
    readings = [to_reading(entry) for entry in take.entries(TurnEntry, PressEntry, SoulEntry)]
    return cast("list[tuple[int, HandReading]]", _seen(take, "hands", readings))


def _seen(take: Take, sensor: str, readings: list[R]) -> list[tuple[int, R]]:
    due: list[tuple[int, R]] = []
    for entry in take.frames():
        due += [(entry.t_ns, reading) for reading in readings[len(due) : entry.seen.get(sensor, 0)]]
    return due


def _held(frames: list[FrameEntry], changes: Iterator[C]) -> Iterator[tuple[FrameEntry, C]]:
    """Each frame with the newest change at or before it."""
    waiting = list(changes)
    if frames and (not waiting or waiting[0].index > frames[0].index):
        raise UserError("take: expected a look for its first frame, got none: rig verify says more")
    at = 0
    for entry in frames:
        while at + 1 < len(waiting) and waiting[at + 1].index <= entry.index:
            at += 1
        yield entry, waiting[at]
