"""Meters: everything the finder's page shows beside the picture. Plain values only, made by the frame loop."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

ZONES = 11


@dataclass(frozen=True, slots=True)
class Place:
    """Where a knob is aimed: a soft ellipse in this frame, x, y 0..1 of width and height, height of the height."""

    knob: str
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Meters:
    """What is known now; None is unknown, and is shown as such.

    pulse_wave: the last few seconds of the pulse, each 0..1, oldest first (200 values are plenty). ``*_stops`` are as
    the hands keep them: dodge 0..2, burn 0..3, both positive. ``*_aim``: the zone 0..10 a knob is aimed at, None is
    the whole picture, where that knob turns the base exposure ``ev``. zones: share of the picture in each zone.
    routes: what bends the print now, each (name, value, unit). faults: one line each, the oldest first. sheet_ready:
    /sheet.png has something to give. quality: the step of quality of the newest print, in words; none when it is full.
    engine: what prints. spot_zone: the zone 0..10 under the centre spot. kept: how many strokes are kept. places: where
    a knob is aimed at a place of the picture. dodge_zone, burn_zone: where a knob's stops sit while its aim is the
    whole picture. place_spot, place_zone: the zone the spot had and the one it is placed on; None: nothing is placed.
    """

    heart_rate_bpm: float | None = None
    sqi: float = 0.0
    arousal: float | None = None
    beat_t_ns: int | None = None
    pulse_wave: tuple[float, ...] = ()
    dodge_stops: float = 0.0
    dodge_aim: float | None = 3.0
    burn_stops: float = 0.0
    burn_aim: float | None = 8.0
    ev: float = 0.0
    soul: str = "set"
    bare: bool = False
    recording: bool = False
    take_id: str = ""
    take_seconds: float = 0.0
    minutes_left: float | None = None
    zones: tuple[float, ...] = (0.0,) * ZONES
    key_ev: float = 0.0
    rate_hz: float = 0.0
    frame_ms: float = 0.0
    dropped: int = 0
    quality: str = ""
    routes: tuple[tuple[str, float, str], ...] = ()
    faults: tuple[str, ...] = ()
    message: str = ""
    sheet_ready: bool = False
    locked: bool = False
    can_undo: bool = True
    can_redo: bool = True
    look_name: str = ""
    pulse_off: bool = False
    engine: str = ""
    spot_zone: float | None = None
    kept: int = 0
    places: tuple[Place, ...] = ()
    dodge_zone: float = 3.0
    burn_zone: float = 8.0
    place_spot: float | None = None
    place_zone: float | None = None


def urgent(meters: Meters) -> tuple[object, ...]:
    """What the page must hear of at once and not at the next tick: a beat, a hand, the tally, a fault."""
    return (
        meters.beat_t_ns,
        meters.dodge_stops,
        meters.dodge_aim,
        meters.burn_stops,
        meters.burn_aim,
        meters.ev,
        meters.soul,
        meters.bare,
        meters.recording,
        meters.locked,
        meters.faults,
        meters.kept,
        meters.place_spot,
        meters.place_zone,
        meters.message,
    )


def to_json(value: object) -> bytes:
    """JSON of meters and of what holds them; a number that is NumPy's is taken as the number it is."""
    return msgspec.json.encode(value, enc_hook=_plain)


def _plain(value: object) -> object:
    tolist = getattr(value, "tolist", None)
    if tolist is None:
        raise TypeError(f"meters: expected plain values, got {type(value).__name__}")
    return tolist()
