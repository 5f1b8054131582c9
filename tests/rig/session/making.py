"""Makes takes for the tests: a synthetic camera, and a recorder fed from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from drivers.clock import Clock
from drivers.names import make_encoder
from drivers.readings import Colour, Frame, Turn
from drivers.settings import EncoderSettings
from rig.session.entries import BaseChange, FrameEntry, LookChange, TakeStart
from rig.session.ids import new_take_ids
from rig.session.readings import to_entry
from rig.session.recorder import Recorder

PLAIN = Colour()
LOOK = {"exposure": {"ev": 0.5}}


def start_of(
    clock: Clock, width: int = 64, height: int = 36, colour: Colour = PLAIN, rate_hz: float = 30.0
) -> TakeStart:
    session_id, take_id = new_take_ids(clock)
    return TakeStart(
        take_id=take_id,
        session_id=session_id,
        t_ns=clock.now_ns(),
        wall_ns=clock.wall_ns(),
        camera="synthetic",
        width=width,
        height=height,
        rate_hz=rate_hz,
        matrix=colour.matrix,
        range=colour.range,
        transfer=colour.transfer,
        engine="opencv",
        look_name="plain",
        base=LOOK,
    )


def picture(number: int, width: int = 64, height: int = 36, noise: int = 0) -> np.ndarray:
    pixels = np.full((height * 3 // 2, width), 128, np.uint8)
    pixels[:height] = 16 + (np.arange(width) * 3 + number * 5) % 200
    if noise:
        pixels[:height] += np.random.default_rng(number).integers(0, noise, (height, width), np.uint8)
    pixels.setflags(write=False)
    return pixels


def frame_of(number: int, t_ns: int, start: TakeStart, noise: int = 0) -> Frame:
    colour = Colour(start.matrix, start.range, start.transfer)  # type: ignore[arg-type]
    return Frame(t_ns, number, picture(number, start.width, start.height, noise), colour, 10_000_000, 2.0)


def entry_of(index: int, frame: Frame, seen: int = 0) -> FrameEntry:
    return FrameEntry(
        t_ns=frame.t_ns,
        index=index,
        camera_index=frame.index,
        seen={"pulse": 0, "hands": seen},
        signals={"body.arousal": None, "knob.dodge": 0.25},
        scene={"key_ev": 0.5, "zones": [0.1, 0.9]},
        exposure_ns=frame.exposure_ns,
        gain=frame.gain,
    )


def recorder_at(takes: Path, clock: Clock, **more: object) -> Recorder:
    more = {"min_minutes": 0.0, "reserve_bytes": 1 << 20, **more}
    return Recorder(takes, clock, lambda: make_encoder(EncoderSettings()), **more)  # type: ignore[arg-type]


def begin(recorder: Recorder, start: TakeStart) -> None:
    """Start a take with the looks of its first frame, as every take has them."""
    recorder.start(start)
    recorder.add(BaseChange(start.t_ns, 0, LOOK))
    recorder.add(LookChange(start.t_ns, 0, LOOK))


def shoot(recorder: Recorder, clock: Clock, start: TakeStart, frames: int, noise: int = 0) -> int:
    """Record so many frames in the clock's time, a turn of a knob every tenth; how many were kept."""
    index = turns = 0
    for number in range(frames):
        clock.sleep_until_ns(start.t_ns + int(number * 1e9 / start.rate_hz))
        frame = frame_of(number, clock.now_ns() + number % 3, start, noise)
        if number % 10 == 5:
            turns += 1
            recorder.add(to_entry(Turn(frame.t_ns, "dodge", 1, (frame.t_ns - 5, frame.t_ns)), turns))
            recorder.add(LookChange(frame.t_ns, index, LOOK))
        index += recorder.frame(frame, entry_of(index, frame, turns))
    return index


def record(takes: Path, clock: Clock, frames: int = 60, **start: object) -> Path:
    """A sealed take."""
    recorder = recorder_at(takes, clock)
    about = start_of(clock, **start)  # type: ignore[arg-type]
    begin(recorder, about)
    shoot(recorder, clock, about, frames)
    path = recorder.close()
    assert path is not None, recorder.fault
    return path
