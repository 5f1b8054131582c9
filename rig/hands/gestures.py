"""What the hands did, gesture by gesture, and the way back: one gesture is one step of undo."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from drivers.readings import Knob
from rig.hands.state import HandState

Kind: TypeAlias = Literal["turn", "tap", "hold", "walk", "zero", "keep", "place", "undo", "redo"]
MOST_STEPS = 500


@dataclass(frozen=True, slots=True)
class Gesture:
    """One gesture, complete. detents: the signed sum of a turn or a walk; aim: the knob's zone after it, None is whole
    picture, and of a place the zone it is on. knob is None where the gesture has none (place, undo, redo)."""

    t_ns: int
    end_ns: int
    kind: Kind
    knob: Knob | None = None
    detents: int = 0
    aim: float | None = None


@dataclass(slots=True, eq=False)
class Step:
    """A gesture as far as it went, and the values before and after of what it changed."""

    kind: Kind
    knob: Knob | None
    t_ns: int
    end_ns: int
    detents: int = 0
    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)

    def change(self, state: HandState, values: Mapping[str, object], t_ns: int) -> HandState:
        """Change some values of the state as a part of this step."""
        for name, value in values.items():
            self.before.setdefault(name, getattr(state, name))
            self.after[name] = value
        self.end_ns = t_ns
        return replace(state, **values)  # type: ignore[arg-type]

    @property
    def changed(self) -> bool:
        """False for a gesture that came to nothing: a turn against the end, there and back."""
        return self.before != self.after


class History:
    """The steps that can be taken back, and those that can be done again. The oldest are forgotten."""

    def __init__(self) -> None:
        self._done: deque[Step] = deque(maxlen=MOST_STEPS)
        self._undone: list[Step] = []

    def add(self, step: Step) -> None:
        """A new gesture: what was undone before it is gone."""
        self._done.append(step)
        self._undone.clear()

    def continues(self, knob: Knob, names: frozenset[str], since_ns: int) -> Step | None:
        """The turn of this knob that is still going on: its last detent is not before since_ns, and all that was done
        after it is the other hand's, and changed other values."""
        for step in reversed(self._done):
            if step.knob == knob:
                going_on = step.kind == "turn" and step.end_ns >= since_ns and step.before.keys() <= names
                return step if going_on else None
            if step.before.keys() & names:
                return None
        return None

    def take_back(self, step: Step, state: HandState) -> HandState:
        """Undo a step for good, because it turned out to be part of another gesture. Not where what it changed was
        changed again since."""
        for later in reversed(self._done):
            if later is step:
                self._done.remove(step)
                return replace(state, **step.before)  # type: ignore[arg-type]
            if later.before.keys() & step.before.keys():
                break
        return state

    @property
    def can_undo(self) -> bool:
        """Whether a step that changed something is there."""
        return any(step.changed for step in reversed(self._done))

    @property
    def can_redo(self) -> bool:
        """Whether something was undone since the last new step."""
        return bool(self._undone)

    def undo(self, state: HandState) -> HandState | None:
        """The state before the newest gesture that changed something; None when there is none."""
        while self._done:
            step = self._done.pop()
            if step.changed:
                self._undone.append(step)
                return replace(state, **step.before)  # type: ignore[arg-type]
        return None

    def redo(self, state: HandState) -> HandState | None:
        """The state after the gesture that was undone last; None when there is none."""
        if not self._undone:
            return None
        step = self._undone.pop()
        self._done.append(step)
        return replace(state, **step.after)  # type: ignore[arg-type]
