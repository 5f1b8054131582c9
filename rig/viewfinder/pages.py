"""The finder's addresses: the page, the picture, the events, the hands, the status, the latency, the sheet."""

from __future__ import annotations

import asyncio
import json
import mimetypes
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from drivers.clock import Clock
from drivers.handover import Latest
from rig.viewfinder.audience import Audience
from rig.viewfinder.door import MOST_BYTES, BadHands, Door, page_id
from rig.viewfinder.guard import App, Guard
from rig.viewfinder.jpeg import Picture
from rig.viewfinder.meters import Meters, to_json
from rig.viewfinder.timing import Timings, take_shown

BOUNDARY = "print"
_TYPES = {".woff2": "font/woff2", ".js": "text/javascript; charset=utf-8", ".txt": "text/plain; charset=utf-8"}


class Sheet(Protocol):
    """Gives your print as a PNG, or None while there is none. May take a second: it is called beside the server."""

    def __call__(self) -> bytes | None:
        """Draw it."""


@dataclass(frozen=True, slots=True)
class ShownStrip:
    """A test strip of one knob: bands side by side in one JPEG, and what the knob shows in each, in its own stops.

    values: as the hands keep them (dodge 0..2, burn 0..3, both positive; ev -4..4). at: which band is as it is now.
    """

    knob: str
    of: str
    values: tuple[float, ...]
    labels: tuple[str, ...]
    at: int
    jpeg: bytes


class Strips(Protocol):
    """Makes the test strip of the knob that was turned last, or None while there is no picture. Called beside the
    server, like Sheet."""

    def __call__(self) -> ShownStrip | None:
        """Print it."""


@dataclass(frozen=True, slots=True)
class Board:
    """What the event streams read: the newest meters as JSON, made once for all viewers."""

    meters: bytes
    beat_t_ns: int | None


@dataclass(frozen=True)
class Stage:
    """Everything the pages draw from."""

    clock: Clock
    door: Door
    pictures: Latest[Picture]
    board: Latest[Board]
    lookers: Audience
    listeners: Audience
    meters: Callable[[], Meters | None]
    sheet: Sheet | None
    strip: Strips | None
    address: str
    timings: Timings | None = None


def static_files() -> dict[str, tuple[bytes, str]]:
    """Every file of the page, read once, so that no card is touched while shooting: name to (content, type)."""
    found: dict[str, tuple[bytes, str]] = {}
    root = files("rig.viewfinder").joinpath("static")
    for folder, prefix in ((root, ""), (root.joinpath("fonts"), "fonts/")):
        for item in folder.iterdir():
            if item.is_file():
                suffix = "." + item.name.rsplit(".", 1)[-1]
                kind = _TYPES.get(suffix) or mimetypes.guess_type(item.name)[0] or "application/octet-stream"
                found[prefix + item.name] = (item.read_bytes(), kind)
    return found


def make_app(stage: Stage) -> App:
    """The guarded application."""
    static = static_files()

    async def page(_: Request) -> Response:
        return _file(static, "index.html")

    async def part(request: Request) -> Response:
        return _file(static, str(request.path_params["name"]))

    async def finder(_: Request) -> Response:
        kind = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
        return StreamingResponse(_pictures(stage), media_type=kind, headers={"Cache-Control": "no-store"})

    async def events(request: Request) -> Response:
        try:
            told = _events(stage, page_id(request.query_params.get("page")))
        except BadHands as error:
            return _wrong(400, str(error))
        return StreamingResponse(told, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def hands(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return _wrong(413, f"hands: expected at most {MOST_BYTES} bytes, got more")
        try:
            taken = stage.door.take(body, stage.clock.now_ns(), page_id(request.headers.get("x-page")))
        except BadHands as error:
            return _wrong(400, str(error))
        return JSONResponse({"taken": taken})

    async def shown(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return _wrong(413, f"shown: expected at most {MOST_BYTES} bytes, got more")
        try:
            taken = 0 if stage.timings is None else take_shown(body, stage.timings)
        except BadHands as error:
            return _wrong(400, str(error))
        return JSONResponse({"taken": taken})

    async def latency(_: Request) -> Response:
        told = {} if stage.timings is None else stage.timings.told()
        return Response(to_json(told), media_type="application/json", headers={"Cache-Control": "no-store"})

    async def status(_: Request) -> Response:
        picture, meters = stage.pictures.get(), stage.meters()
        answer = {
            "address": stage.address,
            "now_ns": stage.clock.now_ns(),
            "lookers": stage.lookers.count,
            "listeners": stage.listeners.count,
            "picture": None if picture is None else {"index": picture.index, "t_ns": picture.t_ns},
            "meters": meters,
        }
        return Response(to_json(answer), media_type="application/json", headers={"Cache-Control": "no-store"})

    async def sheet(_: Request) -> Response:
        png = None
        if stage.sheet is not None:
            png = await asyncio.get_running_loop().run_in_executor(None, stage.sheet)
        if png is None:
            return _wrong(404, "sheet: there is no print yet: keep shooting for a minute")
        return Response(png, media_type="image/png", headers={"Cache-Control": "no-store"})

    strips: list[asyncio.Future[ShownStrip | None]] = []  # the one that is being made: all who ask meanwhile share it

    async def strip(_: Request) -> Response:
        made = None
        if stage.strip is not None:
            if not strips:
                strips.append(asyncio.get_running_loop().run_in_executor(None, stage.strip))
                strips[0].add_done_callback(lambda _: strips.clear())
            made = await asyncio.shield(strips[0])
        if made is None:
            return _wrong(404, "strip: there is no picture yet")
        # a header is Latin-1: JSON with escapes
        bands = json.dumps(
            {"knob": made.knob, "of": made.of, "values": made.values, "labels": made.labels, "at": made.at}
        )
        headers = {"Cache-Control": "no-store", "X-Strip": bands}
        return Response(made.jpeg, media_type="image/jpeg", headers=headers)

    routes = [
        Route("/", page, methods=["GET"]),
        Route("/finder.mjpg", finder, methods=["GET"]),
        Route("/events", events, methods=["GET"]),
        Route("/hands", hands, methods=["POST"]),
        Route("/shown", shown, methods=["POST"]),
        Route("/latency", latency, methods=["GET"]),
        Route("/status", status, methods=["GET"]),
        Route("/sheet.png", sheet, methods=["GET"]),
        Route("/strip.jpg", strip, methods=["GET"]),
        Route("/static/{name:path}", part, methods=["GET"]),
    ]
    return Guard(Starlette(routes=routes))


async def _body(request: Request) -> bytes | None:
    """What was sent, None where that is too much."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return body


def _file(static: dict[str, tuple[bytes, str]], name: str) -> Response:
    if name not in static:
        return _wrong(404, f"finder: no file {name[:80]!r}")
    content, kind = static[name]
    return Response(content, media_type=kind, headers={"Cache-Control": "no-cache"})


def _wrong(status: int, line: str) -> Response:
    return JSONResponse({"error": line}, status_code=status)


def multipart(picture: Picture) -> bytes:
    """One part of the stream. Times in ns of the rig's clock; "-" where there is none."""
    edge, beat = (("-" if t is None else str(t)) for t in (picture.edge_ns, picture.beat_ns))
    head = (
        f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture.data)}\r\n"
        f"X-Index: {picture.index}\r\nX-T-Ns: {picture.t_ns}\r\nX-Shown-Ns: {picture.shown_ns}\r\n"
        f"X-Edge-Ns: {edge}\r\nX-Beat-Ns: {beat}\r\n\r\n"
    )
    return head.encode() + picture.data + b"\r\n"


async def _pictures(stage: Stage) -> AsyncIterator[bytes]:
    """The newest picture whenever the viewer has taken the one before: what it missed is never sent."""
    # Where nobody looked, the newest picture is as old as the last look: it is made anew for the one who comes now.
    sent = stage.pictures.get() if stage.lookers.count == 0 else None
    with stage.lookers.seat() as ear:
        while not stage.lookers.closed:
            await ear.wait()
            ear.clear()
            picture = stage.pictures.get()
            if picture is not None and picture is not sent:
                sent = picture
                yield multipart(picture)


async def _events(stage: Stage, page: str) -> AsyncIterator[bytes]:
    """Meters as they come, a beat as an event of its own; the first event says what this rig can do."""
    hello = {"taps": stage.door.takes_taps, "sheet": stage.sheet is not None}
    sent: Board | None = None
    with stage.listeners.seat(
        page
    ) as ear:  # before hello: what the page says it holds then is let go of with this seat
        yield b"retry: 1000\nevent: hello\ndata: " + to_json(hello) + b"\n\n"
        while not stage.listeners.closed:
            await ear.wait()
            ear.clear()
            board = stage.board.get()
            if board is None or board is sent:
                yield b": still here\n\n"
                continue
            out = b"event: meters\ndata: " + board.meters + b"\n\n"
            if board.beat_t_ns is not None and sent is not None and board.beat_t_ns != sent.beat_t_ns:
                # ns as text: JavaScript's numbers are exact only to 2^53
                out = b'event: beat\ndata: {"t_ns": "%d"}\n\n' % board.beat_t_ns + out
            sent = board
            yield out
