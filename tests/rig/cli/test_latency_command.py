"""`rig latency` asks a rig that runs; where none does, it says what to do."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from running import address, leave, rig_shoot

from rig.cli.main import main

CONFIG = '[camera]\nname = "sim"\nwidth = 96\nheight = 54\n[pulse]\nbus = "sim"\n[knobs]\npins = "sim"\n'


@pytest.mark.slow
def test_a_running_rig_is_asked(tmp_path: Path) -> None:
    (tmp_path / "rig.toml").write_text(CONFIG)
    (tmp_path / "hands.txt").write_text("".join(f"{n / 4 + 0.1:.2f} dodge +1\n" for n in range(20)))
    with rig_shoot(tmp_path, "--port", "0", "--knobs", "hands.txt") as (process, output):
        port = str(urlsplit(address(output)).port)
        assert "Record on the page" in output.readline()
        command = [sys.executable, "-m", "rig.cli.main", "latency", "--port", port, "--seconds"]
        environ = {**os.environ, "HOME": str(tmp_path)}
        told = subprocess.run([*command, "5", "--json"], env=environ, capture_output=True, text=True, check=True)
        drawn = subprocess.run([*command, "0.5"], env=environ, capture_output=True, text=True, check=True)
        leave(process, output)
    ways = json.loads(told.stdout)
    assert set(ways) == {"knob_to_print", "beat_to_print", "frame_to_print", "print_to_page", "knob_to_page"}
    assert 60 <= len(ways["frame_to_print"]) <= 200
    assert 5 <= len(ways["knob_to_print"]) <= 20
    assert all(0 < ms < 2000 for ms in ways["knob_to_print"])
    assert "frame to print: p50 " in drawn.stdout
    assert "print to page: no page is open" in drawn.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--seconds", "0"], "--seconds: expected more than 0, at most 600 s, got 0"),
        (["--port", "0"], "--port: expected that of the rig's page, 1 to 65535, got 0"),
    ],
)
def test_mistakes_are_one_line(words: list[str], expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["latency", *words]) == 2
    said = capsys.readouterr().err
    assert expected in said
    assert len(said.splitlines()) == 1


def test_where_no_rig_runs_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        assert main(["latency", "--port", str(port)]) == 2
    assert f"expected a rig that runs, with its page on port {port}, got none" in capsys.readouterr().err


class Other(BaseHTTPRequestHandler):
    """Not a rig."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>")

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_another_server_is_told_from_a_rig(capsys: pytest.CaptureFixture[str]) -> None:
    with HTTPServer(("127.0.0.1", 0), Other) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert main(["latency", "--port", str(server.server_port)]) == 2
        thread.join()
    assert "expected a rig's page on port" in capsys.readouterr().err
