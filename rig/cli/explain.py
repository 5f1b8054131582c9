"""`rig explain TAKE --at 12.4`: which knob, route and signal made the look at that moment."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from rig.cli.takes import add_takes_option, takes_folder

if TYPE_CHECKING:
    from rig.explain import Explanation, Handled, Parted
    from rig.modulation.bend import Trace

NOTHING = "·"
MOST_HANDLED = 8


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("take", metavar="TAKE", help="an id, its beginning or end, a folder, or last")
    parser.add_argument(
        "--at", type=float, required=True, metavar="S", help="the moment, in seconds from its beginning"
    )
    add_takes_option(parser)


def run(args: argparse.Namespace) -> int:
    """Exit status 1 where the look cannot be made again from what the take says made it."""
    from rig.explain import SAME, explain
    from rig.session.layout import find_take
    from rig.session.reader import open_take

    take = open_take(find_take(takes_folder(args), args.take))
    why = explain(take, args.at)
    if args.json:
        import json
        from dataclasses import asdict

        sys.stdout.write(json.dumps(asdict(why), indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(take.start.take_id, why)) + "\n")
    return 0 if why.difference <= SAME else 1


def _lines(take_id: str, why: Explanation) -> list[str]:
    from rig.explain import SAME

    lines = [f"{take_id} at {why.at_s:.2f} s, frame {why.index}, look {why.look_name}, soul ×{why.soul:g}", ""]
    if why.parted:
        lines += [f"{'':<24}{'look':>9}{'hands':>9}{'light':>9}{'routes':>9}{'print':>10}"]
        lines += [_parted(parted) for parted in why.parted]
    else:
        lines += ["nothing: the print is the negative"]
    lines += [f"{words}" for words in why.words]
    if why.traces:
        lines += ["", *map(_trace, why.traces)]
    if why.handled:
        lines += ["", *(_handled(done, why.at_s) for done in why.handled[:MOST_HANDLED])]
    lines += ["", _newest(why)]
    if why.difference <= SAME:
        lines.append(f"made again from these, the look is the recorded one (largest difference {why.difference:.1g})")
    else:
        lines.append(f"made again from these, the look differs from the recorded one by {why.difference:g}: rig verify")
    return lines


def _parted(of: Parted) -> str:
    from rig.grade.look import target

    default = target(of.target).default
    look = NOTHING if of.look == default else f"{of.look:.4g}"
    changes = "".join(f"{_change(value):>9}" for value in (of.hands, of.light, of.routes))
    return f"{of.target:<24}{look:>9}{changes}{of.printed:>10.4g} {of.unit}".rstrip()


def _change(value: float) -> str:
    return NOTHING if abs(value) < 5e-5 else f"{value:+.3g}"


def _trace(of: Trace) -> str:
    heard = "unknown" if of.signal is None else f"{of.signal:.2f}"
    if of.signal is not None and (of.quality < 1.0 or of.age_s > 0.0):
        heard += f" (quality {of.quality:.2f}, {of.age_s:.2f} s old)"
    gain = "" if of.gain == 1.0 else f" × {of.gain:.2f}"
    held = f", held by {of.held}" if of.held else ""
    amount = f"{of.amount:+g} {of.unit}".rstrip()
    made = f"{of.value:+.3g} {of.unit}".rstrip() if of.value else "nothing"
    way = f"curve {of.curved:.2f}, stands at {of.level:.2f}"
    return f"{of.name:<20}{of.source} {heard}, {way}\n{'':<20}× {amount}{gain} = {made} to {of.target}{held}"


def _handled(done: Handled, at_s: float) -> str:
    from rig.words import signed_roman

    what = f"{done.detents:+d} detents so far" if done.kind == "detents" else done.kind
    if done.kind not in ("detents",) and done.detents:
        what += f", {done.detents:+d} detents"
    zone = (
        ""
        if done.kind == "detents"
        else ", whole picture"
        if done.zone is None
        else f", zone {signed_roman(done.zone)}"
    )
    return f"{done.knob or 'hand':<8}{what}{zone}, {max(0.0, at_s - done.at_s):.2f} s before"


def _newest(why: Explanation) -> str:
    edge = "no knob was turned yet" if why.newest_edge_s is None else f"newest edge at {why.newest_edge_s:.3f} s"
    beat = "no beat was seen yet" if why.newest_beat_s is None else f"newest beat at {why.newest_beat_s:.3f} s"
    return f"in it: {edge}, {beat}"
