"""One world on one clock: a heart, a scene, a photographer's hands. Its parts are made when a driver first asks."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from drivers.clock import Clock
from drivers.sim.scenario import Scenario

if TYPE_CHECKING:
    from drivers.sim.bus import SimBus
    from drivers.sim.feed import Feed
    from drivers.sim.hands import SimHands
    from drivers.sim.market import NightMarket
    from drivers.sim.pins import SimPins


class World:
    """Time zero of everything in it is the moment it was made."""

    def __init__(self, clock: Clock, scenario: Scenario | None = None) -> None:
        self.clock = clock
        self.scenario = scenario or Scenario()
        self.start_ns = clock.now_ns()
        self._markets: dict[tuple[int, int], NightMarket] = {}

    def seconds(self, t_ns: int) -> float:
        """Seconds of the world at a time of the clock."""
        return (t_ns - self.start_ns) / 1e9

    @cached_property
    def pulse(self) -> Feed:
        """What the finger shows the sensor: the synthetic heart, or a recording."""
        from drivers.sim.feed import recorded_feed
        from drivers.sim.heart import Heart

        if self.scenario.pulse:
            return recorded_feed(self.scenario.pulse)
        return Heart(self.scenario.heart, self.scenario.seed)

    @cached_property
    def bus(self) -> SimBus:
        """An I2C bus with a MAX30102 at 0x57."""
        from drivers.sim.bus import SimBus
        from drivers.sim.max30102 import Max30102

        chip = Max30102(
            self.pulse, self.clock, self.start_ns, clock_error=self.scenario.chip_clock_error, seed=self.scenario.seed
        )
        return SimBus({0x57: chip})

    @cached_property
    def pins(self) -> SimPins:
        """A gpiozero pin factory whose pins the hands move."""
        from drivers.sim.pins import SimPins

        return SimPins(self.clock)

    @cached_property
    def hands(self) -> SimHands:
        """The photographer's hands; they move from the moment they are started."""
        from drivers.sim.hands import SimHands

        return SimHands(self)

    def market(self, width: int, height: int) -> NightMarket:
        """The night market as a camera of that size sees it; painted once a size."""
        from drivers.sim.market import NightMarket

        if (width, height) not in self._markets:
            self._markets[width, height] = NightMarket(self.scenario.seed, width, height)
        return self._markets[width, height]
