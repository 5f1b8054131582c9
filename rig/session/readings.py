"""Readings to entries of the timeline and back: what was recorded is what a replay gives."""

from __future__ import annotations

from math import isnan, nan
from typing import Any, TypeAlias, cast, get_args, overload

import numpy as np
from numpy.typing import NDArray

from drivers.readings import (
    BodyReading,
    Control,
    Grip,
    HandReading,
    Knob,
    Motion,
    Placing,
    Press,
    PulseSamples,
    Reading,
    ReportedBeat,
    Skin,
    Slide,
    Soul,
    SoulPosition,
    Turn,
)
from rig.errors import UserError
from rig.session.entries import (
    GripEntry,
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

# Of which each has its own numbers in a take; hardware, page and keyboard are hands alike.
SENSORS = ("pulse", "motion", "skin", "grip", "hands")

BodyReadingEntry: TypeAlias = PulseEntry | ReportedBeatEntry | MotionEntry | SkinEntry
HandReadingEntry: TypeAlias = TurnEntry | PressEntry | SoulEntry | PlacingEntry | SlideEntry
ReadingEntry: TypeAlias = BodyReadingEntry | HandReadingEntry | GripEntry


def to_entry(reading: Reading, number: int) -> ReadingEntry:
    """The entry of a reading. number: counts the readings of its sensor in this take, from 1.

    Samples without a single one (only a count of lost ones) stand at time 0.
    """
    if isinstance(reading, ReportedBeat):
        return ReportedBeatEntry(reading.t_ns, number, reading.ibi_ms)
    if isinstance(reading, Turn):
        return TurnEntry(reading.t_ns, number, reading.knob, reading.detents, list(reading.edges_ns))
    if isinstance(reading, Press):
        return PressEntry(reading.t_ns, number, reading.control, reading.down)
    if isinstance(reading, Soul):
        return SoulEntry(reading.t_ns, number, reading.position)
    if isinstance(reading, Placing):
        return PlacingEntry(reading.t_ns, number, reading.zone)
    if isinstance(reading, Slide):
        return SlideEntry(reading.t_ns, number, reading.knob, reading.position)
    t_ns = int(reading.t_ns[-1]) if len(reading.t_ns) else 0
    if isinstance(reading, Motion):
        return MotionEntry(
            t_ns=t_ns,
            number=number,
            sample_t_ns=reading.t_ns.tolist(),
            acceleration_m_s2=_rounded(reading.acceleration_m_s2),
            rotation_rad_s=_rounded(reading.rotation_rad_s),
            first_sample=reading.first_sample,
            lost_samples=reading.lost_samples,
            temperature_c=reading.temperature_c,
            clock_error=reading.clock_error,
        )
    if isinstance(reading, Skin):
        return SkinEntry(t_ns, number, reading.t_ns.tolist(), _known(reading.conductance_us))
    if isinstance(reading, Grip):
        return GripEntry(t_ns, number, reading.t_ns.tolist(), _known(reading.force_n))
    return PulseEntry(
        t_ns=t_ns,
        number=number,
        sample_t_ns=reading.t_ns.tolist(),
        ir_counts=reading.ir_counts.tolist(),
        red_counts=reading.red_counts.tolist(),
        first_sample=reading.first_sample,
        lost_samples=reading.lost_samples,
        temperature_c=reading.temperature_c,
        clock_error=reading.clock_error,
        finger=reading.finger,
        ir_ma=reading.ir_ma,
        red_ma=reading.red_ma,
        swapped=reading.swapped,
    )


def _known(values: NDArray[np.float32]) -> list[float | None]:
    return [None if isnan(value) else value for value in _rounded(values)]


def _rounded(values: NDArray[np.float32]) -> list[Any]:
    """As short as a float32 can be told: without the digits that a float64 would show of it."""
    return cast("list[Any]", np.array([float(str(value)) for value in values.ravel()]).reshape(values.shape).tolist())


def sensor_of(reading: Reading) -> str:
    """The sensor among whose readings it is counted."""
    if isinstance(reading, PulseSamples | ReportedBeat):
        return "pulse"
    if isinstance(reading, Grip):
        return "grip"
    return "motion" if isinstance(reading, Motion) else "skin" if isinstance(reading, Skin) else "hands"


@overload
def to_reading(entry: BodyReadingEntry) -> BodyReading: ...
@overload
def to_reading(entry: HandReadingEntry) -> HandReading: ...
@overload
def to_reading(entry: GripEntry) -> Grip: ...
def to_reading(entry: ReadingEntry) -> Reading:
    """The reading that was recorded; UserError where an entry names a knob, control or position that does not exist."""
    if isinstance(entry, PulseEntry):
        samples = PulseSamples(
            np.array(entry.sample_t_ns, np.int64),
            np.array(entry.ir_counts, np.int32),
            np.array(entry.red_counts, np.int32),
            entry.first_sample,
            entry.lost_samples,
            entry.temperature_c,
            entry.clock_error,
            entry.finger,
            entry.ir_ma,
            entry.red_ma,
            entry.swapped,
        )
        _freeze(samples.t_ns, samples.ir_counts, samples.red_counts)
        return samples
    if isinstance(entry, MotionEntry):
        motion = Motion(
            np.array(entry.sample_t_ns, np.int64),
            np.array(entry.acceleration_m_s2, np.float32).reshape(-1, 3),
            np.array(entry.rotation_rad_s, np.float32).reshape(-1, 3),
            entry.first_sample,
            entry.lost_samples,
            entry.temperature_c,
            entry.clock_error,
        )
        _freeze(motion.t_ns, motion.acceleration_m_s2, motion.rotation_rad_s)
        return motion
    if isinstance(entry, SkinEntry):
        skin = Skin(np.array(entry.sample_t_ns, np.int64), _floats(entry.conductance_us))
        _freeze(skin.t_ns, skin.conductance_us)
        return skin
    if isinstance(entry, GripEntry):
        grip = Grip(np.array(entry.sample_t_ns, np.int64), _floats(entry.force_n))
        _freeze(grip.t_ns, grip.force_n)
        return grip
    if isinstance(entry, ReportedBeatEntry):
        return ReportedBeat(entry.t_ns, entry.ibi_ms)
    if isinstance(entry, TurnEntry):
        return Turn(entry.t_ns, cast(Knob, _one_of(entry.knob, Knob)), entry.detents, tuple(entry.edges_ns))
    if isinstance(entry, PressEntry):
        return Press(entry.t_ns, cast(Control, _one_of(entry.control, Control)), entry.down)
    if isinstance(entry, PlacingEntry):
        if not 0.0 <= entry.zone <= 10.0:
            raise UserError(f"timeline: expected a zone of 0 to 10, got {entry.zone:g}: was the take changed by hand?")
        return Placing(entry.t_ns, entry.zone)
    if isinstance(entry, SlideEntry):
        if not 0.0 <= entry.position <= 1.0:
            raise UserError(f"timeline: expected a position of 0 to 1, got {entry.position:g}: changed by hand?")
        return Slide(entry.t_ns, cast(Knob, _one_of(entry.knob, Knob)), entry.position)
    return Soul(entry.t_ns, cast(SoulPosition, _one_of(entry.position, SoulPosition)))


def _floats(values: list[float | None]) -> NDArray[np.float32]:
    return np.array([nan if value is None else value for value in values], np.float32)


def _one_of(text: str, literal: object) -> str:
    names = get_args(literal)
    if text not in names:
        raise UserError(f"timeline: expected one of {', '.join(names)}, got {text!r}: was the take changed by hand?")
    return text


def _freeze(*arrays: NDArray[Any]) -> None:
    for array in arrays:
        array.setflags(write=False)
