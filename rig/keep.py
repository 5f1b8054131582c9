"""What of each frame goes into the take: the bare frame, the readings, the look, and what it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from drivers.clock import Clock
from drivers.interfaces import CameraInfo
from drivers.readings import Frame, Reading
from rig.decide import Decider, Moment
from rig.grade.cube import read_cube
from rig.grade.look import Look, look_to_dict
from rig.hands.meaning import Movement
from rig.hands.state import HandState
from rig.modulation.routes import route_tables
from rig.modulation.signals import signal_ages, signal_qualities, signal_values
from rig.scene.scene import scene_to_dict
from rig.session.entries import (
    AnchorEntry,
    BaseChange,
    BeatEntry,
    BodyEntry,
    DropEntry,
    Entry,
    FaultEntry,
    FrameEntry,
    GestureEntry,
    LookChange,
    MovementEntry,
    TakeStart,
)
from rig.session.lut_file import lut_of
from rig.session.readings import SENSORS, sensor_of, to_entry
from rig.session.recorder import Recorder

ANCHOR_EVERY_NS = 60_000_000_000
BODY_EVERY_NS = 1_000_000_000


class Keeper:
    """Turns moments into entries. Owns the numbers of the take under way; the recorder owns the files."""

    def __init__(self, recorder: Recorder, clock: Clock, boot_id: str) -> None:
        self.recorder, self._clock, self._boot_id = recorder, clock, boot_id
        self._forget()

    def _forget(self) -> None:
        self._index = 0
        self._begun = False
        self._lost = False
        self._camera_index: int | None = None
        self._seen = dict.fromkeys(SENSORS, 0)
        self._look: Look | None = None
        self._base: tuple[Look, HandState] | None = None
        self._anchor_due_ns = self._body_due_ns = 0
        self._started_ns: int | None = None

    @property
    def take_ns(self) -> int | None:
        """When the take under way began; None when nothing is recorded."""
        return self._started_ns if self.recorder.recording else None

    def start(self, about: TakeStart) -> None:
        """Begin a take; UserError, and nothing written, where it cannot be kept."""
        file = lut_of(about.look)
        self.recorder.start(about, read_cube(file).source if file else b"")  # as it was when the look was loaded
        self._forget()
        self._started_ns = about.t_ns

    def frame(self, frame: Frame, moment: Moment, quality: int = 0) -> None:
        """Keep one frame, and the step of quality that its print was made at.

        The readings of the frame that the take began with are already in the state that it starts with; those of every
        other are kept, also when the frame itself is dropped.
        """
        if not self.recorder.recording:
            return
        if self._begun:
            self._keep_readings(moment.readings)
        self._begun = True
        for beat in moment.beats:
            self._add(BeatEntry(beat.t_ns, beat.found_ns, beat.ibi_ms, beat.sqi))
        for done in moment.gestures:
            self._add(GestureEntry(done.end_ns, done.t_ns, done.kind, done.knob, done.detents, done.aim))
        for moved in moment.movements:
            self._add(_movement_entry(moved))
        self._now_and_then(frame.t_ns, moment)
        self._gap(frame)
        self._changes(frame.t_ns, moment)
        entry = FrameEntry(
            t_ns=frame.t_ns,
            index=self._index,
            camera_index=frame.index,
            seen=dict(self._seen),
            signals=signal_values(moment.signals),
            scene=scene_to_dict(moment.scene),
            exposure_ns=frame.exposure_ns,
            gain=frame.gain,
            quality=quality,
            soul=moment.soul,
            bare=moment.hands.bare,
            modulation=moment.modulation if self._lost else None,
            newest_edge_ns=moment.newest_edge_ns,
            newest_beat_ns=moment.body.newest_beat_ns,
            light_ev=moment.bearings.light_ev,
            places=[[number, x, y] for number, x, y in moment.bearings.places],
            signal_quality=signal_qualities(moment.signals),
            signal_age_s=signal_ages(moment.signals),
            bends={bend.name: bend.value for bend in moment.bends if bend.value},
        )
        self._lost = not self.recorder.frame(frame, entry)
        if not self._lost:
            self._index += 1

    def fault(self, t_ns: int, where: str, message: str, recovered: bool) -> None:
        """Keep a fault where a take is under way."""
        self._add(FaultEntry(t_ns, where, message, recovered))

    def _add(self, entry: Entry) -> None:
        if self.recorder.recording:
            self.recorder.add(entry)

    def _keep_readings(self, readings: Sequence[Reading]) -> None:
        for reading in readings:
            sensor = sensor_of(reading)
            self._seen[sensor] += 1
            self._add(to_entry(reading, self._seen[sensor]))

    def _gap(self, frame: Frame) -> None:
        if self._camera_index is not None and frame.index > self._camera_index + 1:
            missing = frame.index - self._camera_index - 1
            self._add(DropEntry(frame.t_ns, self._camera_index + 1, missing, "camera"))
        self._camera_index = frame.index

    def _changes(self, t_ns: int, moment: Moment) -> None:
        if (moment.base, moment.hands) != self._base:
            self._base = (moment.base, moment.hands)
            self._add(BaseChange(t_ns, self._index, look_to_dict(moment.base), moment.hands.to_dict()))
        if moment.look != self._look:
            self._look = moment.look
            self._add(LookChange(t_ns, self._index, look_to_dict(moment.look)))

    def _now_and_then(self, t_ns: int, moment: Moment) -> None:
        if t_ns >= self._body_due_ns:
            self._body_due_ns = t_ns + BODY_EVERY_NS
            body = moment.body
            self._add(BodyEntry(t_ns, body.heart_rate_bpm, body.rmssd_ms, body.amplitude, body.arousal, body.sqi))
        if t_ns >= self._anchor_due_ns:
            self._anchor_due_ns = t_ns + ANCHOR_EVERY_NS
            before = self._clock.now_ns()
            self._add(AnchorEntry(before, self._clock.wall_ns(), self._clock.now_ns(), self._boot_id))


def _movement_entry(moved: Movement) -> MovementEntry:
    return MovementEntry(
        t_ns=moved.end_ns,
        start_ns=moved.t_ns,
        kind=moved.kind,
        knob=moved.knob,
        detents=moved.detents,
        zone=moved.zone,
        tempo_hz=moved.tempo_hz,
        sparc=moved.sparc,
        ldlj=moved.ldlj,
    )


@dataclass(frozen=True, slots=True)
class About:
    """What holds for every take of a shoot."""

    engine: str
    look_name: str
    pulse_source: str
    rig_version: str
    boot_id: str
    session_id: str = ""  # that its takes are to go to; empty: one of its own
    performs: str = ""  # the take whose negative is played


def take_start(
    ids: tuple[str, str],
    info: CameraInfo,
    frame: Frame,
    moment: Moment,
    wall_ns: int,
    about: About,
    decider: Decider,
) -> TakeStart:
    """The first entry of a take that begins with this frame. ids: (session, take); about: what holds for the shoot."""
    session_id, take_id = ids
    return TakeStart(
        take_id=take_id,
        session_id=session_id,
        t_ns=frame.t_ns,
        wall_ns=wall_ns,
        camera=info.name,
        width=frame.width,
        height=frame.height,
        rate_hz=info.rate_hz,
        matrix=frame.colour.matrix,
        range=frame.colour.range,
        transfer=frame.colour.transfer,
        base=look_to_dict(moment.base),
        look=look_to_dict(decider.look),
        routes=route_tables(decider.routes),
        modulation=moment.modulation,
        hands=moment.hands.to_dict(),
        baseline={} if decider.baseline is None else asdict(decider.baseline),
        knob_curves=decider.curves.to_dict(),
        engine=about.engine,
        look_name=about.look_name,
        pulse_source=about.pulse_source,
        rig_version=about.rig_version,
        boot_id=about.boot_id,
        performs=about.performs,
    )
