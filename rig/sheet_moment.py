"""Which moment of a take goes on its sheet, and everything the sheet shows of it, read from the take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, tzinfo

import numpy as np
from numpy.typing import NDArray

from drivers.colour import to_rgb
from drivers.readings import Frame
from rig.errors import UserError
from rig.grade.look import look_from_dict
from rig.grade.looks import load_look
from rig.grade.printer import Printer
from rig.reprint import bearings_of
from rig.session.entries import (
    BaseChange,
    BeatEntry,
    BodyEntry,
    FrameEntry,
    LookChange,
    LookDict,
    PressEntry,
    PulseEntry,
    TakeStart,
)
from rig.session.lut_file import with_kept_lut
from rig.session.reader import Take
from rig.sheet import SheetMoment
from rig.words import roman, signed_roman

WINDOW_S = 60.0
STROKE_NS = 700_000_000  # a hand moved this shortly before: the frame is in the middle of a stroke
STROKE_WORTH = 0.25  # what that is worth beside stops of difference
MONTHS = tuple(
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
NO_WORDS = "One moment, as the hands left it."
Frames = Iterable[tuple[FrameEntry, Frame]]

# What each parameter is worth, in stops: 20 mired or a third of the saturation are about as visible as one (FACTS.md).
_WORTH = (
    ("exposure", "ev", 0.0, 1.0),
    ("dodge", "stops", 0.0, 1.0),
    ("burn", "stops", 0.0, 1.0),
    ("temperature", "mired", 0.0, 0.05),
    ("tint", "tint", 0.0, 1.0),
    ("contrast", "contrast", 0.0, 1.0),
    ("saturation", "saturation", 1.0, 3.0),
    ("vignette", "stops", 0.0, 0.5),
)


def telling(look: LookDict) -> float:
    """How far a print through this look is from its negative, in about stops."""
    return float(sum(worth * abs(look.get(op, {}).get(name, zero) - zero) for op, name, zero, worth in _WORTH))


def most_telling(frames: Sequence[FrameEntry], changes: Iterable[LookChange]) -> tuple[FrameEntry, LookDict]:
    """The frame whose print differs most from its negative, in the middle of a stroke where there is one."""
    best: tuple[float, FrameEntry, LookDict] | None = None
    least = float("inf")
    waiting, now = sorted(changes, key=lambda change: change.index), LookChange(0, 0, {})
    worth, at = 0.0, 0
    for entry in frames:
        while at < len(waiting) and waiting[at].index <= entry.index:
            now, at = waiting[at], at + 1
            worth = telling(now.look)
        stroke = entry.newest_edge_ns is not None and 0 <= entry.t_ns - entry.newest_edge_ns <= STROKE_NS
        score = worth + (STROKE_WORTH if stroke else 0.0)
        least = min(least, score)
        if best is None or score > best[0]:
            best = (score, entry, now.look)
    if best is None:
        raise UserError("sheet: expected a take with at least one frame, got none (rig show says more)")
    middle = frames[len(frames) // 2] if least == best[0] else best[1]  # where nothing happens, no moment is the first
    return middle, best[2]


def moment_from_take(
    take: Take,
    engine: str = "reference",
    why: str | None = None,
    watch: Callable[[Frames, int], Frames] | None = None,
    zone: tzinfo | None = None,
) -> SheetMoment:
    """The sheet's content. ``why`` is the look's own words unless given; watch(negatives, how many) may show progress.

    zone: of the date; the machine's own unless given. UserError where the take has no frame, or no picture of it.
    """
    start, printer = take.start, Printer(engine)
    entry, look = most_telling(take.frames(), take.entries(LookChange))
    negatives: Frames = take.negatives()
    negative = _negative(watch(negatives, entry.index + 1) if watch else negatives, entry)
    if negative is None:
        raise UserError(
            f"sheet: expected a picture of frame {entry.index} in {take.path}, got none (rig verify says more)"
        )
    made = printer.print(negative, look_from_dict(with_kept_lut(look, take.path)), bearings=bearings_of(entry))

    def seconds(t_ns: int) -> float:
        return (t_ns - start.t_ns) / 1e9

    last = take.end.t_ns if take.end is not None else entry.t_ns
    from_s, to_s = window(seconds(entry.t_ns), max(seconds(last), seconds(entry.t_ns)))
    pulse_s, pulse = _pulse(take.entries(PulseEntry), start.t_ns)
    strokes = [(0.0, start.hands, start.base)]
    strokes += [(seconds(change.t_ns), change.hands, change.base) for change in take.entries(BaseChange)]
    known = [body for body in take.entries(BodyEntry) if body.heart_rate_bpm is not None]
    nearest = min(known, key=lambda body: abs(body.t_ns - entry.t_ns), default=None)
    wall_s = (start.wall_ns + entry.t_ns - start.t_ns) / 1e9
    return SheetMoment(
        negative=to_rgb(negative.pixels, negative.colour),
        print=to_rgb(made.pixels, made.colour),
        at_s=seconds(entry.t_ns),
        from_s=from_s,
        to_s=to_s,
        pulse_s=pulse_s,
        pulse=pulse,
        beats_s=[seconds(beat.t_ns) for beat in take.entries(BeatEntry)],
        dodge=[(t, _set(hands, base, "dodge")) for t, hands, base in strokes],
        burn=[(t, _set(hands, base, "burn")) for t, hands, base in strokes],
        ev=[(t, _number(hands.get("ev"), 0.0)) for t, hands, _ in strokes],
        taps_s=[seconds(p.t_ns) for p in take.entries(PressEntry) if p.down and p.control in ("dodge", "burn")],
        why=_words(start) if why is None else why,
        no_pulse="the pulse was switched off" if start.pulse_source == "none" else "heart rate unknown",
        date=date_line(wall_s, zone),
        take_id=start.take_id,
        heart_rate_bpm=nearest.heart_rate_bpm if nearest else None,
        look=look_line(start.look_name, look),
    )


def window(at_s: float, end_s: float) -> tuple[float, float]:
    """From and to, in seconds: a minute round the moment, inside the take where it is long enough."""
    from_s = max(0.0, min(at_s - WINDOW_S / 2, end_s - WINDOW_S))
    return from_s, max(min(from_s + WINDOW_S, end_s), from_s + 1.0)


def look_line(name: str, look: LookDict) -> str:
    """`warm · placed III+ on VI · dodge +1.33 zone III · 2 strokes kept`: what the print was made through."""
    parts = [name] if name else []
    placing = placing_line(look)
    if placing:
        parts.append(placing)
    for knob, sign in (("dodge", "+"), ("burn", "−")):
        stops = look.get(knob, {}).get("stops", 0.0)
        if stops:
            parts.append(f"{knob} {sign}{stops:.2f} zone {roman(look[knob].get('zone', 5.0))}")
            if look[knob].get("place") is not None:
                parts[-1] += " in one place"
    kept = kept_line(look)
    if kept:
        parts.append(kept)
    for operation, parameter, unit in (("exposure", "ev", "EV"), ("temperature", "mired", "mired")):
        value = look.get(operation, {}).get(parameter, 0.0)
        if abs(value) >= 0.05:
            parts.append(f"{'+' if value > 0 else '−'}{abs(value):.{2 if unit == 'EV' else 1}f} {unit}")
    return "  ·  ".join(parts)


def placing_line(look: LookDict) -> str:
    """`placed III+ on VI`; empty where nothing is placed."""
    spot, zone = (float(look.get("place", {}).get(name, 5.0)) for name in ("spot", "zone"))
    return f"placed {signed_roman(spot)} on {signed_roman(zone)}" if abs(zone - spot) >= 0.05 else ""


def kept_line(look: LookDict) -> str:
    """`2 strokes kept`; empty where none are."""
    count = len(look.get("strokes", {}).get("kept", ()))
    return f"{count} stroke{'s' if count > 1 else ''} kept" if count else ""


def date_line(wall_s: float, zone: tzinfo | None = None) -> str:
    """`22 November 2026, 17:34`, in English on every machine; zone: the machine's own unless given."""
    when = datetime.fromtimestamp(wall_s, zone) if zone else datetime.fromtimestamp(wall_s).astimezone()
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}, {when:%H:%M}"


def _negative(negatives: Frames, wanted: FrameEntry) -> Frame | None:
    return next((frame for entry, frame in negatives if entry.index == wanted.index), None)


def _pulse(entries: Iterator[PulseEntry], start_ns: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times in s from the start, and the pulse the way up one thinks of it: more blood gives fewer counts."""
    times: list[int] = []
    counts: list[int] = []
    for entry in entries:
        times += entry.sample_t_ns
        counts += entry.ir_counts
    since = np.asarray(times, np.int64) - start_ns  # in integers: 2^53 ns are only 104 days
    return since / 1e9, -np.asarray(counts, np.float64)


def _set(hands: dict[str, object], base: LookDict, knob: str) -> float:
    return _number(hands.get(f"{knob}_stops"), base.get(knob, {}).get("stops", 0.0))


def _number(value: object, default: float) -> float:
    return float(value) if isinstance(value, int | float) else default


def _words(start: TakeStart) -> str:
    try:
        return load_look(start.look_name).words or NO_WORDS
    except UserError:  # the look was a file that is no longer there; the take carries its numbers, not its words
        return NO_WORDS
