"""What the timeline of a take is made of. Each entry is frozen and has one MCAP channel (TOPICS).

A frame's look is kept with what it was made from: the signals and Scene used, the number of readings of each sensor
seen so far (``seen``), the quality step. So a replay from recorded signals is exact, and a re-analysis of the lossy
negative is near; the two are never confused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

# {"exposure": {"ev": 0.5}, "dodge": {"stops": 1.0, "zone": 3.0}, ...}: rig.grade.look turns it into a Look and back.
LookDict: TypeAlias = dict[str, dict[str, Any]]
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class TakeStart:
    """The first entry: everything that holds for the whole take."""

    take_id: str
    session_id: str
    t_ns: int
    wall_ns: int
    camera: str
    width: int
    height: int
    rate_hz: float
    matrix: str
    range: str
    transfer: str
    engine: str
    look_name: str
    base: LookDict
    look: LookDict = field(default_factory=dict)  # the photographer's, before the hands
    routes: list[dict[str, object]] = field(default_factory=list)
    modulation: dict[str, float] = field(default_factory=dict)  # where routes and `auto` stood at the first frame
    hands: dict[str, object] = field(default_factory=dict)  # the hands' state at the first frame
    baseline: dict[str, float | None] = field(default_factory=dict)  # the person's quiet heart, where it was known
    knob_curves: dict[str, str] = field(default_factory=dict)  # of each knob that is not linear (rig/hands/curves.py)
    pulse_source: str = ""
    rig_version: str = ""
    boot_id: str = ""
    performs: str = ""  # the take whose negative this is: a performance over it (docs/decisions/0008)
    version: int = FORMAT_VERSION


@dataclass(frozen=True, slots=True)
class FrameEntry:
    """One frame of the negative: number ``index`` of the take (0, 1, ...), the camera's ``camera_index``.

    light_ev: stops more light on the sensor than when zones were named, taken out of the zone reading. places: where
    the places that are followed are, [number, x, y] each, x and y 0 to 1 of width and height.
    """

    t_ns: int
    index: int
    camera_index: int
    seen: dict[str, int]
    signals: dict[str, float | None]  # see also signal_quality, signal_age_s
    scene: dict[str, float | list[float]]
    exposure_ns: int | None = None
    gain: float | None = None
    quality: int = 0
    soul: float = 1.0
    bare: bool = False  # the finder showed the bare negative (a held knob)
    # Where routes and `auto` stood after this frame, where frames before it were not kept: a replay goes on from here.
    modulation: dict[str, float] | None = None
    newest_edge_ns: int | None = None
    newest_beat_ns: int | None = None
    light_ev: float = 0.0
    places: list[list[float]] = field(default_factory=list)
    signal_quality: dict[str, float] = field(default_factory=dict)  # of those whose quality is not 1
    signal_age_s: dict[str, float] = field(default_factory=dict)  # of those that are not of this moment
    bends: dict[str, float] = field(default_factory=dict)  # what each route did, in its target's unit; not those at 0


@dataclass(frozen=True, slots=True)
class LookChange:
    """From frame ``index`` on, the print is made through this look (the base look, bent)."""

    t_ns: int
    index: int
    look: LookDict


@dataclass(frozen=True, slots=True)
class BaseChange:
    """From frame ``index`` on, the hands have set the base look to this."""

    t_ns: int
    index: int
    base: LookDict
    hands: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PulseEntry:
    """PulseSamples, as they came. number: counts the readings of the pulse sensor in this take, from 1."""

    t_ns: int
    number: int
    sample_t_ns: list[int]
    ir_counts: list[int]
    red_counts: list[int]
    first_sample: int = 0
    lost_samples: int = 0
    temperature_c: float | None = None
    clock_error: float | None = None
    finger: bool = True
    ir_ma: float | None = None
    red_ma: float | None = None
    swapped: bool = False


@dataclass(frozen=True, slots=True)
class MotionEntry:
    """Motion, as it came; rows of x, y, z. number: counts the readings of the motion sensor in this take, from 1."""

    t_ns: int
    number: int
    sample_t_ns: list[int]
    acceleration_m_s2: list[list[float]]
    rotation_rad_s: list[list[float]]
    first_sample: int = 0
    lost_samples: int = 0
    temperature_c: float | None = None
    clock_error: float | None = None


@dataclass(frozen=True, slots=True)
class SkinEntry:
    """Skin, as it came; None where the electrodes touched nothing. number: counts the readings of the skin sensor in
    this take, from 1."""

    t_ns: int
    number: int
    sample_t_ns: list[int]
    conductance_us: list[float | None]


@dataclass(frozen=True, slots=True)
class ReportedBeatEntry:
    """A beat the device reported itself (tapped, or a strap's). Counted with the pulse readings."""

    t_ns: int
    number: int
    ibi_ms: float | None = None


@dataclass(frozen=True, slots=True)
class TurnEntry:
    """A Turn. number: counts the readings of the hands in this take, from 1."""

    t_ns: int
    number: int
    knob: str
    detents: int
    edges_ns: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PressEntry:
    """A Press. Counted with the readings of the hands."""

    t_ns: int
    number: int
    control: str
    down: bool


@dataclass(frozen=True, slots=True)
class SoulEntry:
    """The soul switch moved. Counted with the readings of the hands."""

    t_ns: int
    number: int
    position: str


@dataclass(frozen=True, slots=True)
class PlacingEntry:
    """What lay under the centre spot was to be placed on that zone. Counted with the readings of the hands."""

    t_ns: int
    number: int
    zone: float


@dataclass(frozen=True, slots=True)
class SlideEntry:
    """A Slide. Counted with the readings of the hands."""

    t_ns: int
    number: int
    knob: str
    position: float


@dataclass(frozen=True, slots=True)
class GripEntry:
    """Grip, as it came; None where the force is not known. number: counts the readings of the grip sensor in this
    take, from 1."""

    t_ns: int
    number: int
    sample_t_ns: list[int]
    force_n: list[float | None]


@dataclass(frozen=True, slots=True)
class MovementEntry:
    """How a knob was turned, once that was over: nudge, sweep, hesitate, linger, reverse, flick or lean-in.

    t_ns is its end. detents: + is more. zone: that the knob worked on, None is the whole picture. tempo_hz: detents a
    second. sparc, ldlj: smoothness (rig/hands/smoothness.py); None where it was too short to tell.
    """

    t_ns: int
    start_ns: int
    kind: str
    knob: str
    detents: int
    zone: float | None
    tempo_hz: float
    sparc: float | None = None
    ldlj: float | None = None


@dataclass(frozen=True, slots=True)
class GestureEntry:
    """What the hand did, once it was done: turn, tap, zero, hold, walk, keep, place, undo or redo; t_ns is its end.

    detents: + is more. zone: that the knob is aimed at, None is the whole picture; of a place, the zone it is on.
    """

    t_ns: int
    start_ns: int
    kind: str
    knob: str | None
    detents: int
    zone: float | None


@dataclass(frozen=True, slots=True)
class BeatEntry:
    """A beat that the body found: t_ns is the beat, found_ns when it was decided."""

    t_ns: int
    found_ns: int
    ibi_ms: float | None
    sqi: float


@dataclass(frozen=True, slots=True)
class BodyEntry:
    """What was known of the body at that time, once a second; None is unknown."""

    t_ns: int
    heart_rate_bpm: float | None
    rmssd_ms: float | None
    amplitude: float | None
    arousal: float | None
    sqi: float


@dataclass(frozen=True, slots=True)
class FaultEntry:
    """Something failed, or came back (recovered)."""

    t_ns: int
    where: str
    message: str
    recovered: bool = False


@dataclass(frozen=True, slots=True)
class DropEntry:
    """Frames that are not in the negative. cause: camera (never delivered), encoder, card."""

    t_ns: int
    camera_index: int
    count: int
    cause: str


@dataclass(frozen=True, slots=True)
class AnchorEntry:
    """Wall time against the take's clock: read before and after. t_ns is the earlier one."""

    t_ns: int
    wall_ns: int
    after_ns: int
    boot_id: str


@dataclass(frozen=True, slots=True)
class MarkEntry:
    """The photographer marked this moment."""

    t_ns: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class TakeEnd:
    """The last entry: why the take ended ("stopped", "camera ended", "card full", "recovered")."""

    t_ns: int
    frames: int
    reason: str


Entry: TypeAlias = (
    TakeStart
    | FrameEntry
    | LookChange
    | BaseChange
    | PulseEntry
    | ReportedBeatEntry
    | MotionEntry
    | SkinEntry
    | TurnEntry
    | PressEntry
    | SoulEntry
    | PlacingEntry
    | SlideEntry
    | GripEntry
    | MovementEntry
    | GestureEntry
    | BeatEntry
    | BodyEntry
    | FaultEntry
    | DropEntry
    | AnchorEntry
    | MarkEntry
    | TakeEnd
)

TOPICS: dict[str, type[Entry]] = {
    "/take/start": TakeStart,
    "/take/end": TakeEnd,
    "/take/mark": MarkEntry,
    "/clock/anchor": AnchorEntry,
    "/negative/frame": FrameEntry,
    "/negative/drop": DropEntry,
    "/look/print": LookChange,
    "/look/base": BaseChange,
    "/body/pulse": PulseEntry,
    "/body/reported_beat": ReportedBeatEntry,
    "/body/motion": MotionEntry,
    "/body/skin": SkinEntry,
    "/body/beat": BeatEntry,
    "/body/state": BodyEntry,
    "/hands/turn": TurnEntry,
    "/hands/press": PressEntry,
    "/hands/soul": SoulEntry,
    "/hands/placing": PlacingEntry,
    "/hands/slide": SlideEntry,
    "/body/grip": GripEntry,
    "/hands/movement": MovementEntry,
    "/hands/gesture": GestureEntry,
    "/fault": FaultEntry,
}
