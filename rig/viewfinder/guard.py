"""The guard before every page: only this machine's own browser tabs get in. Loopback is not protection by itself.

Any web page open in the same browser can send requests to 127.0.0.1. So: the Host must be loopback's name (against DNS
rebinding), whatever changes something must come from the page's own origin and as JSON (a cross-site form cannot send
that without asking), a cross-site request for a part gets nothing, and the page itself may load nothing from elsewhere.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias
from urllib.parse import urlsplit

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


def refuse(method: str, headers: list[tuple[bytes, bytes]]) -> tuple[int, str] | None:
    """Why a request is turned away: (status, one line), or None where it may come in. Any port will do (tunnels)."""
    given: dict[str, list[str]] = {}
    for key, value in headers:
        given.setdefault(key.decode("latin-1").lower(), []).append(value.decode("latin-1").strip())
    hosts = given.get("host", [])
    if len(hosts) != 1 or _name(f"http://{hosts[0]}") not in NAMES:
        return 403, f"finder: expected Host localhost, 127.0.0.1 or [::1], got {', '.join(hosts) or 'none'}"
    if method not in ("GET", "HEAD", "POST"):
        return 405, f"finder: expected GET, HEAD or POST, got {method}"
    origins = given.get("origin", [])
    if any(origin.lower() != f"http://{hosts[0].lower()}" for origin in origins):
        return 403, f"finder: expected the page's own Origin http://{hosts[0]}, got {', '.join(origins)}"
    site = given.get("sec-fetch-site", ["none"])[0]
    if site not in ("same-origin", "none") and (method == "POST" or given.get("sec-fetch-mode") != ["navigate"]):
        return 403, f"finder: expected a request of its own page, got one from another site ({site})"
    if method == "POST":
        kind = given.get("content-type", [""])[0].split(";")[0].strip().lower()
        if kind != "application/json":
            return 415, f"finder: expected Content-Type application/json, got {kind or 'none'}"
    return None


def _name(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        bare = not (parts.username or parts.password or parts.path or parts.query or parts.fragment)
        return parts.hostname if bare and (parts.port is None or parts.port) else None
    except ValueError:  # a port that is no number, a bracket that does not close
        return None


class Guard:
    """Wraps the whole application."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in or turn away; every answer carries the headers."""
        if scope["type"] != "http":
            raise ValueError(f"finder: expected an HTTP request, got {scope['type']}")

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *HEADERS]}
            await send(message)

        refusal = refuse(scope["method"], scope["headers"])
        if refusal is None:
            await self._app(scope, receive, send_guarded)
            return
        status, line = refusal
        body = line.encode("latin-1", "replace")
        plain = [(b"content-type", b"text/plain; charset=latin-1"), (b"content-length", str(len(body)).encode())]
        await send_guarded({"type": "http.response.start", "status": status, "headers": plain})
        await send_guarded({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
