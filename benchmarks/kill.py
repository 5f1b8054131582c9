#!/usr/bin/env python3
"""kill -9 in the middle of a take, ten times at random moments (four with --quick): how much of it is lost.

The simulated rig at 1280x720 as a person starts it, page on. Each take is recovered by `rig recover`, has to verify,
and may end at most 0.5 s before the kill.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from figures import Figure, main

from drivers.clock import SystemClock
from rig.session.layout import list_takes
from rig.session.reader import open_take

RIG = [sys.executable, "-m", "rig.cli.main"]


def lost_s(folder: Path, after_s: float, clock: SystemClock) -> float:
    """Shoot, kill, recover, verify; the seconds between the kill and the last frame kept."""
    takes = folder / "takes"
    words = ["shoot", "--sim", "--port", "0", "--seconds", "600", "--takes", str(takes)]
    environ = {**os.environ, "XDG_STATE_HOME": str(folder)}
    rig = subprocess.Popen([*RIG, *words], env=environ, stdout=subprocess.DEVNULL)
    while not any(takes.glob("*/*.part/negative-000.mp4")):
        clock.sleep_until_ns(clock.now_ns() + 10_000_000)
        if rig.poll() is not None:
            raise SystemExit(f"rig shoot left with {rig.returncode}")
    clock.sleep_until_ns(clock.now_ns() + round(after_s * 1e9))
    killed_ns = clock.now_ns()
    rig.send_signal(signal.SIGKILL)
    rig.wait()
    subprocess.run([*RIG, "recover", "--all", "--takes", str(takes)], env=environ, check=True)
    (place,) = list_takes(takes)
    subprocess.run([*RIG, "verify", place.take_id, "--takes", str(takes)], env=environ, check=True)
    return (killed_ns - open_take(place.path).frames()[-1].t_ns) / 1e9


def measure(quick: bool) -> list[Figure]:
    """Kill it again and again."""
    chance, clock = random.Random(), SystemClock()
    lost = []
    for number in range(4 if quick else 10):
        with tempfile.TemporaryDirectory() as folder:
            lost.append(lost_s(Path(folder), chance.uniform(0.5, 6.0), clock))
        print(f"kill {number + 1}: {lost[-1]:.3f} s lost", flush=True)
    return [
        Figure("kills_recovered_and_verified", len(lost), "takes", len(lost), "higher"),
        Figure("lost_most", max(lost), "s", 0.5),
        Figure("lost_median", sorted(lost)[len(lost) // 2], "s", None),
    ]


if __name__ == "__main__":
    sys.exit(main(__doc__ or "", measure))
