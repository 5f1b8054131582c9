"""What the motion driver needs of a chip: to be found and set up, and its FIFO. One implementation a family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

STANDARD_GRAVITY = 9.80665  # m/s^2 (3rd CGPM, 1901)
Row: TypeAlias = tuple[int, int, int, int, int, int]  # acceleration x, y, z, then rotation x, y, z, in codes


@dataclass(frozen=True, slots=True)
class Look:
    """The FIFO at one moment. ready: whole samples in it. in_doubt: some were lost, and how many it does not say."""

    ready: int
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """Samples, oldest first. slots: the number of each, modulo 4, where the chip tells it; else empty.

    is_dubious: its end may be what a chip says that has just lost its supply.
    """

    rows: Sequence[Row]
    slots: Sequence[int] = ()
    is_dubious: bool = False


class ImuChip(Protocol):
    """The calls raise OSError as the bus gives it; what is known of the chip is known once ``find`` has returned."""

    @property
    def rate_hz(self) -> float:
        """Nominal, on the chip's own clock."""

    @property
    def delay_s(self) -> float:
        """By how much its filters lag behind the motion, as far as the datasheet tells."""

    @property
    def m_s2_a_code(self) -> float:
        """Acceleration of one code."""

    @property
    def rad_s_a_code(self) -> float:
        """Rotation of one code."""

    @property
    def burst(self) -> int:
        """How many samples one read may have: at most 50 bytes, which take 5 ms on a bus of 100 kHz."""

    @property
    def holds(self) -> int:
        """How many samples there can be in its FIFO, none of them overwritten."""

    def find(self) -> None:
        """Ask who it is, and reset it. WrongDevice says what is there instead."""

    def configure(self) -> None:
        """Set everything, the FIFO last: it begins to sample."""

    def is_configured(self) -> bool:
        """False when it has forgotten: its supply has dipped."""

    def look(self) -> Look:
        """How many samples there are; empties the FIFO where it can no longer be read."""

    def empty(self) -> None:
        """Throw away what is in the FIFO; it goes on."""

    def read(self, samples: int) -> Read:
        """At most so many samples, which must be there."""

    def temperature_c(self) -> float:
        """Of the die, now."""

    def sleep(self) -> None:
        """Use next to no power."""
