"""Protocols of the devices. A sensor's work is ``step(now_ns)``; its thread is only a shell around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Never, Protocol, TypeAlias, TypeVar, runtime_checkable

from drivers.readings import Bytes8, Colour, Frame, Grip, HandReading, Motion, Packet, PulseReading, Skin

R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """What an opened camera gives. rate_hz is nominal: the frames' own times count."""

    name: str
    width: int
    height: int
    rate_hz: float
    colour: Colour


class Camera(Protocol):
    """A source of frames. open() before anything else; close() may be called at any time and twice."""

    def open(self) -> CameraInfo:
        """Start the frames; raises a DriverError with the remedy."""

    def read(self) -> Frame | None:
        """Wait for the next frame and give it; None after the last one. Raises DeviceLost when none comes for 2 s."""

    def lock(self) -> None:
        """Hold exposure, gain and white balance as they are now (recording begins)."""

    def unlock(self) -> None:
        """Give exposure, gain and white balance back to the camera."""

    def close(self) -> None:
        """Stop and release the device."""


class Sensor(Protocol[R_co]):
    """Anything that is polled: ``step`` is called every ``period_ns`` (and may be called more often)."""

    @property
    def name(self) -> str:
        """What messages call it: "pulse sensor max30102 at 0x57"."""

    @property
    def period_ns(self) -> int:
        """How often step wants to be called."""

    def open(self) -> None:
        """Find and configure the device; raises a DriverError with the remedy. May be called again after close()."""

    def step(self, now_ns: int) -> Sequence[R_co]:
        """Do what is due and give what came since the last call, oldest first; never blocks for more than 5 ms."""

    def close(self) -> None:
        """Release the device; harmless when it is not open."""


@runtime_checkable
class Waking(Protocol):
    """A sensor that knows itself when there is something to read: it calls ``wake`` then, from any thread, so that
    nobody waits for the end of its period."""

    wake: Callable[[], None]


PulseSensor = Sensor[PulseReading]
Knobs = Sensor[HandReading]
MotionSensor = Sensor[Motion]
SkinSensor = Sensor[Skin]
GripSensor = Sensor[Grip]


Tick: TypeAlias = Literal["zero", "aim", "record", "lost"]


class Ticker(Protocol):
    """What the hand feels or hears. It is stepped as a sensor is, and reads nothing."""

    @property
    def name(self) -> str:
        """What messages call it: "buzzer on pin 12"."""

    @property
    def period_ns(self) -> int:
        """How often step wants to be called."""

    def open(self) -> None:
        """Claim it; raises a DriverError with the remedy. May be called again after close()."""

    def tick(self, what: Tick) -> None:
        """Ask for one, from any thread; returns at once. One that is still sounding is cut short by a new one."""

    def step(self, now_ns: int) -> Sequence[Never]:
        """Do what is due of what was asked for; never blocks for more than 5 ms."""

    def close(self) -> None:
        """Silent, and released; harmless when it is not open."""


class VideoEncoder(Protocol):
    """Frames in, packets out, in order, with no look-ahead."""

    def open(self, info: CameraInfo) -> None:
        """Get ready for frames of this size and colour."""

    @property
    def codec(self) -> str:
        """FFmpeg's name of what comes out: "h264"."""

    @property
    def extradata(self) -> bytes:
        """Codec headers for the container (SPS and PPS), known after open()."""

    def encode(self, pixels: Bytes8, pts_ns: int) -> Sequence[Packet]:
        """Encode one frame (I420, as in Frame.pixels)."""

    def flush(self) -> Sequence[Packet]:
        """Give what is still inside; the encoder is closed afterwards."""
