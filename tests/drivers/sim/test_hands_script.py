"""Knob scripts: what is understood, how every mistake is worded, and the edges that come of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest

from drivers.errors import BadInput
from drivers.settings import KnobsSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.hands import Move, edges_of, load_script, parse_script
from drivers.sim.scenario import Scenario
from drivers.sim.slop import Slop
from drivers.sim.world import World

ALL = """
# a whole afternoon
0.5 dodge +6
2.0 burn -2 at 20/s      # back again
3 dodge tap
4 dodge hold 0.5
5 dodge hold 0.6 +3
6 burn double-tap
7 both press 0.1
8 record press
9 soul proof
"""


def test_everything_that_a_hand_can_do() -> None:
    assert parse_script(ALL) == [
        Move(0.5, "dodge", "turn", 6, line=3),
        Move(2.0, "burn", "turn", -2, 20.0, line=4),
        Move(3.0, "dodge", "tap", line=5),
        Move(4.0, "dodge", "hold", seconds=0.5, line=6),
        Move(5.0, "dodge", "hold", 3, seconds=0.6, line=7),
        Move(6.0, "burn", "double-tap", line=8),
        Move(7.0, "both", "press", seconds=0.1, line=9),
        Move(8.0, "record", "press", seconds=0.1, line=10),
        Move(9.0, "soul", "soul", position="proof", line=11),
    ]


def test_the_order_of_the_lines_is_no_matter() -> None:
    assert [move.at_s for move in parse_script("3 dodge tap\n1 burn +2\n2 soul off")] == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "1 doge +6",
            'unknown knob "doge": expected dodge, burn, record, soul or both, did you mean "dodge"?',
        ),
        ("1 zoom +6", 'unknown knob "zoom": expected dodge, burn, record, soul or both'),
        ("soon dodge +6", 'expected a time in seconds, 0 to 86400, got "soon"'),
        ("-1 dodge +6", 'expected a time in seconds, 0 to 86400, got "-1"'),
        ("nan dodge +6", 'expected a time in seconds, 0 to 86400, got "nan"'),
        ("1 dodge", 'expected SECONDS KNOB ACTION, got "1 dodge"'),
        (
            "1 dodge 6",
            'unknown action "6" of dodge: expected +N, -N, tap, double-tap, hold or press, did you mean "+6"?',
        ),
        (
            "1 burn tip",
            'unknown action "tip" of burn: expected +N, -N, tap, double-tap, hold or press, did you mean "tap"?',
        ),
        ("1 dodge +0", "expected 1 to 1000 detents either way, got +0"),
        ("1 dodge -5000", "expected 1 to 1000 detents either way, got -5000"),
        ("1 dodge +6 at 500/s", 'expected at N/s, N 0.1 to 120 detents a second, got "at 500/s"'),
        ("1 dodge +6 fast", 'expected at N/s, N 0.1 to 120 detents a second, got "fast"'),
        ("1 dodge tap twice", 'expected nothing after tap, got "twice"'),
        ("1 dodge hold", "expected hold SECONDS, got hold alone: for example dodge hold 0.5"),
        ("1 dodge hold long", 'expected how long in seconds, 0.02 to 3600, got "long"'),
        ("1 dodge hold 1 3", 'expected detents after hold 1 (+3 or -3), got "3"'),
        ("1 dodge hold 0.3 +8", "expected a hold of at least 0.45 s for 8 detents at 20/s, got 0.3 s"),
        ("1 record tap", 'unknown action "tap" of record: expected press'),
        ("1 soul loud", 'unknown action "loud" of soul: expected off, set or proof'),
        ("1 soul prof", 'unknown action "prof" of soul: expected off, set or proof, did you mean "proof"?'),
        ("1 both press 0.1 now", 'expected nothing after press 0.1, got "now"'),
        ("1 dodge +1.3", 'unknown action "+1.3" of dodge: expected +N, -N, tap, double-tap, hold or press'),
        ("1 dodge +6 bounce", 'expected bounce and 0 to 5 ms, got ""'),
        ("1 dodge +6 bounce 20", 'expected bounce and 0 to 5 ms, got "20"'),
        ("1 dodge +6 bounce 1 bounce 2", 'expected pushed, bounce or unheard, each once, got "bounce"'),
        ("1 dodge +6 unheard", "expected unheard after a push, got it after turn"),
        ("1 dodge +6 pushed 0.2", 'expected pushed, when in seconds, and for how long (0.02 to 60), got ""'),
        ("1 dodge tap pushed 0.2 0.1", "expected pushed after a turn, got it after tap"),
        ("1 dodge tap bounce 2 hard", 'expected pushed, bounce or unheard, each once, got "hard"'),
    ],
)
def test_the_words_of_every_mistake(line: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_script(f"# one\n0.1 burn tap\n{line}\n", "script.txt")
    assert str(caught.value) == f"script.txt:3: {message}"


def test_all_mistakes_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        parse_script("1 doge +6\n2 burn +40 at 10/s\n3 burn tap\nx burn tap\n6.5 both press", "hands.txt")
    assert str(caught.value).splitlines() == [
        'hands.txt:1: unknown knob "doge": expected dodge, burn, record, soul or both, did you mean "dodge"?',
        "hands.txt:3: expected burn to be free, got a move at 3 s while line 2 moves it until 6 s",
        'hands.txt:4: expected a time in seconds, 0 to 86400, got "x"',
    ]


def test_script_files(tmp_path: Path) -> None:
    script = tmp_path / "hands.txt"
    script.write_text("1 dodge tap\n")
    assert load_script(script) == [Move(1.0, "dodge", "tap", line=1)]
    with pytest.raises(BadInput) as caught:
        load_script(tmp_path / "hand.txt")
    assert str(caught.value) == (
        f'{tmp_path / "hand.txt"}: expected a knob script, got no such file, did you mean "{script}"?'
    )
    with pytest.raises(BadInput, match=r"got: Is a directory$"):
        load_script(tmp_path)
    (tmp_path / "clip.mp4").write_bytes(b"\x00\x01\xff\xfe")
    with pytest.raises(BadInput, match=r"expected a knob script \(text in UTF-8\), got something else$"):
        load_script(tmp_path / "clip.mp4")


@pytest.mark.parametrize("hands", ["0.1 dodge +2", "# two\n0.1 dodge +2\n", "FILE"])
def test_a_scenario_names_a_file_or_is_the_script_itself(hands: str, tmp_path: Path) -> None:
    script = tmp_path / "my hands.txt"
    script.write_text("0.1 dodge +2")
    clock = SimulatedClock()
    world = World(clock, Scenario(hands=str(script) if hands == "FILE" else hands))
    assert world.hands.done
    world.hands.start()
    assert not world.hands.done
    clock.sleep_until_ns(clock.now_ns() + 10**9)
    assert world.hands.done


def test_no_hands_and_wrong_hands() -> None:
    clock = SimulatedClock()
    World(clock).hands.start()
    with pytest.raises(BadInput, match=r"^hands:1: unknown knob"):
        World(clock, Scenario(hands="1 zoom +1")).hands.start()
    with pytest.raises(BadInput, match=r"^nowhere\.txt: expected a knob script, got no such file"):
        World(clock, Scenario(hands="nowhere.txt")).hands.start()


def test_edges_are_the_same_twice_and_bounce_never_outlasts_the_next_edge() -> None:
    moves = parse_script("0 dodge +50 at 100/s\n1 dodge tap\n1 burn -3")
    settings = KnobsSettings()
    edges = edges_of(moves, settings, 0, 5.0, seed=3)
    assert edges == edges_of(moves, settings, 0, 5.0, seed=3)
    assert edges != edges_of(moves, settings, 0, 5.0, seed=4)
    assert len(edges) > 2 * len(edges_of(moves, settings, 0, 0.0))
    turning = [edge for edge in edges if edge.pin in (settings.dodge.a, settings.dodge.b)]
    changes = [after for before, after in pairwise(turning) if after.pin != before.pin]
    assert len(changes) == 4 * 50 - 1  # one pin is quiet before the other moves
    assert all(before.t_ns <= after.t_ns for before, after in pairwise(edges))
    for pin in {edge.pin for edge in edges}:
        levels = [edge.level for edge in edges if edge.pin == pin]
        assert all(before != after for before, after in pairwise([True, *levels]))
        assert levels[-1]  # every knob ends at rest, every button up


def test_stop_lets_go() -> None:
    clock = SimulatedClock()
    world = World(clock, Scenario(hands="0.5 dodge +10"))
    world.hands.start()
    world.hands.stop()
    world.hands.stop()
    moved: list[int] = []
    pin = world.pins.pin(17)
    watch = lambda tick, level: moved.append(level)  # noqa: E731 - gpiozero keeps a weak reference: it must have a name
    pin.when_changed = watch
    clock.sleep_until_ns(clock.now_ns() + 2 * 10**9)
    assert moved == []
    assert world.hands.done


def test_a_sloppy_hand() -> None:
    turn, tap = parse_script("1 dodge +2.5 at 40/s pushed 0.1 0.2 bounce 2\n3 burn tap unheard")
    assert (turn.detents, turn.rate, turn.slop) == (2.5, 40.0, Slop(2.0, False, 0.1, 0.2))
    assert turn.end_s == pytest.approx(1.3), "its push lasts longer than its turn"
    assert tap.slop == Slop(unheard=True)
    settings = KnobsSettings()
    edges = edges_of([turn, tap], settings, 0, 0.0)
    assert edges_of([turn, tap], settings, 0, 0.0) != edges_of([replace(turn, slop=Slop()), tap], settings, 0, 0.0)
    burn = [(edge.t_ns, edge.level, edge.heard) for edge in edges if edge.pin == settings.burn.push]
    assert burn == [(3 * 10**9, False, True), (3 * 10**9 + 80_000_000, True, False)]
    dodge = [edge for edge in edges if edge.pin == settings.dodge.push]
    assert (dodge[0].t_ns, dodge[0].level) == (1_100_000_000, False)
    assert 1_300_000_000 <= dodge[-1].t_ns <= 1_302_000_000
    assert dodge[-1].level


@pytest.mark.parametrize("size", [1, 2, 4])
def test_halves_add_up_to_whole_detents_whatever_the_knob(size: Literal[1, 2, 4]) -> None:
    settings = replace(KnobsSettings(), dodge=replace(KnobsSettings().dodge, edges_a_detent=size))
    for script, count in (
        ("0 dodge +0.5\n1 dodge +0.5", size),
        ("0 dodge +0.5\n1 dodge -0.5", size // 2 * 2),
        ("0 dodge -1.5\n1 dodge -0.5", 2 * size),
    ):
        edges = edges_of(parse_script(script), settings, 0, 0.0)
        assert len(edges) == count, script


def test_an_edge_that_nobody_hears_moves_the_pin_all_the_same() -> None:
    clock = SimulatedClock()
    world = World(clock, Scenario(hands="0 burn tap unheard\n"))
    pin = world.pins.pin(KnobsSettings().burn.push)
    heard: list[int] = []

    def listen(tick: float, level: int) -> None:
        heard.append(level)

    pin.when_changed = listen
    world.hands.start()
    clock.sleep_until_ns(clock.now_ns() + 10**9)
    assert heard[-1] == 0, "the press, and its bounce"
    assert pin.state
