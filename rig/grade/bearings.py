"""Bearings: what moved since a dodge or a burn was aimed: the sensor's exposure, and the places in the picture."""

from __future__ import annotations

from dataclasses import dataclass

from rig.grade.recipe import Place


@dataclass(frozen=True, slots=True)
class Bearings:
    """Of one frame. light_ev: stops more light on the sensor than when zones were named (longer exposure, more gain):
    it is taken out of the zone reading. places: (number, x, y) of every place that is followed, 0..1 of the picture."""

    light_ev: float = 0.0
    places: tuple[tuple[int, float, float], ...] = ()

    def centre(self, place: Place) -> tuple[float, float]:
        """Where the middle of a place is in this frame, 0..1 of width and height."""
        for number, x, y in self.places:
            if number == place.number and number:
                return x, y
        return place.x, place.y


AS_AIMED = Bearings()
