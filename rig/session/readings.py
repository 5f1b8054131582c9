"""Readings to entries of the timeline and back: what was recorded is what a replay gives."""

from __future__ import annotations

from typing import TypeAlias, cast, get_args, overload

import numpy as np

from drivers.readings import (
    Control,
    HandReading,
    Knob,
    Placing,
    Press,
    PulseReading,
    PulseSamples,
    Reading,
    ReportedBeat,
    Soul,
    SoulPosition,
    Turn,
)
from rig.errors import UserError
from rig.session.entries import PlacingEntry, PressEntry, PulseEntry, ReportedBeatEntry, SoulEntry, TurnEntry

PulseReadingEntry: TypeAlias = PulseEntry | ReportedBeatEntry
HandReadingEntry: TypeAlias = TurnEntry | PressEntry | SoulEntry | PlacingEntry


def to_entry(reading: Reading, number: int) -> PulseReadingEntry | HandReadingEntry:
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
    return PulseEntry(
        t_ns=int(reading.t_ns[-1]) if len(reading.t_ns) else 0,
        number=number,
        sample_t_ns=reading.t_ns.tolist(),
        ir_counts=reading.ir_counts.tolist(),
        red_counts=reading.red_counts.tolist(),
        first_sample=reading.first_sample,
        lost_samples=reading.lost_samples,
        temperature_c=reading.temperature_c,
        clock_error=reading.clock_error,
    )


@overload
def to_reading(entry: PulseReadingEntry) -> PulseReading: ...
@overload
def to_reading(entry: HandReadingEntry) -> HandReading: ...
def to_reading(entry: PulseReadingEntry | HandReadingEntry) -> Reading:
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
        )
        for array in (samples.t_ns, samples.ir_counts, samples.red_counts):
            array.setflags(write=False)
        return samples
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
    return Soul(entry.t_ns, cast(SoulPosition, _one_of(entry.position, SoulPosition)))


def _one_of(text: str, literal: object) -> str:
    names = get_args(literal)
    if text not in names:
        raise UserError(f"timeline: expected one of {', '.join(names)}, got {text!r}: was the take changed by hand?")
    return text
