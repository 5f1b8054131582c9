"""Knob scripts: what the photographer's hands do, one line a move, `SECONDS KNOB ACTION`.

0.5 dodge +6             six detents clockwise, 20 a second
2.0 burn -2 at 40/s      two back, 40 a second
3.0 dodge tap
4.0 burn double-tap
5.0 dodge hold 0.5       down for half a second
6.0 dodge hold 0.6 +3    and turned while it is held
7.0 both press 0.1       both knobs down together
8.0 record press
9.0 soul proof           off, set or proof
10 dodge +0.5            half a detent: left between two clicks
How a hand is sloppy ends a line: drivers/sim/slop.py.
Everything after a # is a comment.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, cast

from drivers.errors import BadInput
from drivers.readings import SoulPosition
from drivers.sim.slop import CLEAN, Slop, take_slop

Actor = Literal["dodge", "burn", "both", "record", "soul"]
Action = Literal["turn", "tap", "double-tap", "hold", "press", "soul"]

ACTORS = ("dodge", "burn", "record", "soul", "both")
ACTIONS: dict[str, tuple[str, ...]] = {
    "dodge": ("tap", "double-tap", "hold", "press"),
    "burn": ("tap", "double-tap", "hold", "press"),
    "both": ("press",),
    "record": ("press",),
    "soul": ("off", "set", "proof"),
}
RATE = 20.0  # detents a second where none is given: an unhurried hand
RATES = (0.1, 120.0)
TAP_S = 0.08
GAP_S = 0.12  # between the two of a double tap
MARGIN_S = 0.05  # between the last detent of a held turn and the release
MOST_DETENTS = 1000
MOST_SECONDS = 24 * 3600.0

_TURN = re.compile(r"[+-]\d+(\.5|\.0)?")
_RATE = re.compile(r"(\d+(?:\.\d+)?)/s")


@dataclass(frozen=True, slots=True)
class Move:
    """One line of a script. at_s: from the start of the hands; detents: + clockwise, whole or halves; rate: detents
    a second; seconds: how long it is held down; line: where it stands in the script; slop: how sloppily it is done."""

    at_s: float
    actor: Actor
    action: Action
    detents: float = 0
    rate: float = RATE
    seconds: float = 0.0
    position: SoulPosition = "set"
    line: int = 0
    slop: Slop = CLEAN

    @property
    def turning_s(self) -> float:
        """How long it turns."""
        return abs(self.detents) / self.rate

    @property
    def end_s(self) -> float:
        """When the hand is free again."""
        lasting = {
            "turn": max(self.turning_s, self.slop.until_s),
            "tap": TAP_S,
            "double-tap": 2 * TAP_S + GAP_S,
            "soul": 0.0,
        }
        return self.at_s + lasting.get(self.action, self.seconds)


class _Mistake(Exception):
    """What is wrong with one line, without the place."""


def parse_script(text: str, where: str = "script") -> list[Move]:
    """The moves, in order of time. BadInput tells all mistakes at once, one a line: `where:3: expected ...`."""
    moves: list[Move] = []
    mistakes: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#", 1)[0].split()
        if words:
            try:
                moves.append(_sloppy(words, number))
            except _Mistake as mistake:
                mistakes.append((number, str(mistake)))
    moves.sort(key=lambda move: move.at_s)
    mistakes += _collisions(moves)
    if mistakes:
        raise BadInput("\n".join(f"{where}:{number}: {message}" for number, message in sorted(mistakes)))
    return moves


def load_script(path: str | Path) -> list[Move]:
    """The moves of a script file; BadInput when there is no such file or it is no script."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        near = get_close_matches(path.name, _names_beside(path), 1)
        hint = f', did you mean "{path.with_name(near[0])}"?' if near else ""
        raise BadInput(f"{path}: expected a knob script, got no such file{hint}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: expected a knob script (text in UTF-8), got something else") from error
    except OSError as error:
        raise BadInput(f"{path}: expected a knob script that can be read, got: {error.strerror}") from error
    return parse_script(text, str(path))


def read_hands(hands: str) -> list[Move]:
    """The moves of a scenario's ``hands``: the script itself (several lines, or it starts with a time), or its file."""
    first = hands.split(maxsplit=1)[:1]
    if "\n" in hands.strip() or (first and re.fullmatch(r"\d+(\.\d+)?", first[0]) and hands.strip() != first[0]):
        return parse_script(hands, "hands")
    return load_script(hands) if hands.strip() else []


def _names_beside(path: Path) -> list[str]:
    return [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []


def _sloppy(words: list[str], number: int) -> Move:
    try:
        words, slop = take_slop(words)
    except ValueError as error:
        raise _Mistake(str(error)) from None
    move = _move(words, number)
    if slop.pushed_s and move.action != "turn":
        raise _Mistake(f"expected pushed after a turn, got it after {move.action}")
    if slop.unheard and move.action in ("turn", "soul") and not slop.pushed_s:
        raise _Mistake(f"expected unheard after a push, got it after {move.action}")
    return replace(move, slop=slop)


def _move(words: list[str], number: int) -> Move:
    if len(words) < 3:
        raise _Mistake(f'expected SECONDS KNOB ACTION, got "{" ".join(words)}"')
    at_s = _seconds(words[0], "a time in seconds", 0.0, MOST_SECONDS)
    actor, rest = words[1], words[2:]
    if actor not in ACTORS:
        raise _Mistake(
            f'unknown knob "{actor}": expected dodge, burn, record, soul or both{_did_you_mean(actor, ACTORS)}'
        )
    who = cast(Actor, actor)
    if _TURN.fullmatch(rest[0]) and who in ("dodge", "burn"):
        rate = _rate(rest[1:])
        return Move(at_s, who, "turn", _detents(rest[0]), rate, line=number)
    if rest[0] not in ACTIONS[who]:
        raise _Mistake(_unknown_action(who, rest[0]))
    if who == "soul":
        _nothing_after(rest, 1)
        return Move(at_s, who, "soul", position=cast(SoulPosition, rest[0]), line=number)
    action = cast(Action, rest[0])
    if action in ("tap", "double-tap"):
        _nothing_after(rest, 1)
        return Move(at_s, who, action, line=number)
    if action == "press":
        _nothing_after(rest, 2)
        seconds = _seconds(rest[1], "how long in seconds", 0.02, 3600.0) if len(rest) > 1 else 0.1
        return Move(at_s, who, action, seconds=seconds, line=number)
    return _hold(at_s, who, rest, number)


def _hold(at_s: float, who: Actor, rest: list[str], number: int) -> Move:
    if len(rest) < 2:
        raise _Mistake(f"expected hold SECONDS, got hold alone: for example {who} hold 0.5")
    seconds = _seconds(rest[1], "how long in seconds", 0.02, 3600.0)
    if len(rest) == 2:
        return Move(at_s, who, "hold", seconds=seconds, line=number)
    if not _TURN.fullmatch(rest[2]):
        raise _Mistake(f'expected detents after hold {rest[1]} (+3 or -3), got "{rest[2]}"')
    move = Move(at_s, who, "hold", _detents(rest[2]), _rate(rest[3:]), seconds, line=number)
    if move.turning_s + MARGIN_S > seconds:
        raise _Mistake(
            f"expected a hold of at least {move.turning_s + MARGIN_S:g} s for {abs(move.detents):g} detents at "
            f"{move.rate:g}/s, got {seconds:g} s"
        )
    return move


def _seconds(word: str, what: str, least: float, most: float) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise _Mistake(f'expected {what}, {least:g} to {most:g}, got "{word}"')
    return value


def _detents(word: str) -> float:
    value = float(word)
    if not 0.5 <= abs(value) <= MOST_DETENTS:
        raise _Mistake(f"expected 1 to {MOST_DETENTS} detents either way, got {word}")
    return value


def _rate(words: list[str]) -> float:
    if not words:
        return RATE
    found = _RATE.fullmatch(words[1]) if len(words) == 2 and words[0] == "at" else None
    if found is None or not RATES[0] <= float(found[1]) <= RATES[1]:
        raise _Mistake(f'expected at N/s, N {RATES[0]:g} to {RATES[1]:g} detents a second, got "{" ".join(words)}"')
    return float(found[1])


def _nothing_after(words: list[str], most: int) -> None:
    if len(words) > most:
        raise _Mistake(f'expected nothing after {" ".join(words[:most])}, got "{" ".join(words[most:])}"')


def _unknown_action(who: Actor, word: str) -> str:
    turns = ["+N", "-N"] if who in ("dodge", "burn") else []
    choices = [*turns, *ACTIONS[who]]
    listed = choices[0] if len(choices) == 1 else ", ".join(choices[:-1]) + f" or {choices[-1]}"
    hint = f', did you mean "+{word}"?' if turns and word.isdigit() else _did_you_mean(word, ACTIONS[who])
    return f'unknown action "{word}" of {who}: expected {listed}{hint}'


def _did_you_mean(word: str, choices: Iterable[str]) -> str:
    near = get_close_matches(word.lower(), list(choices), 1, 0.5)
    return f', did you mean "{near[0]}"?' if near else ""


def _collisions(moves: list[Move]) -> list[tuple[int, str]]:
    """A knob does one thing at a time: moves that begin before the one before them on that knob has ended."""
    mistakes: list[tuple[int, str]] = []
    busy: dict[str, Move] = {}
    for move in moves:
        for knob in ("dodge", "burn") if move.actor == "both" else (move.actor,):
            before = busy.get(knob)
            if before is not None and move.at_s < before.end_s - 1e-9:
                mistakes.append(
                    (
                        move.line,
                        f"expected {knob} to be free, got a move at {move.at_s:g} s while line {before.line} "
                        f"moves it until {before.end_s:g} s",
                    )
                )
            if before is None or move.end_s > before.end_s:
                busy[knob] = move
    return mistakes
