"""How much the sensor's exposure has moved since zones were named: it is taken out of every zone reading."""

from __future__ import annotations

from math import exp, log2

from drivers.readings import Frame

LEAK_S = 5.0
LONGEST_GAP_S = 1.0


class LightMeter:
    """Owns the exposure that zones are told against.

    While a zone is named by hand, or a take runs, that exposure is held: what was aimed at stays what it was. Else it
    follows the camera's with a time constant of 5 s, so that unaimed III and VIII are those of the light that is.
    """

    def __init__(self, known_ev: float | None = None) -> None:
        """known_ev: the light_ev of the first frame, where that is known."""
        self._known_ev = known_ev
        self._reference: float | None = None
        self._t_ns = 0

    def read(self, frame: Frame, held: bool) -> float:
        """light_ev of this frame: stops more light on the sensor than the zones' own; 0 where the camera tells nothing.
        Frames in order of time."""
        elapsed_s = min(max(0, frame.t_ns - self._t_ns) / 1e9, LONGEST_GAP_S)
        self._t_ns = frame.t_ns
        if not frame.exposure_ns or not frame.gain or frame.exposure_ns < 0 or frame.gain < 0.0:
            return 0.0
        light = log2(frame.exposure_ns * frame.gain)
        if self._reference is None:
            self._reference, self._known_ev = light - (self._known_ev or 0.0), None
        elif not held:
            self._reference += (light - self._reference) * (1.0 - exp(-elapsed_s / LEAK_S))
        return light - self._reference
