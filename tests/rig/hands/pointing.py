"""Hands of our own making for the tests of the gestures: minimum-jerk strokes on a knob, with human noise."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from drivers.readings import Knob, Turn

S = 1_000_000_000


def bell(detents: int, lasts_s: float, phase: float = 0.5) -> list[float]:
    """When a minimum-jerk move (Flash and Hogan 1985) passes its detents; phase: how far before the first it began."""
    times = []
    whole = detents - 1 + 2 * phase if detents > 1 else 1.0
    for number in range(detents):
        aim, low, high = min(1.0, (number + phase) / whole), 0.0, 1.0
        for _ in range(40):
            u = (low + high) / 2
            low, high = (u, high) if u**3 * (10 - 15 * u + 6 * u * u) < aim else (low, u)
        times.append(lasts_s * (low + high) / 2)
    return times


@dataclass
class Person:
    """tempo: how quick against others. noise: of times, 0.1 is 10 %. bounce: the share of detents that bounce."""

    random: Random
    tempo: float = 1.0
    noise: float = 0.1
    bounce: float = 0.05

    def stroke(self, start_s: float, detents: int, hz: float) -> list[tuple[float, int]]:
        """hz: the average tempo. Positive detents are +."""
        count, sign = abs(detents), 1 if detents > 0 else -1
        times = bell(count, count / (hz * self.tempo), self.random.uniform(0.2, 0.8))
        gaps = [b - a for a, b in zip([0.0, *times], times, strict=False)]
        t_s, steps = start_s, []
        for gap in gaps:
            t_s += gap * max(0.3, self.random.gauss(1.0, self.noise))
            steps.append((t_s, sign))
        return steps

    def turns(self, steps: list[tuple[float, int]], knob: Knob = "dodge") -> list[Turn]:
        turns = []
        for t_s, sign in steps:
            turns.append(Turn(round(t_s * S), knob, sign))
            if self.random.random() < self.bounce:
                turns.append(Turn(round((t_s + 0.001) * S), knob, -sign))
                turns.append(Turn(round((t_s + 0.002) * S), knob, sign))
        return turns


def someone(seed: int) -> Person:
    random = Random(seed)
    return Person(random, tempo=random.uniform(0.75, 1.3), bounce=random.choice((0.0, 0.05)))


def play(kind: str, person: Person) -> tuple[list[Turn], int | None]:
    """One burst of that kind, and when it is looked at."""
    r, way = person.random, person.random.choice((1, -1))
    at = r.uniform(1.0, 3.0)
    now: float | None = None
    if kind == "nudge":
        steps = person.stroke(at, way * r.randint(1, 3), r.uniform(5, 12))
    elif kind == "sweep":
        steps = person.stroke(at, way * r.randint(5, 22), r.uniform(8, 18))
        if r.random() < 0.2:  # a last correction
            steps += [(steps[-1][0] + r.uniform(0.15, 0.3), way * r.choice((1, -1)))]
    elif kind == "hesitate":
        steps = person.stroke(at, way * r.randint(3, 12), r.uniform(8, 18))
        if r.random() < 0.5:  # stopped in the midst of it
            steps = steps[: max(3, len(steps) * 2 // 3)]
        again = steps[-1][0] + r.uniform(0.2, 1.2)
        steps += person.stroke(again, way * r.randint(3, 10), r.uniform(8, 18))
        if r.random() < 0.4:  # one bell with a pause put into it
            steps = person.stroke(at, way * r.randint(7, 20), r.uniform(8, 18))
            cut, pause_s = r.randint(2, len(steps) - 2), r.uniform(0.2, 1.2)
            steps = steps[:cut] + [(t_s + pause_s, sign) for t_s, sign in steps[cut:]]
    elif kind == "linger":
        steps = person.stroke(at, way * r.randint(4, 14), r.uniform(8, 18))
        end = steps[-1][0]
        if r.random() < 0.6:
            for _ in range(r.randint(1, 2)):
                end += r.uniform(1.3, 2.5)
                steps.append((end, r.choice((1, -1))))
        else:
            now = end + r.uniform(1.4, 4.0)
    elif kind == "reverse":
        first = r.randint(4, 12)
        steps = person.stroke(at, way * first, r.uniform(8, 18))
        steps += person.stroke(steps[-1][0] + r.uniform(0.03, 0.3), -way * r.randint(2, first), r.uniform(6, 14))
    elif kind == "flick":
        steps, t_s = [], at
        for _ in range(r.randint(1, 2)):
            for _ in range(r.randint(4, 8)):
                steps.append((t_s, way))
                t_s += r.uniform(0.015, 0.026)
            t_s += r.uniform(0.15, 0.45)
    else:
        steps, t_s = [], at + 2
        for _ in range(r.randint(3, 6)):
            steps.append((t_s, way))
            t_s += r.uniform(0.25, 0.8) * max(0.3, r.gauss(1.0, 0.1))
    return person.turns(steps), None if now is None else round(now * S)
