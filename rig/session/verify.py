"""Proving a sealed take: its files are those that were sealed, and they agree with each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from drivers.video.tags import tags_for, tags_of
from rig.errors import UserError
from rig.session.entries import (
    BaseChange,
    BeatEntry,
    Entry,
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
    TakeEnd,
    TakeStart,
    TurnEntry,
)
from rig.session.layout import NEGATIVE, PART, TIMELINE
from rig.session.manifest import Manifest, fact_of, read_manifest
from rig.session.negative import opened, pts_us
from rig.session.reader import take_colour
from rig.session.timeline import read_timeline

_MOST = 20
# Turns, presses and the switch are not here: hardware and page both have hands, and what was done first may be known
# second. Their numbers say the order.
_ORDERED = (LookChange, BaseChange, BeatEntry)
_PULSE = (PulseEntry, ReportedBeatEntry)
_OF_BODY: dict[type, str] = {MotionEntry: "motion", SkinEntry: "skin", GripEntry: "grip"}
_HANDS = (TurnEntry, PressEntry, SoulEntry, PlacingEntry, SlideEntry)


def verify(path: Path) -> list[str]:
    """What is wrong with a take, a line each, the first twenty; empty when nothing is. Reads both files whole."""
    if path.suffix == PART:
        return [f"{path.name}: not sealed: it is being recorded, or rig recover mends it"]
    problems: list[str] = []
    try:
        problems.extend(islice(_problems(path), _MOST + 1))
    except UserError as error:
        problems.append(str(error))
    return problems if len(problems) <= _MOST else [*problems[:_MOST], "and more"]


def _problems(path: Path) -> Iterator[str]:
    manifest = read_manifest(path)
    if manifest.take_id != path.name:
        yield f"take.json is of take {manifest.take_id}, the folder is {path.name}"
    yield from _files(path, manifest)
    checker = _Timeline()
    damage: list[str] = []
    for entry in read_timeline(path / TIMELINE, damage=damage):
        yield from checker.look(entry)
    yield from damage
    yield from checker.at_end(manifest)
    if checker.start is not None:
        yield from _video(path / NEGATIVE, checker.start, checker.frame_ns)


def _files(path: Path, manifest: Manifest) -> Iterator[str]:
    for name in (NEGATIVE, TIMELINE):
        if name not in {fact.name for fact in manifest.files}:
            yield f"take.json does not list {name}"
    for sealed in manifest.files:
        file = path / sealed.name
        if not file.is_file():
            yield f"{sealed.name} is missing"
            continue
        now = fact_of(file)
        if now.bytes != sealed.bytes:
            yield f"{sealed.name}: expected {sealed.bytes} bytes as it was sealed, got {now.bytes}"
        elif now.sha256 != sealed.sha256:
            yield f"{sealed.name}: its SHA-256 is not the one it was sealed with: it was changed or damaged"


class _Timeline:
    """Looks at every entry once, in file order."""

    def __init__(self) -> None:
        self.start: TakeStart | None = None
        self.end: TakeEnd | None = None
        self.frame_ns: list[int] = []
        self._count = 0
        self._newest: dict[object, int] = {}
        self._numbers = {"pulse": 0, "motion": 0, "skin": 0, "grip": 0, "hands": 0}
        self._seen: dict[str, int] = {}
        self._camera_index = -1
        self._most_index = 0
        self._least_index: dict[type[Entry], int] = {}

    def look(self, entry: Entry) -> Iterator[str]:
        self._count += 1
        if isinstance(entry, TakeStart):
            if self._count != 1:
                yield f"entry {self._count} of the timeline is a start: expected one, and first"
            self.start = self.start or entry
        elif self._count == 1:
            yield f"the timeline begins with a {type(entry).__name__}, expected TakeStart"
        if self.end is not None:
            yield f"a {type(entry).__name__} follows the take's end"
        if isinstance(entry, TakeEnd):
            self.end = entry
        elif isinstance(entry, FrameEntry):
            yield from self._frame(entry)
        elif isinstance(entry, _PULSE):
            yield from self._number("pulse", entry.number)
        elif isinstance(entry, MotionEntry | SkinEntry | GripEntry):
            yield from self._number(_OF_BODY[type(entry)], entry.number)
        elif isinstance(entry, _HANDS):
            yield from self._number("hands", entry.number)
        if isinstance(entry, LookChange | BaseChange):
            self._most_index = max(self._most_index, entry.index)
            self._least_index.setdefault(type(entry), entry.index)
            yield from self._rises((type(entry), "index"), entry.index, f"{type(entry).__name__} at frame")
        if isinstance(entry, _ORDERED):
            yield from self._rises(type(entry), entry.t_ns, f"{type(entry).__name__} at ns")
        elif isinstance(entry, PulseEntry | MotionEntry | SkinEntry | GripEntry) and entry.sample_t_ns:
            sensor = _OF_BODY.get(type(entry), "pulse")
            yield from self._rises(sensor, entry.sample_t_ns[0], f"{sensor} sample at ns")
            self._newest[sensor] = entry.sample_t_ns[-1]

    def at_end(self, manifest: Manifest) -> Iterator[str]:
        frames = len(self.frame_ns)
        if self.end is None:
            yield "the timeline has no end"
        elif self.end.frames != frames:
            yield f"the timeline's end counts {self.end.frames} frames, the timeline has {frames}"
        if manifest.frames != frames:
            yield f"take.json counts {manifest.frames} frames, the timeline has {frames}"
        if self._most_index > frames:
            yield f"a look changes at frame {self._most_index}, and there are {frames} frames"
        for kind in (LookChange, BaseChange):
            if frames and self._least_index.get(kind) != 0:
                yield f"the first frame has no {kind.__name__}"
        for sensor, seen in self._seen.items():
            if seen > self._numbers.get(sensor, 0):
                yield f"frames have seen {seen} readings of {sensor}, the timeline has {self._numbers.get(sensor, 0)}"

    def _frame(self, entry: FrameEntry) -> Iterator[str]:
        if entry.index != len(self.frame_ns):
            yield f"frame {len(self.frame_ns)} of the timeline has number {entry.index}"
        if self.frame_ns and entry.t_ns <= self.frame_ns[-1]:
            yield f"frame {entry.index} is not later than the one before it ({entry.t_ns} ns)"
        if entry.camera_index <= self._camera_index:
            yield f"frame {entry.index} has the camera's number {entry.camera_index}, after {self._camera_index}"
        for sensor, seen in entry.seen.items():
            if seen < self._seen.get(sensor, 0):
                yield f"frame {entry.index} has seen {seen} readings of {sensor}, an earlier one {self._seen[sensor]}"
            self._seen[sensor] = max(seen, self._seen.get(sensor, 0))
        self._camera_index = entry.camera_index
        self.frame_ns.append(entry.t_ns)

    def _number(self, sensor: str, number: int) -> Iterator[str]:
        if number != self._numbers[sensor] + 1:
            yield f"reading {self._numbers[sensor] + 1} of {sensor} has number {number}"
        self._numbers[sensor] = number

    def _rises(self, what: object, value: int, words: str) -> Iterator[str]:
        if value < self._newest.get(what, value):
            yield f"{words} {value} comes after {self._newest[what]}"
        self._newest[what] = value


def _video(path: Path, start: TakeStart, frame_ns: list[int]) -> Iterator[str]:
    if not path.is_file():
        return  # said already
    count = 0
    with opened(path) as (container, stream):
        context = stream.codec_context
        if (context.width, context.height) != (start.width, start.height):
            yield f"{path.name} is {context.width}x{context.height}, the timeline says {start.width}x{start.height}"
        if tags_of(context) != tags_for(take_colour(start)):
            yield f"{path.name} is tagged {tags_of(context)}, the timeline says {tags_for(take_colour(start))}"
        for packet in container.demux(stream):
            if not packet.size:
                continue
            if count < len(frame_ns) and packet.pts != pts_us(frame_ns[count], frame_ns[0]):
                yield (
                    f"frame {count} of {path.name} is at {packet.pts} us, the timeline says "
                    f"{pts_us(frame_ns[count], frame_ns[0])} us"
                )
            count += 1
    if count != len(frame_ns):
        yield f"{path.name} has {count} frames, the timeline has {len(frame_ns)}"
