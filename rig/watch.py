"""Keeps one sensor going: says once that it failed, tries again with back-off, says once that it is back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from drivers.errors import DriverError
from drivers.interfaces import Sensor

R = TypeVar("R")
log = logging.getLogger(__name__)

FIRST_RETRY_NS = 500_000_000
LONGEST_RETRY_NS = 8_000_000_000

OnFault = Callable[[int, str, str, bool], None]  # when, where, message, recovered


class Watch(Generic[R]):
    """``step`` is what a service calls. What the sensor reports goes to ``into``; it never raises a DriverError."""

    def __init__(self, sensor: Sensor[R], into: Callable[[R], object], on_fault: OnFault) -> None:
        self.sensor, self._into, self._on_fault = sensor, into, on_fault
        self._open = False
        self._failing = False
        self._retry_at_ns = 0
        self._retry_after_ns = FIRST_RETRY_NS

    def open(self) -> None:
        """Open now, and let the error out: for the start, where the person is still looking."""
        self.sensor.open()
        self._open = True

    def step(self, now_ns: int) -> None:
        """Open where that is due, then hand on what came."""
        if now_ns < self._retry_at_ns:
            return
        try:
            if not self._open:
                self.open()
            for reading in self.sensor.step(now_ns):
                self._into(reading)
        except DriverError as error:
            self._failed(now_ns, error)
            return
        if self._failing and not getattr(self.sensor, "searching", False):  # a strap is open while it is looked for
            self._failing, self._retry_after_ns = False, FIRST_RETRY_NS
            log.info("%s is back", self.sensor.name)
            self._on_fault(now_ns, self.sensor.name, "is back", True)

    def close(self) -> None:
        """Release the device; an error while closing is logged, for nothing depends on it any more."""
        self._open = False
        try:
            self.sensor.close()
        except DriverError as error:
            log.warning("closing %s: %s", self.sensor.name, error)

    def _failed(self, now_ns: int, error: DriverError) -> None:
        self.close()
        self._retry_at_ns = now_ns + self._retry_after_ns
        self._retry_after_ns = min(2 * self._retry_after_ns, LONGEST_RETRY_NS)
        if not self._failing:
            self._failing = True
            log.warning("%s: %s", self.sensor.name, error)
            self._on_fault(now_ns, self.sensor.name, str(error), False)
