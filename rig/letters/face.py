"""A face sets lines of text on a picture: OpenCV's own letters are plotter strokes before 5.0, and not for keeping."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Literal, TypeAlias

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

Bytes8: TypeAlias = NDArray[np.uint8]
Rgb: TypeAlias = tuple[int, int, int]
FaceName: TypeAlias = Literal["plain", "book", "italic"]
Align: TypeAlias = Literal["left", "centre", "right"]

_FINE = 4  # letters are filled at four times the size and brought down, which gives 17 greys to an edge
_SHIFT = 4


@dataclass(frozen=True)
class Face:
    """One face. Units are a thousandth of the size, y up from the baseline; unknown letters are set as a question mark.

    glyphs: letter to (advance, contours), each contour x, y, x, y ...; kern: a pair of letters to its correction.
    """

    version: int
    words: str
    units: int
    ascent: int
    descent: int
    cap: int
    glyphs: dict[str, tuple[int, list[list[int]]]]
    kern: dict[str, int]

    def width(self, text: str, size: float, track: float = 0.0) -> float:
        """Length of the line in pixels; track is added between letters, in pixels."""
        return self._pens(text, size, track)[1]

    def wrap(self, text: str, size: float, width: float) -> list[str]:
        """The text broken into lines of at most this many pixels, at spaces, with lines about equally long."""
        words = text.split()
        lines = _fill(self, words, size, width)
        # The same number of lines in the narrowest measure: no orphan at the end.
        while len(lines) > 1 and width > 40:
            narrower = _fill(self, words, size, width - 20)
            if len(narrower) > len(lines):
                break
            lines, width = narrower, width - 20
        return lines

    def draw(
        self,
        picture: Bytes8,
        text: str,
        at: tuple[float, float],
        size: float,
        ink: Rgb,
        align: Align = "left",
        track: float = 0.0,
    ) -> float:
        """Set a line on the picture, RGB (h, w, 3); ``at`` is its end, or middle, on the baseline. Gives its width."""
        pens, width = self._pens(text, size, track)
        x = at[0] - {"left": 0.0, "centre": width / 2, "right": width}[align]
        # A box round the line, a letter's size wider all round, cut to the picture
        left, right = max(0, int(x - size)), min(picture.shape[1], int(x + width + size) + 1)
        top, bottom = max(0, int(at[1] - 1.2 * size)), min(picture.shape[0], int(at[1] + 0.5 * size) + 1)
        if left >= right or top >= bottom:
            return width
        mask = np.zeros(((bottom - top) * _FINE, (right - left) * _FINE), np.uint8)
        scale = size / self.units
        for letter, pen in zip(text, pens, strict=True):
            origin = np.array([x + pen - left, at[1] - top])
            _fill_letter(mask, self._glyph(letter)[1], origin, scale)
        cover = cv2.resize(mask, (right - left, bottom - top), interpolation=cv2.INTER_AREA)[..., None] / 255.0
        box = picture[top:bottom, left:right]
        box[:] = np.rint(box + (np.array(ink) - box) * cover).astype(np.uint8)
        return width

    def _glyph(self, letter: str) -> tuple[int, list[list[int]]]:
        return self.glyphs.get(letter) or self.glyphs["?"]

    def _pens(self, text: str, size: float, track: float) -> tuple[list[float], float]:
        pens, pen, scale = [], 0.0, size / self.units
        for index, letter in enumerate(text):
            if index:
                pen += self.kern.get(text[index - 1 : index + 1], 0) * scale + track
            pens.append(pen)
            pen += self._glyph(letter)[0] * scale
        return pens, pen


def load_face(name: FaceName) -> Face:
    """One of the faces that come with the rig: plain for figures, book and italic for words."""
    return msgspec.json.decode((files("rig.letters") / f"{name}.json").read_bytes(), type=Face)


def _fill(face: Face, words: list[str], size: float, width: float) -> list[str]:
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and face.width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _fill_letter(mask: Bytes8, contours: list[list[int]], origin: NDArray[np.float64], scale: float) -> None:
    shapes = [np.array(contour, np.float64).reshape(-1, 2) for contour in contours]
    areas = [_area(shape) for shape in shapes]
    if not shapes:
        return
    outside = np.sign(max(areas, key=abs))
    # Outlines first, then the holes, which run the other way round
    for shape, area in sorted(zip(shapes, areas, strict=True), key=lambda pair: bool(np.sign(pair[1]) != outside)):
        points = (origin + shape * (scale, -scale)) * _FINE
        fixed = np.rint(points * (1 << _SHIFT)).astype(np.int32)
        ink = 255 if np.sign(area) == outside else 0
        cv2.fillPoly(mask, [fixed], (ink,), lineType=cv2.LINE_8, shift=_SHIFT)


def _area(points: NDArray[np.float64]) -> float:
    x, y = points[:, 0], points[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2.0
