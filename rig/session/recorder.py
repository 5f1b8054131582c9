"""Recording takes: start, frames, entries, stop. Nothing here waits for the card."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from drivers.clock import Clock
from drivers.interfaces import VideoEncoder
from drivers.readings import Frame
from rig.errors import UserError
from rig.session.entries import Entry, FrameEntry, TakeStart
from rig.session.files import free_bytes
from rig.session.ids import check_id
from rig.session.layout import check_writable
from rig.session.reader import take_colour
from rig.session.taking import OnFault, Taking
from rig.session.timeline import all_schemas

_LOOK_AGAIN_NS = 1_000_000_000
_WAIT_NS = 5_000_000
# Until a take has shown its own rate: 720p30 with grain, 22 Mbit/s at crf 18 (FACTS.md, Camera).
_BITS_A_PIXEL = 22e6 / (1280 * 720 * 30)
_DEFAULT_BYTES_A_SECOND = 22e6 / 8


class Recorder:
    """The frame loop's hand on the takes. It owns the take under way and those that are still being sealed."""

    def __init__(
        self,
        takes: Path,
        clock: Clock,
        make: Callable[[], VideoEncoder],
        *,
        min_minutes: float = 1.0,
        reserve_bytes: int = 64 << 20,
        on_fault: OnFault | None = None,
        shared: Path | None = None,
    ) -> None:
        """make: gives a new encoder for each take. A take does not start with less room than min_minutes, and is
        closed when less than reserve_bytes are left. shared: the negative that is performed over.

        on_fault(t_ns, where, message, recovered): told once of each fault of a take, also of one that is sealed while
        the next is recorded. It is called from the threads that write, not from the frame loop's.
        """
        self._takes, self._clock, self._make = takes, clock, make
        self._min_minutes, self._reserve_bytes, self._on_fault = min_minutes, reserve_bytes, on_fault
        self._shared = shared
        self._schemas = all_schemas()  # 6 ms of Python, so now and not while frames come
        self._taking: Taking | None = None
        self._earlier: list[Taking] = []  # those that are still being sealed
        self._ended: list[tuple[int, Path, Path | None]] = []  # of those before them: start, folder, sealed folder
        self._bytes_a_second: float | None = None
        self._free: tuple[int, int] | None = None  # bytes, and when that was seen

    @property
    def recording(self) -> bool:
        """True from start() to stop(), or until the card or the encoder ended the take (then `fault` says why)."""
        return self._taking is not None and self._taking.accepting

    @property
    def take_id(self) -> str | None:
        """The take under way, or the last one; None before the first."""
        return None if self._taking is None else self._taking.start.take_id

    @property
    def dropped(self) -> dict[str, int]:
        """Frames of this take (or the last one) that are not in the negative, by cause: camera, encoder, card."""
        return {} if self._taking is None else dict(self._taking.dropped)

    @property
    def fault(self) -> str | None:
        """What went wrong in this take (or the last one), in words; None when nothing did."""
        return None if self._taking is None else self._taking.fault

    @property
    def minutes_left(self) -> float:
        """How long the room on the card lasts: at this take's rate, the last one's, or a guess before the first."""
        if self._taking is not None and self._taking.bytes_a_second is not None:
            self._bytes_a_second = self._taking.bytes_a_second
        now_ns = self._clock.now_ns()
        if self._free is None or now_ns - self._free[1] >= _LOOK_AGAIN_NS:
            try:
                self._free = (free_bytes(self._takes), now_ns)
            except OSError:  # the disk was pulled: nothing fits there
                self._free = (0, now_ns)
        room = max(0, self._free[0] - self._reserve_bytes)
        return room / (self._bytes_a_second or _DEFAULT_BYTES_A_SECOND) / 60.0

    def start(self, start: TakeStart, lut: bytes = b"") -> None:
        """Begin a take. Raises UserError, and nothing is written, where it cannot be kept; does not wait for the card.

        lut: the .cube file of its look, where that has one.

        The files are made beside the frame loop; what fails there ends the take, and `fault` says why.
        """
        if self.recording:
            raise UserError(f"record: expected no take under way, got {self.take_id}: stop it first")
        check_id(start.session_id)
        check_id(start.take_id)
        take_colour(start)
        check_writable(self._takes)
        self._check_room(start)
        self._let_go()
        self._taking = Taking(
            self._takes,
            start,
            self._clock,
            self._make(),
            self._schemas,
            self._reserve_bytes,
            self._on_fault,
            lut,
            self._shared,
        )

    def frame(self, frame: Frame, entry: FrameEntry) -> bool:
        """Keep a frame as number entry.index of the take. Never waits.

        False when it is not kept (nothing is recorded, or its line is full): the next one then gets the same number.
        A lost frame is counted in `dropped` and has a DropEntry. entry.t_ns is frame.t_ns.
        """
        return self._taking is not None and self._taking.frame(frame, entry)

    def add(self, entry: Entry) -> None:
        """Put an entry on the take's timeline; passed over when nothing is recorded. Never waits."""
        if self._taking is not None:
            self._taking.add(entry)

    def stop(self, reason: str) -> None:
        """End the take. Returns at once: the rest is written and sealed beside. Harmless when nothing is recorded."""
        if self._taking is not None:
            self._taking.stop(reason)

    def finish(self, timeout_s: float) -> Path | None:
        """Wait until every stopped take is sealed; the last one's folder, None where it is not (`fault` says why)."""
        due_ns = self._clock.now_ns() + int(timeout_s * 1e9)
        while self._busy() and self._clock.now_ns() < due_ns:
            self._clock.sleep_until_ns(self._clock.now_ns() + _WAIT_NS)
        return None if self._taking is None else self._taking.sealed

    def close(self, timeout_s: float = 60.0) -> Path | None:
        """Stop, and wait as finish() does. A take that is not sealed in time is sealed by the next start of the rig."""
        self.stop("stopped")
        return self.finish(timeout_s)

    @property
    def kept(self) -> list[Path]:
        """The sealed folders of all takes of this recorder, oldest first."""
        return [sealed for _, sealed in self._fates() if sealed is not None]

    @property
    def unsealed(self) -> list[Path]:
        """The folders of the takes that were stopped and are not sealed (yet, or not at all), oldest first."""
        return [part for part, sealed in self._fates() if sealed is None]

    def _busy(self) -> bool:
        return any(not taking.done for taking in self._stopped())

    def _stopped(self) -> list[Taking]:
        return [*self._earlier, *([] if self._taking is None or self._taking.accepting else [self._taking])]

    def _fates(self) -> list[tuple[Path, Path | None]]:
        now = [_fate(taking) for taking in self._stopped() if not taking.nothing_left]
        return [(part, sealed) for _, part, sealed in sorted([*self._ended, *now], key=lambda fate: fate[0])]

    def _let_go(self) -> None:
        """Of takes that are done only their folders are remembered, not their encoders."""
        stopped = self._stopped()
        self._earlier = [taking for taking in stopped if not taking.done]
        self._ended += [_fate(taking) for taking in stopped if taking.done and not taking.nothing_left]

    def _check_room(self, start: TakeStart) -> None:
        self._free = None
        if self._bytes_a_second is None:
            self._bytes_a_second = start.width * start.height * start.rate_hz * _BITS_A_PIXEL / 8
        try:
            free_bytes(self._takes)
        except OSError as error:
            raise UserError(
                f"takes folder {self._takes}: expected one whose room can be read, got: {error.strerror or error}: "
                "is the disk there? or choose another folder with --takes DIR"
            ) from error
        minutes = self.minutes_left
        if minutes < self._min_minutes:
            raise UserError(
                f"takes folder {self._takes}: expected room for {self._min_minutes:g} minutes, got {minutes:.1f}: "
                "sync and erase takes, or choose another folder with --takes DIR"
            )


def _fate(taking: Taking) -> tuple[int, Path, Path | None]:
    return taking.start.t_ns, taking.part, taking.sealed
