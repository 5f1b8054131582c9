"""The door the page's hands come in by: JSON, checked strictly, becomes turns and presses of PageKnobs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Protocol, TypeAlias

import msgspec
from msgspec import Meta, Struct

from drivers.readings import Control, Knob, SoulPosition

MOST_BYTES = 8192
MOST_AGE_MS = 500.0
PAGE_ID = re.compile(r"[a-z0-9]{8,32}")
KINDS = "turn, press, soul, tap, undo, redo, lock, keep or place"

# How long before the message was sent it happened on the page: so a press queued behind another keeps its length.
Age = Annotated[float, Meta(ge=0, le=60_000)]


class HandsInput(Protocol):
    """What takes the page's knobs: drivers.knobs.page.PageKnobs. Called on the server's thread."""

    def turn(self, knob: Knob, detents: int, t_ns: int) -> None:
        """Detents of one knob, + is clockwise."""

    def press(self, control: Control, down: bool, t_ns: int) -> None:
        """A push button went down or up."""

    def soul(self, position: SoulPosition, t_ns: int) -> None:
        """The soul switch moved."""


class Actions(Protocol):
    """What only the page can ask for. Called on the server's thread: hand it on to the frame loop, do nothing here."""

    def undo(self) -> None:
        """Take one gesture back."""

    def redo(self) -> None:
        """Do the gesture again that was taken back."""

    def lock(self, on: bool) -> None:
        """Hold the hands' settings, or let go of them."""

    def keep(self) -> None:
        """Keep the live stroke of the knob used last."""

    def place(self, zone: float) -> None:
        """Place what lies under the centre spot on a zone, 0 to 10."""


class _Turn(Struct, tag_field="kind", tag="turn", forbid_unknown_fields=True, frozen=True):
    knob: Knob
    detents: Annotated[int, Meta(ge=-48, le=48)]
    age_ms: Age = 0.0


class _Press(Struct, tag_field="kind", tag="press", forbid_unknown_fields=True, frozen=True):
    control: Control
    down: bool
    age_ms: Age = 0.0


class _Soul(Struct, tag_field="kind", tag="soul", forbid_unknown_fields=True, frozen=True):
    position: SoulPosition
    age_ms: Age = 0.0


class _Tap(Struct, tag_field="kind", tag="tap", forbid_unknown_fields=True, frozen=True):
    age_ms: Age = 0.0


class _Undo(Struct, tag_field="kind", tag="undo", forbid_unknown_fields=True, frozen=True):
    age_ms: Age = 0.0


class _Redo(Struct, tag_field="kind", tag="redo", forbid_unknown_fields=True, frozen=True):
    age_ms: Age = 0.0


class _Lock(Struct, tag_field="kind", tag="lock", forbid_unknown_fields=True, frozen=True):
    on: bool
    age_ms: Age = 0.0


class _Keep(Struct, tag_field="kind", tag="keep", forbid_unknown_fields=True, frozen=True):
    age_ms: Age = 0.0


class _Place(Struct, tag_field="kind", tag="place", forbid_unknown_fields=True, frozen=True):
    zone: Annotated[float, Meta(ge=0, le=10)]
    age_ms: Age = 0.0


_Event: TypeAlias = _Turn | _Press | _Soul | _Tap | _Undo | _Redo | _Lock | _Keep | _Place


class BadHands(ValueError):
    """A message that is not what the door takes: one line, answered with status 400."""


def page_id(given: str | None) -> str:
    """The name a page gave itself, at random; "" where it gave none. Raises BadHands."""
    if given and not PAGE_ID.fullmatch(given):
        raise BadHands(f"hands: expected a page id of 8 to 32 of a-z and 0-9, got {given[:40]!r}")
    return given or ""


class Door:
    """Checks a message whole before any of it acts; gives each event its time; lets go of what a lost page held.

    A control is down while at least one page holds it, so a page may say again what it holds and what it does not.
    """

    def __init__(self, hands: HandsInput, tap: Callable[[int], None] | None, actions: Actions | None) -> None:
        self._hands, self._tap, self._actions = hands, tap, actions
        self._newest_ns = 0
        self._held: dict[Control, set[str]] = {}
        self._one = msgspec.json.Decoder(_Event)
        self._several = msgspec.json.Decoder(Annotated[list[_Event], Meta(min_length=1, max_length=64)])

    @property
    def takes_taps(self) -> bool:
        """True where a tapped beat goes somewhere."""
        return self._tap is not None

    def take(self, body: bytes, now_ns: int, page: str = "") -> int:
        """Let one event (an object) or several in order (a list of up to 64) in; gives how many. Raises BadHands."""
        events = self._read(body)
        for event in events:
            self._check(event)
        late_ms = _late_ms(events)
        for event in events:
            # The age is the page's own word: it may not turn the order round.
            t_ns = max(now_ns - round((event.age_ms - late_ms) * 1e6), self._newest_ns)
            self._newest_ns = min(t_ns, now_ns)
            self._act(event, t_ns, page)
        return len(events)

    def let_go(self, now_ns: int, page: str | None = None) -> None:
        """Release what a page that is gone still holds, as its finger is gone too; None is every page."""
        for control, holders in self._held.items():
            for holder in [holder for holder in holders if page is None or holder == page]:
                self._press(control, False, max(now_ns, self._newest_ns), holder)

    def _read(self, body: bytes) -> list[_Event]:
        try:
            return self._several.decode(body) if body.lstrip()[:1] == b"[" else [self._one.decode(body)]
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            reason = " ".join(str(error).split())
            raise BadHands(f"hands: expected one event, or a list of up to 64, of kind {KINDS}: {reason}") from None

    def _check(self, event: _Event) -> None:
        if isinstance(event, _Turn) and event.detents == 0:
            raise BadHands("hands: expected detents -48 to 48 without 0, got 0")
        if isinstance(event, _Tap) and self._tap is None:
            raise BadHands("hands: expected no tap: this rig reads the pulse from a sensor (--pulse taps takes taps)")
        if isinstance(event, _Undo | _Redo | _Lock | _Keep | _Place) and self._actions is None:
            raise BadHands("hands: expected no undo, redo, lock, keep or place: this finder only shows")

    def _press(self, control: Control, down: bool, t_ns: int, page: str) -> None:
        holders = self._held.setdefault(control, set())
        before = bool(holders)
        if down:
            holders.add(page)
        else:
            holders.discard(page)
        if bool(holders) != before:
            self._hands.press(control, down, t_ns)

    def _act(self, event: _Event, t_ns: int, page: str) -> None:
        match event:
            case _Turn(knob=knob, detents=detents):
                self._hands.turn(knob, detents, t_ns)
            case _Press(control=control, down=down):
                self._press(control, down, t_ns, page)
            case _Soul(position=position):
                self._hands.soul(position, t_ns)
            case _Tap() if self._tap is not None:
                self._tap(t_ns)
            case _Undo() if self._actions is not None:
                self._actions.undo()
            case _Redo() if self._actions is not None:
                self._actions.redo()
            case _Lock(on=on) if self._actions is not None:
                self._actions.lock(on)
            case _Keep() if self._actions is not None:
                self._actions.keep()
            case _Place(zone=zone) if self._actions is not None:
                self._actions.place(zone)


def _late_ms(events: Sequence[_Event]) -> float:
    """By how much a batch that comes late is moved, all of it alike: what was held long stays long, a tap a tap."""
    return max(0.0, min(event.age_ms for event in events) - MOST_AGE_MS)
