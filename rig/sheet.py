"""Your print: one moment to keep. Negative beside print, the pulse and the strokes of the hands beneath."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.readings import Bytes8
from rig.errors import UserError
from rig.letters.face import Face, Rgb, load_face

Curve = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 1600, 1000
PAPER: Rgb = (246, 241, 232)
INK: Rgb = (34, 27, 23)
FAINT: Rgb = (134, 120, 108)
HAIR: Rgb = (214, 204, 190)
PULSE: Rgb = (178, 40, 24)
DODGE: Rgb = (226, 152, 44)
BURN: Rgb = (96, 68, 54)

_MARGIN = 72
_GAP = 28
_PICTURE_TOP, _PICTURE_MOST = 66, 432
_PULSE_TOP, _PULSE_BOTTOM = 660, 748
_AXIS, _A_STOP = 832, 27  # where nothing is dodged or burnt, and the height of one stop
_FOOT = 970
_LEAST_LETTERS = 15


@dataclass(frozen=True, slots=True, eq=False)
class SheetMoment:
    """One moment of a take, with what led up to it and away from it.

    negative, print: RGB, uint8 (h, w, 3), of the same size. Times are seconds on one axis, shown from ``from_s`` to
    ``to_s``; ``at_s`` is the moment. pulse: float (n,), more is more blood, any scale; pulse_s (n,). dodge, burn,
    ev: (time, value) where it changed; stops are positive, dodge 0..2, burn 0..3; it holds until the next. taps_s: the
    hands' pushes. why: a line in the maker's words.
    """

    negative: Bytes8
    print: Bytes8
    at_s: float
    from_s: float
    to_s: float
    pulse_s: NDArray[np.float64]
    pulse: NDArray[np.float64]
    beats_s: Sequence[float] = ()
    dodge: Curve = ()
    burn: Curve = ()
    ev: Curve = ()
    taps_s: Sequence[float] = ()
    why: str = ""
    no_pulse: str = "no pulse was read"
    date: str = ""
    take_id: str = ""
    heart_rate_bpm: float | None = None
    look: str = ""


def draw_sheet(moment: SheetMoment) -> Bytes8:
    """The sheet, RGB, uint8 (1000, 1600, 3). About a fifth of a second."""
    sheet = np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8)
    plain, book, italic = load_face("plain"), load_face("book"), load_face("italic")
    bottom = _draw_pictures(sheet, moment, plain)
    _draw_why(sheet, moment.why, bottom, italic)
    _draw_time(sheet, moment, plain)
    _draw_pulse(sheet, moment, plain)
    _draw_strokes(sheet, moment, plain)
    _draw_foot(sheet, moment, plain, book)
    return sheet


def write_sheet(moment: SheetMoment, path: Path) -> None:
    """Draw it and write it as a PNG, whole or not at all. UserError where it cannot be written."""
    fresh = path.with_name(f".{path.name}.part")
    try:
        fresh.write_bytes(sheet_png(moment))
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise UserError(f"sheet {path}: expected to write a PNG there, got: {error.strerror or error}") from None


def sheet_png(moment: SheetMoment) -> bytes:
    """Draw it as a PNG."""
    done, data = cv2.imencode(".png", draw_sheet(moment)[..., ::-1])
    if not done:
        raise RuntimeError("sheet: OpenCV made no PNG")
    return bytes(data)


def _draw_pictures(sheet: Bytes8, moment: SheetMoment, plain: Face) -> int:
    room = (WIDTH - 2 * _MARGIN - _GAP) // 2
    height, width = moment.print.shape[:2]
    scale = min(room / width, _PICTURE_MOST / height)
    size = (round(width * scale), round(height * scale))
    left = WIDTH // 2 - _GAP // 2 - size[0]
    bottom = _PICTURE_TOP + size[1]
    for picture, x, name in (
        (moment.negative, left, "the negative"),
        (moment.print, WIDTH // 2 + _GAP // 2, "the print"),
    ):
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
        sheet[_PICTURE_TOP - 1 : bottom + 1, x - 1 : x + size[0] + 1] = INK  # a keyline, as from a filed-out carrier
        sheet[_PICTURE_TOP:bottom, x : x + size[0]] = small
        plain.draw(sheet, name, (x, bottom + 27), 19, FAINT)
    if moment.look:
        right, long = WIDTH // 2 + _GAP // 2 + size[0], plain.width(moment.look, 19)
        fits = 19 * min(1.0, (size[0] - plain.width("the print", 19) - _GAP) / long)
        if fits < _LEAST_LETTERS:  # a line of its own, as wide as the paper where it must be
            fits, bottom = 19 * min(1.0, (WIDTH - 2 * _MARGIN) / long), bottom + 24
            right = max(right, round(_MARGIN + long * fits / 19))
        plain.draw(sheet, moment.look, (right, bottom + 27), fits, FAINT, "right")
    return int(bottom + 27)


def _draw_why(sheet: Bytes8, why: str, above: int, italic: Face) -> None:
    size = 35
    lines = italic.wrap(why, size, 1180)[:2]
    middle = (above + _PULSE_TOP) / 2 + 2
    for number, line in enumerate(lines):
        italic.draw(sheet, line, (WIDTH / 2, middle + 11 + 44 * (number - (len(lines) - 1) / 2)), size, INK, "centre")


def _x(moment: SheetMoment, t_s: NDArray[np.float64] | float) -> NDArray[np.float64]:
    span = max(moment.to_s - moment.from_s, 1e-3)
    return np.asarray(_MARGIN + (np.asarray(t_s, np.float64) - moment.from_s) / span * (WIDTH - 2 * _MARGIN))


def _line(sheet: Bytes8, points: NDArray[np.float64], ink: Rgb, width: int = 1) -> None:
    fixed = np.rint(points * 16).astype(np.int32)
    cv2.polylines(sheet, [fixed], False, ink, width, cv2.LINE_AA, 4)


def _draw_time(sheet: Bytes8, moment: SheetMoment, plain: Face) -> None:
    span = moment.to_s - moment.from_s
    step = next((s for s in (1, 2, 5, 10, 15, 30, 60, 120, 300) if span / s <= 13), 600)
    first = int(np.ceil(moment.from_s / step)) * step
    for t in range(first, int(moment.to_s) + 1, step):
        x = float(_x(moment, t))
        _line(sheet, np.array([[x, _PULSE_TOP], [x, _AXIS + 3 * _A_STOP]]), (228, 220, 208))
        if _MARGIN + 12 < x < WIDTH - _MARGIN - 12:
            plain.draw(sheet, f"{t // 60}:{t % 60:02d}", (x, _AXIS + 3 * _A_STOP + 20), 15, FAINT, "centre")
    x = float(_x(moment, moment.at_s))
    _line(sheet, np.array([[x, _PULSE_TOP - 10], [x, _AXIS + 3 * _A_STOP]]), INK, 2)
    cv2.fillPoly(
        sheet,
        [
            np.rint(np.array([[x - 6, _PULSE_TOP - 18], [x + 6, _PULSE_TOP - 18], [x, _PULSE_TOP - 8]]) * 16).astype(
                np.int32
            )
        ],
        INK,
        cv2.LINE_AA,
        4,
    )


def _draw_pulse(sheet: Bytes8, moment: SheetMoment, plain: Face) -> None:
    inside = (moment.pulse_s >= moment.from_s) & (moment.pulse_s <= moment.to_s)
    times = moment.pulse_s[inside]
    if len(times) >= 8:
        wave = shaped_pulse(times, moment.pulse[inside])
        y = _PULSE_BOTTOM - wave * (_PULSE_BOTTOM - _PULSE_TOP)
        for part in np.split(np.arange(len(times)), np.flatnonzero(np.diff(times) > 0.5) + 1):  # a gap stays a gap
            _line(sheet, np.column_stack([_x(moment, times[part]), y[part]]), PULSE, 2)
    elif not moment.beats_s:
        plain.draw(sheet, moment.no_pulse, (_MARGIN + 12, (_PULSE_TOP + _PULSE_BOTTOM) / 2 + 6), 18, FAINT)
    for t in moment.beats_s:
        if moment.from_s <= t <= moment.to_s:
            x = float(_x(moment, t))
            top = _PULSE_BOTTOM + 8 if len(times) >= 8 else _PULSE_TOP + 20  # tapped beats have no wave: they are it
            _line(sheet, np.array([[x, top], [x, _PULSE_BOTTOM + 17]]), PULSE, 2)


def shaped_pulse(times_s: NDArray[np.float64], pulse: NDArray[np.float64]) -> NDArray[np.float64]:
    """A wave 0..1 to look at: slow drift (a mean over 1.5 s) taken out, its usual height filling the row."""
    rate = (len(times_s) - 1) / max(times_s[-1] - times_s[0], 1e-3)
    half = max(1, min(round(0.75 * rate), (len(pulse) - 1) // 2))
    padded = np.pad(np.asarray(pulse, np.float64), half, mode="reflect")
    sums = np.concatenate([[0.0], np.cumsum(padded)])
    flat = pulse - (sums[2 * half + 1 :] - sums[: -2 * half - 1]) / (2 * half + 1)
    low, high = np.percentile(flat, [2, 98])
    return np.asarray(np.clip(0.08 + 0.84 * (flat - low) / max(high - low, 1e-9), 0.0, 1.0))


def _draw_strokes(sheet: Bytes8, moment: SheetMoment, plain: Face) -> None:
    for curve, sign, ink in ((moment.dodge, -1, DODGE), (moment.burn, 1, BURN)):
        steps = _steps(moment, curve)
        if steps is None or not np.any(steps[:, 1]):
            continue
        x, stops = _x(moment, steps[:, 0]), steps[:, 1]
        edge = np.column_stack([x, _AXIS + sign * _A_STOP * stops])
        area = np.vstack([edge, [[x[-1], _AXIS], [x[0], _AXIS]]])
        pale = sheet.copy()
        cv2.fillPoly(pale, [np.rint(area * 16).astype(np.int32)], ink, cv2.LINE_AA, 4)
        sheet[:] = cv2.addWeighted(pale, 0.45, sheet, 0.55, 0)
        _line(sheet, edge, ink, 2)
    ev = _steps(moment, moment.ev)
    if ev is not None and np.any(ev[:, 1]):
        _line(sheet, np.column_stack([_x(moment, ev[:, 0]), _AXIS - _A_STOP * np.clip(ev[:, 1], -3, 2)]), INK, 1)
        plain.draw(sheet, "whole picture", (WIDTH - _MARGIN, _AXIS - 2 * _A_STOP - 4), 15, FAINT, "right")
    _line(sheet, np.array([[_MARGIN, _AXIS], [WIDTH - _MARGIN, _AXIS]], np.float64), FAINT)
    for t in moment.taps_s:
        if moment.from_s <= t <= moment.to_s:
            tick = float(_x(moment, t))
            _line(sheet, np.array([[tick, _AXIS - 6], [tick, _AXIS + 6]]), INK, 2)
    for text, y in (("dodge", _AXIS - _A_STOP), ("burn", _AXIS + 1.5 * _A_STOP)):
        plain.draw(sheet, text, (_MARGIN - 12, y + 5), 17, DODGE if text == "dodge" else BURN, "right")
    plain.draw(sheet, "pulse", (_MARGIN - 12, (_PULSE_TOP + _PULSE_BOTTOM) / 2 + 5), 17, PULSE, "right")


def _steps(moment: SheetMoment, curve: Curve) -> NDArray[np.float64] | None:
    """The curve as corners inside the window: a value holds until the next one. None where there is none."""
    before = [value for t, value in curve if t <= moment.from_s]
    inside = [(t, value) for t, value in curve if moment.from_s < t <= moment.to_s]
    if not before and not inside:
        return None
    corners = [(moment.from_s, before[-1] if before else 0.0)]
    for t, value in inside:
        corners += [(t, corners[-1][1]), (t, value)]
    return np.array([*corners, (moment.to_s, corners[-1][1])])


def _draw_foot(sheet: Bytes8, moment: SheetMoment, plain: Face, book: Face) -> None:
    rate = moment.no_pulse if moment.heart_rate_bpm is None else f"{moment.heart_rate_bpm:.0f} beats a minute"
    minutes, seconds = divmod(round(moment.at_s), 60)
    at = f"{minutes} min {seconds:02d} s into the take" if minutes else f"{seconds} s into the take"
    book.draw(sheet, moment.date, (_MARGIN, _FOOT), 23, INK)
    book.draw(sheet, "  ·  ".join((rate, at) if moment.take_id else (rate,)), (WIDTH / 2, _FOOT), 23, INK, "centre")
    plain.draw(sheet, moment.take_id, (WIDTH - _MARGIN, _FOOT), 18, FAINT, "right")
