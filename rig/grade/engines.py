"""The one lazy table of engines: a name to the class that prints, and which of them `auto` means on this machine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol, cast

from rig.errors import UserError
from rig.words import did_you_mean

if TYPE_CHECKING:
    from drivers.readings import Bytes8, Frame
    from rig.grade.mask import Line
    from rig.grade.recipe import Recipe
    from rig.grade.zone_fit import Fit, Plane

ENGINES = {
    "opencv": ("rig.grade.opencv", "OpenCvEngine"),
    "reference": ("rig.grade.reference", "ReferenceEngine"),
    "numba": ("rig.grade.numba_engine", "NumbaEngine"),
}
REMEDY = "pip install 'darkroom-rig[fast]'"
# A board that is sold with 1 GB keeps some of it for itself; Numba costs the rig about 145 MB.
LEAST_BYTES_FOR_NUMBA = 850_000_000


class Engine(Protocol):
    """Prints one frame through a recipe that is not neutral. The same bytes on every run."""

    def print(self, frame: Frame, recipe: Recipe, lines: Sequence[Line], out: Bytes8 | None = None) -> Bytes8:
        """The printed frame, I420 of the frame's own size and colour, in ``out`` where that is given.

        lines: what the mask says of all that lightens and of all that darkens.
        """

    def warm_up(self) -> None:
        """Make ready whatever no print shall wait for."""

    def zone_fit(self, zones: Plane) -> Fit:
        """What the mask asks of a picture's zones (rig/grade/zone_fit.py), in this engine's own way."""

    def let_go(self) -> None:
        """Of the memory that only a warm-up needed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine's name, and in a few words why it is this one."""

    name: str
    why: str


def choose_engine(asked: str = "auto", memory_bytes: int | None = None) -> Choice:
    """The engine that is meant: `auto` is numba where it is installed and the machine has 1 GB of memory, else opencv.

    memory_bytes: the machine's; None looks. UserError where the one that is asked for cannot be had. Imports Numba
    where it may be the one (half a second), and nothing else.
    """
    if asked not in ("auto", *ENGINES):
        known = ("auto", *ENGINES)
        raise UserError(f"engine: expected one of {', '.join(known)}, got {asked}{did_you_mean(asked, known)}")
    if asked not in ("auto", "numba"):
        return Choice(asked, "asked for")
    missing = without_numba()
    if asked == "numba":
        if missing:
            raise UserError(f'engine numba: expected Numba, got: {missing}: {REMEDY}, or grade.engine = "opencv"')
        return Choice("numba", "asked for")
    memory = machine_bytes() if memory_bytes is None else memory_bytes
    if memory is not None and memory < LEAST_BYTES_FOR_NUMBA:
        return Choice("opencv", f"{memory / 1e6:.0f} MB of memory: numba wants 1 GB")
    if missing:
        return Choice("opencv", f"{missing}; faster with {REMEDY}")
    return Choice("numba", "the fastest of those that are installed")


def without_numba() -> str:
    """Why Numba cannot be used here; nothing where it can."""
    if find_spec("numba") is None:
        return "Numba is not installed"
    try:
        import_module("numba")
    except ImportError as error:  # it says so itself where NumPy is too new for it
        return f"Numba cannot be loaded ({' '.join(str(error).split())})"
    return ""


def installed_engines() -> tuple[str, ...]:
    """The names of the engines that can be made here."""
    return tuple(name for name in ENGINES if name != "numba" or not without_numba())


def make_engine(name: str, threads: int = 1) -> Engine:
    """The engine of that name, or the one that `auto` means; UserError as choose_engine. threads: 1..4, of numba."""
    chosen = choose_engine(name).name
    module, engine = ENGINES[chosen]
    make: Any = getattr(import_module(module), engine)
    return cast(Engine, make(threads=threads) if chosen == "numba" else make())


def machine_bytes() -> int | None:
    """How much memory the machine has; None where it does not say."""
    try:
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return None
    return pages * size if pages > 0 and size > 0 else None
