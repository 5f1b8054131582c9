"""Knobs turned fast, on the real gpiozero and lgpio: the detents that are lost, and those that are told backwards.

The kernel's GPIO is stood in for by the shared virtual Pi (hw/fakegpio.c), which gives every edge its kernel stamp. Two
knobs are turned at once, 100 detents/s, 2 ms of bounce after every edge, in strokes that go one way and then the other.
The same strokes are told to our driver, to gpiozero's RotaryEncoder, and to a poll of the pins ten times a second.

Run as a program, it is the inner process of one of them (or the hand that moves the pins).
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from figures import Figure, missing

DETENTS, QUICK = 10_000, 2_000
RATE = 100.0  # detents a second
BOUNCE_S = 0.002
PINS = {"dodge": (17, 18), "burn": (22, 23)}
REST_S = (0.15, 0.3)  # between two strokes: a wrist goes back; a poll tells up to 0.1 s late, and is judged fairly
STROKE = (8, 90)  # detents
SETTLE_S = 0.5
LEVELS = ((1, 1), (0, 1), (0, 0), (1, 0))  # clockwise, with pull-ups
REVISION = "d03114"  # a Pi 4: gpiozero asks
WHO = ("rig", "gpiozero RotaryEncoder", "poll at 10 Hz")


@dataclass(frozen=True, slots=True)
class Stroke:
    """Detents of one knob the same way: +1 or -1 each, from and to in s."""

    knob: str
    way: int
    detents: int
    from_s: float
    to_s: float


def strokes(detents: int, seed: int = 5) -> list[Stroke]:
    """Both knobs, half of the detents each; every other stroke of a knob goes back."""
    made = []
    for knob in PINS:
        hand, at_s, way, left = random.Random(f"{knob} {seed}"), SETTLE_S, 1, detents // len(PINS)
        while left:
            count = min(left, hand.randint(*STROKE))
            made.append(Stroke(knob, way, count, at_s, at_s + count / RATE))
            at_s, way, left = at_s + count / RATE + hand.uniform(*REST_S), -way, left - count
    return made


def edges_of(turned: list[Stroke], seed: int = 5) -> list[tuple[float, int, int]]:
    """(s, pin, level) in order of time: four edges a detent, each with its bounce, over before the next edge."""
    chance, made = random.Random(seed), []
    phase = dict.fromkeys(PINS, 0)
    for stroke in turned:
        for number in range(1, 4 * stroke.detents + 1):
            at_s = stroke.from_s + number / RATE / 4
            before = LEVELS[phase[stroke.knob]]
            phase[stroke.knob] = (phase[stroke.knob] + stroke.way) % 4
            after = LEVELS[phase[stroke.knob]]
            which = 0 if before[0] != after[0] else 1
            pin, level = PINS[stroke.knob][which], after[which]
            made.append((at_s, pin, level))
            for later_s in sorted(chance.uniform(0.0, BOUNCE_S) for _ in range(2 * chance.randint(1, 3))):
                level = 1 - level
                made.append((at_s + later_s, pin, level))
    return sorted(made)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the detents."""

    lost: int
    reversed: int
    invented: int


def judge(turned: list[Stroke], heard: list[tuple[float, str, int]]) -> Told:
    """heard: (s, knob, detents, + clockwise), s from the hand's start. Each is of the stroke that began last."""
    lost = backwards = invented = 0
    for knob in PINS:
        own = [stroke for stroke in turned if stroke.knob == knob]
        begins = [stroke.from_s for stroke in own]
        right, wrong = [0] * len(own), [0] * len(own)
        for at_s, whose, detents in heard:
            if whose == knob:
                # what a stroke ends with may be told a little after the next began to move
                number = max(0, bisect_right(begins, at_s) - 1)
                same = detents * own[number].way > 0
                (right if same else wrong)[number] += abs(detents)
        for stroke, good, bad in zip(own, right, wrong, strict=True):
            lost += max(0, stroke.detents - good)
            invented += max(0, good - stroke.detents)
            backwards += bad
    return Told(lost, backwards, invented)


def measure(detents: int, shared: Path) -> dict[str, Told] | str:
    """Each of WHO, all at the same time in processes of their own; in words why not, where it cannot be done."""
    source, compiler = shared / "virtual-pi" / "hw" / "fakegpio.c", shutil.which("gcc") or shutil.which("cc")
    if not source.is_file():
        return f"needs {source} (or DARKROOM_SHARED)"
    if compiler is None or not sys.platform.startswith("linux"):
        return "needs Linux and a C compiler (apt install gcc libc6-dev)"
    if find_spec("lgpio") is None:
        return "needs lgpio (pip install lgpio)"
    turned = strokes(detents)
    with tempfile.TemporaryDirectory() as name:
        shim = Path(name, "fakegpio.so")
        build = [compiler, "-shared", "-fPIC", "-O2", "-o", str(shim), str(source), "-ldl", "-lpthread"]
        made = subprocess.run(build, capture_output=True, text=True, check=False)
        if made.returncode:
            return f"needs the headers of the C library and of Linux (apt install libc6-dev): {made.stderr[:200]}"
        running = [_start(who, Path(name, str(number)), shim, detents) for number, who in enumerate(WHO)]
        told = {}
        for who, process in zip(WHO, running, strict=True):
            out, err = process.communicate(timeout=turned[-1].to_s * 3 + 60)
            if process.returncode:
                return f"{who}: {err.strip().splitlines()[-1] if err.strip() else 'ended'}"
            told[who] = judge(turned, [(at_s, knob, count) for at_s, knob, count in json.loads(out)])
    return told


def _start(who: str, folder: Path, shim: Path, detents: int) -> subprocess.Popen[str]:
    folder.mkdir()
    (folder / "cpuinfo").write_text(Path("/proc/cpuinfo").read_text() + f"Revision\t: {REVISION}\n")
    os.mkfifo(folder / "ctl")
    environ = {**os.environ, "LD_PRELOAD": str(shim), "FAKEGPIO": str(folder), "LG_WD": str(folder)}
    command = [sys.executable, __file__, who, str(folder), str(detents)]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def knob_figures(quick: bool, shared: Path) -> list[Figure]:
    """Lost and reversed detents, ours beside the peers'."""
    told = measure(QUICK if quick else DETENTS, shared)
    names = ("lost_detents_at_100_per_s", "reversed_detents", "invented_detents")
    if isinstance(told, str):
        return [missing(name, "detents", 0, told) for name in names]
    rows = [[getattr(told[who], part) for who in WHO] for part in ("lost", "reversed", "invented")]
    return [
        Figure(name, row[0], "detents", 0, peers=dict(zip(WHO[1:], map(float, row[1:]), strict=True)))
        for name, row in zip(names, rows, strict=True)
    ]


# The inner processes

Watch = Callable[[], list[tuple[float, str, int]]]


def now_s() -> float:
    """The clock that the rig's readings have."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def turn(folder: Path, detents: int) -> None:
    """The hand: move the pins when it is time; says when it began, and ends when it is done."""
    moves = edges_of(strokes(detents))
    with (folder / "ctl").open("wb", buffering=0) as pins:
        began_s = now_s()
        print(began_s, flush=True)
        at = 0
        while at < len(moves):
            due = bisect_right(moves, now_s() - began_s, at, key=lambda move: move[0])
            if due > at:
                pins.write(b"".join(b"%d %d\n" % (pin, level) for _, pin, level in moves[at:due]))
                at = due
            time.sleep(0.0002)


def listen(who: str, folder: Path, detents: int) -> list[tuple[float, str, int]]:
    """Watch the pins while the hand turns them."""
    with {WHO[0]: _rig, WHO[1]: _rotary_encoder, WHO[2]: _poll}[who]() as watch:
        with (folder / "ctl").open("wb", buffering=0) as pins:
            pins.write(b"".join(b"%d 1\n" % pin for pair in PINS.values() for pin in pair))
        time.sleep(0.2)
        hand = subprocess.Popen(
            [sys.executable, __file__, "hand", str(folder), str(detents)],
            env={name: value for name, value in os.environ.items() if name != "LD_PRELOAD"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert hand.stdout is not None
        began_s = float(hand.stdout.readline())
        heard: list[tuple[float, str, int]] = []
        while hand.poll() is None:
            heard += watch()
        end_s = now_s() + 0.3
        while now_s() < end_s:
            heard += watch()
    return [(at_s - began_s, knob, count) for at_s, knob, count in heard]


@contextmanager
def _rig() -> Iterator[Watch]:
    """Our driver, stepped as often as it asks for."""
    from drivers.clock import SystemClock
    from drivers.knobs.gpio import GpioKnobs
    from drivers.names import Bench
    from drivers.readings import Turn
    from drivers.settings import KnobsSettings

    clock = SystemClock()
    knobs = GpioKnobs(KnobsSettings(), Bench(clock, _no_world))
    knobs.open()

    def watch() -> list[tuple[float, str, int]]:
        time.sleep(knobs.period_ns / 1e9)
        readings = knobs.step(clock.now_ns())
        return [(each.t_ns / 1e9, each.knob, each.detents) for each in readings if isinstance(each, Turn)]

    try:
        yield watch
    finally:
        knobs.close()


def _no_world() -> Any:
    raise AssertionError("the real pins need no world")


@contextmanager
def _rotary_encoder() -> Iterator[Watch]:
    """gpiozero's own, as its documents show it: a callback for each step."""
    from gpiozero import RotaryEncoder

    heard: deque[tuple[float, str, int]] = deque()

    def tell(knob: str, way: int) -> Callable[[], None]:
        return lambda: heard.append((now_s(), knob, way))

    with _factory() as factory, ExitStack() as stack:
        for knob, (a, b) in PINS.items():
            encoder = stack.enter_context(RotaryEncoder(a, b, max_steps=0, pin_factory=factory))
            encoder.when_rotated_clockwise = tell(knob, 1)
            encoder.when_rotated_counter_clockwise = tell(knob, -1)

        def watch() -> list[tuple[float, str, int]]:
            time.sleep(0.02)
            return [heard.popleft() for _ in range(len(heard))]

        yield watch


@contextmanager
def _poll() -> Iterator[Watch]:
    """The pins' levels ten times a second, through the same table: what changed by two edges is nobody's way."""
    from gpiozero import DigitalInputDevice

    with _factory() as factory, ExitStack() as stack:
        pins = {
            knob: [stack.enter_context(DigitalInputDevice(pin, pull_up=True, pin_factory=factory)) for pin in pair]
            for knob, pair in PINS.items()
        }
        phases = dict.fromkeys(PINS, 0)
        edges = dict.fromkeys(PINS, 0)

        def watch() -> list[tuple[float, str, int]]:
            time.sleep(0.1)
            told = []
            for knob, pair in pins.items():
                phase = LEVELS.index(tuple(int(pin.pin.state) for pin in pair))  # type: ignore[arg-type]
                edges[knob] += (0, 1, 0, -1)[(phase - phases[knob]) % 4]
                phases[knob] = phase
                if abs(edges[knob]) >= 4:
                    told.append((now_s(), knob, 1 if edges[knob] > 0 else -1))
                    edges[knob] = 0
            return told

        yield watch


@contextmanager
def _factory() -> Iterator[Any]:
    from drivers.pi_pins import pi_pins

    factory = pi_pins("benchmark")
    try:
        yield factory
    finally:
        factory.close()


if __name__ == "__main__":
    if sys.argv[1] == "hand":
        turn(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        print(json.dumps(listen(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
