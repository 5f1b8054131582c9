"""What pages tell of how long a print took to them, and where anybody may read how long everything takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta, Struct

from rig.viewfinder.door import BadHands

Times = Annotated[list[Annotated[float, Meta(ge=-1000, le=60_000)]], Meta(max_length=256)]


class Timings(Protocol):
    """Who counts (rig.latencies)."""

    def shown(self, name: str, ms: float) -> None:
        """A page drew a print: print_to_page or knob_to_page."""

    def told(self) -> Mapping[str, object]:
        """All figures, as plain values."""


class _Shown(Struct, forbid_unknown_fields=True, frozen=True):
    print_to_page: Times = []
    knob_to_page: Times = []


def take_shown(body: bytes, timings: Timings) -> int:
    """Count what a page tells, ms; gives how many. Raises BadHands, and then nothing was counted."""
    try:
        shown = msgspec.json.decode(body, type=_Shown)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise BadHands(f"shown: expected print_to_page and knob_to_page, up to 256 of each in ms: {reason}") from None
    for name in ("print_to_page", "knob_to_page"):
        for ms in getattr(shown, name):
            timings.shown(name, ms)
    return len(shown.print_to_page) + len(shown.knob_to_page)
