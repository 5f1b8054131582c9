"""The knobs, the record button and the soul switch on GPIO pins, over gpiozero: the Pi's own pins or simulated ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from drivers.errors import BadInput
from drivers.knobs.edges import PinEdges
from drivers.knobs.quadrature import Detent, Quadrature
from drivers.knobs.switches import Switches
from drivers.names import Bench
from drivers.readings import HandReading, Knob, Turn
from drivers.settings import KnobPins, KnobsSettings

WHERE = "knobs on GPIO"
PERIOD_NS = 4_000_000


def make(settings: KnobsSettings, bench: Bench) -> GpioKnobs:
    """The knobs that the settings describe, not yet opened."""
    return GpioKnobs(settings, bench)


class GpioKnobs:
    """Edges are stamped and queued where they happen; step() alone decodes them, so there is nothing to lock."""

    period_ns = PERIOD_NS

    def __init__(self, settings: KnobsSettings, bench: Bench) -> None:
        self._settings, self._bench = settings, bench
        self.wake: Callable[[], None] = _nobody_waits
        self._open = ExitStack()
        self._edges: PinEdges | None = None
        self._encoders: dict[Knob, tuple[KnobPins, Quadrature]] = {}
        self._switches: Switches | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{WHERE} ({self._settings.pins})"

    def open(self) -> None:
        """Claim the pins and see where everything stands. Raises a DriverError with the remedy."""
        self.close()
        check_pins(self._settings)
        with ExitStack() as stack:
            self._edges = open_edges(self._settings, self._bench, stack, lambda: self.wake())
            self._see(self._edges)
            self._open = stack.pop_all()

    def step(self, now_ns: int) -> Sequence[HandReading]:
        """Decode what came since the last call: one Turn a detent; all in the order of their edges."""
        edges, switches = self._edges, self._switches
        if edges is None or switches is None:
            return []
        readings: list[HandReading] = []
        for edge in edges.take():
            for knob, (_, encoder) in self._encoders.items():
                readings += _turns(knob, encoder.edge(edge))
            readings += switches.edge(edge)
        for knob, (pins, encoder) in self._encoders.items():
            if encoder.wants_rest(now_ns):
                levels = edges.level(pins.a), edges.level(pins.b)
                readings += _turns(knob, encoder.rest(*levels)) if encoder.believes(now_ns, *levels) else []
        readings += switches.quiet(now_ns)
        readings.sort(key=lambda reading: reading.t_ns)
        return readings

    def close(self) -> None:
        """Give the pins back; harmless when closed."""
        self._edges = None
        self._open.close()

    def _see(self, edges: PinEdges) -> None:
        settings = self._settings
        knobs: list[tuple[Knob, KnobPins]] = [("dodge", settings.dodge), ("burn", settings.burn)]
        self._encoders = {
            knob: (
                pins,
                Quadrature(pins.a, pins.b, edges.level(pins.a), edges.level(pins.b), pins.edges_a_detent, pins.reverse),
            )
            for knob, pins in knobs
        }
        self._switches = Switches(settings, edges, self._bench.clock.now_ns())


def _nobody_waits() -> None:
    """Until somebody does."""


def open_edges(
    settings: KnobsSettings, bench: Bench, stack: ExitStack, wake: Callable[[], None] | None = None
) -> PinEdges:
    """The raw edges of every pin in the settings, released with the stack (rig calibrate knobs listens to them too)."""
    factory: Any
    if settings.pins == "sim":
        factory = bench.world().pins
    else:
        factory = bench.pi_pins.open(WHERE)
        stack.callback(bench.pi_pins.close)
    edges = PinEdges(factory, bench.clock, all_pins(settings).values(), WHERE, wake)
    stack.callback(edges.close)
    return edges


def all_pins(settings: KnobsSettings) -> dict[str, int]:
    """Every pin that is used, by what it is for: "dodge.a" to its BCM number. Potentiometers have only the push."""
    knobs = {"dodge": settings.dodge, "burn": settings.burn}
    ends = ("push",) if settings.name == "pots" else ("a", "b", "push")
    pins = {f"{name}.{end}": getattr(knob, end) for name, knob in knobs.items() for end in ends}
    return pins | {"record": settings.record, "soul_off": settings.soul_off, "soul_proof": settings.soul_proof}


def check_pins(settings: KnobsSettings) -> None:
    """Each pin has one purpose only; BadInput names the two that share one."""
    used: dict[int, str] = {}
    for name, pin in all_pins(settings).items():
        if pin in used:
            raise BadInput(
                f"knobs.{name}: expected a pin of its own, got {pin}, which knobs.{used[pin]} has: "
                "give one of them another pin (rig config --check)"
            )
        used[pin] = name


def _turns(knob: Knob, detents: list[Detent]) -> list[HandReading]:
    return [Turn(detent.t_ns, knob, detent.direction, detent.edges_ns) for detent in detents]
