"""The sensor's INT pin: low while it has something to say. Read as a level; a step that finds it high asks nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drivers.errors import DeviceNotFound, DriverError
from drivers.names import Bench
from drivers.settings import PulseSettings


class InterruptPin:
    """An input pulled up, for the sensor's open-drain output. release: called once it is given back."""

    def __init__(self, factory: Any, number: int, release: Callable[[], None]) -> None:
        self._release = release
        self._pin = factory.pin(number)
        self._pin.input_with_pull("up")

    @property
    def low(self) -> bool:
        """It says something now."""
        return not self._pin.state

    def close(self) -> None:
        """Give the pin back."""
        self._pin.close()
        self._release()


def open_interrupt(settings: PulseSettings, bench: Bench) -> InterruptPin | None:
    """The pin that the settings name, or None where the sensor is polled. Raises a DriverError with the remedy."""
    number = settings.interrupt
    if number == "none":
        return None
    if settings.bus == "sim":
        bench.world().wire_pulse_interrupt(number)
        return InterruptPin(bench.world().pins, number, lambda: None)
    try:
        factory = bench.pi_pins.open(f"pulse.interrupt {number}")
    except DriverError as error:  # its remedies are the knobs'
        raise type(error)(
            f"pulse.interrupt: expected pin {number} of a Raspberry Pi, got {error.__cause__ or error}: "
            'with "none" the sensor is polled'
        ) from error
    try:
        return InterruptPin(factory, number, bench.pi_pins.close)
    except Exception as error:  # each factory has its own errors; all of them are worded and raised again
        bench.pi_pins.close()
        raise DeviceNotFound(
            f"pulse.interrupt: expected pin {number} as an input, got {error}: does another program, or a knob, "
            'hold it? (gpioinfo shows who); with "none" the sensor is polled'
        ) from error
