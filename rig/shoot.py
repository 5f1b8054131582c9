"""The main loop: a frame comes, the readings since the last one are heard, the look is decided, the print is made,
shown and kept. Everything slow happens elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from drivers.clock import Clock, Service
from drivers.handover import Line
from drivers.interfaces import Camera, CameraInfo, Sensor, Ticker, Waking
from drivers.pool import give_back
from drivers.readings import Colour, Frame, Reading
from rig.decide import Decider, Moment
from rig.errors import UserError
from rig.grade.printer import Print, Printer
from rig.grade.quality import STILL
from rig.keep import About, Keeper, take_start
from rig.ladder import Ladder
from rig.latencies import Latencies
from rig.service import Notifier, Stop
from rig.session.ids import new_id
from rig.steady import SteadyCamera
from rig.ticks import Ticks
from rig.watch import Watch

log = logging.getLogger(__name__)
SLOW_START_NS = 1_000_000_000
# A service manager is asked for time as long as it warms up, and for so long at most: then something hangs.
MORE_TIME_US, LONGEST_START_NS = 20_000_000, 300_000_000_000


class Page(Protocol):
    """Whoever looks on: the finder, or nobody."""

    def show(self, frame: Frame, made: Print, moment: Moment, keeper: Keeper, frame_ms: float) -> None:
        """One print, and how long the loop worked on it; must return at once."""

    def fault(self, where: str, message: str, recovered: bool) -> None:
        """Something failed, or came back."""


@dataclass
class Shoot:
    """One shoot: the devices, what decides, what prints, what keeps. ``run`` is the frame loop."""

    clock: Clock
    camera: Camera
    sensors: Sequence[Sensor[Reading]]
    decider: Decider
    printer: Printer
    keeper: Keeper
    stop: Stop
    notifier: Notifier
    about: About
    page: Page | None = None
    on_first_print: Callable[[], None] | None = None
    may_be_missing: Sequence[Sensor[Reading]] = ()  # sensors too, but their silence stops no shoot, also at the start
    # A negative is played in place of a camera: its exposure is what it was, the first frame hears nothing, and the
    # shoot ends with the take. So whatever its looks came from is in the take, and deciding them again is exact.
    played: bool = False
    ticker: Ticker | None = None  # what the hand hears, and what decides that; a sensor that reads nothing
    ticks: Ticks | None = None
    say: Callable[[str], None] = log.info  # to whoever waits for the shoot to begin; from any thread

    def __post_init__(self) -> None:
        """Nothing is opened yet."""
        self._readings: Line[Reading] = Line()
        sensors = [*self.sensors, *self.may_be_missing]
        self._watches = [Watch(sensor, self._readings.put, self.fault) for sensor in sensors]
        self._steady = SteadyCamera(self.camera, self.clock, self._meanwhile, self.fault)
        self.faults: Line[tuple[int, str, str, bool]] = Line()
        self._session_id = self.about.session_id or new_id(self.clock.wall_ns())
        self.latencies = Latencies()
        self._record_presses = 0
        self._picture: tuple[int, int, Colour] | None = None
        self._locked = False

    def run(self, take_seconds: float | None = None) -> None:
        """Shoot until asked to stop or the camera ends. With take_seconds: keep one take of that length, then return.

        Raises a DriverError when a device that must be there does not answer at the start.
        """
        services: list[Service] = []
        try:
            self._open_sensors()
            info = self._steady.open()
            self._warm_up(info)
            for watch in self._watches:
                sensor = watch.sensor
                services.append(self.clock.serve(sensor.name, watch.step, sensor.period_ns, self.died))
                if isinstance(sensor, Waking):
                    sensor.wake = services[-1].wake
            self._loop(take_seconds, Ladder(info.rate_hz))
        finally:
            self.notifier.stopping()
            for service in services:
                if not service.stop():
                    log.warning("a sensor's thread did not end in time")
            for watch in self._watches:
                watch.close()
            self._steady.close()
            self.keeper.recorder.stop("stopped")

    def hear(self, reading: Reading) -> None:
        """A reading that comes from no sensor, such as one asked for on the command line; heard with the next frame."""
        self._readings.put(reading)

    def _open_sensors(self) -> None:
        for watch in self._watches[: len(self.sensors)]:
            watch.open()

    def _warm_up(self, info: CameraInfo) -> None:
        """Print everything once; where that takes long, say so, and ask systemd for more time before READY."""
        started_ns = self.clock.now_ns()
        said: list[bool] = []

        def waiting(now_ns: int) -> None:
            if not SLOW_START_NS <= now_ns - started_ns < LONGEST_START_NS:
                return
            if not said:
                said.append(True)
                self.say("Warming up: the first start takes longest.")
            self.notifier.send(f"STATUS=warming up\nEXTEND_TIMEOUT_USEC={MORE_TIME_US}")

        service = self.clock.serve("warm-up", waiting, SLOW_START_NS, self.died)
        try:
            self.printer.warm_up(info.width, info.height, info.colour, self.decider.look)
        finally:
            service.stop()
        give_back()
        log.info("warmed up %s in %.1f s", self.printer.engine, (self.clock.now_ns() - started_ns) / 1e9)

    def _loop(self, take_seconds: float | None, ladder: Ladder) -> None:
        first_ns: int | None = None
        while not self.stop.asked:
            asked_ns = self.clock.now_ns()
            frame = self._steady.read()
            if frame is None:
                self.keeper.recorder.stop("stopped" if self.stop.asked else "camera ended")
                return
            started_ns = self.clock.now_ns()
            sight = self.decider.see(frame, taking=self.played or self.keeper.recorder.recording)
            readings = [] if self.played and first_ns is None else self._readings.take()
            moment = self.decider.decide(sight, readings)
            made = self.printer.print(
                frame,
                moment.look,
                moment.newest_edge_ns,
                moment.body.newest_beat_ns,
                moment.bearings,
                moment.zones,
                quality=ladder.quality,
                still=moment.scene.motion < STILL,
            )
            self.latencies.printed(moment, frame.t_ns, self.clock.now_ns())
            if first_ns is None:
                first_ns = frame.t_ns
                self._first_print(frame, moment, record=take_seconds is not None)
            self._tell_faults()
            self._record_button(frame, moment)
            self._look_after_take(frame)
            self._tick(frame, moment)
            if self.played and not self.keeper.recorder.recording:
                return
            if take_seconds is not None and frame.t_ns - first_ns >= take_seconds * 1e9:
                self.keeper.recorder.stop("stopped")
                return
            frame_ms = (self.clock.now_ns() - started_ns) / 1e6
            if self.page is not None:
                self.page.show(frame, made, moment, self.keeper, frame_ms)
            self.keeper.frame(frame, moment, made.quality)
            done_ns = self.clock.now_ns()
            ladder.add(frame, asked_ns, started_ns, done_ns, self.printer.steps)
            self.notifier.alive(done_ns)
        self.keeper.recorder.stop("stopped")

    def _first_print(self, frame: Frame, moment: Moment, record: bool) -> None:
        self._record_presses = moment.hands.record_presses
        if record:
            self._start_take(frame, moment)
        if self.on_first_print is not None:
            self.on_first_print()
        self.notifier.ready()

    def _record_button(self, frame: Frame, moment: Moment) -> None:
        presses, self._record_presses = moment.hands.record_presses - self._record_presses, moment.hands.record_presses
        if presses % 2 == 0:
            return
        if self.keeper.recorder.recording:
            self.keeper.recorder.stop("stopped")
            return
        try:
            self._start_take(frame, moment)
        except UserError as error:  # no room, no right to write: said on the page, and the shoot goes on
            self.fault(frame.t_ns, "takes", str(error), False)

    def _start_take(self, frame: Frame, moment: Moment) -> None:
        wall_ns = self.clock.wall_ns()
        ids = (self._session_id, new_id(wall_ns))
        info = self._steady.info
        self.keeper.start(take_start(ids, info, frame, moment, wall_ns, self.about, self.decider))
        self._picture = (frame.width, frame.height, frame.colour)
        self._steady.lock()
        self._locked = True

    def _look_after_take(self, frame: Frame) -> None:
        """A take is of one picture size; and the camera is held only as long as one is under way, however it ends."""
        recorder = self.keeper.recorder
        if recorder.recording and (frame.width, frame.height, frame.colour) != self._picture:
            recorder.stop("camera changed")
        if self._locked and not recorder.recording:
            self._locked = False
            self._steady.unlock()

    def _tick(self, frame: Frame, moment: Moment) -> None:
        if self.ticks is None or self.ticker is None:
            return
        for what in self.ticks.add(moment, frame.t_ns, self.keeper.recorder.recording):
            self.ticker.tick(what)

    def _meanwhile(self) -> bool:
        """While the camera is away: the loop still runs, and still ends when asked."""
        self._tell_faults()
        self.notifier.alive(self.clock.now_ns())
        return not self.stop.asked

    def fault(self, t_ns: int, where: str, message: str, recovered: bool) -> None:
        """From any thread: told on the frame loop, which alone talks to the page and the take."""
        self.faults.put((t_ns, where, message, recovered))

    def _tell_faults(self) -> None:
        for t_ns, where, message, recovered in self.faults.take():
            self.keeper.fault(t_ns, where, message, recovered)
            if self.page is not None:
                self.page.fault(where, message, recovered)

    def died(self, name: str, error: Exception) -> None:
        """From any thread: a service ended by a mistake of ours. The shoot goes on without it."""
        log.error("%s died: a bug of ours", name, exc_info=error)
        self.fault(self.clock.now_ns(), name, f"died: {error!r}", False)
