"""A scenario: what happens in the simulated world, in a TOML file people write.

seed = 7
heart = [{at_s = 0, bpm = 66}, {at_s = 20, bpm = 92}]
hands = "hands.txt"          # a knob script beside this file, or the script itself as a multi-line string
pulse = "recording.npz"      # instead of the synthetic heart
bounce_ms = 1.5
walks = [{at_s = 30, seconds = 10}]
grips = [{at_s = 5, newtons = 15}]
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta


@dataclass(frozen=True, slots=True)
class HeartChange:
    """From at_s on, the heart goes towards bpm (within about ten beats)."""

    at_s: Annotated[float, Meta(ge=0, extra={"unit": "s"})]
    bpm: Annotated[float, Meta(ge=30, le=220, extra={"unit": "beats/min"})]


@dataclass(frozen=True, slots=True)
class Walk:
    """From at_s on, for so many seconds, whoever holds the rig walks."""

    at_s: Annotated[float, Meta(ge=0, extra={"unit": "s"})]
    seconds: Annotated[float, Meta(gt=0, extra={"unit": "s"})]
    steps_hz: Annotated[float, Meta(ge=0.5, le=4, extra={"unit": "Hz"})] = 1.8


@dataclass(frozen=True, slots=True)
class GripChange:
    """From at_s on, the hand holds the rig as hard as that (within half a second)."""

    at_s: Annotated[float, Meta(ge=0, extra={"unit": "s"})]
    newtons: Annotated[float, Meta(ge=0, le=100, extra={"unit": "N"})]


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything the world needs to unfold the same way twice."""

    seed: Annotated[int, Meta(ge=0)] = 7
    heart: list[HeartChange] = field(default_factory=lambda: [HeartChange(0.0, 68.0)])
    pulse: str = ""
    hands: str = ""
    bounce_ms: Annotated[float, Meta(ge=0, le=5, extra={"unit": "ms"})] = 0.3
    chip_clock_error: Annotated[float, Meta(ge=-0.1, le=0.5, description="0.01 = the pulse chip runs 1 % fast")] = 0.004
    walks: list[Walk] = field(default_factory=list)
    grips: list[GripChange] = field(default_factory=list)
    motion_clock_error: Annotated[float, Meta(ge=-0.1, le=0.1, description="0.01 = the motion chip runs 1 % fast")] = (
        0.008
    )
