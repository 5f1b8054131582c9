"""`rig looks`: the looks that come with the rig; of a picture, a contact sheet through all of them; one as a .cube."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rig.cli.subject import add_subject, check_not_over, read_subject

if TYPE_CHECKING:
    from typing import Any

    from rig.grade.look import Look
    from rig.grade.looks import NamedLook


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_subject(parser, required=False)
    parser.add_argument("--out", type=Path, metavar="F", help="the contact sheet, a PNG")
    parser.add_argument("--looks", metavar="A,B,F", help="only these, by name or file (all that come with the rig)")
    parser.add_argument(
        "--cube", type=Path, metavar="F", help="one look, named with --looks, as a .cube of its colours"
    )


def run(args: argparse.Namespace) -> int:
    """List them, or draw them, or write one's table."""
    from rig.errors import UserError
    from rig.grade.looks import shipped_looks
    from rig.modulation.of_look import load_look_and_routes

    wanted = [word.strip() for word in args.looks.split(",") if word.strip()] if args.looks else shipped_looks()
    looks = [load_look_and_routes(name)[0] for name in wanted]
    if args.cube is not None:
        if args.subject or args.out or len(looks) != 1:
            raise UserError(f"--cube: expected one look and no picture (--looks warm), got {len(looks)} looks")
        return _write_cube(looks[0], args.cube)
    if args.subject is None:
        if args.out is not None:
            raise UserError("--out: expected a picture or a take before it (rig looks PICTURE --out F.png), got none")
        _list(looks)
        return 0
    if args.out is None:
        raise UserError("looks: expected --out F.png beside a picture, got none")
    return _sheet(args, looks)


def _list(looks: list[NamedLook]) -> None:
    from rig.modulation.of_look import routes_of

    for number, named in enumerate(looks):
        sys.stdout.write(f"{named.name}\n" if number == 0 else f"\n{named.name}\n")
        if named.words:
            sys.stdout.write(f"  {named.words}\n")
        for line in what_it_sets(named.look) or ["the negative, as it is"]:
            sys.stdout.write(f"    {line}\n")
        for route in routes_of(named):
            unit = f" {route.unit}" if route.unit else ""
            bends = f"{route.source} bends {route.target} by {route.amount:g}{unit}"
            sys.stdout.write(f"    route {route.name}: {bends}\n")


def what_it_sets(look: Look) -> list[str]:
    """`dodge: 0.5 stops, feather 1.25 zones`: what is not at its default, an operation a line, in their order."""
    from dataclasses import fields

    from rig.grade.look import Look, operations
    from rig.params import parameters

    lines = []
    for name in operations():
        given, default = getattr(look, name), getattr(Look(), name)
        units = {parameter.name: parameter.unit for parameter in parameters(type(given))}
        changed = [each.name for each in fields(given) if getattr(given, each.name) != getattr(default, each.name)]
        if changed:
            words = (_value(name, each, getattr(given, each), units.get(each, "")) for each in changed)
            lines.append(f"{name}: " + ", ".join(words))
    return lines


def _value(operation: str, name: str, value: Any, unit: str) -> str:
    if isinstance(value, int | float):
        said = f"{value:g} {unit}".rstrip()
        return said if name in (operation, unit) else f"{name} {said}"
    if isinstance(value, tuple):
        return f"{len(value)} {name}"
    return f"{name} {value}"


def _sheet(args: argparse.Namespace, looks: list[NamedLook]) -> int:
    from rig.contact_sheet import Cell, draw_contact_sheet
    from rig.grade.look import Look
    from rig.movie import check_out
    from rig.prints import printed
    from rig.stills import settled, write_still

    check_out(args.out, "looks", ".png")
    check_not_over(args.out, [Path(args.subject)], "looks")
    subject = read_subject(args)
    for note in subject.notes:
        sys.stderr.write(f"rig: {note}\n")
    picture, bearings = subject.picture, subject.bearings
    cells = [Cell("the negative", "", printed(picture, Look()))]
    for named in looks:
        cells.append(Cell(named.name, named.words, printed(picture, settled(named.look, picture), bearings)))
    write_still(draw_contact_sheet(cells, subject.name), args.out)
    sys.stdout.write(f"{args.out}: {len(looks)} looks\n")
    return 0


def _write_cube(named: NamedLook, out: Path) -> int:
    from rig.grade.cube import write_cube
    from rig.modulation.of_look import routes_of
    from rig.movie import check_out
    from rig.stills import write_whole

    check_out(out, "cube", ".cube")
    if named.look.lut.file:
        check_not_over(out, [Path(named.look.lut.file)], "cube")
    routes = [" ".join(route.name.split()) for route in routes_of(named)]
    text = write_cube(named.look, title=named.name, routes=routes)
    write_whole(text.encode(), out, "cube")
    for line in text.splitlines()[:4]:  # a title, two comments, the size
        if line.startswith("#"):
            sys.stderr.write(f"rig: {out}: {line.removeprefix('#').strip()}\n")
    sys.stdout.write(f"{out}: {named.name}\n")
    return 0
