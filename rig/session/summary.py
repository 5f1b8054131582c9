"""A take in short: what `rig show` says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from rig.errors import UserError
from rig.session.entries import (
    BaseChange,
    BeatEntry,
    DropEntry,
    FaultEntry,
    FrameEntry,
    LookDict,
    MarkEntry,
    PressEntry,
    TakeEnd,
    TakeStart,
    TurnEntry,
)
from rig.session.lock import written_now
from rig.session.manifest import read_manifest
from rig.session.reader import Take

_ENOUGH_BEATS = 3


@dataclass(frozen=True, slots=True)
class Turned:
    """One knob in a take: detents clockwise minus anticlockwise, and how many there were in all."""

    sum_detents: int
    detents: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of one take. missing_frames: the camera counted them, and no DropEntry says where they went.

    heart_rate_bpm: 60000 over the median IBI of the accepted beats; None with fewer than three.
    """

    take_id: str
    session_id: str
    sealed: bool
    recording: bool
    wall_ns: int
    duration_s: float
    frames: int
    rate_hz: float
    camera: str
    width: int
    height: int
    engine: str
    look_name: str
    pulse_source: str
    performs: str
    rig_version: str
    end_reason: str | None
    bytes: int
    dropped: dict[str, int]
    missing_frames: int
    beats: int
    heart_rate_bpm: float | None
    turns: dict[str, Turned]
    presses: dict[str, int]
    marks: int
    placed: tuple[float, float] | None  # at the end: the spot's zone on the negative, and the zone it is placed on
    strokes_kept: int  # at the end
    faults: list[str]
    damage: tuple[str, ...]


@dataclass(slots=True)
class _Counts:
    first: FrameEntry | None = None
    last: FrameEntry | None = None
    frames: int = 0
    beats: int = 0
    marks: int = 0
    base: LookDict = field(default_factory=dict)
    ibis_ms: list[float] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)
    turns: dict[str, Turned] = field(default_factory=dict)
    presses: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def summarise(take: Take) -> Summary:
    """Read the timeline once and count."""
    counts = _count(take)
    start: TakeStart = take.start
    end: TakeEnd | None = take.end
    duration_s, missing = 0.0, 0
    if counts.first is not None and counts.last is not None:
        duration_s = (counts.last.t_ns - counts.first.t_ns) / 1e9 + 1.0 / start.rate_hz
        span = counts.last.camera_index - counts.first.camera_index + 1
        missing = max(0, span - counts.frames - sum(counts.dropped.values()))
    return Summary(
        take_id=start.take_id,
        session_id=start.session_id,
        sealed=take.sealed,
        recording=not take.sealed and written_now(take.path),
        wall_ns=start.wall_ns,
        duration_s=round(duration_s, 3),
        frames=counts.frames,
        rate_hz=start.rate_hz,
        camera=start.camera,
        width=start.width,
        height=start.height,
        engine=start.engine,
        look_name=start.look_name,
        pulse_source=start.pulse_source,
        performs=start.performs,
        rig_version=start.rig_version,
        end_reason=None if end is None else end.reason,
        bytes=sum(file.stat().st_size for file in take.path.iterdir() if file.is_file()),
        dropped=counts.dropped,
        missing_frames=missing,
        beats=counts.beats,
        heart_rate_bpm=round(60_000 / median(counts.ibis_ms), 1) if len(counts.ibis_ms) >= _ENOUGH_BEATS else None,
        turns=counts.turns,
        presses=counts.presses,
        marks=counts.marks,
        placed=_placed(counts.base or start.base),
        strokes_kept=len((counts.base or start.base).get("strokes", {}).get("kept", ())),
        faults=counts.faults,
        damage=() if written_now(take.path) else (*take.damage, *_missing(take)),
    )


def _placed(base: LookDict) -> tuple[float, float] | None:
    spot, zone = (float(base.get("place", {}).get(name, 5.0)) for name in ("spot", "zone"))
    return (spot, zone) if spot != zone else None


def _missing(take: Take) -> list[str]:
    """What a look at the folder tells, without reading the files (rig verify does)."""
    if not take.sealed:
        return []
    try:
        manifest = read_manifest(take.path)
    except UserError as error:
        return [str(error)]
    found = []
    for fact in manifest.files:
        file = take.path / Path(fact.name).name
        if not file.is_file():
            found.append(f"{fact.name} is missing")
        elif file.stat().st_size != fact.bytes:
            found.append(f"{fact.name}: expected {fact.bytes} bytes, got {file.stat().st_size}")
    return found


def _count(take: Take) -> _Counts:
    counts = _Counts()
    wanted = (FrameEntry, BaseChange, BeatEntry, DropEntry, TurnEntry, PressEntry, MarkEntry, FaultEntry)
    for entry in take.entries(*wanted):
        if isinstance(entry, FrameEntry):
            counts.first, counts.last = counts.first or entry, entry
            counts.frames += 1
        elif isinstance(entry, BaseChange):
            counts.base = entry.base
        elif isinstance(entry, BeatEntry):
            counts.beats += 1
            if entry.ibi_ms is not None:
                counts.ibis_ms.append(entry.ibi_ms)
        elif isinstance(entry, DropEntry):
            counts.dropped[entry.cause] = counts.dropped.get(entry.cause, 0) + entry.count
        elif isinstance(entry, TurnEntry):
            before = counts.turns.get(entry.knob, Turned(0, 0))
            counts.turns[entry.knob] = Turned(before.sum_detents + entry.detents, before.detents + abs(entry.detents))
        elif isinstance(entry, PressEntry):
            counts.presses[entry.control] = counts.presses.get(entry.control, 0) + entry.down
        elif isinstance(entry, FaultEntry):
            came = "came back" if entry.recovered else "failed"
            counts.faults.append(f"{entry.where} {came}: {entry.message}")
        elif isinstance(entry, MarkEntry):
            counts.marks += 1
    return counts
