"""The last seconds of the inertial sensor, looked at a few times a second."""

from __future__ import annotations

import numpy as np

from drivers.readings import Motion
from rig.hands.ease import Ease, Leg
from rig.hands.lean import WINDOW_S, lean_of
from rig.hands.tremor import WINDOW_S as TREMOR_S
from rig.hands.tremor import tremor_of

_S = 1_000_000_000
# Five looks a second, as much as 0.3 s of gliding hides; more looks change nothing.
_LOOK_NS = 200_000_000
_GLIDE_S = 0.3
# A hole in the samples longer than this begins the window anew: half a period of the slowest tremor.
_HOLE_NS = 60_000_000
# Half of it is the longest window at 200 samples a second, quicker than any chip of the rig is set to.
_ROWS = 1600


class MotionWindow:
    """Feed it Motion; tremor and lean glide from look to look."""

    def __init__(self) -> None:
        self._t_ns = np.zeros(_ROWS, np.int64)
        self._pull = np.zeros((_ROWS, 3), np.float32)
        self._turning = np.zeros((_ROWS, 3), np.float32)
        self._rows = 0
        self._next_ns: int | None = None
        self._tremor = Ease()
        self._lean = Ease()
        self._tremor_known = False
        self.newest_ns: int | None = None

    def add(self, motion: Motion) -> None:
        """More samples; looked at where 0.2 s of them have come since the last look."""
        if not len(motion.t_ns):
            return
        first_ns, last_ns = int(motion.t_ns[0]), int(motion.t_ns[-1])
        if self.newest_ns is not None:
            if first_ns <= self.newest_ns:
                return
            if first_ns - self.newest_ns > _HOLE_NS or motion.lost_samples:
                self._rows = 0
        self.newest_ns = last_ns
        self._keep(motion)
        if self._next_ns is None:
            self._next_ns = first_ns + _LOOK_NS
        if last_ns >= self._next_ns:
            self._next_ns = last_ns + _LOOK_NS
            self._look(last_ns)

    def tremor(self, now_ns: int) -> float | None:
        """Tremor 0..1; None before the first window."""
        return self._tremor.at(now_ns) if self._tremor_known else None

    def lean(self, now_ns: int) -> float:
        """The body coming forward, 0..1."""
        return self._lean.at(now_ns)

    def _keep(self, motion: Motion) -> None:
        count = min(len(motion.t_ns), _ROWS // 2)
        if self._rows + count > _ROWS:
            left = _ROWS // 2
            for kept in (self._t_ns, self._pull, self._turning):
                kept[:left] = kept[self._rows - left : self._rows].copy()
            self._rows = left
        rows = slice(self._rows, self._rows + count)
        self._t_ns[rows] = motion.t_ns[-count:]
        self._pull[rows] = motion.acceleration_m_s2[-count:]
        self._turning[rows] = motion.rotation_rad_s[-count:]
        self._rows += count

    def _look(self, now_ns: int) -> None:
        since_ns = now_ns - round((WINDOW_S + 0.5) * _S)
        rows = slice(int(np.searchsorted(self._t_ns[: self._rows], since_ns)), self._rows)
        times = self._t_ns[rows]
        if len(times) < 3:
            return
        rate_hz = (len(times) - 1) * _S / float(times[-1] - times[0])
        tremor = tremor_of(self._pull[rows][-int(TREMOR_S * rate_hz) :], rate_hz)
        if tremor is not None:
            self._tremor_known = True
            self._tremor.plan(now_ns, (Leg(0.0, tremor, _GLIDE_S),))
        lean = lean_of(self._pull[rows], self._turning[rows], rate_hz)
        # A lean is held a while once it is there, and fades: what was meant by it goes on.
        self._lean.plan(now_ns, (Leg(0.0, lean or 0.0, _GLIDE_S if lean else 2.0),))
