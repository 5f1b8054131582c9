"""Your print: which moment is chosen, what is drawn of it, and the command from a take on disk."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from drivers.colour import from_rgb
from drivers.names import make_encoder
from drivers.readings import Colour, Frame, PulseSamples
from drivers.settings import EncoderSettings
from drivers.sim.clock import SimulatedClock
from rig.cli import sheet as command
from rig.errors import UserError
from rig.grade.cube import write_cube
from rig.grade.look import Look, look_to_dict, with_value
from rig.letters.face import load_face
from rig.session.entries import (
    BaseChange,
    BeatEntry,
    BodyEntry,
    FrameEntry,
    LookChange,
    PressEntry,
    TakeStart,
)
from rig.session.ids import new_take_ids
from rig.session.reader import open_take
from rig.session.readings import to_entry
from rig.session.recorder import Recorder
from rig.sheet import DODGE, PAPER, PULSE, SheetMoment, draw_sheet, shaped_pulse, write_sheet
from rig.sheet_moment import date_line, look_line, moment_from_take, most_telling, telling, window

RATE_HZ, SECONDS, BPM = 10, 12, 75.0


def look_of(dodge: float = 0.0, ev: float = 0.0) -> dict[str, dict[str, float]]:
    return look_to_dict(with_value(with_value(Look(), "dodge.stops", dodge), "exposure.ev", ev))


def entry(index: int, edge_ns: int | None = None) -> FrameEntry:
    return FrameEntry(index * 100_000_000, index, index, {}, {}, {}, newest_edge_ns=edge_ns)


def small_moment(**more: object) -> SheetMoment:
    t = np.arange(0.0, 60.0, 0.01)
    wave = np.sin(2 * np.pi * BPM / 60 * t) + 5 * np.sin(t / 9)
    grey = np.full((180, 320, 3), 90, np.uint8)
    made = SheetMoment(grey, grey + 80, 30.0, 0.0, 60.0, t, wave, why="Because.", take_id="20260101-000000-000-abcd")
    return replace(made, **more)  # type: ignore[arg-type]


def inked(picture: np.ndarray, ink: tuple[int, int, int], off: int = 12) -> np.ndarray:
    return np.asarray(np.abs(picture.astype(int) - ink).max(axis=2) <= off)


def start_of(clock: SimulatedClock, look: dict[str, dict[str, Any]]) -> TakeStart:
    session_id, take_id = new_take_ids(clock)
    return TakeStart(
        take_id=take_id,
        session_id=session_id,
        t_ns=clock.now_ns(),
        wall_ns=clock.wall_ns(),
        camera="synthetic",
        width=160,
        height=90,
        rate_hz=RATE_HZ,
        matrix="bt709",
        range="limited",
        transfer="srgb",
        engine="opencv",
        look_name="neutral",
        base=look,
        look=look,
    )


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A take of twelve seconds: the hands dodge to +1 stop in the seventh, the heart goes at 75."""
    root = tmp_path_factory.mktemp("takes")
    clock = SimulatedClock()
    recorder = Recorder(root, clock, lambda: make_encoder(EncoderSettings()), min_minutes=0.0, reserve_bytes=1 << 20)
    start = start_of(clock, look_of())
    recorder.start(start)
    recorder.add(LookChange(start.t_ns, 0, look_of()))
    ramp = np.repeat(np.linspace(20, 235, 160).astype(np.uint8)[None, :, None], 90, axis=0).repeat(3, axis=2)
    edge_ns = None
    for index in range(RATE_HZ * SECONDS):
        t_ns = start.t_ns + index * 1_000_000_000 // RATE_HZ
        clock.sleep_until_ns(t_ns)
        if index % RATE_HZ == 0:
            times = t_ns + np.arange(100, dtype=np.int64) * 10_000_000
            blood = np.sin(2 * np.pi * BPM / 60 * (times - start.t_ns) / 1e9)
            counts = (100_000 - 900 * blood).astype(np.int32)
            recorder.add(to_entry(PulseSamples(times, counts, counts), index // RATE_HZ + 1))
            recorder.add(BodyEntry(t_ns, BPM, None, None, None, 0.9))
        if index % 8 == 3:
            recorder.add(BeatEntry(t_ns, t_ns, 800.0, 0.9))
        if index == 60:
            recorder.add(PressEntry(t_ns, 1, "dodge", True))
        if 70 <= index < 82:
            edge_ns = t_ns
            stops = (index - 69) / 12
            recorder.add(BaseChange(t_ns, index, look_of(stops), {"dodge_stops": stops, "burn_stops": 0.0, "ev": 0.0}))
            recorder.add(LookChange(t_ns, index, look_of(stops)))
        frame = Frame(t_ns, index, from_rgb(ramp, Colour()), Colour())
        recorder.frame(frame, FrameEntry(t_ns, index, index, {"pulse": 0, "hands": 0}, {}, {}, newest_edge_ns=edge_ns))
    assert recorder.close() is not None, recorder.fault
    return root


def test_the_moment_of_a_take_is_the_end_of_the_stroke(takes: Path) -> None:
    moment = moment_from_take(open_take(next(takes.glob("*/*"))), "opencv", zone=UTC)
    assert moment.at_s == pytest.approx(8.1)
    assert (moment.from_s, moment.to_s) == (0.0, pytest.approx(SECONDS, abs=0.2))
    assert moment.heart_rate_bpm == BPM
    assert moment.date == "1 January 2026, 00:00"
    assert moment.look == "neutral  ·  dodge +1.00 zone III"
    assert moment.why == "The light as it fell, and the hand that held it."
    assert list(moment.taps_s) == [6.0]
    assert max(stops for _, stops in moment.dodge) == 1.0
    assert moment.print.shape == moment.negative.shape == (90, 160, 3)
    shadows = moment.print[:, 20:60].astype(int) - moment.negative[:, 20:60]
    assert shadows.mean() > 4, "a dodge opens the shadows"
    assert len(moment.pulse) == 100 * SECONDS
    top = moment.pulse_s[int(np.argmax(moment.pulse[:80]))]
    assert top == pytest.approx(60 / BPM / 4, abs=0.02), "more blood is up"


def test_the_reference_prints_it_unless_told_otherwise(takes: Path) -> None:
    take = open_take(next(takes.glob("*/*")))
    off = moment_from_take(take).print.astype(int) - moment_from_take(take, "opencv").print
    assert np.abs(off).max() <= 4


def test_mid_stroke_wins_among_equals_and_a_larger_change_wins_over_it() -> None:
    frames = [entry(0), entry(1), entry(2, edge_ns=150_000_000), entry(3)]
    same = [LookChange(0, 0, look_of(1.0))]
    assert most_telling(frames, same)[0].index == 2
    larger = [*same, LookChange(0, 3, look_of(1.0, ev=0.5))]
    chosen, look = most_telling(frames, larger)
    assert (chosen.index, look["exposure"]["ev"]) == (3, 0.5)
    with pytest.raises(UserError, match="at least one frame"):
        most_telling([], [])


def test_a_neutral_look_tells_nothing() -> None:
    assert telling(look_to_dict(Look())) == 0.0
    assert telling(look_of(0.5, ev=-0.25)) == pytest.approx(0.75)
    assert telling({}) == 0.0


@pytest.mark.parametrize(
    ("at", "end", "shown"), [(5, 12, (0, 12)), (100, 300, (70, 130)), (290, 300, (240, 300)), (0, 0, (0, 1))]
)
def test_a_minute_round_the_moment_inside_the_take(at: float, end: float, shown: tuple[float, float]) -> None:
    assert window(at, end) == shown


def test_lines_of_words() -> None:
    look = look_of(1.0, ev=-0.5)
    look["burn"].update(stops=0.5, zone=7.6)
    look["temperature"]["mired"] = -4.25
    assert look_line("", look) == "dodge +1.00 zone III  ·  burn −0.50 zone VIII  ·  −0.50 EV  ·  −4.2 mired"
    hands = look_of(1.0)
    hands["place"].update(spot=3.3, zone=6.0)
    hands["dodge"]["place"] = {"x": 0.4, "y": 0.4, "height": 0.3, "number": 1}
    hands["strokes"]["kept"] = [{"stops": 1.0, "zone": 3.0}] * 2
    assert look_line("a", hands) == "a  ·  placed III+ on VI  ·  dodge +1.00 zone III in one place  ·  2 strokes kept"
    assert date_line(0.0, UTC) == "1 January 1970, 00:00"


def test_the_sheet_shows_negative_print_pulse_and_strokes() -> None:
    moment = small_moment(dodge=[(0.0, 0.0), (20.0, 1.5)], burn=[(0.0, 0.0), (40.0, 2.0)], beats_s=[10.0, 11.0])
    sheet = draw_sheet(moment)
    assert (sheet.shape, sheet.dtype) == ((1000, 1600, 3), np.uint8)
    assert tuple(sheet[5, 5]) == PAPER
    assert tuple(sheet[250, 400]) == (90, 90, 90)
    assert tuple(sheet[250, 1200]) == (170, 170, 170)
    wave = inked(sheet[660:749, 72:1528], PULSE)
    assert wave.any(axis=0).mean() > 0.95, "the wave runs from edge to edge"
    assert wave.any(axis=1).mean() > 0.8, "and fills its row although it drifts"
    edge = inked(sheet[760:832, 72:1528], DODGE)
    stroke = np.flatnonzero(edge.any(axis=0))
    assert stroke[0] == pytest.approx(1456 * 20 / 60, abs=4), "dodge goes up where the hand turned it"
    level = np.flatnonzero(edge[:, 1000])
    assert 832 - 760 - level.mean() == pytest.approx(1.5 * 27, abs=2), "by a stop and a half"


def test_a_gap_in_the_pulse_stays_a_gap() -> None:
    whole = small_moment()
    hole = (whole.pulse_s < 20) | (whole.pulse_s > 40)
    sheet = draw_sheet(replace(whole, pulse_s=whole.pulse_s[hole], pulse=whole.pulse[hole]))
    assert not inked(sheet[660:749, 72 + 500 : 72 + 720], PULSE).any()


def test_a_take_prints_through_its_own_copy_of_the_lut(tmp_path: Path) -> None:
    lut = tmp_path / "film.cube"
    lut.write_text(write_cube(lambda rgb: 1.0 - rgb, 2))
    look = {"lut": {"file": str(lut)}}
    clock = SimulatedClock()
    root = tmp_path / "takes"
    recorder = Recorder(root, clock, lambda: make_encoder(EncoderSettings()), min_minutes=0.0, reserve_bytes=1 << 20)
    start = start_of(clock, look)
    lut_as_read = lut.read_bytes()
    lut.write_text(write_cube(lambda rgb: rgb, 2))
    recorder.start(start, lut_as_read)
    recorder.add(LookChange(start.t_ns, 0, look))
    grey = Frame(start.t_ns, 0, from_rgb(np.full((90, 160, 3), 80, np.uint8), Colour()), Colour())
    recorder.frame(grey, FrameEntry(start.t_ns, 0, 0, {"pulse": 0, "hands": 0}, {}, {}))
    assert recorder.close() is not None, recorder.fault
    moment = moment_from_take(open_take(next(root.glob("*/*"))), zone=UTC)
    assert moment.print.mean() == pytest.approx(175, abs=2), (
        "its own copy turns light to dark, the changed file does not"
    )


def test_a_long_line_of_the_look_stays_clear_of_the_other_words() -> None:
    short, long = (
        draw_sheet(small_moment(look=text, why="")) for text in ("", "dodge +1.00 zone III in one place  ·  " * 4)
    )
    changed = np.argwhere(np.any(short != long, axis=2))
    assert changed[:, 1].min() >= 70
    assert changed[:, 1].max() <= 1600 - 70
    words = inked(short, (134, 120, 108), 40)
    assert not np.any(words[(short != long).any(axis=2)]), "no letter lies on another"


def test_without_a_pulse_it_says_so_and_tapped_beats_are_drawn() -> None:
    none = small_moment(pulse_s=np.empty(0), pulse=np.empty(0))
    assert not inked(draw_sheet(none)[660:749, 72:1528], PULSE).any()
    tapped = replace(none, beats_s=[10.0, 20.0, 30.0])
    assert inked(draw_sheet(tapped)[690:749, 72:1528], PULSE).any()


@pytest.mark.parametrize("shape", [(90, 160), (160, 90), (1440, 1920), (36, 64)])
def test_any_picture_keeps_its_shape_on_the_sheet(shape: tuple[int, int]) -> None:
    picture = np.full((*shape, 3), (10, 200, 30), np.uint8)
    sheet = draw_sheet(small_moment(negative=picture, print=picture))
    rows, columns = np.nonzero(inked(sheet[:, 800:], (10, 200, 30), 2))
    assert np.ptp(columns) / np.ptp(rows) == pytest.approx(shape[1] / shape[0], rel=0.02)
    assert rows.max() < 520
    assert columns.max() + 800 < 1600 - 70


def test_the_wave_is_level_whatever_the_drift() -> None:
    t = np.arange(0.0, 30.0, 0.02)
    pure = shaped_pulse(t, np.sin(2 * np.pi * 1.2 * t))
    drifting = shaped_pulse(t, 400.0 * np.sin(2 * np.pi * 1.2 * t) - 900.0 * t + 2e5)
    inside = slice(60, -60)
    assert np.abs(pure - drifting)[inside].max() < 0.05
    assert 0.0 <= drifting.min() < drifting.max() <= 1.0
    assert np.ptp(shaped_pulse(t[:10], np.full(10, 3.0))) == 0.0


def test_words_wrap_into_even_lines() -> None:
    italic = load_face("italic")
    line = "When you were moved, the picture cooled by half a degree, and it came back when you had breathed out again."
    lines = italic.wrap(line, 35, 1000)
    assert " ".join(lines) == line
    assert len(lines) == 2
    widths = [italic.width(one, 35) for one in lines]
    assert max(widths) <= 1000
    assert min(widths) > 0.7 * max(widths)
    assert italic.wrap("", 35, 1000) == []


def test_letters_are_where_they_should_be() -> None:
    plain = load_face("plain")
    paper = np.full((80, 400, 3), 255, np.uint8)
    width = plain.draw(paper, "HHH", (200, 60), 40, (0, 0, 0), "centre")
    rows, columns = np.nonzero(paper[..., 0] < 128)
    assert columns.min() + columns.max() == pytest.approx(400, abs=3)
    assert np.ptp(columns) == pytest.approx(width, abs=6)
    assert rows.max() == pytest.approx(59, abs=1), "they stand on the baseline"
    assert np.ptp(rows) == pytest.approx(plain.cap * 40 / 1000, abs=2)
    ring = np.full((80, 80, 3), 255, np.uint8)
    plain.draw(ring, "O", (20, 60), 50, (0, 0, 0))
    rows, columns = np.nonzero(ring[..., 0] < 128)
    assert ring[int(rows.mean()), int(columns.mean()), 0] == 255, "an O has a hole"
    assert plain.width("日", 40) == plain.width("?", 40)
    plain.draw(ring, "outside", (-500, 900), 40, (0, 0, 0))


def options(takes: Path, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    return parser.parse_args([*words, "--takes", str(takes)])


def test_the_command_writes_a_png(takes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "mine.png"
    assert command.run(options(takes, "last", "--out", str(out), "--engine", "opencv", "--why", "For her.")) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert cv2.imread(str(out)).shape == (1000, 1600, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.png"]


def test_mistakes_are_one_line_and_leave_nothing(takes: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="unknown one"):
        command.run(options(takes, "20200101-000000-000-zzzz"))
    with pytest.raises(UserError, match="expected a folder that is there"):
        command.run(options(takes, "last", "--out", str(tmp_path / "no" / "mine.png")))
    with pytest.raises(UserError, match="engine: expected one of"):
        command.run(options(takes, "last", "--out", str(tmp_path / "mine.png"), "--engine", "openvc"))
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(UserError, match="expected to write a PNG there"):
        write_sheet(small_moment(), tmp_path / "folder.png")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]
