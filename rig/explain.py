"""Why a print looks as it does: each parameter of one moment, taken apart into look, hands, light and routes.

The look of that frame is made again from what the take recorded (base, scenes, signals, routes); ``difference`` says
how far that is from the look that was recorded: nothing, where the take is whole.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.readings import Knob
from rig.errors import UserError
from rig.grade.look import Look, get, look_from_dict, look_to_dict, target, targets
from rig.modulation.bend import Trace
from rig.reprint import Made, MadeOf, recorded_looks
from rig.session.entries import FrameEntry, GestureEntry, LookChange, MovementEntry, PlacingEntry, TurnEntry
from rig.session.lut_file import with_kept_lut
from rig.session.reader import Take

SAME = 1e-6  # nobody could turn so little, and floats added in another order differ by less


@dataclass(frozen=True, slots=True)
class Parted:
    """One parameter, in its unit: where the look had it, and what hands, automatic light and routes added to that."""

    target: str
    unit: str
    look: float
    hands: float
    light: float
    routes: float
    printed: float


@dataclass(frozen=True, slots=True)
class Handled:
    """What a hand did last before the moment. at_s: of the take; kind: turn, tap, ... or how it was turned."""

    at_s: float
    kind: str
    knob: Knob | None
    detents: int
    zone: float | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """One moment of a take. parted: the parameters that are not at their defaults, in the look's own order.

    traces: what each route made of its signal. words: what is set and not turned (points, strokes, a LUT), and whose it
    is. difference: the largest of any parameter between the look made again and the recorded one.
    """

    at_s: float
    index: int
    look_name: str
    soul: float
    parted: tuple[Parted, ...]
    traces: tuple[Trace, ...]
    handled: tuple[Handled, ...]
    words: tuple[str, ...]
    difference: float
    newest_edge_s: float | None
    newest_beat_s: float | None


def explain(take: Take, at_s: float) -> Explanation:
    """The frame that was shown at that second of the take. UserError where it has none then."""
    made, shown = _at(take, at_s)
    entry, of, start_ns = made.entry, made.made_of, take.start.t_ns
    assert of is not None
    own = look_from_dict(with_kept_lut(take.start.look, take.path))
    difference = max((abs(get(made.look, name) - get(shown, name)) for name in targets()), default=0.0)
    if _set_values(made.look) != _set_values(shown):
        difference = float("inf")

    def seconds(t_ns: int | None) -> float | None:
        return None if t_ns is None else round((t_ns - start_ns) / 1e9, 3)

    return Explanation(
        at_s=(entry.t_ns - start_ns) / 1e9,
        index=entry.index,
        look_name=take.start.look_name,
        soul=entry.soul,
        parted=tuple(_parted(own, of, made.look)),
        traces=of.traces,
        handled=_handled(take, entry),
        words=_words(own, of.base),
        difference=difference,
        newest_edge_s=seconds(entry.newest_edge_ns),
        newest_beat_s=seconds(entry.newest_beat_ns),
    )


def _at(take: Take, at_s: float) -> tuple[Made, Look]:
    """The newest frame at that time, made again, and the look it was shown through."""
    frames = take.frames()
    if not frames:
        raise UserError(f"take {take.start.take_id}: expected a frame, got none (rig show says more)")
    length_s = (frames[-1].t_ns - take.start.t_ns) / 1e9
    if not 0.0 <= at_s <= length_s + 1.0 / take.start.rate_hz:
        raise UserError(f"--at: expected 0 to {length_s:.2f} s of take {take.start.take_id}, got {at_s:g}")
    at_ns = take.start.t_ns + round(at_s * 1e9)
    wanted = max((entry.index for entry in frames if entry.t_ns <= at_ns), default=frames[0].index)
    made = next(made for made in recorded_looks(take) if made.entry.index == wanted)
    change = max((c for c in take.entries(LookChange) if c.index <= wanted), key=lambda c: c.index, default=None)
    if change is None:
        raise UserError(
            f"take {take.start.take_id}: expected a look for frame {wanted}, got none: rig verify says more"
        )
    return made, look_from_dict(with_kept_lut(change.look, take.path))


def _parted(own: Look, of: MadeOf, printed: Look) -> list[Parted]:
    parted = []
    for name in targets():
        steps = [get(look, name) for look in (own, of.base, of.lit, printed)]
        if any(step != target(name).default for step in steps):
            look, base, lit, last = steps
            parted.append(Parted(name, target(name).unit, look, base - look, lit - base, last - lit, last))
    return parted


def _set_values(look: Look) -> dict[str, dict[str, object]]:
    """What is set and not turned."""
    turned = set(targets())
    tables = look_to_dict(look)
    return {
        operation: {name: value for name, value in table.items() if f"{operation}.{name}" not in turned}
        for operation, table in tables.items()
    }


def _words(own: Look, base: Look) -> tuple[str, ...]:
    before, after = _set_values(own), _set_values(base)
    said = []
    for operation, table in after.items():
        for name, value in table.items():
            if not value:
                continue
            whose = "look's" if before[operation].get(name) == value else "hands'"
            said.append(f"{operation}.{name}: {_briefly(value)}, the {whose}")
    return tuple(said)


def _briefly(value: object) -> str:
    if isinstance(value, list):
        return f"{len(value)} of them"
    if isinstance(value, dict):
        return ", ".join(f"{name} {each:.2f}" for name, each in value.items() if isinstance(each, float))
    return str(value)


def _handled(take: Take, entry: FrameEntry) -> tuple[Handled, ...]:
    """The last of each kind by each knob before the frame was decided, newest first."""
    last: dict[tuple[str, str | None], Handled] = {}
    start_ns, turns = take.start.t_ns, entry.seen.get("hands", 0)
    for each in take.entries(TurnEntry, GestureEntry, MovementEntry, PlacingEntry):
        if each.t_ns > entry.t_ns or (isinstance(each, TurnEntry | PlacingEntry) and each.number > turns):
            continue
        at_s = (each.t_ns - start_ns) / 1e9
        if isinstance(each, PlacingEntry):
            done = Handled(at_s, "place", None, 0, each.zone)
        elif isinstance(each, TurnEntry):
            before = last.get(("detents", each.knob))
            sum_ = each.detents + (before.detents if before else 0)
            done = Handled(at_s, "detents", each.knob, sum_, None)  # type: ignore[arg-type]  # read from a take
        else:
            done = Handled(at_s, each.kind, each.knob, each.detents, each.zone)  # type: ignore[arg-type]  # as above
        last[(done.kind, done.knob)] = done
    return tuple(sorted(last.values(), key=lambda each: -each.at_s))
