"""`rig latency`: how long knob, beat and frame take to the print, and the print to the page, on the running rig."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rig.errors import UserError

MOST_SECONDS = 600.0
ASKED_S = 5.0  # how long an answer is waited for


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--port", type=int, metavar="N", help="of the running rig's page (finder.port, 8765)")
    parser.add_argument("--config", type=Path, metavar="F", help="the configuration (./rig.toml)")
    parser.add_argument("--seconds", type=float, default=10.0, metavar="N", help="how long to look (10); turn a knob")
    parser.add_argument("--json", action="store_true", help="for a program: every duration, in ms")


def run(args: argparse.Namespace) -> int:
    """Ask the running rig, wait, ask again; print what came meanwhile."""
    from drivers.clock import SystemClock
    from rig.config import load_config
    from rig.histogram import Histogram, draw

    if not 0 < args.seconds <= MOST_SECONDS:
        raise UserError(f"--seconds: expected more than 0, at most {MOST_SECONDS:g} s, got {args.seconds:g}")
    port = load_config(args.config).finder.port if args.port is None else args.port
    if not 1 <= port <= 65535:
        raise UserError(f"--port: expected that of the rig's page, 1 to 65535, got {port} (rig shoot says it)")
    before = ask(port)
    clock = SystemClock()
    if not args.json:
        print(f"Looking for {args.seconds:g} s: turn a knob, keep your finger on the sensor.", flush=True)
    clock.sleep_until_ns(clock.now_ns() + round(args.seconds * 1e9))
    after = ask(port)
    came = {name: _since(before.get(name, {}), told) for name, told in after.items()}
    if args.json:
        sys.stdout.write(json.dumps(came) + "\n")
        return 0
    for name, ms in came.items():
        sys.stdout.write("\n" + draw(Histogram(name.replace("_", " "), ms), _why_none(name)) + "\n")
    return 0


def ask(port: int) -> dict[str, dict[str, object]]:
    """What the running rig has counted. UserError where none runs there."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ASKED_S)
    try:
        connection.request("GET", "/latency")
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise ValueError(f"status {answer.status}")
        told = json.loads(text)
        if not isinstance(told, dict) or not all(isinstance(ways, dict) for ways in told.values()):
            raise ValueError("no figures")
    except OSError as error:
        raise UserError(
            f"latency: expected a rig that runs, with its page on port {port}, got none ({error.strerror or error}): "
            "start rig shoot, or say --port"
        ) from None
    except (ValueError, http.client.HTTPException) as error:
        raise UserError(
            f"latency: expected a rig's page on port {port}, got something else ({error}): say --port"
        ) from None
    finally:
        connection.close()
    return told


def _since(before: dict[str, object], after: dict[str, object]) -> list[float]:
    """What came between two answers, as far as the rig still has it."""
    count, newest = after.get("count"), after.get("newest_ms")
    earlier = before.get("count", 0)
    if not isinstance(count, int) or not isinstance(earlier, int) or not isinstance(newest, list):
        raise UserError("latency: expected counts and durations, got something else: is the rig of another version?")
    came = min(count - earlier if count >= earlier else count, len(newest))
    return [float(ms) for ms in newest[len(newest) - came :]]


def _why_none(name: str) -> str:
    if name.startswith("knob"):
        return "no knob was turned"
    if name.startswith("beat"):
        return "no beat was found"
    return "no page is open" if name.endswith("page") else "no frame came"
