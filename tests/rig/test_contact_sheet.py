"""The contact sheet: every print is on it, whole, beside the others, with its name beneath."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from rig.contact_sheet import Cell, draw_contact_sheet
from rig.sheet import PAPER

COLOURS = [(20 * n + 10, 255 - 18 * n, (97 * n) % 256) for n in range(12)]


def cells(count: int, height: int, width: int) -> list[Cell]:
    """Prints of one colour each."""
    return [
        Cell(f"look {n}", "A line about it. " * 4, np.full((height, width, 3), COLOURS[n], np.uint8))
        for n in range(count)
    ]


@pytest.mark.parametrize(("height", "width"), [(300, 450), (450, 300), (720, 1280), (30, 40), (100, 900), (900, 100)])
@pytest.mark.parametrize("count", [1, 2, 5, 12])
def test_all_prints_of_one_size_in_rows(count: int, height: int, width: int) -> None:
    sheet = draw_contact_sheet(cells(count, height, width), "a picture")
    areas = []
    for colour in COLOURS[:count]:
        least, most = ([value + more for value in colour] for more in (-1, 1))
        rows, columns = np.nonzero(cv2.inRange(sheet, np.array(least), np.array(most)))
        high, wide = rows.max() - rows.min() + 1, columns.max() - columns.min() + 1
        assert len(rows) == high * wide, "a whole rectangle, nothing drawn over it"
        assert wide / high == pytest.approx(width / height, rel=0.06)
        areas.append((high, wide))
        assert columns.min() >= 40
        assert columns.max() < sheet.shape[1] - 40
    assert len(set(areas)) == 1
    assert sheet.shape[1] <= 1800 or count == 1
    edge = np.concatenate([sheet[:20].reshape(-1, 3), sheet[-10:].reshape(-1, 3), sheet[:, :30].reshape(-1, 3)])
    assert (edge == PAPER).all()


def test_names_and_words_stand_beneath() -> None:
    bare = draw_contact_sheet([Cell("", "", each.print) for each in cells(3, 300, 450)])
    named = draw_contact_sheet([Cell("warm", "", each.print) for each in cells(3, 300, 450)])
    worded = draw_contact_sheet([Cell("warm", "Two lines " * 12, each.print) for each in cells(3, 300, 450)])
    assert bare.shape == named.shape
    assert (bare != named).any()
    assert worded.shape[0] > named.shape[0], "as many lines as the words need"
