"""The simulated camera: it looks at the world's night market, at its own rate, with a few buffers like a real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.interfaces import CameraInfo
from drivers.pool import FramePool
from drivers.readings import Colour, Frame

if TYPE_CHECKING:
    from drivers.names import Bench
    from drivers.settings import CameraSettings
    from drivers.sim.market import NightMarket

EXPOSURE_NS = 16_666_667  # 1/60 s, what a lit market at f/1.8 asks for
GAIN = 4.0
BUFFERS = 4


def make(settings: CameraSettings, bench: Bench) -> SimCamera:
    """The camera of the simulated world, not yet opened."""
    return SimCamera(settings, bench)


class SimCamera:
    """Frames on a grid of ``rate_hz`` from the world's time zero; a frame can be read when its exposure has ended.

    A reader who is late gets the newest four frames one after the other, each with its own time; older ones are lost
    and seen as a gap in ``index``. The noise of a frame depends on its place on the grid, so that two runs agree.
    """

    def __init__(self, settings: CameraSettings, bench: Bench) -> None:
        self._size = (settings.width, settings.height)
        self._rate_hz = settings.rate_hz
        self._clock = bench.clock
        self._world_of = bench.world
        self._exposure_ns = min(EXPOSURE_NS, round(1e9 / settings.rate_hz))
        self._market: NightMarket | None = None
        self._pool = FramePool()
        self._start_ns = 0
        self._first = self._next = 0

    def open(self) -> CameraInfo:
        """Paint the market (up to a second at 1280x720) and start with the next frame of the grid."""
        width, height = self._size
        world = self._world_of()
        self._start_ns = world.start_ns
        market = world.market(width, height)
        self._first = self._next = self._newest(self._clock.now_ns()) + 1
        self._market = market
        return CameraInfo("sim", width, height, self._rate_hz, Colour())

    def read(self) -> Frame | None:
        """Sleep until the next frame's exposure has ended and give it; None when the camera is not open."""
        market = self._market
        if market is None:
            return None
        self._next = max(self._next, self._newest(self._clock.now_ns()) - BUFFERS + 1)
        number, self._next = self._next, self._next + 1
        end_ns = self._start_ns + round(number * 1e9 / self._rate_hz)
        t_ns = end_ns - self._exposure_ns // 2
        # painted before it is due: a camera's frame is ready when its exposure ends, and not some milliseconds later
        out = self._pool.take((market.height * 3 // 2, market.width))
        pixels = market.paint((t_ns - self._start_ns) / 1e9, number, out)
        pixels.flags.writeable = False
        self._clock.sleep_until_ns(end_ns)
        if not self._is_open():  # closed meanwhile
            return None
        return Frame(t_ns, number - self._first, pixels, Colour(), self._exposure_ns, GAIN)

    def lock(self) -> None:
        """Exposure and gain of this camera never move."""

    def unlock(self) -> None:
        """Exposure and gain of this camera never move."""

    def close(self) -> None:
        """Give no more frames."""
        self._market = None

    def _is_open(self) -> bool:
        return self._market is not None

    def _newest(self, now_ns: int) -> int:
        number = int((now_ns - self._start_ns) * self._rate_hz / 1e9) + 1
        while self._start_ns + round(number * 1e9 / self._rate_hz) > now_ns:
            number -= 1
        return number
