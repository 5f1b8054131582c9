"""One global curve: every pixel by its own tone alone, as curves and "levels" do."""

from __future__ import annotations

from peers.want import Floats, Want


def ev(zones: Floats, want: Want) -> Floats:
    """The EV of each pixel."""
    return want(zones)
