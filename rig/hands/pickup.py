"""Potentiometers without a jump: one acts only from where it picks up what it sets.

A potentiometer stands where it was left; what it sets may have gone elsewhere meanwhile (an undo, a double tap, the
page). It moves nothing until it passes the value, and from then on they go together.
"""

from __future__ import annotations

from drivers.readings import Knob, Slide, Turn


class Pickup:
    """Makes Turns of Slides."""

    def __init__(self) -> None:
        self._at: dict[Knob, int] = {}  # where each stands, in detents of its whole way

    def turn(self, slide: Slide, most: int, stands: int | None) -> Turn | None:
        """What the slide turns; None where it moves nothing. The first one says only where it stands.

        most: detents of its whole way. stands: where the value stands that it sets, 0 to most; None: it sets something
        that has no place on its way (an aim, the base exposure), and turns it by as much as it is moved itself.
        """
        before, at = self._at.get(slide.knob), round(slide.position * most)
        self._at[slide.knob] = at
        if before is None:
            return None
        if stands is None:
            stands = before
        elif not min(before, at) <= stands <= max(before, at):
            return None
        return Turn(slide.t_ns, slide.knob, at - stands) if at != stands else None
