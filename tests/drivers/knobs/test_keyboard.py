"""Keys on a real pseudo terminal."""

from __future__ import annotations

import os
import pty
import termios
from collections.abc import Iterator

import pytest

from drivers.errors import DeviceLost
from drivers.knobs.keyboard import ESCAPE_NS, KeyboardKnobs
from drivers.names import Bench, make_knobs
from drivers.readings import HandReading, Placing, Press, Soul, Turn
from drivers.settings import KnobsSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.world import World


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """(the hand's end, the program's end)."""
    hand, program = pty.openpty()
    yield hand, program
    os.close(hand)
    os.close(program)


def typed(knobs: KeyboardKnobs, hand: int, keys: bytes, t_ns: int) -> list[HandReading]:
    os.write(hand, keys)
    return list(knobs.step(t_ns))


def test_every_key(terminal: tuple[int, int]) -> None:
    hand, program = terminal
    others: list[tuple[str, int]] = []
    knobs = KeyboardKnobs(SimulatedClock(), program, lambda key, t_ns: others.append((key, t_ns)))
    knobs.open()
    assert typed(knobs, hand, b"kjlh", 1) == [
        Turn(1, "dodge", 1),
        Turn(1, "dodge", -1),
        Turn(1, "burn", 1),
        Turn(1, "burn", -1),
    ]
    assert typed(knobs, hand, b"\x1b[A\x1b[B\x1b[C\x1b[D\x1bOA", 2) == [
        Turn(2, "dodge", 1),
        Turn(2, "dodge", -1),
        Turn(2, "burn", 1),
        Turn(2, "burn", -1),
        Turn(2, "dodge", 1),
    ]
    assert typed(knobs, hand, b"dr", 3) == [
        Press(3, "dodge", True),
        Press(3, "dodge", False),
        Press(3, "record", True),
        Press(3, "record", False),
    ]
    assert [(press.control, press.down) for press in typed(knobs, hand, b"u", 4) if isinstance(press, Press)] == [
        ("dodge", True),
        ("burn", True),
        ("dodge", False),
        ("burn", False),
    ]
    assert typed(knobs, hand, b"B", 5) == [Press(5, "burn", True)]
    assert typed(knobs, hand, b"B", 6) == [Press(6, "burn", False)]
    assert typed(knobs, hand, b"ssss", 7) == [Soul(7, position) for position in ("proof", "off", "set", "proof")]
    assert typed(knobs, hand, b"ep", 8) == [Press(8, "keep", True), Press(8, "keep", False), Placing(8, 5.0)]
    assert typed(knobs, hand, b" x", 8) == []
    assert others == [(" ", 8), ("x", 8)]
    knobs.close()


def test_an_arrow_torn_apart(terminal: tuple[int, int]) -> None:
    hand, program = terminal
    knobs = KeyboardKnobs(SimulatedClock(), program)
    knobs.open()
    assert typed(knobs, hand, b"\x1b", 10) == []
    assert typed(knobs, hand, b"[A", 20) == [Turn(20, "dodge", 1)]
    assert typed(knobs, hand, b"\x1b", 30) == []
    assert knobs.step(30 + ESCAPE_NS) == []  # the escape key alone
    assert typed(knobs, hand, b"k", 31 + ESCAPE_NS) == [Turn(31 + ESCAPE_NS, "dodge", 1)]
    knobs.close()


def test_the_terminal_is_as_it_was(terminal: tuple[int, int]) -> None:
    _, program = terminal
    before = termios.tcgetattr(program)
    knobs = KeyboardKnobs(SimulatedClock(), program)
    knobs.open()
    assert not termios.tcgetattr(program)[3] & (termios.ICANON | termios.ECHO)
    assert termios.tcgetattr(program)[3] & termios.ISIG  # Ctrl-C still ends the program
    knobs.close()
    knobs.close()
    assert termios.tcgetattr(program) == before


@pytest.mark.parametrize("knob", [b"", b"D"])
def test_a_terminal_that_hung_up_is_lost_in_words_once(knob: bytes) -> None:
    hand, program = pty.openpty()
    knobs = KeyboardKnobs(SimulatedClock(), program)
    knobs.open()
    if knob:
        typed(knobs, hand, knob, 1)
    os.close(hand)
    try:
        with pytest.raises(DeviceLost) as caught:
            knobs.step(2)
        said = str(caught.value)
        assert said.startswith("knobs on the keyboard: expected keys of a terminal, got ")
        assert said.endswith(": was it closed, or did ssh drop?")
        assert knobs.step(3) == []
        knobs.close()
        knobs.open()  # no terminal any more
        assert knobs.step(4) == []
    finally:
        os.close(program)


def test_closing_on_a_terminal_that_hung_up_is_harmless() -> None:
    hand, program = pty.openpty()
    knobs = KeyboardKnobs(SimulatedClock(), program)
    knobs.open()
    os.close(hand)
    knobs.close()
    assert knobs.step(1) == []
    os.close(program)


def test_no_terminal_is_harmless(tmp_path: os.PathLike[str]) -> None:
    reader, writer = os.pipe()
    try:
        knobs = KeyboardKnobs(SimulatedClock(), reader)
        knobs.open()
        os.write(writer, b"kkk")
        assert knobs.step(1) == []
        knobs.close()
        assert os.read(reader, 10) == b"kkk"  # a pipe is somebody else's
    finally:
        os.close(reader)
        os.close(writer)


def test_by_name() -> None:
    clock = SimulatedClock()
    knobs = make_knobs(KnobsSettings(name="keyboard"), Bench(clock, lambda: World(clock)))
    assert knobs.name == "knobs on the keyboard"
