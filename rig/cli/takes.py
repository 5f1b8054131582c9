"""`rig takes`: the takes on this machine, one line each; and the option that says where they are."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rig.session.layout import TakePlace


def add_takes_option(parser: argparse.ArgumentParser) -> None:
    """--takes and --json, the same for every command about takes."""
    parser.add_argument("--takes", type=Path, metavar="DIR", help="where takes are (takes.folder of the configuration)")
    parser.add_argument("--json", action="store_true", help="for a program: JSON")


def takes_folder(args: argparse.Namespace) -> Path:
    """What --takes says, else the configuration."""
    if args.takes is not None:
        return Path(args.takes)
    from rig.config import load_config

    return Path(load_config(None).takes.folder).expanduser()


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_takes_option(parser)


def run(args: argparse.Namespace) -> int:
    """List them, oldest first; exit status 2 when the folder is not there."""
    from rig.session.layout import check_there, list_takes

    root = takes_folder(args)
    check_there(root)
    rows = [_row(place) for place in list_takes(root)]
    if args.json:
        import json

        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return 0
    if not rows:
        sys.stdout.write(f"no takes in {root} yet: rig shoot makes one\n")
        return 0
    sys.stdout.write(f"{'take':<24}  {'when (UTC)':<19}  {'duration':>10}  {'frames':>7}  state\n")
    for row in rows:
        duration = "-" if row["duration_s"] is None else duration_text(float(str(row["duration_s"])))
        frames = "-" if row["frames"] is None else str(row["frames"])
        state = f"{row['state']}, performs {row['performs']}" if row["performs"] else row["state"]
        sys.stdout.write(f"{row['take_id']:<24}  {row['when']:<19}  {duration:>10}  {frames:>7}  {state}\n")
    return 0


def duration_text(seconds: float) -> str:
    """0:07.3, 12:00.0, 1:02:03.0."""
    tenths = round(seconds * 10)
    minutes, left = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    tail = f"{left // 10:02d}.{left % 10}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"


def when_text(take_id: str) -> str:
    """2026-11-22 17:34:55, from the id."""
    day, clock = take_id.split("-")[:2]
    return f"{day[:4]}-{day[4:6]}-{day[6:]} {clock[:2]}:{clock[2:4]}:{clock[4:]}"


def _row(place: TakePlace) -> dict[str, object]:
    from rig.errors import UserError
    from rig.session.lock import written_now
    from rig.session.manifest import read_manifest

    row: dict[str, object] = {
        "take_id": place.take_id,
        "session_id": place.session_id,
        "path": str(place.path),
        "when": when_text(place.take_id),
        "duration_s": None,
        "frames": None,
        "performs": None,
    }
    if not place.sealed:
        written = written_now(place.path)
        return {**row, "state": "being recorded now" if written else "unsealed (rig recover mends it)"}
    try:
        manifest = read_manifest(place.path)
    except UserError as error:
        return {**row, "state": f"damaged: {error}"}
    known = {"duration_s": manifest.duration_s, "frames": manifest.frames, "performs": manifest.performs or None}
    return {**row, **known, "state": "sealed"}
