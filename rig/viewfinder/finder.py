"""Finder: the newest print and the meters go out to a browser on this machine, the page's hands come in."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import threading
from collections.abc import Callable

import uvicorn

from drivers.clock import Clock, OnDeath
from drivers.handover import Latest
from drivers.pool import FramePool
from rig.errors import UserError
from rig.viewfinder.audience import Audience
from rig.viewfinder.door import Actions, Door, HandsInput
from rig.viewfinder.guard import App
from rig.viewfinder.jpeg import PLANES, Picture, ShownPrint, to_picture
from rig.viewfinder.meters import Meters, to_json, urgent
from rig.viewfinder.pages import Board, Sheet, Stage, Strips, make_app
from rig.viewfinder.timing import Timings

HOST = "127.0.0.1"
TICK_NS = 125_000_000  # the meters' tick; a beat or a hand does not wait for it
STILL_HERE_NS = 1_000_000_000
SEND_BUFFER = 256 * 1024  # a few pictures: on a slow line the newest wins early instead of queueing in the kernel
_log = logging.getLogger("rig.viewfinder")


def listen(port: int) -> socket.socket:
    """A listening socket on loopback; UserError where the port cannot be had. Port 0 is any free one."""
    if not 0 <= port <= 65535:
        raise UserError(f"finder: expected a port 0 to 65535 (0 is any free one), got {port}")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    try:
        listener.bind((HOST, port))
        listener.listen(64)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            why = "is another rig running? Stop it, or choose another port (0 is any free one)"
            raise UserError(f"finder: expected port {port} of {HOST} to be free, got one in use: {why}") from None
        if error.errno in (errno.EACCES, errno.EPERM):
            raise UserError(f"finder: expected a port from 1024 on, got {port}: only root may open it") from None
        raise UserError(f"finder: expected to listen on {HOST}:{port}, got {error.strerror or error}") from None
    return listener


class Finder:
    """Runs until close(). The frame loop calls show and tell, which only put a reference down."""

    def __init__(
        self,
        clock: Clock,
        hands: HandsInput,
        port: int = 8765,
        tap: Callable[[int], None] | None = None,
        actions: Actions | None = None,
        sheet: Sheet | None = None,
        strip: Strips | None = None,
        on_death: OnDeath | None = None,
        timings: Timings | None = None,
    ) -> None:
        """Bind and serve. ``tap`` takes a beat tapped on the page, ``sheet`` draws your print, ``strip`` a test strip,
        ``timings`` counts how long prints take to the page.

        Raises UserError.
        """
        listener = listen(port)
        self.address = f"http://{HOST}:{listener.getsockname()[1]}/"
        self._clock, self._on_death = clock, on_death or _log_death
        self._prints: Latest[tuple[ShownPrint, int]] = Latest()
        self._pictures: Latest[Picture] = Latest()
        self._meters: Latest[Meters] = Latest()
        self._board: Latest[Board] = Latest()
        self._urgent: tuple[object, ...] = ()
        self._encoded: ShownPrint | None = None
        self._pool = FramePool(PLANES)
        self._posted: Meters | None = None
        self._rung_ns = 0
        self._door = Door(hands, tap, actions)
        self._lookers = Audience(self._looker_came)
        self._listeners = Audience(self._listener_came)
        self._jpeg = clock.serve("jpeg", self._make_picture, 1_000_000_000, self._on_death)
        self._tick = clock.serve("meters", self._post_meters, TICK_NS, self._on_death)
        stage = Stage(
            clock=clock,
            door=self._door,
            pictures=self._pictures,
            board=self._board,
            lookers=self._lookers,
            listeners=self._listeners,
            meters=self._meters.get,
            sheet=sheet,
            strip=strip,
            address=self.address,
            timings=timings,
        )
        self._server = _Server(make_app(stage), listener, (self._lookers, self._listeners), self._on_death)

    def show(self, shown: ShownPrint) -> None:
        """The newest print; becomes a JPEG on the jpeg service, only while someone looks."""
        self._prints.put((shown, self._clock.now_ns()))
        if self._lookers.count:
            self._jpeg.wake()

    def tell(self, meters: Meters) -> None:
        """The newest meters; sent a few times a second, at once where a beat or a hand changed them."""
        self._meters.put(meters)
        pressing = urgent(meters)
        if pressing != self._urgent:
            self._urgent = pressing
            if self._listeners.count:
                self._tick.wake()

    def close(self) -> None:
        """Send every viewer home and stop the threads; harmless when called twice."""
        self._jpeg.stop()
        self._tick.stop()
        self._server.stop()

    def _make_picture(self, _now_ns: int) -> None:
        newest = self._prints.get()
        if newest is None or not self._lookers.count or newest[0] is self._encoded:
            return
        self._encoded = newest[0]
        self._pictures.put(to_picture(*newest, self._pool))
        self._lookers.ring()

    def _post_meters(self, now_ns: int) -> None:
        if not self._listeners.count:
            return
        meters = self._meters.get()
        if meters is not None and meters is not self._posted:
            self._posted = meters
            self._board.put(Board(to_json(meters), meters.beat_t_ns))
        elif now_ns - self._rung_ns < STILL_HERE_NS:
            return
        self._rung_ns = now_ns
        self._listeners.ring()

    def _looker_came(self, _page: str, _seats: int) -> None:
        if self._lookers.count:
            self._jpeg.wake()
        else:
            self._encoded = None

    def _listener_came(self, page: str, seats: int) -> None:
        if seats:
            self._tick.wake()
        else:
            self._door.let_go(self._clock.now_ns(), page if self._listeners.count else None)


def _log_death(name: str, error: Exception) -> None:
    _log.error("finder: the service %s ended: %s", name, error, exc_info=error)


class _Server:
    """uvicorn on a thread and an event loop of its own; no signal handlers, no access log."""

    def __init__(self, app: App, listener: socket.socket, audiences: tuple[Audience, ...], on_death: OnDeath) -> None:
        self._listener, self._audiences, self._on_death = listener, audiences, on_death
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            http="h11",
            loop="asyncio",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        self._uvicorn = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="finder", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        self._uvicorn.should_exit = True
        for audience in self._audiences:
            audience.close()
        self._thread.join(timeout_s)
        self._listener.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001 - the root of a thread: its death is reported, never silent
            self._on_death("finder", error)

    async def _serve(self) -> None:
        for audience in self._audiences:
            audience.attach(asyncio.get_running_loop())
        try:
            await self._uvicorn.serve(sockets=[self._listener])
        finally:
            for audience in self._audiences:
                audience.detach()
