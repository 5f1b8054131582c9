"""A chest strap over Bluetooth low energy: its beats, from the intervals that it reports (heart rate service).

The strap is looked for, connected and listened to by one asyncio task whose loop turns only when the sensor is stepped:
no thread of its own, nothing that waits. What the task ends with is raised by step, in words; opened again, the strap
is looked for again.
"""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import weakref
from collections.abc import Callable
from typing import Any

from drivers.clock import Clock
from drivers.errors import DeviceLost, DeviceNotFound, WrongDevice
from drivers.names import Bench
from drivers.pulse.beat_times import BeatTimes
from drivers.pulse.bluetooth import BleakRadio, Heard, Radio, in_words
from drivers.pulse.heart_rate_service import MEASUREMENT, SERVICE, read_measurement
from drivers.readings import ReportedBeat
from drivers.settings import PulseSettings

PERIOD_NS = 20_000_000
TURNS = 8  # of the loop a step: what one message sets off runs through without waiting for the next step
LOOK_NS = 15_000_000_000  # straps advertise once a second or oftener, while they feel skin
CONNECT_NS = 20_000_000_000
SILENT_NS = 5_000_000_000  # a strap speaks once a second
NO_INTERVALS_NS = 15_000_000_000
LET_GO_TURNS, LET_GO_NS, PAUSE_NS = 50, 1_000_000_000, 10_000_000


class ChestStrap:
    """A PulseSensor of ReportedBeats. They are the R waves of the heart's ECG: a finger's pulse follows 0.2 s later."""

    def __init__(self, source: str, clock: Clock, open_radio: Callable[[], Radio]) -> None:
        """source: address or name (or a part of it) of the strap; empty: the first strap that is heard."""
        self._source, self._clock, self._open_radio = source.strip(), clock, open_radio
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._times = BeatTimes()
        self._beats: list[ReportedBeat] = []
        self._others: dict[str, str] = {}  # straps that were heard and not wanted: address, name
        self._strap: Heard | None = None
        self._opened_ns = self._since_ns = self._spoke_ns = self._interval_ns = 0
        self._listening = False
        self._contact: bool | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"chest strap {self._source}".strip()

    @property
    def period_ns(self) -> int:
        """20 ms."""
        return PERIOD_NS

    @property
    def searching(self) -> bool:
        """Open, and the strap has not spoken yet."""
        return self._task is not None and not self._listening

    @property
    def contact(self) -> bool | None:
        """The strap touches skin; None where it cannot tell, or has not spoken yet."""
        return self._contact

    def open(self) -> None:
        """Begin to look for the strap; does not wait for it. LibraryMissing when bleak is not installed, and what is
        wrong with Bluetooth where that shows at once; step says what shows only with time."""
        self.close()
        radio = self._open_radio()
        self._times, self._beats, self._others = BeatTimes(), [], {}
        self._strap, self._listening, self._contact = None, False, None
        self._opened_ns = self._since_ns = self._clock.now_ns()
        if self._loop is None:  # one for good: bleak keeps a connection to the system's bus for each
            self._loop = asyncio.new_event_loop()
            weakref.finalize(self, self._loop.close)
        self._task = self._loop.create_task(self._live(radio))
        self._turn(TURNS)
        self._raise_what_ended_it()

    async def _live(self, radio: Radio) -> None:
        self._strap = strap = await radio.find(self._wanted)
        self._since_ns = self._clock.now_ns()
        gone = asyncio.Event()
        link = radio.link(strap, gone.set)
        try:
            await link.connect()
            await link.start_notify(MEASUREMENT, self._told)
            await gone.wait()
        finally:
            with contextlib.suppress(Exception):  # told is what ended it, never what letting go meets after that
                await link.disconnect()

    def _wanted(self, heard: Heard) -> bool:
        wanted = self._source.lower()
        if wanted:
            if wanted == heard.address.lower() or wanted in heard.name.lower():
                return True
            if SERVICE in heard.services:
                self._others[heard.address] = heard.name
            return False
        return SERVICE in heard.services

    def _told(self, which: Any, data: bytearray) -> None:
        del which
        measurement = read_measurement(data)
        if measurement is None:
            return
        now_ns = self._clock.now_ns()
        if not self._listening:
            self._listening, self._interval_ns = True, now_ns
        self._spoke_ns = now_ns
        self._contact = measurement.contact
        if measurement.contact is False:
            self._times.restart()  # what it counts in the air, and across it, are no beats
            self._interval_ns = now_ns
            return
        if measurement.rr_s or measurement.rate_bpm == 0:
            self._interval_ns = now_ns
        for t_ns, ibi_ms in self._times.add(now_ns, measurement.rr_s):
            if t_ns > self._opened_ns:
                self._beats.append(ReportedBeat(t_ns, ibi_ms))

    def step(self, now_ns: int) -> list[ReportedBeat]:
        """The beats that were told since the last call, oldest first; none while the strap is looked for, or does not
        touch skin. DeviceNotFound, DeviceLost, DevicePermission and WrongDevice say what is wrong."""
        if self._task is None:
            return []
        self._turn(TURNS)
        self._raise_what_ended_it()
        self._lose_patience(now_ns)
        beats, self._beats = self._beats, []
        return beats

    def _raise_what_ended_it(self) -> None:
        if self._task is None or not self._task.done():
            return
        error = None if self._task.cancelled() else self._task.exception()
        called = self._called
        self.close()
        if isinstance(error, Exception):
            raise in_words(called, error) from error
        raise DeviceLost(f"{called}: out of reach, or taken off: is it worn, near, and its battery good?")

    def _lose_patience(self, now_ns: int) -> None:
        if self._strap is None:
            if now_ns - self._since_ns > LOOK_NS:
                seen = self._seen()
                self.close()
                raise DeviceNotFound(f"{self.name} not found: {seen}")
        elif not self._listening:
            if now_ns - self._since_ns > CONNECT_NS:
                self.close()
                raise DeviceLost(f"{self._called}: heard, but it takes no connection: does a watch or a phone hold it?")
        elif now_ns - self._spoke_ns > SILENT_NS:
            self.close()
            raise DeviceLost(f"{self._called}: silent for {SILENT_NS // 10**9} s: is it worn, near, its battery good?")
        elif now_ns - self._interval_ns > NO_INTERVALS_NS:
            self.close()
            raise WrongDevice(
                f"{self._called}: expected intervals between beats, got a heart rate alone: "
                "a chest strap reports them, most wrist and arm bands do not"
            )

    def _seen(self) -> str:
        if not self._others:
            return (
                "is it worn, are its electrodes wet, and does no watch, phone or program hold it? "
                "(bluetoothctl disconnect lets go what this machine still holds)"
            )
        names = [name or address for address, name in self._others.items()]
        close = difflib.get_close_matches(self._source, names, 1, 0.5)
        meant = f", did you mean {close[0]!r}?" if close else ""
        return f"expected {self._source!r}, got {', '.join(names)}{meant}"

    @property
    def _called(self) -> str:
        strap = self._strap
        return f"chest strap {strap.name or strap.address}" if strap is not None else self.name

    def _turn(self, turns: int) -> None:
        """Run what is ready in the loop, and what has come on its sockets; never waits."""
        loop = self._loop
        if loop is not None:
            for _ in range(turns):
                loop.call_soon(loop.stop)
                loop.run_forever()

    def close(self) -> None:
        """Let the strap go, so that another may listen to it; waits a second for that at most."""
        task, self._task = self._task, None
        if task is not None and self._loop is not None:
            task.cancel()
            until_ns = self._clock.now_ns() + LET_GO_NS
            self._turn(LET_GO_TURNS)
            while not task.done() and self._clock.now_ns() < until_ns:
                self._clock.sleep_until_ns(self._clock.now_ns() + PAUSE_NS)
                self._turn(TURNS)
            for left in asyncio.all_tasks(self._loop):
                left.cancel()
            self._turn(TURNS)
            if task.done() and not task.cancelled():
                task.exception()  # asked for, or the loop says that nobody did
        self._listening, self._beats = False, []


def make(settings: PulseSettings, bench: Bench) -> ChestStrap:
    """settings.source: address or name of the strap, empty for the first one found. bus "sim": the World's own."""
    if settings.bus == "sim":
        return ChestStrap(settings.source, bench.clock, lambda: bench.world().strap)
    return ChestStrap(settings.source, bench.clock, BleakRadio)
