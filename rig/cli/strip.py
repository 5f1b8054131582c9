"""`rig strip PICTURE|TAKE`: a test strip: seven bands of one knob, a quarter stop apart, as one PNG."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rig.cli.subject import add_set, add_subject, check_no_auto, check_not_over, read_subject, set_values


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_subject(parser)
    parser.add_argument("--of", default="dodge.stops", metavar="NAME", help="the knob (dodge.stops), like exposure.ev")
    parser.add_argument("--step", type=float, metavar="X", help="from band to band, in the knob's unit (0.25 stops)")
    parser.add_argument("--look", metavar="NAME|F", help="the look (a take's own, or neutral)")
    add_set(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="F", help="the PNG")


def run(args: argparse.Namespace) -> int:
    """Print each band, draw the strip."""
    from rig.errors import UserError
    from rig.grade.look import Look, target
    from rig.grade.looks import load_look
    from rig.movie import check_out
    from rig.prints import printed
    from rig.stills import settled, write_still
    from rig.strip import band_looks, draw_strip, make_strip, place_of

    check_out(args.out, "strip", ".png")
    check_not_over(args.out, [Path(args.subject)], "strip")
    put = set_values(args.set)
    try:
        target(args.of)
    except UserError as error:
        raise UserError(f"--of: {error}") from None
    subject = read_subject(args)
    named = load_look(args.look).look if args.look else None
    # A take's own look has its automatic light in it already: what it was at that moment.
    if named is None and subject.look is not None:
        check_no_auto(args.set, "--set")
        check_no_auto([args.of], "--of")
    settles = named is not None or subject.look is None
    look = put(named or subject.look or Look())
    strip = make_strip(look, args.of, args.step)
    looks = [settled(each, subject.picture) if settles else each for each in band_looks(look, strip)]
    prints = [printed(subject.picture, each, subject.bearings) for each in looks]
    for note in subject.notes:
        sys.stderr.write(f"rig: {note}\n")
    write_still(draw_strip(prints, strip, subject.name, place_of(look, args.of, subject.bearings)), args.out)
    sys.stdout.write(f"{args.out}: {args.of} {strip.labels[0]} to {strip.labels[-1]} {strip.unit}".rstrip() + "\n")
    return 0
