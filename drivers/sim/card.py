"""A camera that sees nothing but a grey card under a light that is known: the truth for rig calibrate light."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drivers.clock import Clock
from drivers.interfaces import CameraInfo
from drivers.readings import Bytes8, Colour, Frame

GREY = 0.18


class GreyCard:
    """Frames of an even card with the sensor's noise. ev: how far it lies from zone V, + is brighter.

    falloff: how much darker the corners are than the middle, as a share; flicker: of the light, from frame to frame.
    """

    def __init__(
        self,
        clock: Clock,
        ev: float = 0.0,
        size: tuple[int, int] = (320, 180),
        colour: Colour | None = None,
        noise_codes: float = 1.5,
        falloff: float = 0.05,
        flicker: float = 0.0,
        seed: int = 7,
    ) -> None:
        self._clock, self._ev, self._size, self._colour = clock, ev, size, colour or Colour()
        self._noise_codes, self._falloff, self._flicker = noise_codes, falloff, flicker
        self._random = np.random.default_rng(seed)
        self._rate_hz = 30.0
        self._index = 0
        self._next_ns = 0

    def open(self) -> CameraInfo:
        """Begin with frame 0."""
        self._index, self._next_ns = 0, self._clock.now_ns()
        return CameraInfo("simulated grey card", *self._size, self._rate_hz, self._colour)

    def read(self) -> Frame | None:
        """The next frame, at its time."""
        self._next_ns += round(1e9 / self._rate_hz)
        self._clock.sleep_until_ns(self._next_ns)
        frame = Frame(self._next_ns, self._index, self._paint(), self._colour)
        self._index += 1
        return frame

    def lock(self) -> None:
        """Nothing moves here."""

    def unlock(self) -> None:
        """Nothing moves here."""

    def close(self) -> None:
        """Nothing to release."""

    def _paint(self) -> Bytes8:
        width, height = self._size
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        light = GREY * 2.0**self._ev * (1.0 - self._falloff * (x * x + y * y) / 2.0)
        light *= 1.0 + self._flicker * (self._index % 2)
        codes = _encoded(light, self._colour.transfer)
        codes = codes * 219.0 + 16.0 if self._colour.range == "limited" else codes * 255.0
        codes += self._random.normal(0.0, self._noise_codes, codes.shape)
        low, high = (16, 235) if self._colour.range == "limited" else (0, 255)
        pixels = np.full((height * 3 // 2, width), 128, np.uint8)
        pixels[:height] = np.clip(np.rint(codes), low, high).astype(np.uint8)
        pixels.setflags(write=False)
        return pixels


def _encoded(light: NDArray[np.float64], transfer: str) -> NDArray[np.float64]:
    """Linear light to the encoded value: IEC 61966-2-1, or ITU-R BT.709-6 section 1.2."""
    if transfer == "srgb":
        return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0.0) ** (1 / 2.4) - 0.055)
    return np.where(light < 0.018, light * 4.5, 1.099 * np.maximum(light, 0.0) ** 0.45 - 0.099)
