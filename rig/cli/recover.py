"""`rig recover TAKE` or `--all`: mend takes that a power cut or a crash has torn."""

from __future__ import annotations

import argparse
import sys

from rig.cli.takes import add_takes_option, takes_folder


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("take", nargs="?", metavar="TAKE", help="an id, its beginning or end, a folder, or last")
    parser.add_argument("--all", action="store_true", help="every unsealed take that nobody is writing now")
    add_takes_option(parser)


def run(args: argparse.Namespace) -> int:
    """Exit status 0 when all that was asked for is sealed, 1 with --all where one could not be mended."""
    from rig.errors import UserError
    from rig.session.layout import check_there, find_take, place_of
    from rig.session.recover import Recovery, recover, recover_all

    if args.all == (args.take is not None):
        raise UserError("rig recover: expected a take or --all, got " + ("both" if args.all else "neither"))
    root = takes_folder(args)
    if args.all:
        check_there(root)
        done = recover_all(root, lambda place: _progress(f"mending {place.take_id} ..."))
    else:
        path = find_take(root, args.take)
        place = place_of(path.absolute())
        assert place is not None  # find_take gives only takes
        done = [Recovery(place, recover(path), None)]
    _progress("")
    if args.json:
        import json

        rows = [
            {"take_id": one.place.take_id, "path": str(one.sealed) if one.sealed else None, "problem": one.problem}
            for one in done
        ]
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
    else:
        for one in done:
            sys.stdout.write(f"{one.place.take_id}: {one.problem or f'sealed in {one.sealed}'}\n")
        if not done:
            sys.stdout.write(f"nothing to mend in {root}\n")
    return 1 if any(one.problem for one in done) else 0


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()
