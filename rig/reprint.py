"""Prints a take again from its negative: from the recorded signals (exact), or re-analysed from scratch (near).

The two are never confused: ``recorded_looks`` bends the recorded base by the recorded signals, bit for bit what was
shown. ``reanalysed_looks`` hears the readings and sees the negative again, which is lossy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from drivers.interfaces import CameraInfo
from drivers.readings import Frame, HandReading, PulseReading, Reading
from drivers.replay import ReplayCamera, ReplaySensor
from rig.body.baseline import QuietBaseline
from rig.decide import Decider
from rig.errors import UserError
from rig.grade.bearings import Bearings
from rig.grade.look import Look, look_from_dict, look_to_dict
from rig.hands.apply import apply
from rig.hands.curves import Curves
from rig.hands.state import HandState
from rig.modulation.auto_light import AutoLight
from rig.modulation.bend import Bender, Trace
from rig.modulation.moment import moments
from rig.modulation.routes import Route, read_routes
from rig.modulation.signals import Signals, signals_from_dict
from rig.scene.scene import Scene, scene_from_dict
from rig.session.entries import (
    BaseChange,
    FrameEntry,
    GripEntry,
    LookChange,
    MotionEntry,
    PlacingEntry,
    PressEntry,
    PulseEntry,
    ReportedBeatEntry,
    SkinEntry,
    SlideEntry,
    SoulEntry,
    TurnEntry,
)
from rig.session.lut_file import with_kept_lut
from rig.session.reader import Take
from rig.session.readings import HandReadingEntry, to_reading

_HANDS = (TurnEntry, PressEntry, SoulEntry, PlacingEntry, SlideEntry)

C = TypeVar("C", LookChange, BaseChange)
R = TypeVar("R")


@dataclass(frozen=True)
class MadeOf:
    """What a look was made of: the base look, that with the automatic light, and what each route made of its signal."""

    base: Look
    lit: Look
    traces: tuple[Trace, ...]


@dataclass(frozen=True)
class Made:
    """The look of one frame of the take, and the bearings that its print is made with. made_of: where it was made
    again."""

    entry: FrameEntry
    look: Look
    bearings: Bearings
    made_of: MadeOf | None = None


def shown_looks(take: Take) -> Iterator[Made]:
    """The look that was shown, frame by frame, as the timeline has it."""
    for entry, change in _held(take.frames(), take.entries(LookChange)):
        yield Made(entry, look_from_dict(with_kept_lut(change.look, take.path)), bearings_of(entry))


def recorded_looks(take: Take, on_the_moment: bool = False) -> Iterator[Made]:
    """The look made again from the recorded base, scenes, signals and routes.

    on_the_moment: each signal of the body as much earlier as it is late (rig/modulation/moment.py): then it is another
    look than the one that was shown.
    """
    start = take.start
    bender = Bender(read_routes(start.routes, take.start.take_id), start.modulation)
    auto = AutoLight(start.modulation)
    known: tuple[BaseChange, Look] | None = None
    frames = take.frames()
    heard = _signals(frames, on_the_moment)
    for (entry, change), signals in zip(_held(frames, take.entries(BaseChange)), heard, strict=True):
        if entry.modulation is not None:  # frames before this one were not kept
            bender, auto = Bender(bender.routes, entry.modulation), AutoLight(entry.modulation)
        if known is None or known[0] is not change:
            known = (change, look_from_dict(with_kept_lut(change.base, take.path)))
        yield _made(entry, signals, known[1], auto, bender)


def looks_through(take: Take, look: Look, routes: Sequence[Route], on_the_moment: bool = False) -> Iterator[Made]:
    """Another look in place of the take's: the recorded hands on top of it, bent by the recorded signals."""
    bender, auto = Bender(routes), AutoLight()
    tables = look_to_dict(look)
    known: tuple[BaseChange, Look] | None = None
    frames = take.frames()
    heard = _signals(frames, on_the_moment)
    for (entry, change), signals in zip(_held(frames, take.entries(BaseChange)), heard, strict=True):
        if known is None or known[0] is not change:
            known = (change, look_from_dict(apply(tables, HandState.from_dict(change.hands))))
        yield _made(entry, signals, known[1], auto, bender)


def _signals(frames: Sequence[FrameEntry], on_the_moment: bool) -> Iterable[Signals]:
    """What the routes heard at each frame."""
    heard = [signals_from_dict(entry.signals, entry.signal_quality, entry.signal_age_s) for entry in frames]
    return moments([entry.t_ns for entry in frames], heard) if on_the_moment else heard


def _made(entry: FrameEntry, signals: Signals, base: Look, auto: AutoLight, bender: Bender) -> Made:
    lit = auto.light(base, _scene(entry) if base.auto.strength else _NO_SCENE, entry.t_ns)
    look, _ = bender.bend(lit, signals, entry.soul, entry.t_ns)
    return Made(entry, look, bearings_of(entry), MadeOf(base, lit, bender.traces()))


_NO_SCENE = Scene(0.0, (0.0,) * 11, 5.0, 0.0, 0.0)


def _scene(entry: FrameEntry) -> Scene:
    try:
        return scene_from_dict(entry.scene)
    except (KeyError, ValueError) as error:
        raise UserError(f"take: expected the scene of frame {entry.index}, got none: {error}: see rig verify") from None


def bearings_of(entry: FrameEntry) -> Bearings:
    """Where the places were and how the light had moved in a recorded frame; UserError where an entry is none."""
    places = []
    for place in entry.places:
        if len(place) != 3:
            raise UserError(f"take: expected number, x, y of each place of frame {entry.index}, got {place}")
        places.append((int(place[0]), place[1], place[2]))
    return Bearings(entry.light_ev, tuple(places))


def reanalysed_looks(take: Take) -> Iterator[tuple[Made, Frame]]:
    """The look decided again from the negative and the readings alone, through the take's routes, with each negative.

    What the rig knew before the take began is not in it: the rolling baseline of arousal begins anew, an undo finds
    nothing that was turned before, and a knob held since before is not held. Of a performance everything is in it: its
    looks come out bit for bit as they were shown.
    """
    start = take.start
    look = look_from_dict(with_kept_lut(start.look, take.path))
    first = next(take.entries(FrameEntry), None)
    began = None if first is None else bearings_of(first)
    info = CameraInfo(start.camera, start.width, start.height, start.rate_hz, take.colour)
    entries: list[FrameEntry] = []

    def negatives() -> Iterator[Frame]:
        for entry, frame in take.negatives():
            entries.append(entry)
            yield frame

    camera = ReplayCamera(info, negatives())
    sensors = [
        ReplaySensor[Reading]("pulse", cast("list[tuple[int, Reading]]", pulse_readings(take))),
        ReplaySensor[Reading]("motion", _seen(take, "motion", [to_reading(of) for of in take.entries(MotionEntry)])),
        ReplaySensor[Reading]("skin", _seen(take, "skin", [to_reading(of) for of in take.entries(SkinEntry)])),
        ReplaySensor[Reading]("grip", _seen(take, "grip", [to_reading(of) for of in take.entries(GripEntry)])),
        ReplaySensor[Reading]("hands", cast("list[tuple[int, Reading]]", hand_readings(take))),
    ]
    routes, hands = read_routes(start.routes, start.take_id), HandState.from_dict(start.hands)
    curves = Curves.from_dict(start.knob_curves, f"take {start.take_id}: knob_curves")
    decider = Decider(look, routes, hands, began, start.modulation, _baseline(start.baseline), curves)
    camera.open()
    for sensor in sensors:
        sensor.open()
    while (frame := camera.read()) is not None:
        readings = [reading for sensor in sensors for reading in sensor.step(frame.t_ns)]
        moment = decider.decide(decider.see(frame, taking=True), readings)
        yield Made(entries[-1], moment.look, moment.bearings), frame


def _baseline(kept: dict[str, float | None]) -> QuietBaseline | None:
    rate_bpm = kept.get("heart_rate_bpm")
    return None if rate_bpm is None else QuietBaseline(rate_bpm, kept.get("rmssd_ms"))


def pulse_readings(take: Take) -> list[tuple[int, PulseReading]]:
    """(t_ns of the first frame that had seen it, reading), in order."""
    readings = [to_reading(entry) for entry in take.entries(PulseEntry, ReportedBeatEntry)]
    return cast("list[tuple[int, PulseReading]]", _seen(take, "pulse", readings))


def hand_readings(take: Take) -> list[tuple[int, HandReading]]:
    """(t_ns of the first frame that had seen it, reading), in order."""
    entries = cast("Iterator[HandReadingEntry]", take.entries(*_HANDS))
    readings = [to_reading(entry) for entry in entries]
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
