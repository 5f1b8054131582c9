"""Prints of one negative side by side: a take and the performances over it, at the same moments, on one page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from drivers.colour import to_rgb
from drivers.readings import Bytes8, Frame
from rig.contact_sheet import draw_cell
from rig.errors import UserError
from rig.grade.printer import Printer
from rig.letters.face import load_face
from rig.reprint import Made, shown_looks
from rig.session.entries import FrameEntry
from rig.session.layout import list_takes
from rig.session.manifest import read_manifest
from rig.session.reader import Take
from rig.sheet import FAINT, INK, PAPER

_MARGIN, _GAP, _CAPTION, _HEAD = 56, 18, 58, 40
_MOST_WIDTH = 1760
_NAME, _WORDS = 21, 16
MOST_MOMENTS = 8


def of_one_negative(root: Path, take: Take) -> list[Path]:
    """The take whose negative this is, and the sealed performances over it, oldest first; the given one among them."""
    negative = take.start.performs or take.start.take_id
    found = {take.start.take_id: take.path}
    for place in list_takes(root):
        if place.sealed and place.take_id not in found:
            try:
                performs = read_manifest(place.path).performs
            except UserError:  # a damaged one is nobody's performance; rig verify says more
                continue
            if negative in (place.take_id, performs):
                found[place.take_id] = place.path
    return [found[take_id] for take_id in sorted(found)]


def compare(takes: Sequence[Take], moments: int) -> Bytes8:
    """The page, RGB uint8: a row for the negative and one for each print, ``moments`` columns evenly spaced in time.

    UserError where they are not of one negative, or have no frame in common.
    """
    of = {take.start.performs or take.start.take_id for take in takes}
    if len(of) != 1:
        raise UserError(f"compare: expected a take and performances over it, got those of {', '.join(sorted(of))}")
    frames = min((take.frames() for take in takes), key=len)
    if not frames:
        raise UserError("compare: expected takes with a frame in common, got none (rig show says more)")
    chosen = [frames[(2 * number + 1) * len(frames) // (2 * moments)] for number in range(moments)]
    negatives = dict(_at(takes[0].negatives(), chosen))
    if len(negatives) < len({entry.index for entry in chosen}):
        raise UserError(f"compare: expected the pictures of {takes[0].path}, got some of them (rig verify says more)")
    rows = [("the negative", "", [to_rgb(negatives[e.index].pixels, negatives[e.index].colour) for e in chosen])]
    for take in takes:
        looks = dict(_looks(take, {entry.index for entry in chosen}))
        rows.append((_name(take), _words(take), [_print(negatives[e.index], looks[e.index]) for e in chosen]))
    seconds = [(entry.t_ns - frames[0].t_ns) / 1e9 for entry in chosen]
    return _draw(rows, seconds)


def _at(negatives: Iterator[tuple[FrameEntry, Frame]], chosen: Sequence[FrameEntry]) -> Iterator[tuple[int, Frame]]:
    wanted, last = {entry.index for entry in chosen}, chosen[-1].index
    for entry, frame in negatives:
        if entry.index in wanted:
            yield entry.index, frame
        if entry.index >= last:
            return


def _looks(take: Take, wanted: set[int]) -> Iterator[tuple[int, Made]]:
    return ((made.entry.index, made) for made in shown_looks(take) if made.entry.index in wanted)


def _print(frame: Frame, made: Made) -> Bytes8:
    printed = Printer("reference").print(frame, made.look, bearings=made.bearings)
    return to_rgb(printed.pixels, printed.colour)


def _name(take: Take) -> str:
    return f"{'performance' if take.start.performs else 'take'} {take.start.take_id}"


def _words(take: Take) -> str:
    pulse = "no pulse" if take.start.pulse_source in ("", "none") else take.start.pulse_source
    return f"{take.start.look_name or 'no name'}  ·  {pulse}"


def _draw(rows: Sequence[tuple[str, str, list[Bytes8]]], seconds: Sequence[float]) -> Bytes8:
    plain, italic = load_face("plain"), load_face("italic")
    columns = len(seconds)
    height, width = rows[0][2][0].shape[:2]
    wide = min(640, (_MOST_WIDTH - 2 * _MARGIN - (columns - 1) * _GAP) // columns)
    size = wide, max(1, round(wide * height / width))
    step = size[1] + _CAPTION
    sheet_width = 2 * _MARGIN + columns * wide + (columns - 1) * _GAP
    sheet = np.full((_MARGIN + _HEAD + len(rows) * step + _MARGIN // 2, sheet_width, 3), PAPER, np.uint8)
    for column, second in enumerate(seconds):
        x = _MARGIN + column * (wide + _GAP)
        plain.draw(sheet, f"{int(second) // 60}:{second % 60:04.1f}", (x, _MARGIN + 14), _NAME, INK)
    for row, (name, words, pictures) in enumerate(rows):
        y = _MARGIN + _HEAD + row * step
        for column, picture in enumerate(pictures):
            draw_cell(sheet, picture, (_MARGIN + column * (wide + _GAP), y), size)
        plain.draw(sheet, name, (_MARGIN, y + size[1] + 24), _NAME, INK)
        after = _MARGIN + plain.width(name, _NAME) + 16
        italic.draw(sheet, words, (after, y + size[1] + 24), _WORDS, FAINT)
    return sheet
