"""What is drawn of the pulse, and how a terminal, a pipe and a poor terminal are treated."""

from __future__ import annotations

import io
import math
import re
from dataclasses import replace
from typing import Any

import pytest

from rig.body.meaning import Body
from rig.pulse_screen import PulseState, draw, tell
from rig.pulse_show import Lines, Terminal, choose_show

KNOWN = Body(heart_rate_bpm=71.6, rmssd_ms=33.4, amplitude=0.48, arousal=0.26, sqi=0.93, newest_beat_ns=1)
WAVE = tuple(0.5 + 0.5 * math.sin(2 * math.pi * i / 25) for i in range(125))
STATE = PulseState(
    name="pulse sensor max30102 at 0x57",
    elapsed_s=83.4,
    body=KNOWN,
    wave=WAVE,
    beat_ages_s=(4.45, 3.45, 2.45, 1.45, 0.45, 7.0),
    beats=97,
    finger=True,
    led_ma=(7.0, 7.0),
    temperature_c=31.25,
    clock_error=0.004,
    lost_samples=12,
    about="baseline: rolling",
)


def test_everything_that_is_known_is_on_the_screen() -> None:
    rows = draw(STATE, 72)
    assert rows[0] == f"pulse sensor max30102 at 0x57{'1:23':>43}"
    assert "72 beats/min   quality ███████▌ 0.93   arousal ██▏····· 0.26" in "\n".join(rows)
    assert "RMSSD 33 ms   amplitude 0.48" in "\n".join(rows)
    assert "finger on   LED 7.0 mA   31.2 °C   clock +0.40 %   lost 12   beats 97" in "\n".join(rows)
    assert rows[-1] == "baseline: rolling"


def test_every_beat_stands_under_its_own_place_in_the_wave() -> None:
    rows = draw(STATE, 50)
    marks = next(row for row in rows if "♥" in row)
    assert [i for i, mark in enumerate(marks) if mark == "♥"] == [5, 15, 25, 35, 45]


def test_the_wave_fills_its_rows_and_is_never_torn() -> None:
    wave = draw(STATE, 50)[2:6]
    assert all(len(row) == 50 for row in wave)
    assert all(any(row[i] != "⠀" for row in wave) for i in range(50))
    assert all(any(cell != "⠀" for cell in row) for row in wave)
    steep = draw(PulseState("x", 0.0, wave=(0.0, 1.0) * 60, finger=True), 60)[2:6]
    dots = [sum(bin(ord(row[i]) - 0x2800).count("1") for row in steep) for i in range(60)]
    assert min(dots) >= 16  # what lies between two points is drawn too


@pytest.mark.parametrize("columns", [20, 33, 60, 72, 300])
def test_no_row_is_longer_than_the_terminal(columns: int) -> None:
    for symbols in (True, False):
        assert max(len(row) for row in draw(STATE, columns, symbols)) <= min(columns, 72)


def test_what_is_not_known_is_called_unknown() -> None:
    text = "\n".join(draw(PulseState("x", 0.0), 72))
    for name in ("heart rate", "arousal", "RMSSD", "amplitude"):
        assert f"{name} unknown" in text
    assert "mA" not in text
    assert "finger" not in text


def test_without_a_finger_no_wave_is_shown() -> None:
    state = PulseState("x", 0.0, wave=WAVE, beat_ages_s=(1.0,), finger=False)
    rows = draw(state, 72)
    assert "no finger on the sensor" in "\n".join(rows)
    assert "♥" not in "\n".join(rows)
    assert not any(0x2801 <= ord(c) <= 0x28FF for row in rows for c in row)
    assert len(rows) == len(draw(PulseState("x", 0.0, wave=WAVE, finger=True), 72))  # the screen does not jump


def test_a_sensor_that_is_silent_shows_no_old_wave() -> None:
    rows = draw(PulseState("x", 0.0, wave=WAVE, beat_ages_s=(1.0,), beats=9, silent=True), 72)
    assert "nothing comes from the sensor" in "\n".join(rows)
    assert "♥" not in "\n".join(rows)


def test_different_leds_and_a_swapped_board_are_told() -> None:
    state = PulseState("x", 0.0, led_ma=(6.2, 9.8), swapped=True)
    assert "LED 6.2 mA, red 9.8 mA" in tell(state)
    assert "red and IR swapped, undone" in tell(state)


def test_a_poor_terminal_gets_plain_characters() -> None:
    text = "\n".join(draw(STATE, 60, symbols=False))
    assert text.isascii()
    assert "#" in text
    assert "^" in text


def test_one_line_tells_it_all() -> None:
    assert tell(STATE) == (
        "1:23  72 beats/min  quality 0.93  arousal 0.26  RMSSD 33 ms  finger on  LED 7.0 mA  31.2 C  clock +0.40 %"
        "  lost 12  beats 97  baseline: rolling"
    )


def test_what_other_sensors_tell_is_told_where_they_are() -> None:
    assert "moving" not in tell(STATE)
    body = Body(moving=0.42, scl_us=3.14159, scr_us=0.25)
    line = tell(PulseState("x", 0.0, body=body, felt=True))
    assert "moving 0.42  " in line
    assert "  skin SCL 3.14 uS, SCR 0.25 uS" in line
    rows = draw(PulseState("x", 0.0, body=body, felt=True, skin=True), 72)
    assert "skin SCL 3.14 uS, SCR 0.25 uS" in rows  # a line of its own
    assert "moving 0.42" in " ".join(rows)


def test_electrodes_that_touch_nothing_are_told_as_unknown() -> None:
    assert "skin unknown" in draw(PulseState("x", 0.0, skin=True), 72)
    assert "skin" not in tell(PulseState("x", 0.0))


@pytest.mark.parametrize("columns", [20, 31, 39])
def test_what_is_said_of_the_baseline_is_whole_on_a_narrow_terminal(columns: int) -> None:
    about = "baseline of 2026-01-01: 68 beats/min, RMSSD 42 ms"
    rows = draw(PulseState("x", 0.0, about=about), columns)
    assert max(map(len, rows)) <= columns
    assert about in " ".join(" ".join(rows).split())


class Tty(io.TextIOWrapper):
    """A terminal, as far as a program can tell."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding)

    def isatty(self) -> bool:
        return True

    @property
    def text(self) -> str:
        self.flush()
        buffer: Any = self.buffer
        return str(buffer.getvalue().decode(self.encoding))


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")


GOOD = {"TERM": "xterm-256color"}


def test_a_pipe_and_a_dumb_terminal_get_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(choose_show(io.StringIO(), GOOD), Lines)
    assert isinstance(choose_show(Tty(), {"TERM": "dumb"}), Lines)
    assert isinstance(choose_show(Tty(), {}), Lines)
    assert isinstance(choose_show(Tty(), GOOD), Terminal)
    monkeypatch.setenv("LINES", "6")
    assert isinstance(choose_show(Tty(), GOOD), Lines)


def test_lines_are_whole_lines_of_text() -> None:
    stream = io.StringIO()
    show = Lines(stream)
    show.show(STATE)
    show.say("sensor: gone", bad=True)
    show.close()
    assert stream.getvalue() == f"{tell(STATE)}\nsensor: gone\n"


@pytest.mark.parametrize(("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)])
def test_colour_is_used_unless_somebody_wants_none(environ: dict[str, str], coloured: bool) -> None:
    stream = Tty()
    show = choose_show(stream, {**GOOD, **environ})
    show.show(STATE)
    show.say("gone", bad=True)
    assert bool(re.search(r"\x1b\[\d+m", stream.text)) == coloured


def test_a_terminal_without_unicode_gets_ascii() -> None:
    stream = Tty("ascii")
    show = choose_show(stream, GOOD)
    show.show(STATE)
    assert "#" in stream.text


def test_the_terminal_is_drawn_over_itself_and_left_as_it_was() -> None:
    stream = Tty()
    show = choose_show(stream, {**GOOD, "NO_COLOR": "1"})
    show.show(STATE)
    show.show(STATE)
    rows = len(draw(STATE, 72))
    assert stream.text.count(f"\x1b[{rows}F") == 1
    show.say("sensor: gone", bad=True)
    show.show(STATE)
    show.close()
    show.close()
    show.say("Kept: a.npz")
    text = stream.text
    assert text.startswith("\x1b[?25l\x1b[?7l")
    assert text.count("\x1b[?25h\x1b[?7h") == 1
    assert "\x1b[Jsensor: gone\n" in text
    assert text.index("\x1b[?25h") < text.index("Kept: a.npz")
    assert text.endswith("\x1b[?7h\x1b[JKept: a.npz\n")  # beneath the last rows, not over them


def test_a_fault_stays_under_the_rows_as_long_as_it_lasts() -> None:
    stream = Tty()
    show = choose_show(stream, GOOD)
    show.show(PulseState("x", 0.0, fault="x: it is gone, " + "very " * 40))
    assert "\x1b[33mx: it is gone" in stream.text
    rows = [re.sub(r"\x1b\[[0-9?]*[a-zA-Z]", "", row) for row in stream.text.splitlines()]
    assert max(map(len, rows)) < 80
    assert " ".join(rows).count("very") == 40  # it is read whole
    assert stream.text.count("\x1b[33m") == 3


LONG = "pulse sensor max30102 at 0x57: expected " + ", ".join(f"word{i}" for i in range(40)) + " at /" + "path" * 30


@pytest.mark.parametrize("columns", [30, 40, 80])
def test_what_is_said_is_read_whole(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    stream = Tty()
    show = choose_show(stream, {**GOOD, "NO_COLOR": "1"})
    show.say(LONG, bad=True)
    rows = stream.text.removeprefix("\x1b[J").splitlines()
    assert max(map(len, rows)) < columns
    assert "".join("".join(rows).split()) == "".join(LONG.split())


def test_a_fault_is_read_whole_before_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("LINES", "15")
    stream = Tty()
    show = choose_show(stream, {**GOOD, "NO_COLOR": "1"})
    show.show(PulseState("x", 0.0, fault=" ".join(f"word{i}" for i in range(40))))
    assert all(f"word{i}" in stream.text for i in range(40))
    assert stream.text.count("\n") <= 14


def test_a_terminal_that_became_small_is_not_overrun(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Tty()
    show = choose_show(stream, GOOD)
    monkeypatch.setenv("LINES", "5")
    show.show(STATE)
    assert stream.text.count("\n") == 4


@pytest.mark.parametrize(("columns", "symbols"), [(80, True), (40, True), (40, False)])
def test_what_to_do_without_a_pulse_is_told_whole(columns: int, symbols: bool) -> None:
    says = "too bright, the picture is clipped: away from the lamp, or the whole fingertip on the lens"
    state = PulseState(name="fingertip on webcam 0", elapsed_s=3.0, finger=False, advice=says)
    rows = draw(state, columns, symbols)
    assert all(len(row) <= columns for row in rows)
    assert says in " ".join(" ".join(rows).split())
    assert says in tell(state)
    assert len(draw(replace(state, advice=""), columns)) == len(draw(state, columns))
