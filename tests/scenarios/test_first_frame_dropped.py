"""A take whose first frame finds no room: what the sensors said from then on is kept all the same."""

from __future__ import annotations

from pathlib import Path

from shooting import shoot

from drivers.readings import Frame, PulseSamples
from rig.build import Built
from rig.service import Stop
from rig.session.entries import FrameEntry, PulseEntry
from rig.session.verify import verify

DROPPED = 20  # frames: by then the pulse sensor has told something


def test_readings_beside_dropped_first_frames_are_kept(tmp_path: Path) -> None:
    def prepare(built: Built, stop: Stop) -> None:
        recorder = built.shoot.keeper.recorder
        keep, left = recorder.frame, [False] * DROPPED

        def no_room_at_first(frame: Frame, entry: FrameEntry) -> bool:
            return left.pop() if left else keep(frame, entry)

        recorder.frame = no_room_at_first  # type: ignore[method-assign]

    shot = shoot(tmp_path, 1.5, prepare=prepare)
    (take,) = shot.takes
    assert verify(take.path) == []
    came = [[r for r in moment.readings if isinstance(r, PulseSamples)] for moment in shot.page.moments]
    assert any(came[1:DROPPED])  # there was something to lose
    kept = [entry.sample_t_ns for entry in take.entries(PulseEntry)]
    assert kept == [reading.t_ns.tolist() for readings in came[1:] for reading in readings]
    assert take.frames()[0].seen["pulse"] == sum(map(len, came[1 : DROPPED + 1]))
