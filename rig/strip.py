"""The test strip: one picture in seven bands, each with another setting of one knob; the eye says which is right.

A printer lays a strip of paper over the most important part and uncovers it in steps of equal stops (A. Adams, The
Print, chapter 4). Which settings the bands have is said
here; who prints them is the caller's (at the desk rig.prints, on the page rig.page_strip).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import cv2
import numpy as np

from drivers.readings import Bytes8
from rig.errors import UserError
from rig.grade.bearings import AS_AIMED, Bearings
from rig.grade.look import Look, get, target, with_value
from rig.grade.strokes import Spot
from rig.letters.face import load_face
from rig.sheet import FAINT, INK, PAPER

BANDS = 7
QUARTER = 0.25  # of a stop: the step of everything that is told in stops
FINEST = 1e-4  # of a range: nobody sees less, and labels do not show it
OF_A_RANGE = 24.0  # the step of any other knob, made a round number
WHOLE = 1e-6

_MARGIN, _LABELS, _LEAST_WIDTH = 48, 74, 600


@dataclass(frozen=True, slots=True)
class Strip:
    """values: of the bands, rising from left to right, a step apart. at: which of them the look has now."""

    of: str
    values: tuple[float, ...]
    at: int

    @property
    def unit(self) -> str:
        """Of the values."""
        return target(self.of).unit

    @property
    def words(self) -> str:
        """`dodge.stops`, `temperature.mired`, `grain.stops, stops`: the knob as it is asked for, and its unit."""
        unit = "more is darker" if self.of == "burn.stops" else self.unit
        said = self.of.partition(".")[2].lower() == unit.lower()
        return self.of if said or not unit else f"{self.of}, {unit}"

    @property
    def labels(self) -> tuple[str, ...]:
        """`0`, `+0.25`, ...: as they are written on the bands, and as --set takes them."""
        both_ways = self.unit in ("stops", "EV", "mired") or target(self.of).low < 0.0
        return tuple(signed(value) if both_ways else signed(value).lstrip("+") for value in self.values)


def make_strip(look: Look, of: str, step: float | None = None) -> Strip:
    """The bands round what the look has now, moved so that all lie within the knob's range; fewer where it is short.

    step: in the knob's unit; a quarter stop, or a round part of its range. UserError where one is none.
    """
    parameter = target(of)
    least, most = parameter.low, parameter.high
    step = default_step(of) if step is None else step
    finest = (most - least) * FINEST
    if not finest <= step <= most - least:
        span = f"{finest:g} to {most - least:g} {parameter.unit}".rstrip()
        raise UserError(f"--step: expected {span}, got {step:g}")
    return Strip(of, *bands(get(look, of), least, most, step))


def bands(now: float, least: float, most: float, step: float) -> tuple[tuple[float, ...], int]:
    """Values a step apart round the one of now, within a range, and which of them it is: seven where there is room."""
    now = min(max(now, least), most)
    below = min(math.floor((now - least) / step + WHOLE), BANDS - 1)
    above = min(math.floor((most - now) / step + WHOLE), BANDS - 1)
    first = min(max(BANDS // 2, BANDS - 1 - above), below)
    count = min(BANDS, first + above + 1)
    return tuple(now + step * (band - first) for band in range(count)), first


def default_step(of: str) -> float:
    """A quarter stop where the range has room for it, or the round number (1, 2 or 5, and noughts) nearest to a part of
    the range."""
    parameter = target(of)
    if parameter.unit in ("stops", "EV") and parameter.high - parameter.low >= QUARTER * (BANDS - 1):
        return QUARTER
    wanted = (parameter.high - parameter.low) / OF_A_RANGE
    ten = 10.0 ** math.floor(math.log10(wanted))
    return float(min((ten, 2.0 * ten, 5.0 * ten, 10.0 * ten), key=lambda round_one: abs(round_one - wanted)))


def band_looks(look: Look, strip: Strip) -> tuple[Look, ...]:
    """The look of each band."""
    return tuple(with_value(look, strip.of, value) for value in strip.values)


def place_of(look: Look, of: str, bearings: Bearings = AS_AIMED) -> float | None:
    """The middle of the place that a knob works on, 0..1 of the width; None where it works all over the picture."""
    name, _, parameter = of.partition(".")
    place = getattr(getattr(look, name), "place", None) if parameter == "stops" else None
    return bearings.centre(place.place())[0] if isinstance(place, Spot) else None


def columns(width: int, count: int, middle: float | None = None, even: bool = False) -> list[tuple[slice, slice]]:
    """Of each band: the pixel columns it fills, and those of its own print that it is cut from.

    They are the same, so that the strip is the whole picture; but where the knob works on one place of it, every band
    shows that place. middle: of the place, 0..1 of the width. even: only even ones, as YUV420 needs.
    """
    step = 2 if even else 1
    at = [round(width * band / count / step) * step for band in range(count + 1)]
    fills = [slice(begin, end) for begin, end in itertools.pairwise(at)]
    if middle is None:
        return [(fill, fill) for fill in fills]
    cuts = []
    for fill in fills:
        wide = fill.stop - fill.start
        begin = round((middle * width - wide / 2) / step) * step
        begin = min(max(begin, 0), width - wide)
        cuts.append((fill, slice(begin, begin + wide)))
    return cuts


def draw_strip(prints: list[Bytes8], strip: Strip, words: str = "", middle: float | None = None) -> Bytes8:
    """The strip on paper, RGB uint8: a hairline between bands, each band's value beneath, the one of now underlined.

    prints: one for each value, RGB uint8 (h, w, 3). middle: as in columns().
    """
    picture = np.empty_like(prints[0])
    for made, (fill, cut) in zip(prints, columns(picture.shape[1], len(prints), middle), strict=True):
        picture[:, fill] = made[:, cut]
    picture = _large(picture)
    height, width = picture.shape[:2]
    at = [0, *(fill.stop for fill, _ in columns(width, len(prints)))]
    sheet = np.full((height + 2 * _MARGIN + _LABELS, width + 2 * _MARGIN, 3), PAPER, np.uint8)
    sheet[_MARGIN - 1 : _MARGIN + height + 1, _MARGIN - 1 : _MARGIN + width + 1] = INK
    sheet[_MARGIN : _MARGIN + height, _MARGIN : _MARGIN + width] = picture
    for edge in at[1:-1]:
        sheet[_MARGIN : _MARGIN + height, _MARGIN + edge - 1 : _MARGIN + edge + 1] = PAPER
    plain = load_face("plain")
    for band, label in enumerate(strip.labels):
        middle, base = _MARGIN + (at[band] + at[band + 1]) / 2, _MARGIN + height + 34
        now = band == strip.at
        long = plain.draw(sheet, label, (middle, base), 24, INK if now else FAINT, "centre")
        if now:
            sheet[base + 9 : base + 11, round(middle - long / 2) : round(middle + long / 2)] = INK
    foot = sheet.shape[0] - 26
    plain.draw(sheet, strip.words, (_MARGIN, foot), 19, FAINT)
    if words:
        plain.draw(sheet, words, (sheet.shape[1] - _MARGIN, foot), 19, FAINT, "right")
    return sheet


def _large(picture: Bytes8) -> Bytes8:
    """Enlarged where its bands would be narrower than their labels."""
    height, width = picture.shape[:2]
    if width >= _LEAST_WIDTH:
        return picture
    size = (_LEAST_WIDTH, max(1, round(height * _LEAST_WIDTH / width)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def signed(value: float) -> str:
    """`0`, `+0.25`, `−1`: at most three figures."""
    text = f"{abs(value):.2f}" if abs(value) < 10.0 else f"{abs(value):.1f}"
    text = text.rstrip("0").rstrip(".")
    return ("+" if value > 0.0 else "−") + text if text != "0" else text
