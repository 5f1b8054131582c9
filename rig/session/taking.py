"""One take in the making: the encoder's service, the writer's service, and what the frame loop hands to them.

The frame loop puts frames into a bounded line; the encoder's service turns them into packets; the writer's service
puts packets and entries into the two files and syncs both every 250 ms. A card that stalls blocks the writer alone.
Each take has services of its own, so that one is sealed while the next is recorded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from drivers.clock import Clock
from drivers.handover import Line
from drivers.interfaces import CameraInfo, VideoEncoder
from drivers.readings import Frame, Packet
from rig.session.entries import DropEntry, Entry, FaultEntry, FrameEntry, TakeEnd, TakeStart
from rig.session.files import free_bytes, sync_folder
from rig.session.layout import NEGATIVE, PART, TIMELINE
from rig.session.lock import TakeLock
from rig.session.lut_file import keep_lut
from rig.session.negative import NegativeWriter
from rig.session.reader import take_colour
from rig.session.seal import seal
from rig.session.timeline import Schemas, TimelineWriter

OnFault: TypeAlias = Callable[[int, str, str, bool], None]
SYNC_NS = 250_000_000
_IDLE_NS = 1_000_000_000  # the encoder's service is woken by every frame
# Frames that may wait for the encoder: two seconds of small ones; of large ones a third of one, for they are memory.
_FEWEST_FRAMES, _MOST_FRAMES, _MOST_FRAME_BYTES = 8, 60, 32 << 20
_MOST_WAITING_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class _Kept:
    entry: FrameEntry
    packet: Packet


@dataclass(frozen=True, slots=True)
class _End:
    reason: str


class Taking:
    """Made when record is pressed. frame(), add() and stop() are the frame loop's; the rest happens beside it."""

    def __init__(
        self,
        takes: Path,
        start: TakeStart,
        clock: Clock,
        encoder: VideoEncoder,
        schemas: Schemas,
        reserve_bytes: int,
        on_fault: OnFault | None = None,
        lut: bytes = b"",
        shared: Path | None = None,
    ) -> None:
        """on_fault(t_ns, where, message, recovered): called for each fault, from whatever thread meets it. lut: the
        .cube file of its look. shared: the negative that it performs over."""
        self._lut, self._shared = lut, shared
        self.start, self._clock, self._encoder, self._reserve_bytes = start, clock, encoder, reserve_bytes
        self._schemas, self._on_fault = schemas, on_fault
        self.part = takes / start.session_id / (start.take_id + PART)
        self._info = CameraInfo(start.camera, start.width, start.height, start.rate_hz, take_colour(start))
        self.accepting = True
        self.done = False
        self.sealed: Path | None = None
        self.nothing_left = False  # nothing could be written, or there was no frame
        self.fault: str | None = None
        self.bytes_a_second: float | None = None
        self.dropped: dict[str, int] = {}
        self._stop: tuple[str, int] | None = None
        self._frames: Line[tuple[Frame, FrameEntry]] = Line(_line_length(start.width * start.height * 3 // 2))
        self._writes: Line[_Kept | Entry | _End] = Line()
        self._handed_bytes = self._taken_bytes = 0  # packets: the encoder counts the first, the writer the second
        self._last_t_ns: int | None = None
        # Of the encoder's service:
        self._inside: deque[FrameEntry] = deque()
        self._encoder_is_open = False
        # Of the writer's service:
        self._lock: TakeLock | None = None
        self._timeline: TimelineWriter | None = None
        self._negative: NegativeWriter | None = None
        self._written = 0
        self._first_ns = self._newest_ns = start.t_ns
        self._encoding = clock.serve("encoder", self._encode, _IDLE_NS, self._encoder_died)
        self._writing = clock.serve("writer", self._write, SYNC_NS, self._writer_died)
        self._frames.wake = self._encoding.wake

    # The frame loop's side

    def frame(self, frame: Frame, entry: FrameEntry) -> bool:
        """Keep a frame; False, counted and said on the timeline, when there is no room for it. Never waits."""
        if not self.accepting:
            return False
        if self._last_t_ns is not None and frame.t_ns < self._last_t_ns + 1000:
            self._drop(entry, "camera")  # the file counts microseconds: not later than the one before is no new frame
            return False
        if not self._frames.put((frame, entry)):
            self._drop(entry, "card" if self._card_is_behind() else "encoder")
            return False
        self._last_t_ns = frame.t_ns
        return True

    def add(self, entry: Entry) -> None:
        """Keep an entry. Never waits."""
        if not self.accepting:
            return
        self._put(entry)

    def stop(self, reason: str) -> None:
        """End the take; returns at once. The first reason counts."""
        if self._stop is None:
            self.accepting = False
            self._stop = (reason, self._clock.now_ns())
            self._encoding.wake()

    def _drop(self, entry: FrameEntry, cause: str) -> None:
        self.add(DropEntry(entry.t_ns, entry.camera_index, 1, cause))

    def _put(self, entry: Entry) -> None:
        if isinstance(entry, DropEntry):
            self.dropped[entry.cause] = self.dropped.get(entry.cause, 0) + entry.count
        self._writes.put(entry)

    def _failed(self, where: str, message: str) -> None:
        self.fault = message
        if self._on_fault is not None:
            self._on_fault(self._clock.now_ns(), where, message, False)

    def _card_is_behind(self) -> bool:
        return self._handed_bytes - self._taken_bytes > _MOST_WAITING_BYTES

    # The encoder's service

    def _encode(self, now_ns: int) -> None:
        if not self._encoder_is_open:
            self._encoder.open(self._info)
            self._encoder_is_open = True
        stop = self._stop  # read before the line: what is in it now came before the stop
        while not self._card_is_behind() and (items := self._frames.take(1)):
            frame, entry = items[0]
            self._inside.append(entry)
            self._hand_on(self._encoder.encode(frame.pixels, frame.t_ns))
        if stop is not None and not len(self._frames):
            self._hand_on(self._encoder.flush())
            self._encoding.stop(0.0)
            self._writes.put(_End(stop[0]))
            self._writing.wake()

    def _hand_on(self, packets: Sequence[Packet]) -> None:
        for packet in packets:
            entry = self._inside.popleft()
            if entry.t_ns != packet.pts_ns:
                raise ValueError(f"encoder: expected the frame of {entry.t_ns} ns, got that of {packet.pts_ns} ns")
            self._handed_bytes += len(packet.data)
            self._writes.put(_Kept(entry, packet))

    def _encoder_died(self, name: str, error: Exception) -> None:
        self._failed(name, f"encoder stopped: {error}")
        self.accepting = False
        self._put(FaultEntry(self._clock.now_ns(), name, str(error)))
        lost = [*self._inside, *(entry for _, entry in self._frames.take())]
        if lost:
            self._put(DropEntry(lost[0].t_ns, lost[0].camera_index, len(lost), "encoder"))
        self._writes.put(_End("encoder failed"))

    # The writer's service

    def _write(self, now_ns: int) -> None:
        timeline, negative = self._files()
        end: _End | None = None
        for item in self._writes.take():
            if isinstance(item, _Kept):
                self._keep(item, timeline, negative)
            elif isinstance(item, _End):
                end = item
            else:
                timeline.add(item)
        if end is not None:
            self._finish(end.reason, timeline, negative)
            return
        if len(self._frames):
            self._encoding.wake()  # it may have waited for the card
        timeline.write()
        negative.sync()
        timeline.sync()
        seconds = (self._newest_ns - self._first_ns) / 1e9
        if seconds > 1.0:
            self.bytes_a_second = (negative.size + timeline.size) / seconds
        if free_bytes(self.part) < self._reserve_bytes:
            self._card_full()

    def _card_full(self) -> None:
        if self._stop is None:
            self._failed("card", "card full: the take was closed")
            self.stop("card full")

    def _files(self) -> tuple[TimelineWriter, NegativeWriter]:
        if self._timeline is None or self._negative is None:
            self.part.parent.mkdir(parents=True, exist_ok=True)
            self.part.mkdir()
            self._lock = TakeLock(self.part)
            self._timeline = TimelineWriter(self.part / TIMELINE, self._schemas)
            self._timeline.add(self.start)
            self._timeline.sync()
            self._negative = NegativeWriter(self.part / NEGATIVE)
            if self._lut:
                keep_lut(self._lut, self.part)
            for folder in (self.part, self.part.parent, self.part.parent.parent):
                sync_folder(folder)
        return self._timeline, self._negative

    def _keep(self, kept: _Kept, timeline: TimelineWriter, negative: NegativeWriter) -> None:
        if self._written == 0:
            self._first_ns = kept.entry.t_ns
        negative.add(kept.packet, self._encoder.extradata)
        timeline.add(kept.entry)
        self._taken_bytes += len(kept.packet.data)
        self._newest_ns = kept.entry.t_ns
        self._written += 1

    def _finish(self, reason: str, timeline: TimelineWriter, negative: NegativeWriter) -> None:
        assert self._lock is not None  # made with the files
        ended_ns = self._stop[1] if self._stop is not None else self._clock.now_ns()
        end = TakeEnd(max(ended_ns, self._newest_ns), self._written, reason)
        negative.close()
        timeline.add(end)
        timeline.close()
        self._timeline = self._negative = None
        if self._written:
            self.sealed = seal(
                self.part,
                self._lock,
                self.start,
                end,
                self._first_ns,
                self._newest_ns,
                self._reserve_bytes,
                self._shared,
            )
        else:
            self._throw_away()
            self._lock.release()
        self._writing.stop(0.0)
        self.done = True

    def _throw_away(self) -> None:
        """A take without one frame is none: record was pressed twice at once."""
        for path in self.part.iterdir():
            path.unlink()
        self.part.rmdir()
        self.nothing_left = True
        with suppress(OSError):  # the session has other takes
            self.part.parent.rmdir()
        if self.fault is None:
            self._failed("take", "the take had no frame and was not kept")

    def _writer_died(self, name: str, error: Exception) -> None:
        self._failed(
            name, f"take {self.start.take_id} ended, what was written is in {self.part} (rig recover): {error}"
        )
        self.accepting = False
        self._encoding.stop(0.0)
        if self._timeline is not None:
            with suppress(OSError):  # the card has failed: the last word is written if it can be
                self._timeline.add(FaultEntry(self._clock.now_ns(), name, str(error)))
                self._timeline.sync()
            self._timeline.abandon()
        if self._negative is not None:
            self._negative.abandon()
        if self._lock is not None:
            self._lock.release()
        self.nothing_left = self.nothing_left or self._lock is None
        self.done = True


def _line_length(frame_bytes: int) -> int:
    return max(_FEWEST_FRAMES, min(_MOST_FRAMES, _MOST_FRAME_BYTES // frame_bytes))
