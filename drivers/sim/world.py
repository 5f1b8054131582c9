"""One world on one clock: a heart, a scene, a photographer's hands. Its parts are made when a driver first asks."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from drivers.clock import Clock
from drivers.sim.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    from drivers.readings import Knob
    from drivers.sim.bus import Chip, SimBus
    from drivers.sim.feed import Feed
    from drivers.sim.grasp import Grasp
    from drivers.sim.handheld import Handheld
    from drivers.sim.hands import SimHands
    from drivers.sim.market import NightMarket
    from drivers.sim.pins import SimPins
    from drivers.sim.pots import SimPot
    from drivers.sim.seesaw import SeesawQuad
    from drivers.sim.strap import SimStrap
    from drivers.sim.sweat import Sweat

SEESAW = 0x4A  # a jumper closed, for the tinyGSR has the board's usual address


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
        """An I2C bus with a MAX30102 at 0x57, an ADS1115 at 0x48, a tinyGSR at 0x49, the knobs' board, and two IMUs.

        A Grove GSR is on input A0 of the ADS1115, potentiometers on A1 and A2, the grip on A3. Adafruit's four-encoder
        board is at 0x4A. The IMUs are an MPU-6050 at 0x68 and an LSM6DSOX at
        0x6A; both feel the same hand.
        """
        from drivers.sim.bus import SimBus
        from drivers.sim.max30102 import Max30102

        chip = Max30102(
            self.pulse, self.clock, self.start_ns, clock_error=self.scenario.chip_clock_error, seed=self.scenario.seed
        )
        return SimBus({0x57: chip, SEESAW: self.seesaw, **self._skin_chips(), **self._motion_chips()})

    @cached_property
    def seesaw(self) -> SeesawQuad:
        """Adafruit's four-encoder board, whose knobs the hands turn."""
        from drivers.sim.seesaw import SeesawQuad

        return SeesawQuad(self.clock)

    @cached_property
    def pots(self) -> dict[Knob, SimPot]:
        """Two potentiometers that the hands turn, by knob."""
        from drivers.sim.pots import SimPot

        return {"dodge": SimPot(24), "burn": SimPot(36)}

    @cached_property
    def skin(self) -> Sweat:
        """The same person's skin: it responds to what the heart responds to."""
        from drivers.sim.sweat import Sweat

        return Sweat([change.at_s for change in self.scenario.heart if change.at_s > 0.0], self.scenario.seed)

    def _skin_chips(self) -> dict[int, Chip]:
        from drivers.sim.ads1115 import Ads1115
        from drivers.sim.skin_board import grove_board, tinygsr_board
        from drivers.sim.tla2022 import tla2022

        grove, tiny = (board(self.skin.conductance_us, self.start_ns) for board in (grove_board, tinygsr_board))
        dodge, burn = self.pots["dodge"].volts, self.pots["burn"].volts
        inputs: dict[int, Callable[[int], float]] = {4: grove.volts, 5: dodge, 6: burn, 7: self._grip_volts}
        return {
            0x48: Ads1115(inputs, self.clock, seed=self.scenario.seed),
            0x49: tla2022(tiny.volts, self.clock, seed=self.scenario.seed),
        }

    @cached_property
    def grasp(self) -> Grasp:
        """How hard the hand holds the rig."""
        from drivers.sim.grasp import Grasp

        return Grasp(self.scenario.grips, self.scenario.seed)

    def _grip_volts(self, t_ns: int) -> float:
        return self.grasp.volts(self.seconds(t_ns))

    @cached_property
    def held(self) -> Handheld:
        """How whoever holds the rig moves it."""
        from drivers.sim.handheld import Handheld

        return Handheld(self.scenario.seed, self.scenario.walks)

    def _motion_chips(self) -> dict[int, Chip]:
        from drivers.sim.lsm6dsox import Lsm6dsox
        from drivers.sim.mpu6050 import Mpu6050

        error = self.scenario.motion_clock_error
        return {
            0x68: Mpu6050(self.held, self.clock, self.start_ns, error),
            0x6A: Lsm6dsox(self.held, self.clock, self.start_ns, error),
        }

    @cached_property
    def strap(self) -> SimStrap:
        """A chest strap round the same heart, and the Bluetooth it is heard by."""
        from drivers.sim.strap import SimStrap, beats_of

        return SimStrap(beats_of(self.pulse), self.clock, self.start_ns, seed=self.scenario.seed)

    @cached_property
    def pins(self) -> SimPins:
        """A gpiozero pin factory whose pins the hands move."""
        from drivers.sim.pins import SimPins

        return SimPins(self.clock)

    def wire_pulse_interrupt(self, pin: int) -> None:
        """Join the INT output of the chip at 0x57 to a pin (BCM number)."""
        from drivers.sim.max30102 import Max30102

        def low() -> bool:
            chip = self.bus.devices.get(0x57)
            return isinstance(chip, Max30102) and chip.interrupt

        self.pins.pin(pin).pulled_low = low

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
