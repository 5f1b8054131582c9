"""A chest strap of the simulated world, as Bluetooth shows it: it advertises, takes one connection, speaks 0x2A37.

It has Radio and Link of drivers/pulse/bluetooth.py, so that the real driver runs on it. Its waiting is looking at the
clock each time the loop turns, for the driver's loop turns only when it is stepped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from drivers.clock import Clock
from drivers.pulse.bluetooth import Heard
from drivers.pulse.heart_rate_service import ENERGY, FEELS, INTERVALS, MEASUREMENT, SERVICE, TICKS_PER_S, TOUCHES, WIDE
from drivers.sim.feed import Feed, Recording
from drivers.sim.heart import Heart

NOTIFY_S = 1.0
MOST_INTERVALS = 9  # what fits into the 20 bytes of one notification
BeatsUntil = Callable[[float], Sequence[float]]


def beats_of(feed: Feed) -> BeatsUntil:
    """The true beats of a finger's feed as R waves; a recording's come round again as the recording does."""
    if isinstance(feed, Heart):
        heart = feed
        return lambda t_s: heart.beats_until(t_s).tolist()
    every_s = feed.duration_s if isinstance(feed, Recording) else float("inf")
    known = feed.beats_s.tolist()

    def until(t_s: float) -> list[float]:
        rounds = (1 if every_s == float("inf") else int(t_s // every_s) + 1) if known else 0
        return [beat + k * every_s for k in range(rounds) for beat in known if beat + k * every_s <= t_s]

    return until


class SimStrap:
    """One strap and the air around it. Faults are attributes that tests and scenarios set at any time.

    beats_until: R waves (s of the world, rising) up to a time. clock_error: 50e-6 = its clock runs 50 ppm fast.
    delay_s: of its own processing and the radio, least and most.
    """

    def __init__(
        self,
        beats_until: BeatsUntil,
        clock: Clock,
        start_ns: int,
        name: str = "Simulated strap",
        address: str = "D0:00:00:00:18:0D",
        clock_error: float = 20e-6,
        delay_s: tuple[float, float] = (0.0, 0.03),
        seed: int = 7,
    ) -> None:
        self._beats_until, self._clock, self._start_ns = beats_until, clock, start_ns
        self.name, self.address, self.clock_error, self.delay_s = name, address, clock_error, delay_s
        self._random = Random(seed)
        self.near = True  # out of reach, it neither advertises nor speaks, and a connection ends
        self.contact: bool | None = True  # None: it cannot tell
        self.intervals = True  # False: an arm band, which tells the rate alone
        self.wide = False  # the rate in 16 bits
        self.energy = False  # with the energy expended between rate and intervals
        self.mute = False  # connected, and says nothing
        self.lost = 0  # so many of the next messages never arrive
        self.adapter_error: Exception | None = None
        self.connect_error: Exception | None = None
        self.notify_error: Exception | None = None
        self.disconnect_error: Exception | None = None
        self.neighbours: list[Heard] = []
        self.held = False  # somebody is connected

    def seconds(self) -> float:
        """Of the world, now."""
        return (self._clock.now_ns() - self._start_ns) / 1e9

    async def find(self, wanted: Callable[[Heard], bool]) -> Heard:
        """See Radio."""
        if self.adapter_error is not None:
            raise self.adapter_error
        while True:
            own = [Heard(self.address, self.name, (SERVICE,))] if self.near and not self.held else []
            for heard in [*self.neighbours, *own]:
                if wanted(heard):
                    return heard
            await asyncio.sleep(0)

    def link(self, heard: Heard, gone: Callable[[], None]) -> SimLink:
        """See Radio."""
        del heard
        return SimLink(self, gone)

    def beats(self, t_s: float) -> Sequence[float]:
        """All R waves until then."""
        return self._beats_until(t_s)

    def delayed_s(self) -> float:
        """How long this message takes."""
        return self._random.uniform(*self.delay_s)

    def message(self, rate_bpm: int, rr_ticks: Sequence[int]) -> bytearray:
        """The bytes of 0x2A37."""
        flags = (WIDE if self.wide else 0) | (ENERGY if self.energy else 0)
        flags |= (FEELS | (TOUCHES if self.contact else 0)) if self.contact is not None else 0
        flags |= INTERVALS if rr_ticks else 0
        data = bytearray([flags]) + rate_bpm.to_bytes(2 if self.wide else 1, "little")
        if self.energy:
            data += b"\x2a\x00"
        for ticks in rr_ticks:
            data += min(ticks, 0xFFFF).to_bytes(2, "little")
        return data


class SimLink:
    """The connection to it. What it hears from connecting on, it tells once a second."""

    def __init__(self, strap: SimStrap, gone: Callable[[], None]) -> None:
        self._strap, self._gone = strap, gone
        self._speaking: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """See Link."""
        strap = self._strap
        while not strap.near and strap.connect_error is None:
            await asyncio.sleep(0)
        if strap.connect_error is not None:
            raise strap.connect_error
        strap.held = True

    async def start_notify(self, characteristic: str, told: Callable[[Any, bytearray], None]) -> None:
        """See Link."""
        if characteristic != MEASUREMENT:
            raise KeyError(characteristic)
        if self._strap.notify_error is not None:
            raise self._strap.notify_error
        self._speaking = asyncio.get_running_loop().create_task(self._speak(told))

    async def disconnect(self) -> None:
        """See Link."""
        self._strap.held = False
        if self._speaking is not None:
            self._speaking.cancel()
        if self._strap.disconnect_error is not None:
            raise self._strap.disconnect_error

    async def _speak(self, told: Callable[[Any, bytearray], None]) -> None:
        strap = self._strap
        due_s = heard_s = strap.seconds()
        worn = strap.beats(heard_s)
        last = worn[-1] if worn else None  # the R wave before: it is worn longer than it is connected
        while True:
            arrives_s = due_s + strap.delayed_s()
            while strap.seconds() < arrives_s:
                await asyncio.sleep(0)
                if not strap.near:
                    strap.held = False
                    self._gone()
                    return
            new = [beat for beat in strap.beats(due_s) if heard_s < beat <= due_s]
            heard_s = due_s
            rr_ticks: list[int] = []
            for beat in new:
                if last is not None and strap.intervals and strap.contact is not False:
                    rr_ticks.append(_ticks(beat, strap.clock_error) - _ticks(last, strap.clock_error))
                last = beat
            recent = [beat for beat in strap.beats(due_s) if beat > due_s - 6.0]
            rate = round(60.0 * (len(recent) - 1) / (recent[-1] - recent[0])) if len(recent) > 2 else 0
            if strap.lost > 0:
                strap.lost -= 1
            elif not strap.mute:
                told(MEASUREMENT, strap.message(0 if strap.contact is False else rate, rr_ticks[-MOST_INTERVALS:]))
            due_s += NOTIFY_S / (1.0 + strap.clock_error)


def _ticks(t_s: float, clock_error: float) -> int:
    """Of the strap's counter: differences of these never drift apart, as those of rounded intervals would."""
    return round(t_s * (1.0 + clock_error) * TICKS_PER_S)
