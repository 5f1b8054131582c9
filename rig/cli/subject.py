"""What a command looks at: a photograph, or one frame of a take; and the values that --set puts into a look."""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rig.cli.takes import takes_folder
from rig.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rig.grade.bearings import Bearings
    from rig.grade.look import Look
    from rig.grade.picture import Picture
    from rig.params import Parameter

MOST_PIXELS = 1280  # on the longer side, of a picture that is only looked at


@dataclass(frozen=True)
class Subject:
    """picture: the negative. look, bearings: what it was printed through in its take; of a photograph, no look. name:
    for foot lines. notes: what the person is told."""

    picture: Picture
    look: Look | None
    bearings: Bearings
    name: str
    notes: tuple[str, ...] = ()


def add_subject(parser: argparse.ArgumentParser, required: bool = True) -> None:
    """PICTURE|TAKE, --at, --takes: the same for every command that looks at one picture."""
    parser.add_argument(
        "subject",
        metavar="PICTURE|TAKE",
        nargs=None if required else "?",
        help="a JPEG, PNG, TIFF or DNG; or a take: an id, its beginning or end, a folder, last",
    )
    parser.add_argument("--at", type=float, metavar="S", help="of a take: seconds from its start (its best moment)")
    parser.add_argument("--takes", type=Path, metavar="DIR", help="where takes are (takes.folder of the configuration)")


def add_set(parser: argparse.ArgumentParser) -> None:
    """--set NAME=VALUE, as often as wanted."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="one value of the look, like dodge.stops=1; may be given again",
    )


def read_subject(args: argparse.Namespace) -> Subject:
    """The picture, at most 1280 pixels on its longer side. UserError where there is none."""
    path = Path(args.subject)
    if path.is_file() or _named_like_a_still(path):
        from rig.grade.bearings import AS_AIMED
        from rig.stills import read_still

        if args.at is not None:
            raise UserError(f"--at: expected a take, got the picture {path}: a picture has no seconds")
        still = read_still(path)
        return Subject(still.picture(MOST_PIXELS), None, AS_AIMED, path.name, still.notes)
    return _of_take(args)


def check_not_over(out: Path, sources: Iterable[Path], what: str) -> None:
    """UserError where a file to be written is one of those that are read, by whatever name or link."""
    for source in sources:
        try:
            same = out.resolve() == source.resolve() or (out.exists() and source.exists() and out.samefile(source))
        except OSError as error:
            raise UserError(f"{what} {out}: expected to write it there, got: {error.strerror or error}") from None
        if same:
            raise UserError(f"{what} {out}: expected another file than {source}, got the same: it would be overwritten")


def set_values(words: Sequence[str]) -> Callable[[Look], Look]:
    """What --set does to a look. UserError with all mistakes, one a line: the name, the range and the unit."""
    from rig.grade.look import target, with_value

    values: list[tuple[str, float]] = []
    wrong: list[str] = []
    for word in words:
        name, equals, text = (part.strip() for part in word.partition("="))
        try:
            parameter = target(name)
        except UserError as error:
            wrong.append(f"--set {word}: {error}")
            continue
        value = _number(text)
        if not equals or value is None or not parameter.low <= value <= parameter.high:
            span = f"{parameter.low:g} to {parameter.high:g} {parameter.unit}".rstrip()
            wrong.append(
                f"--set {name}: expected {span}, got {text or 'nothing'} (like --set {name}={_like(parameter):g})"
            )
        else:
            values.append((name, value))
    if wrong:
        raise UserError("\n".join(wrong))

    def put(look: Look) -> Look:
        for name, value in values:
            look = with_value(look, name, value)
        return look

    return put


def check_no_auto(words: Sequence[str], option: str) -> None:
    """UserError where a value of automatic light is asked of a take's own look: that light is in it as it fell then."""
    for word in words:
        name = word.partition("=")[0].strip()
        if name.startswith("auto."):
            raise UserError(
                f"{option} {name}: expected a value that one print is made with, got one of the automatic light, which "
                f"looked at every frame: put [auto] into a look of your own, and add --look"
            )


def _like(parameter: Parameter) -> float:
    """A value to show how it is written: half of the way up from the default, or down where it is the highest."""
    end = parameter.high if parameter.default < parameter.high else parameter.low
    return (parameter.default + end) / 2


def _named_like_a_still(path: Path) -> bool:
    from rig.stills import is_still

    return is_still(path)


def _number(text: str) -> float | None:
    try:
        value = float(text.replace("−", "-"))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _of_take(args: argparse.Namespace) -> Subject:
    from rig.grade.picture import picture_of
    from rig.reprint import shown_looks
    from rig.session.entries import LookChange
    from rig.session.layout import find_take
    from rig.session.reader import open_take
    from rig.sheet_moment import most_telling

    take = open_take(find_take(takes_folder(args), args.subject))
    frames = take.frames()
    entry, _ = most_telling(frames, take.entries(LookChange))
    if args.at is not None:
        last_s = (frames[-1].t_ns - take.start.t_ns) / 1e9
        if not 0.0 <= args.at <= last_s + 0.5:
            raise UserError(f"--at: expected 0 to {last_s:.1f} s into take {take.start.take_id}, got {args.at:g}")
        at_ns = take.start.t_ns + round(args.at * 1e9)
        entry = min(frames, key=lambda frame: abs(frame.t_ns - at_ns))
    for made, (kept, frame) in zip(shown_looks(take), take.negatives(), strict=False):
        if kept.index == entry.index:
            seconds = (entry.t_ns - take.start.t_ns) / 1e9
            name = f"{take.start.take_id}  ·  {int(seconds) // 60}:{seconds % 60:04.1f}"
            return Subject(picture_of(frame), made.look, made.bearings, name)
    raise UserError(f"take {take.path}: expected a picture of frame {entry.index}, got none (rig verify says more)")
