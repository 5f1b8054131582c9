"""Adafruit's four-encoder board (5752) at register level, with its quirks, so that the real driver runs on it.

After the firmware (Adafruit_seesawPeripheral): a question is written, and its answer read by another transaction; one
that comes too early fetches what the chip had before. Positions are big-endian int32, one a detent, down clockwise;
reading one clears its delta. While it resets, and now and then when it is busy, it does not acknowledge. A reset
forgets positions and pull-ups; a pin with neither pull-up nor contact reads low, as a floating one may.
"""

from __future__ import annotations

import errno
import os

from drivers.clock import Clock

PUSH_PINS = (12, 14, 17, 9)
HARDWARE_ID, PRODUCT, FIRMWARE_DATE = 0x87, 5752, 0x2E1B
THINKS_NS = 250_000  # from a question until its answer is there
RESETS_NS = 10_000_000

_PHASE = {(True, True): 0, (False, True): 1, (False, False): 2, (True, False): 3}


class SeesawQuad:
    """The board. Its knobs are moved by ``set_contact``, from outside.

    ``positions`` and ``deltas`` are its registers. ``busy``: transactions that it will not acknowledge.
    ``dead``: it acknowledges nothing, as when it is unplugged.
    """

    def __init__(
        self, clock: Clock, product: int = PRODUCT, hardware_id: int = HARDWARE_ID, first: int | None = None
    ) -> None:
        """first: where positions begin, in firmware that does not let them be set."""
        self._clock, self._product, self._hardware_id, self._first = clock, product, hardware_id, first
        self._contacts = [{"a": True, "b": True, "push": True} for _ in range(4)]
        self.busy, self.dead, self.thinks_ns = 0, False, THINKS_NS
        self._away_until_ns = -1
        self._power_up()

    def _power_up(self) -> None:
        self.positions, self.deltas, self._edges = [self._first or 0] * 4, [0] * 4, [0] * 4
        self._pull_ups = 0
        self._asked, self._asked_ns = (0, 0), 0
        self._held = bytes(4)  # the answer to the question before

    def brown_out(self) -> None:
        """The supply dips: as after power-up."""
        self._power_up()

    def set_contact(self, encoder: int, end: str, level: bool) -> None:
        """A contact ("a", "b" or "push") of an encoder opens (true) or closes (false)."""
        contacts = self._contacts[encoder]
        before = _PHASE[contacts["a"], contacts["b"]]
        contacts[end] = level
        steps = (_PHASE[contacts["a"], contacts["b"]] - before) % 4
        self._edges[encoder] += {1: 1, 3: -1}.get(steps, 0)
        while abs(self._edges[encoder]) >= 4:
            way = 1 if self._edges[encoder] > 0 else -1
            self._edges[encoder] -= 4 * way
            self._set_position(encoder, self.positions[encoder] - way)
            self.deltas[encoder] -= way

    def _set_position(self, encoder: int, value: int) -> None:
        self.positions[encoder] = ((value + 0x80000000) & 0xFFFFFFFF) - 0x80000000

    def write(self, data: bytes) -> None:
        """Module and function, then what goes there."""
        self._acknowledge()
        if len(data) < 2:
            return
        if len(data) == 2:
            self._held = self._now_there()
            self._asked, self._asked_ns = (data[0], data[1]), self._clock.now_ns()
            return
        where, value = (data[0], data[1]), int.from_bytes(data[2:], "big")
        if where == (0x00, 0x7F) and value == 0xFF:
            self._power_up()
            self._away_until_ns = self._clock.now_ns() + RESETS_NS
        elif where == (0x01, 0x0B):
            self._pull_ups |= value
        elif where == (0x01, 0x0C):
            self._pull_ups &= ~value
        elif where[0] == 0x11 and where[1] & 0xF0 == 0x30 and where[1] & 0x0F < 4 and self._first is None:
            self._set_position(where[1] & 0x0F, value)

    def read(self, length: int) -> bytes:
        """The answer to what was asked, 0xFF beyond its end."""
        self._acknowledge()
        if self._clock.now_ns() - self._asked_ns < self.thinks_ns:
            return (self._held + b"\xff" * length)[:length]
        if self._asked[0] == 0x11 and self._asked[1] & 0x0F < 4:
            found = self._now_there()
            self.deltas[self._asked[1] & 0x0F] = 0
            return (found + b"\xff" * length)[:length]
        return (self._now_there() + b"\xff" * length)[:length]

    def _now_there(self) -> bytes:
        module, function = self._asked
        if (module, function) == (0x00, 0x01):
            return bytes([self._hardware_id])
        if (module, function) == (0x00, 0x02):
            return (self._product << 16 | FIRMWARE_DATE).to_bytes(4, "big")
        if (module, function) == (0x01, 0x04):
            return self._levels().to_bytes(4, "big")
        encoder = function & 0x0F
        if module == 0x11 and encoder < 4 and function & 0xF0 in (0x30, 0x40):
            value = (self.positions if function & 0xF0 == 0x30 else self.deltas)[encoder]
            return value.to_bytes(4, "big", signed=True)
        return b""

    def _levels(self) -> int:
        high = (
            1 << pin
            for pin, contacts in zip(PUSH_PINS, self._contacts, strict=True)
            if contacts["push"] and self._pull_ups >> pin & 1
        )
        return sum(high)

    def _acknowledge(self) -> None:
        if self.busy:
            self.busy -= 1
        elif not self.dead and self._clock.now_ns() >= self._away_until_ns:
            return
        raise OSError(errno.EREMOTEIO, os.strerror(errno.EREMOTEIO))
