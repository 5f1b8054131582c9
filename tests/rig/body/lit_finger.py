"""A finger in some light under a BodyReader, and what the reader said of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from drivers.readings import PulseSamples
from drivers.sim.heart import Heart
from drivers.sim.scenario import HeartChange
from rig.body.meaning import Beat, Body
from rig.body.reader import BodyReader

START_NS = 5_000_000_000
Light = Callable[[float], float]


def ns(t_s: float) -> int:
    return START_NS + round(t_s * 1e9)


def samples(t_s: np.ndarray, ir: np.ndarray, swapped: bool = False) -> PulseSamples:
    counts = np.asarray(ir, np.int32)
    return PulseSamples(np.array([ns(t) for t in t_s], np.int64), counts, counts, swapped=swapped)


class Finger:
    """A BodyReader under some light, and every beat it found."""

    def __init__(self) -> None:
        self.reader = BodyReader()
        self.beats: list[Beat] = []
        self.bodies: list[tuple[float, Body]] = []

    def see(self, light: Light, begin_s: float, end_s: float, rate_hz: float = 100.0, chunk: int = 2) -> Finger:
        t = np.arange(np.ceil(begin_s * rate_hz), end_s * rate_hz) / rate_hz
        for i in range(0, len(t), chunk):
            part = t[i : i + chunk]
            self.beats += self.reader.add(samples(part, np.array([light(x) for x in part])), ns(part[-1]))
            self.bodies.append((float(part[-1]), self.reader.read(ns(part[-1]))))
        return self

    @property
    def body(self) -> Body:
        return self.bodies[-1][1]


def heart(*changes: tuple[float, float], seed: int = 7) -> tuple[Heart, Light]:
    it = Heart([HeartChange(*change) for change in changes], seed)
    return it, lambda t: float(it.counts(t)[1])
