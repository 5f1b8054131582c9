"""`rig sheet TAKE`: your print as one PNG: negative beside print, the pulse and the strokes of the hands beneath."""

from __future__ import annotations

import argparse
from pathlib import Path

from rig.cli.takes import takes_folder


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("take", metavar="TAKE", help="a take's id, a unique beginning or end of it, a folder, or last")
    parser.add_argument("--takes", type=Path, metavar="DIR", help="where takes are (takes.folder of the configuration)")
    parser.add_argument("--out", type=Path, metavar="F", help="the PNG (./sheet-<take>.png)")
    parser.add_argument("--why", metavar="WORDS", help="your own line instead of the look's")
    parser.add_argument("--engine", default="reference", metavar="E", help="what prints it: reference or opencv")


def run(args: argparse.Namespace) -> int:
    """Choose the moment, print it, draw it."""
    from drivers.clock import SystemClock
    from rig.movie import check_out
    from rig.progress import track
    from rig.session.layout import find_take
    from rig.session.reader import open_take
    from rig.sheet import write_sheet
    from rig.sheet_moment import Frames, moment_from_take

    take = open_take(find_take(takes_folder(args), args.take))
    out = args.out or Path(f"sheet-{take.start.take_id}.png")
    check_out(out, "sheet", ".png")

    def watch(frames: Frames, total: int) -> Frames:
        return track(frames, "looking", total, "frames", SystemClock())

    write_sheet(moment_from_take(take, args.engine, args.why, watch), out)
    print(out)
    return 0
