"""`rig compare TAKE...`: a take and the performances over it, print beneath print at the same moments, as one PNG."""

from __future__ import annotations

import argparse
from pathlib import Path

from rig.cli.takes import takes_folder


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "take",
        metavar="TAKE",
        nargs="+",
        help="a take or a performance: all of that negative; or those that are named",
    )
    parser.add_argument("--takes", type=Path, metavar="DIR", help="where takes are (takes.folder of the configuration)")
    parser.add_argument("--moments", type=int, default=4, metavar="N", help="1 to 8, evenly spaced (4)")
    parser.add_argument("--out", type=Path, metavar="F", help="the PNG (./compare-<take>.png)")


def run(args: argparse.Namespace) -> int:
    """Print each moment of each, draw the page."""
    from rig.compare import MOST_MOMENTS, compare, of_one_negative
    from rig.errors import UserError
    from rig.movie import check_out
    from rig.session.layout import find_take
    from rig.session.reader import open_take
    from rig.stills import write_still

    if not 1 <= args.moments <= MOST_MOMENTS:
        raise UserError(f"--moments: expected 1 to {MOST_MOMENTS}, got {args.moments}")
    root = takes_folder(args)
    takes = [open_take(find_take(root, word)) for word in args.take]
    if len(takes) == 1:
        takes = [open_take(path) for path in of_one_negative(root, takes[0])]
    if len(takes) == 1:
        raise UserError(
            f"compare {takes[0].start.take_id}: expected performances over it, got none: rig perform makes one"
        )
    out = args.out or Path(f"compare-{takes[0].start.take_id}.png")
    check_out(out, "compare", ".png")
    write_still(compare(takes, args.moments), out)
    print(out)
    return 0
