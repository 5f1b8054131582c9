"""What is known of the hands: a Movement of a knob, and their Manner at a moment. Frozen; None is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from drivers.readings import Knob

MovementKind: TypeAlias = Literal["nudge", "sweep", "hesitate", "linger", "reverse", "flick", "lean-in"]


@dataclass(frozen=True, slots=True)
class Movement:
    """How a knob was turned, once that was over.

    t_ns, end_ns: first and last detent. detents: the signed sum, + is more. zone: that the knob worked on (0 to 10),
    None is the whole picture. tempo_hz: detents a second. sparc, ldlj: smoothness (rig/hands/smoothness.py), both
    below 0 and nearer to it where it is smoother; None where it was too short to tell.
    """

    t_ns: int
    end_ns: int
    kind: MovementKind
    knob: Knob
    detents: int
    zone: float | None
    tempo_hz: float
    sparc: float | None = None
    ldlj: float | None = None


@dataclass(frozen=True, slots=True)
class Manner:
    """How the hands act now; each 0..1 but tempo_hz.

    tempo_hz: detents a second of either knob. hesitation: of a pause inside a move that is meant. lingering: dwelling
    at a setting that was just made. leaning: small slow moves after stillness, a firmer grip, the body coming forward.
    smoothness: of the last movement. tremor: 8 to 12 Hz of the hand, by the IMU. grip: of this person's own strongest
    so far. newest_ns: of the newest reading that any of it is made of.
    """

    tempo_hz: float = 0.0
    hesitation: float = 0.0
    lingering: float = 0.0
    leaning: float = 0.0
    smoothness: float | None = None
    tremor: float | None = None
    grip: float | None = None
    newest_ns: int | None = None
