"""Our live beat finder as a plugin of the shared pulse bench, beside NeuroKit2, HeartPy and BioSPPy.

From the project's root: python ../shared/bench/pulse_bench.py --plugin benchmarks.pulse_plugin:make
"""

from __future__ import annotations

import numpy as np

from drivers.readings import Motion, PulseSamples
from rig.body.reader import BodyReader

START_NS = 1_000_000_000


class Plugin:
    """One BodyReader, fed sample by sample."""

    def __init__(self) -> None:
        self._reader = BodyReader()
        self._now_ns = START_NS

    @property
    def heart_rate_bpm(self) -> float | None:
        """What the finder's page would show now."""
        return self._reader.read(self._now_ns).heart_rate_bpm

    def push(self, ir: int, red: int, t_s: float, acc: tuple[float, float, float] | None) -> list[float]:
        """One sample in, the beats (s) that it completes out. acc: in any unit, with gravity in it."""
        self._now_ns = START_NS + round(t_s * 1e9)
        t_ns = np.array([self._now_ns], np.int64)
        if acc is not None:
            accelerations = np.array([acc], np.float32)
            self._reader.add(Motion(t_ns, accelerations, np.zeros_like(accelerations)), self._now_ns)
        samples = PulseSamples(t_ns, np.array([ir], np.int32), np.array([red], np.int32))
        return [(beat.t_ns - START_NS) / 1e9 for beat in self._reader.add(samples, self._now_ns)]


def make(fs_hz: float) -> Plugin:
    """What pulse_bench.py calls once a recording; any rate will do."""
    del fs_hz
    return Plugin()
