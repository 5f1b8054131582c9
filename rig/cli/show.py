"""`rig show TAKE`: what is in a take."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from rig.cli.takes import add_takes_option, duration_text, takes_folder, when_text

if TYPE_CHECKING:
    from rig.session.summary import Summary


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("take", metavar="TAKE", help="an id, its beginning or end, a folder, or last")
    add_takes_option(parser)


def run(args: argparse.Namespace) -> int:
    """Read it and say what is there; a cut take too."""
    from rig.session.layout import find_take
    from rig.session.reader import open_take
    from rig.session.summary import summarise

    summary = summarise(open_take(find_take(takes_folder(args), args.take)))
    if args.json:
        import json
        from dataclasses import asdict

        sys.stdout.write(json.dumps(asdict(summary), indent=2) + "\n")
        return 0
    for name, value in _lines(summary):
        sys.stdout.write(f"{name:<11} {value}\n")
    return 0


def _lines(of: Summary) -> list[tuple[str, str]]:
    from rig.words import signed_roman

    state = "sealed" if of.sealed else "being recorded now" if of.recording else "unsealed (rig recover mends it)"
    dropped = ", ".join(f"{count} by the {cause}" for cause, count in sorted(of.dropped.items())) or "none"
    turns = ", ".join(
        f"{knob} {turned.sum_detents:+d} ({turned.detents} detents)" for knob, turned in sorted(of.turns.items())
    )
    presses = ", ".join(f"{control} {count}" for control, count in sorted(of.presses.items()))
    return [
        ("take", f"{of.take_id}, {state}"),
        ("when", f"{when_text(of.take_id)} UTC, session {of.session_id}"),
        *([("performs", f"take {of.performs}: its negative, printed anew")] if of.performs else []),
        ("duration", f"{duration_text(of.duration_s)}, ended: {of.end_reason or 'not known'}"),
        ("frames", f"{of.frames} of {of.width}x{of.height} at {of.rate_hz:g} Hz from {of.camera or 'a camera'}"),
        ("dropped", dropped),
        ("missing", str(of.missing_frames)),
        ("look", f"{of.look_name or 'no name'}, printed by {of.engine or 'no engine'}"),
        ("beats", _beats(of)),
        ("turns", turns or "none"),
        ("presses", presses or "none"),
        *([("placed", " on ".join(map(signed_roman, of.placed)))] if of.placed else []),
        *([("strokes", f"{of.strokes_kept} kept")] if of.strokes_kept else []),
        ("marks", str(of.marks)),
        ("size", f"{of.bytes / 1e6:.1f} MB"),
        *(("fault", fault) for fault in of.faults),
        *(("damage", damage) for damage in of.damage),
        *([] if of.faults else [("faults", "none")]),
    ]


def _beats(of: Summary) -> str:
    if of.pulse_source == "none":
        return "the pulse was switched off"
    rate = "" if of.heart_rate_bpm is None else f", heart rate {of.heart_rate_bpm:.1f} beats/min"
    return f"{of.beats}{rate}" + (f", from {of.pulse_source}" if of.pulse_source else "")
