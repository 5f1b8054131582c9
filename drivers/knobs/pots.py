"""Two potentiometers instead of encoders, on inputs of an ADS1115; pushes, record and soul on pins.

A potentiometer stands where it was left: rig/hands lets it act from where it picks its value up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack

from drivers.ads1115 import AnalogInputs
from drivers.errors import BadInput
from drivers.knobs.edges import PinEdges
from drivers.knobs.gpio import check_pins, open_edges
from drivers.knobs.switches import Switches
from drivers.knobs.wiper import Wiper
from drivers.names import Bench
from drivers.readings import HandReading, Knob, Slide
from drivers.settings import KnobsSettings

WHAT = "knobs on potentiometers"
PERIOD_NS = 4_000_000
# Of the whole way of each, as rig/hands has it (a test compares): how fine a move is worth telling.
DETENTS: dict[Knob, int] = {"dodge": 24, "burn": 36}


def make(settings: KnobsSettings, bench: Bench) -> PotKnobs:
    """The knobs that the settings describe, not yet opened."""
    return PotKnobs(settings, bench)


class PotKnobs:
    """Knobs: a Slide of each at first, and whenever it has moved by half a detent or has come to an end of its way.

    The two are converted one after the other, a conversion every step: each is looked at every 8 ms.
    """

    period_ns = PERIOD_NS

    def __init__(self, settings: KnobsSettings, bench: Bench) -> None:
        self._settings, self._bench = settings, bench
        self.wake: Callable[[], None] = _nobody_waits
        self._channels: dict[int, Knob] = {settings.dodge_input: "dodge", settings.burn_input: "burn"}
        self._inputs = AnalogInputs(WHAT, settings.bus, settings.address, list(self._channels), bench)
        self._wipers: dict[Knob, Wiper] = {}
        self._edges: PinEdges | None = None
        self._switches: Switches | None = None
        self._open = ExitStack()

    @property
    def name(self) -> str:
        """What messages call it."""
        return self._inputs.name

    def open(self) -> None:
        """Find the converter, claim the pins and see where everything stands. Raises a DriverError with the remedy."""
        self.close()
        settings = self._settings
        check_pins(settings)
        if settings.dodge_input == settings.burn_input:
            raise BadInput(
                f"knobs.burn_input: expected an input of its own, got {settings.burn_input}, which dodge_input has"
            )
        with ExitStack() as stack:
            self._inputs.open()
            stack.callback(self._inputs.close)
            self._edges = open_edges(settings, self._bench, stack, lambda: self.wake())
            self._switches = Switches(settings, self._edges, self._bench.clock.now_ns())
            ways = {"dodge": settings.dodge.reverse, "burn": settings.burn.reverse}
            self._wipers = {
                knob: Wiper(settings.supply_v, DETENTS[knob], ways[knob]) for knob in self._channels.values()
            }
            self._open = stack.pop_all()

    def step(self, now_ns: int) -> Sequence[HandReading]:
        """What the switches and the conversion that is ready tell. DeviceLost: the converter is gone."""
        if self._switches is None or self._edges is None:
            return []
        readings = [reading for edge in self._edges.take() for reading in self._switches.edge(edge)]
        readings += self._switches.quiet(now_ns)
        try:
            found = self._inputs.step(now_ns)
        except BaseException:
            self.close()
            raise
        for channel, t_ns, volts in found:
            knob = self._channels[channel]
            place = self._wipers[knob].hear(t_ns, volts)
            if place is not None:
                readings.append(Slide(t_ns, knob, place))
        readings.sort(key=lambda reading: reading.t_ns)
        return readings

    def close(self) -> None:
        """Release the converter and the pins; harmless when closed."""
        self._edges = self._switches = None
        self._open.close()


def _nobody_waits() -> None:
    """Until somebody does."""
