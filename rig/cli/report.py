"""`rig report`: one small file to send with a bug report; no picture, no pulse."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("take", nargs="?", metavar="TAKE", help="describe this take too (a name, a folder, or last)")
    parser.add_argument("--out", type=Path, metavar="F", help="write to this file (rig-report-<time>.zip)")
    parser.add_argument("--takes", type=Path, metavar="DIR", help="where takes are (takes.folder of the configuration)")
    parser.add_argument(
        "--config", type=Path, metavar="F", help="this configuration instead of ./rig.toml or ~/.config"
    )


def run(args: argparse.Namespace) -> int:
    """Write it and say where it is."""
    from drivers.clock import SystemClock
    from rig.bug_report import write_report

    take = _find(args.take, args.takes, args.config) if args.take else None
    out = write_report(args.out, args.config, take, SystemClock())
    sys.stdout.write(f"{out}: versions, doctor, configuration, log{', take' if take else ''}; no picture, no pulse\n")
    return 0


def _find(text: str, takes: Path | None, config: Path | None) -> Path:
    from rig.config import load_config
    from rig.session.layout import find_take

    return find_take(takes if takes is not None else Path(load_config(config).takes.folder).expanduser(), text)
