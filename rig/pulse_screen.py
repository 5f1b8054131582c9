"""The live pulse drawn with characters: a few rows on a terminal, or one line for a pipe. Nothing here writes."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import TypeAlias

from rig.body.meaning import Body

WAVE_HZ = 25.0  # points of the little waveform in a second (rig/body/reader.py)
MOST_COLUMNS = 72
WAVE_ROWS = 4
BAR = 8  # characters
_BLOCKS = " ▏▎▍▌▋▊▉█"
_RAMP = " .:-=+*#"
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # braille, left and right column, top to bottom
Rows: TypeAlias = list[str]


@dataclass(frozen=True, slots=True)
class PulseState:
    """Everything that is shown at a moment. None is unknown, or not there with this sensor."""

    name: str
    elapsed_s: float
    body: Body = field(default_factory=Body)
    wave: tuple[float, ...] = ()
    beat_ages_s: tuple[float, ...] = ()  # of the last few beats, seconds before the newest point of the wave
    beats: int = 0
    silent: bool = False  # nothing came for a while
    felt: bool = False  # there is a motion sensor, so that Body.moving says something
    skin: bool = False  # there is a sensor on the skin, so that unknown conductance is worth a word
    finger: bool | None = None
    advice: str = ""  # without a finger: what to do
    led_ma: tuple[float, float] | None = None  # IR, red
    swapped: bool = False
    temperature_c: float | None = None
    clock_error: float | None = None
    lost_samples: int | None = None
    fault: str = ""
    about: str = ""  # the baseline, or how much of it is measured


def draw(state: PulseState, columns: int, symbols: bool = True) -> Rows:
    """The rows of a terminal that is ``columns`` wide, none longer. symbols: braille and blocks instead of ASCII."""
    columns = max(20, min(columns, MOST_COLUMNS))
    clock = clock_words(state.elapsed_s)
    named, *more = wrapped(state.name, columns - len(clock) - 1)
    rows = [f"{named:<{columns - len(clock)}}{clock}", *more, ""]
    rows += _waveform(state, columns, symbols)
    rows.append(_marks(state, columns, symbols))
    rows += _wrapped(_body_words(state, symbols), columns)
    rows += wrapped(_skin_words(state), columns)
    rows += _wrapped(_sensor_words(state), columns)
    rows += wrapped(state.about, columns)
    return [_plain(row) if not symbols else row for row in rows]


def tell(state: PulseState) -> str:
    """One line: the same, without the waveform."""
    words = [clock_words(state.elapsed_s), _rate(state.body)]
    words += [f"quality {state.body.sqi:.2f}", _unit("arousal", state.body.arousal), _rmssd(state.body)]
    words += [*_moving_words(state), *_sensor_words(state)]
    advice = state.advice if state.finger is False and not state.silent else ""
    return _plain("  ".join([*words, *(part for part in (_skin_words(state), state.about, advice) if part)]))


def wrapped(text: str, columns: int) -> Rows:
    """All of a text, on as many rows as it takes; none where it says nothing."""
    return textwrap.wrap(text, max(1, columns), subsequent_indent="  " if columns >= 20 else "", break_on_hyphens=False)


def _waveform(state: PulseState, columns: int, symbols: bool) -> Rows:
    says = _without_wave(state)
    if says:
        if not symbols:
            return wrapped(says, columns)
        rows = [row.strip().center(columns).rstrip() for row in wrapped(says, columns)]
        rows = ["", *rows] if len(rows) < WAVE_ROWS else rows[:WAVE_ROWS]
        return [*rows, *[""] * (WAVE_ROWS - len(rows))]
    if not symbols:
        return ["".join(_RAMP[min(7, int(8 * value))] for value in _resampled(state.wave, columns))]
    heights = [round(value * (4 * WAVE_ROWS - 1)) for value in _resampled(state.wave, 2 * columns)]
    cells = [[0] * columns for _ in range(WAVE_ROWS)]
    before = heights[0]
    for i, height in enumerate(heights):
        low, high = (height, max(height, before - 1)) if before > height else (min(height, before + 1), height)
        for dot in range(low, high + 1):
            row, part = divmod(4 * WAVE_ROWS - 1 - dot, 4)
            cells[row][i // 2] |= _DOTS[i % 2][part]
        before = height
    return ["".join(chr(0x2800 + cell) for cell in row) for row in cells]


def _without_wave(state: PulseState) -> str:
    """Why there is no waveform; empty where there is one."""
    if state.silent:
        return "nothing comes from the sensor"
    if state.finger is False:
        return state.advice or "no finger on the sensor"
    return "" if state.wave else "no waveform" if state.beats else "waiting ..."


def _resampled(wave: tuple[float, ...], points: int) -> list[float]:
    """As many points as there is room for, the nearest of the wave; it always fills the whole width."""
    return [wave[i * len(wave) // points] for i in range(points)]


def _marks(state: PulseState, columns: int, symbols: bool) -> str:
    row = [" "] * columns
    span_s = len(state.wave) / WAVE_HZ
    if not _without_wave(state):
        for age_s in state.beat_ages_s:
            if 0 <= age_s < span_s:
                row[min(columns - 1, int((1.0 - age_s / span_s) * columns))] = "♥" if symbols else "^"
    return "".join(row).rstrip()


def _body_words(state: PulseState, symbols: bool) -> list[str]:
    body = state.body
    return [
        _rate(body),
        f"quality {_bar(body.sqi, symbols)} {body.sqi:.2f}",
        _unit("arousal", body.arousal, _bar(body.arousal or 0.0, symbols)),
        _rmssd(body),
        _unit("amplitude", body.amplitude),
        *_moving_words(state),
    ]


def _moving_words(state: PulseState) -> list[str]:
    return [f"moving {state.body.moving:.2f}"] if state.felt else []


def _skin_words(state: PulseState) -> str:
    """The slow level of the skin's conductance and how far it stands above it; nothing where no sensor is on it."""
    body = state.body
    if body.scl_us is None:
        return "skin unknown" if state.skin else ""
    return f"skin SCL {body.scl_us:.2f} uS" + ("" if body.scr_us is None else f", SCR {body.scr_us:.2f} uS")


def _sensor_words(state: PulseState) -> list[str]:
    words = [] if state.finger is None else ["finger on" if state.finger else "finger off"]
    if state.led_ma is not None:
        ir, red = state.led_ma
        words.append(f"LED {ir:.1f} mA" if ir == red else f"LED {ir:.1f} mA, red {red:.1f} mA")
    if state.swapped:
        words.append("red and IR swapped, undone")
    if state.temperature_c is not None:
        words.append(f"{state.temperature_c:.1f} °C")
    if state.clock_error is not None:
        words.append(f"clock {100 * state.clock_error:+.2f} %")
    if state.lost_samples is not None:
        words.append(f"lost {state.lost_samples}")
    return [*words, f"beats {state.beats}"]


def _rate(body: Body) -> str:
    return "heart rate unknown" if body.heart_rate_bpm is None else f"{body.heart_rate_bpm:.0f} beats/min"


def _rmssd(body: Body) -> str:
    return "RMSSD unknown" if body.rmssd_ms is None else f"RMSSD {body.rmssd_ms:.0f} ms"


def _unit(name: str, value: float | None, bar: str = "") -> str:
    return f"{name} unknown" if value is None else " ".join(part for part in (name, bar, f"{value:.2f}") if part)


def _bar(value: float, symbols: bool) -> str:
    eighths = round(8 * BAR * min(1.0, max(0.0, value)))
    whole, part = divmod(eighths, 8)
    if not symbols:
        return ("#" * whole).ljust(BAR, ".")
    return ("█" * whole + (_BLOCKS[part] if part else "")).ljust(BAR, "·")


def _wrapped(words: list[str], columns: int) -> Rows:
    """Words with three spaces between them, on as many rows as it takes."""
    rows: Rows = []
    for word in words:
        if rows and len(rows[-1]) + 3 + len(word) <= columns:
            rows[-1] += f"   {word}"
        else:
            rows.append(word[:columns])
    return rows


def _plain(row: str) -> str:
    return row.replace(" °C", " C").replace("♥", "^")


def clock_words(elapsed_s: float) -> str:
    """`1:23`, minutes and seconds."""
    whole = max(0, int(elapsed_s))
    return f"{whole // 60}:{whole % 60:02d}"
