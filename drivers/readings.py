"""Readings: what the drivers report. Frozen, time-stamped, units in the field names.

Every ``t_ns`` is nanoseconds of CLOCK_BOOTTIME (see drivers/clock.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Bytes8: TypeAlias = NDArray[np.uint8]
Knob: TypeAlias = Literal["dodge", "burn"]
# undo, redo, lock, keep (the live stroke is kept as it is) and mute (of the ticks): on page and keyboard only
Control: TypeAlias = Literal["dodge", "burn", "record", "undo", "redo", "lock", "keep", "mute"]
SoulPosition: TypeAlias = Literal["off", "set", "proof"]


@dataclass(frozen=True, slots=True)
class Colour:
    """How the code values of a frame are to be read: the same three tags the negative's file carries.

    ``transfer`` "srgb" is IEC 61966-2-1, "bt709" is the camera curve of ITU-R BT.709. The print works on the values
    as they are encoded, so the transfer is carried and tagged, never converted.
    """

    matrix: Literal["bt601", "bt709"] = "bt709"
    range: Literal["limited", "full"] = "limited"
    transfer: Literal["srgb", "bt709"] = "srgb"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a camera, the bare negative.

    pixels: uint8, shape (height * 3 // 2, width), C-contiguous, read-only: planar YUV420 (I420: all of Y, then U at
        half size, then V). Width and height are even.
    t_ns: mid-exposure of the middle row.
    index: counts the camera's frames since it was opened, also the ones that were never delivered: a gap in it is
        frames dropped by the camera.
    small: the same picture as the camera's lores stream gives it (I420 too), or None where there is no such stream.
    """

    t_ns: int
    index: int
    pixels: Bytes8
    colour: Colour = Colour()
    exposure_ns: int | None = None
    gain: float | None = None
    small: Bytes8 | None = None

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0]) * 2 // 3


@dataclass(frozen=True, slots=True, eq=False)
class PulseSamples:
    """Consecutive samples of a PPG sensor, oldest first.

    t_ns: int64 (n,), when each was taken, in host time. ir_counts, red_counts: int32 (n,), 0 to 262143 (18 bits);
    more blood gives fewer counts. first_sample: number of the first one since the sensor was opened, lost ones
    counted. lost_samples: how many were lost just before the first. temperature_c: of the die, where it was read.
    ``clock_error``: the chip's clock against the host's, 0.01 = 1 % fast; None while unknown.
    finger: something lies on the sensor, as far as the driver can tell. ir_ma, red_ma: the current of each LED, the
    same for all these samples; counts are proportional to it. None where there is none to tell.
    swapped: the board's red and IR are swapped, which the driver has undone. advice: without a finger, what the person
    could do so that there is a pulse, where the driver knows ("too dark: ..."); else empty.
    """

    t_ns: NDArray[np.int64]
    ir_counts: NDArray[np.int32]
    red_counts: NDArray[np.int32]
    first_sample: int = 0
    lost_samples: int = 0
    temperature_c: float | None = None
    clock_error: float | None = None
    finger: bool = True
    ir_ma: float | None = None
    red_ma: float | None = None
    swapped: bool = False
    advice: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Consecutive samples of an inertial sensor (IMU) on the rig, oldest first; axes are the chip's own.

    t_ns: int64 (n,), when each was taken, in host time. acceleration_m_s2: float32 (n, 3), gravity in it.
    rotation_rad_s: float32 (n, 3). first_sample, lost_samples, clock_error: as of PulseSamples.
    """

    t_ns: NDArray[np.int64]
    acceleration_m_s2: NDArray[np.float32]
    rotation_rad_s: NDArray[np.float32]
    first_sample: int = 0
    lost_samples: int = 0
    temperature_c: float | None = None
    clock_error: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Skin:
    """Consecutive samples of skin conductance (EDA), oldest first.

    t_ns: int64 (n,), in host time. conductance_us: float32 (n,), microsiemens; NaN where the electrodes touch nothing
    or the reading is out of the circuit's range.
    """

    t_ns: NDArray[np.int64]
    conductance_us: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ReportedBeat:
    """A beat that the device itself reports, with no waveform: a beat tapped by hand, or a chest strap's."""

    t_ns: int
    ibi_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Detents of one knob: + is clockwise, more of what the knob does. t_ns: the last edge.

    edges_ns: the raw edges the detent was made of, oldest first (empty where the device reports only detents).
    """

    t_ns: int
    knob: Knob
    detents: int
    edges_ns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Press:
    """A push button went down or up; lock and mute are switches: down while the knobs are locked, the ticks silent."""

    t_ns: int
    control: Control
    down: bool


@dataclass(frozen=True, slots=True)
class Soul:
    """The three-position switch that scales every route: off, as set, proof."""

    t_ns: int
    position: SoulPosition


@dataclass(frozen=True, slots=True)
class Placing:
    """What lies under the centre spot is to be placed on a zone, 0 to 10, by the base exposure."""

    t_ns: int
    zone: float


@dataclass(frozen=True, slots=True)
class Slide:
    """A potentiometer instead of an encoder: where it stands, 0 to 1 of its way, told when it has moved.

    It may stand elsewhere than what it sets: rig/hands lets it act from where it picks that up.
    """

    t_ns: int
    knob: Knob
    position: float


@dataclass(frozen=True, slots=True, eq=False)
class Grip:
    """How hard the rig is held: consecutive samples of a force-sensing resistor, oldest first.

    t_ns: int64 (n,), in host time. force_n: float32 (n,), newtons, 0 where nothing presses; NaN where it is not known.
    """

    t_ns: NDArray[np.int64]
    force_n: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Packet:
    """One encoded picture as a VideoEncoder gives it: H.264 in Annex B, pts on the frame's own clock."""

    data: bytes
    pts_ns: int
    is_keyframe: bool


PulseReading: TypeAlias = PulseSamples | ReportedBeat
BodyReading: TypeAlias = PulseReading | Motion | Skin
HandReading: TypeAlias = Turn | Press | Soul | Placing | Slide
Reading: TypeAlias = BodyReading | HandReading | Grip
