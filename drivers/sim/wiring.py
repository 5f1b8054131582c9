"""Where the simulated hands' edges go: to pins, to the contacts of the four-encoder board, or to potentiometers.

The same script moves each. What is not on pins has numbers of its own here, beyond any pin's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from drivers.readings import Knob, SoulPosition
from drivers.settings import KnobPins, KnobsSettings
from drivers.sim.script import GAP_S, TAP_S, Move

if TYPE_CHECKING:
    from drivers.sim.world import World

Put = Callable[[int, bool, int, bool], None]  # number, level, when, whether it is heard

_ENDS = ("a", "b", "push")
_BOARD, _WIPERS = 100, 200
_SOUL: tuple[SoulPosition, ...] = ("set", "proof", "off")  # as pushes of the fourth encoder step it


def wire(world: World, settings: KnobsSettings) -> tuple[KnobsSettings, Put]:
    """The settings by which edges are made, and who gets them."""
    if settings.name == "seesaw":
        board = world.seesaw
        record = _BOARD + 4 * 2 + 2

        def to_board(number: int, level: bool, t_ns: int, heard: bool) -> None:
            del t_ns, heard  # the board hears all by itself
            board.set_contact((number - _BOARD) // 4, _ENDS[(number - _BOARD) % 4], level)

        dodge, burn = (_contacts(_BOARD + 4 * n, pins) for n, pins in enumerate((settings.dodge, settings.burn)))
        return replace(settings, dodge=dodge, burn=burn, record=record), to_board
    if settings.name != "pots":
        return settings, world.pins.set_level
    knobs: tuple[Knob, ...] = ("dodge", "burn")
    pots = [world.pots[knob] for knob in knobs]
    made = [_contacts(_WIPERS + 4 * n, pins) for n, pins in enumerate((settings.dodge, settings.burn))]
    for pot, pins in zip(pots, made, strict=True):
        if pins.reverse and not pot.moved:
            pot.put(1.0)  # zero is at its other end

    def to_pots(number: int, level: bool, t_ns: int, heard: bool) -> None:
        if number >= _WIPERS:
            pots[(number - _WIPERS) // 4].set_contact(_ENDS[(number - _WIPERS) % 4], level)
        else:
            world.pins.set_level(number, level, t_ns, heard)

    dodge, burn = (
        replace(pins, push=real.push) for pins, real in zip(made, (settings.dodge, settings.burn), strict=True)
    )
    return replace(settings, dodge=dodge, burn=burn), to_pots


def by_pushes(moves: Iterable[Move], stands: SoulPosition) -> tuple[list[Move], list[Move], SoulPosition]:
    """The moves without the soul's, the soul's as pushes of the fourth encoder, as if that were the record, and where
    it ends up. stands: where it is now."""
    others: list[Move] = []
    pushes: list[Move] = []
    for move in moves:
        if move.actor != "soul":
            others.append(move)
            continue
        presses = (_SOUL.index(move.position) - _SOUL.index(stands)) % 3
        pushes += [
            Move(move.at_s + n * (TAP_S + GAP_S), "record", "press", seconds=TAP_S, slop=move.slop)
            for n in range(presses)
        ]
        stands = move.position
    return others, pushes, stands


def fourth_push(settings: KnobsSettings) -> KnobsSettings:
    """The same with the fourth encoder's push as the record button."""
    return replace(settings, record=_BOARD + 4 * 3 + 2)


def _contacts(first: int, pins: KnobPins) -> KnobPins:
    return KnobPins(first, first + 1, first + 2, pins.reverse)
