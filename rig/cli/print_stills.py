"""The part of `rig print` that prints photographs: one to a file, a folder of them to another folder."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rig.cli.subject import check_not_over, set_values
from rig.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rig.grade.look import Look
    from rig.stills import Still, Watch


def are_stills(text: str) -> bool:
    """Whether these words name a photograph or a folder of them, and not a take."""
    from rig.session.layout import place_of
    from rig.stills import READ, is_still, stills_in

    path = Path(text)
    try:
        if path.is_dir() and place_of(path.absolute()) is None:
            if not stills_in(path):
                raise UserError(f"print {path}: expected a folder with pictures ({', '.join(READ)}), got none in it")
            return True
        if os.sep in text and not is_still(path) and not path.exists():
            raise UserError(f"print {path}: expected a take, a picture or a folder of pictures, got nothing there")
        return path.is_file() or (is_still(path) and not path.is_dir())
    except OSError as error:
        raise UserError(f"print {path}: expected to read it, got: {error.strerror or error}") from None


def print_stills(args: argparse.Namespace) -> int:
    """Print it, or all of them; exit status 2 when one could not be, after all the others were."""
    from rig.grade.look import Look
    from rig.grade.looks import load_look

    if args.reanalyse:
        raise UserError("--reanalyse: expected a take, got pictures: there are no readings to decide from")
    if args.engine not in ("reference", "auto"):
        raise UserError(f"--engine: expected reference for pictures, got {args.engine}: it prints at full quality")
    look = set_values(args.set)(load_look(args.look).look if args.look else Look())
    source = Path(args.take)
    return _folder(source, args.out, look) if source.is_dir() else _one(source, args.out, look)


def _one(source: Path, out: Path, look: Look) -> int:
    from rig.stills import check_still_out

    check_still_out(out)
    check_not_over(out, [source], "print")
    _print(source, out, look, _watch)
    return 0


def _folder(source: Path, out: Path, look: Look) -> int:
    from drivers.clock import SystemClock
    from rig.progress import track
    from rig.session.layout import check_outside_takes
    from rig.stills import stills_in

    pictures = stills_in(source)
    check_outside_takes(out / "x.jpg", "print")
    if out.resolve() == source.resolve():
        raise UserError(f"print {out}: expected another folder than that of the pictures, got the same")
    try:
        out.mkdir(exist_ok=True)
    except OSError as error:
        raise UserError(f"print {out}: expected a folder, or its name, got: {error.strerror or error}") from None
    names = _names(pictures)
    _check_none_over([out / name for name in names.values()], pictures)
    failed = []
    for picture in track(pictures, "printing", len(pictures), "pictures", SystemClock()):
        try:
            _print(picture, out / names[picture], look, None)
        except UserError as error:
            failed.append(picture.name)
            sys.stderr.write(f"rig: {error}\n")
    if failed:
        sys.stderr.write(f"rig: {len(failed)} of {len(pictures)} pictures not printed: {', '.join(failed)}\n")
    return 2 if failed else 0


def _print(source: Path, out: Path, look: Look, watch: Watch | None) -> None:
    from rig.stills import print_still, read_still, write_still

    still = read_still(source)
    for note in (*still.notes, *_losses(still, out)):
        sys.stderr.write(f"rig: {note}\n")
    made = print_still(still, look, watch)
    write_still(made, out, still.profile)
    height, width = made.shape[:2]
    sys.stdout.write(f"{out}: {width} x {height}, {_bits(still, out)} bits\n")


def _losses(still: Still, out: Path) -> list[str]:
    """What the chosen format cannot keep."""
    if still.profile is not None and out.suffix.lower() in (".tif", ".tiff"):
        return [f"{out}: a TIFF of ours carries no colour profile: .jpg and .png do"]
    return []


def _bits(still: Still, out: Path) -> int:
    return 16 if still.white > 255 and out.suffix.lower() not in (".jpg", ".jpeg") else 8


def _names(pictures: list[Path]) -> dict[Path, str]:
    """What each picture's print is called: its own name; a DNG's is a TIFF. No two are the same, in any case."""
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for picture in sorted(pictures, key=lambda path: path.suffix.lower() == ".dng"):  # a TIFF has its own name first
        suffix = ".tif" if picture.suffix.lower() == ".dng" else picture.suffix
        name = picture.stem + suffix
        for again in range(1, len(pictures) + 2):
            if name.lower() not in taken:
                break
            name = f"{picture.name}{suffix}" if again == 1 else f"{picture.name}.{again}{suffix}"
        taken.add(name.lower())
        names[picture] = name
    return names


def _check_none_over(outs: list[Path], pictures: list[Path]) -> None:
    """check_not_over of all, with each file asked about once: a folder may hold thousands."""
    paths, files = set(), set()
    for picture in pictures:
        try:
            found = picture.stat()
        except OSError:  # told when it is read
            continue
        paths.add(picture.resolve())
        files.add((found.st_dev, found.st_ino))
    for out in outs:
        try:
            there = out.stat() if out.exists() else None
        except OSError:
            there = None
        if out.resolve() in paths or (there is not None and (there.st_dev, there.st_ino) in files):
            check_not_over(out, pictures, "print")


def _watch(parts: Iterable[slice], count: int) -> Iterable[slice]:
    from drivers.clock import SystemClock
    from rig.progress import track

    return track(parts, "printing", count, "parts", SystemClock())
