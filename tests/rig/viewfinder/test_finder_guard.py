"""Who gets in: each rule of the guard on its own, over a real connection."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from rig.viewfinder.guard import refuse

if TYPE_CHECKING:
    from tests.rig.viewfinder.conftest import Bench

TURN = {"kind": "turn", "knob": "dodge", "detents": 1}


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1", "127.0.0.1:8765", "[::1]", "[::1]:9000"])
def test_this_machines_names_get_in(bench: Bench, host: str) -> None:
    assert bench.ask("GET", "/status", headers={"Host": host})[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "127.0.0.1@evil.example",
        "127.0.0.1:x",
        "[::1",
        "0.0.0.0",
        "192.168.1.5",
        "",
    ],
)
def test_a_rebound_name_is_turned_away(bench: Bench, host: str) -> None:
    status, _, body = bench.ask("GET", "/status", headers={"Host": host})
    assert status in (400, 403)
    assert b"meters" not in body


def test_no_host_and_two_hosts_are_turned_away() -> None:
    assert refuse("GET", []) is not None
    assert refuse("GET", [(b"host", b"localhost"), (b"host", b"evil.example")]) is not None
    assert refuse("GET", [(b"host", b"localhost")]) is None


def test_hands_come_only_from_the_pages_own_origin(bench: Bench) -> None:
    own = f"http://127.0.0.1:{bench.port}"
    assert bench.ask("POST", "/hands", TURN, {"Origin": own})[0] == 200
    assert bench.ask("POST", "/hands", TURN)[0] == 200
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1", f"https://127.0.0.1:{bench.port}", "http://"):
        status, _, body = bench.ask("POST", "/hands", TURN, {"Origin": origin})
        assert status == 403, origin
        assert body.startswith(b"finder: expected the page's own Origin")
    assert len(bench.readings()) == 2


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_hands_come_only_as_json(bench: Bench, kind: str) -> None:
    status, _, body = bench.ask("POST", "/hands", TURN, {"Content-Type": kind})
    assert status == 415
    assert body.startswith(b"finder: expected Content-Type application/json")
    assert bench.readings() == []


def test_another_sites_page_gets_no_part_and_no_picture(bench: Bench) -> None:
    cross = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert bench.ask("GET", "/finder.mjpg", headers=cross)[0] == 403
    assert bench.ask("GET", "/sheet.png", headers={**cross, "Sec-Fetch-Site": "same-site"})[0] == 403
    assert bench.ask("POST", "/hands", TURN, {**cross, "Sec-Fetch-Mode": "navigate"})[0] == 403
    # a link to the page may be followed from anywhere
    assert bench.ask("GET", "/", headers={**cross, "Sec-Fetch-Mode": "navigate"})[0] == 200


@pytest.mark.parametrize("path", ["/", "/status", "/static/finder.js", "/nothing", "/sheet.png"])
def test_every_answer_is_kept_in(bench: Bench, path: str) -> None:
    _, headers, _ = bench.ask("GET", path)
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers


def test_a_preflight_is_refused(bench: Bench) -> None:
    asking = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    status, headers, _ = bench.ask("OPTIONS", "/hands", headers=asking)
    assert status in (403, 405)
    assert "access-control-allow-origin" not in headers
    assert bench.ask("DELETE", "/hands")[0] == 405


def test_it_listens_on_loopback_only(bench: Bench) -> None:
    others = {"127.0.0.2"}  # loopback too, and yet not the address that was bound
    with suppress(socket.gaierror):  # a machine need not know its own name
        others |= {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    others -= {"127.0.0.1"}
    for address in others:
        with pytest.raises(OSError), socket.create_connection((str(address), bench.port), timeout=2):
            pass
