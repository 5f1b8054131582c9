"""`rig verify TAKE`: check that a take is whole."""

from __future__ import annotations

import argparse
import sys

from rig.cli.takes import add_takes_option, takes_folder


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("take", metavar="TAKE", help="an id, its beginning or end, a folder, or last")
    add_takes_option(parser)


def run(args: argparse.Namespace) -> int:
    """Exit status 0 when nothing is wrong, 1 with a line for each problem."""
    from rig.session.layout import find_take
    from rig.session.lock import written_now
    from rig.session.verify import verify

    path = find_take(takes_folder(args), args.take)
    if sys.stderr.isatty():
        sys.stderr.write(f"reading {path} ...\r")
    problems = ["being recorded now: verify it when it has ended"] if written_now(path) else verify(path)
    if sys.stderr.isatty():
        sys.stderr.write("\x1b[K")
    if args.json:
        import json

        sys.stdout.write(json.dumps({"take": str(path), "ok": not problems, "problems": problems}, indent=2) + "\n")
    elif problems:
        sys.stdout.write("".join(f"{path.name.removesuffix('.part')}: {problem}\n" for problem in problems))
    else:
        sys.stdout.write(f"{path.name}: whole\n")
    return 1 if problems else 0
