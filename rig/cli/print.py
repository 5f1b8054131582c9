"""`rig print`: a take printed again from its negative to a film file, a photograph to another, a folder of them."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rig.cli.subject import add_set, check_no_auto, set_values
from rig.cli.takes import takes_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drivers.readings import Frame
    from rig.grade.bearings import Bearings
    from rig.grade.look import Look
    from rig.session.reader import Take


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "take",
        metavar="TAKE|PICTURE|FOLDER",
        help="a take: an id, its beginning or end, a folder, last; or a JPEG, PNG, TIFF or DNG, or a folder of them",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="F|DIR",
        help="the film, .mp4; of a picture .jpg, .png or .tif; of a folder of them, a folder",
    )
    parser.add_argument("--look", metavar="NAME|F", help="another look (of a take: under the same hands and pulse)")
    add_set(parser)
    parser.add_argument(
        "--reanalyse", action="store_true", help="decide the look again from the negative and the readings"
    )
    parser.add_argument(
        "--on-the-moment",
        action="store_true",
        help="each signal of the body as much earlier as it is late: the picture answers when it happened",
    )
    parser.add_argument(
        "--engine", choices=("reference", "opencv", "numba"), default="reference", help="what prints (reference)"
    )
    parser.add_argument("--crf", type=int, default=18, metavar="N", help="0 to 40, lower is finer (18)")
    parser.add_argument("--takes", type=Path, metavar="DIR", help="where takes are (takes.folder of the configuration)")


def run(args: argparse.Namespace) -> int:
    """Print every frame, or every picture; progress on a terminal."""
    from rig.cli.print_stills import are_stills, print_stills

    if are_stills(args.take):
        return print_stills(args)
    return _print_take(args)


def _print_take(args: argparse.Namespace) -> int:
    from drivers.clock import SystemClock
    from drivers.names import make_encoder
    from drivers.settings import EncoderSettings
    from rig.errors import UserError
    from rig.hands.state import HandState
    from rig.movie import check_out, prints, write_movie
    from rig.progress import track
    from rig.session.layout import find_take
    from rig.session.reader import open_take

    folder = find_take(takes_folder(args), args.take)
    check_out(args.out, "print", ".mp4")
    if not 0 <= args.crf <= 40:
        raise UserError(f"--crf: expected 0 to 40, got {args.crf}")
    if args.reanalyse and args.look:
        raise UserError("--look and --reanalyse: expected one of them: re-analysis decides the take's own look again")
    if args.reanalyse and args.on_the_moment:
        raise UserError(
            "--on-the-moment and --reanalyse: expected one of them: re-analysis hears the body as late as live"
        )
    take = open_take(folder)
    began = replace(HandState.from_dict(take.start.hands), record_presses=0)
    if args.reanalyse and began != HandState():
        sys.stderr.write("rig: the hands were at work before the take: what they held or could undo is not known\n")
    put = set_values(args.set)
    check_no_auto(args.set, "--set")
    made = prints(((frame, put(look), bearings) for frame, look, bearings in _frames(take, args)), args.engine)
    shown = track(made, "printing", len(take.frames()), "frames", SystemClock())
    count = write_movie(take, shown, make_encoder(EncoderSettings(crf=args.crf, preset="veryfast")), args.out)
    sys.stdout.write(f"{args.out}: {count} frames\n")
    return 0


def _frames(take: Take, args: argparse.Namespace) -> Iterator[tuple[Frame, Look, Bearings]]:
    from rig.modulation.of_look import load_look_and_routes
    from rig.reprint import looks_through, reanalysed_looks, recorded_looks

    if args.reanalyse:
        return ((frame, made.look, made.bearings) for made, frame in reanalysed_looks(take))
    if args.look:
        named, routes = load_look_and_routes(args.look)
        looks = looks_through(take, named.look, routes, args.on_the_moment)
    else:
        looks = recorded_looks(take, args.on_the_moment)
    return ((frame, made.look, made.bearings) for made, (_, frame) in zip(looks, take.negatives(), strict=False))
