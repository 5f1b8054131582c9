"""`rig routes [LOOK]`: what bends what, how far, how fast; a file of routes is checked whole."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rig.modulation.route import Route

MOST_COLUMNS = 4  # of targets: more are told a line each


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "look", nargs="?", metavar="LOOK", help="a look by name, or its file (look.name of the configuration)"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--sources", action="store_true", help="the signals that a route may listen to")
    what.add_argument("--targets", action="store_true", help="the parameters that a route may bend, and how far")
    what.add_argument("--shipped", action="store_true", help="the routes that come with the rig")
    parser.add_argument("--json", action="store_true", help="for a program: JSON")


def run(args: argparse.Namespace) -> int:
    """Print them; exit status 2 with every mistake of the file at once."""
    if args.sources or args.targets or args.shipped:
        rows = _sources() if args.sources else _targets() if args.targets else _shipped()
        return _tell(rows, args.json)
    from rig.config import load_config
    from rig.modulation.of_look import load_look_and_routes

    named, routes = load_look_and_routes(args.look or load_config(None).look.name)
    if args.json:
        return _tell([_row(route) for route in routes], as_json=True)
    if not routes:
        sys.stdout.write(f"{named.name}: no routes: nothing bends the print but the hands\n")
        return 0
    sys.stdout.write(f"{named.name}\n\n" + "".join(f"{line}\n" for line in [*_matrix(routes), "", *_each(routes)]))
    return 0


def _matrix(routes: tuple[Route, ...]) -> list[str]:
    """Sources down, targets across; as many tables as the targets need."""
    sources, targets = (list(dict.fromkeys(getattr(route, end) for route in routes)) for end in ("source", "target"))
    lines: list[str] = []
    for first in range(0, len(targets), MOST_COLUMNS):
        across = targets[first : first + MOST_COLUMNS]
        lines += (
            ["", f"{'':<18}" + "".join(f"{target:>22}" for target in across)]
            if lines
            else [f"{'':<18}" + "".join(f"{target:>22}" for target in across)]
        )
        for source in sources:
            cells = [[r for r in routes if (r.source, r.target) == (source, target)] for target in across]
            if any(cells):
                told = [", ".join(_amount(route) for route in cell) or "·" for cell in cells]
                lines.append(f"{source:<18}" + "".join(f"{cell:>22}" for cell in told))
    return lines


def _each(routes: tuple[Route, ...]) -> list[str]:
    return [f"{route.name:<20} {_how(route)}" for route in routes]


def _how(route: Route) -> str:
    """`smooth, 0.8 s in, 4 s out, only above quality 0.5`."""
    through = "through its points" if route.curve == "points" else route.curve
    said = [through, f"{route.attack_s:g} s in", f"{route.release_s:g} s out"]
    if route.invert:
        said.append("inverted")
    if route.gate:
        said.append(f"only from quality {route.gate:g}")
    if route.combine == "max":
        said.append("the largest of its target's only")
    if route.cap:
        said.append(f"cap raised to {route.cap:g} {route.unit}".rstrip())
    return ", ".join(said)


def _amount(route: Route) -> str:
    return f"{route.amount:+g} {route.unit}".rstrip()


def _row(route: Route) -> dict[str, object]:
    from dataclasses import asdict

    return {**asdict(route), "unit": route.unit, "most": route.most}


def _sources() -> list[dict[str, object]]:
    from rig.modulation.signals import SOURCES

    return [
        {"name": name, "words": source.words, "lag_s": source.lag_s, "in_step": source.in_step}
        for name, source in SOURCES.items()
    ]


def _targets() -> list[dict[str, object]]:
    from rig.grade.look import target, targets
    from rig.modulation.visibility import cap_of

    known = [name for name in targets() if not name.startswith("auto.")]
    return [
        {"name": name, "words": target(name).label, "cap": cap_of(name), "unit": target(name).unit} for name in known
    ]


def _shipped() -> list[dict[str, object]]:
    from rig.modulation.of_look import shipped, shipped_routes

    return [
        {"name": name, "words": f"{table['source']} bends {table['target']} by {table['amount']}"}
        for name in shipped_routes()
        for table in shipped(name)
    ]


def _tell(rows: list[dict[str, object]], as_json: bool) -> int:
    if as_json:
        import json

        sys.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
        return 0
    for row in rows:
        more = f"at most {row['cap']:g} {row['unit']}".rstrip() if "cap" in row else ""
        late = f"{row['lag_s']:g} s late" if row.get("lag_s") else ""
        sys.stdout.write(f"{row['name']:<30} {row['words']}{', ' if more or late else ''}{more}{late}\n")
    return 0
