"""The contact sheet: one picture through many looks, and its negative, on one page, each with its name and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from drivers.readings import Bytes8
from rig.letters.face import load_face
from rig.sheet import FAINT, INK, PAPER

_MARGIN, _GAP, _NAME_HEIGHT, _LINE = 56, 30, 34, 19
_CELL_AREA = 400 * 266  # pixels of one print, whatever its shape
_MOST_WIDTH = 1760
_NAME, _WORDS = 23, 17


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """print: RGB uint8 (h, w, 3). name, words: written beneath it."""

    name: str
    words: str
    print: Bytes8


def draw_contact_sheet(cells: Sequence[Cell], foot: str = "") -> Bytes8:
    """The sheet, RGB uint8. All prints are of one size; they stand in rows that fill the sheet evenly."""
    plain, italic = load_face("plain"), load_face("italic")
    height, width = cells[0].print.shape[:2]
    scale = float(np.sqrt(_CELL_AREA / (width * height)))
    size = max(40, round(width * scale)), max(40, round(height * scale))
    columns = _columns(len(cells), size[0])
    rows = -(-len(cells) // columns)
    room = columns * size[0] + (columns - 1) * _GAP
    said = [italic.wrap(cell.words, _WORDS, size[0]) if cell.words else [] for cell in cells]
    caption = _NAME_HEIGHT + _LINE * max(len(lines) for lines in said)
    sheet_width = room + 2 * _MARGIN
    sheet_height = _MARGIN + rows * (size[1] + caption + _GAP) + _MARGIN - _GAP + (24 if foot else 0)
    sheet = np.full((sheet_height, sheet_width, 3), PAPER, np.uint8)
    for number, cell in enumerate(cells):
        row, column = divmod(number, columns)
        x = (sheet_width - room) // 2 + column * (size[0] + _GAP)
        y = _MARGIN + row * (size[1] + caption + _GAP)
        draw_cell(sheet, cell.print, (x, y), size)
        plain.draw(sheet, cell.name, (x, y + size[1] + 27), _NAME, INK)
        for line, words in enumerate(said[number]):
            italic.draw(sheet, words, (x, y + size[1] + 49 + _LINE * line), _WORDS, FAINT)
    if foot:
        plain.draw(sheet, foot, (sheet_width / 2, sheet_height - 30), 17, FAINT, "centre")
    return sheet


def draw_cell(sheet: Bytes8, made: Bytes8, at: tuple[int, int], size: tuple[int, int]) -> None:
    """A print at that place (left, top) and in that size (width, height), with a keyline."""
    (x, y), (width, height) = at, size
    shrink = made.shape[1] >= width
    sheet[y - 1 : y + height + 1, x - 1 : x + width + 1] = INK
    way = cv2.INTER_AREA if shrink else cv2.INTER_CUBIC
    sheet[y : y + height, x : x + width] = cv2.resize(made, size, interpolation=way)


def _columns(cells: int, width: int) -> int:
    """As many as fit; of these the number that leaves the fewest empty places in the last row, the largest of them."""
    most = max(1, min(cells, (_MOST_WIDTH - 2 * _MARGIN + _GAP) // (width + _GAP)))
    least = max(1, most - 1) if most > 2 else most
    return min(range(least, most + 1), key=lambda columns: (-cells % columns, -columns))
