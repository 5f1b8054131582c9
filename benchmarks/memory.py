#!/usr/bin/env python3
"""Memory of the live loop: the simulated rig at 1920x1080, recording, its page open; each engine in its own process.

Three parts, one after the other, after a warm-up of 4 s:
resident memory, looked at once a second: the most of it;
fresh pages: the allocator gets every piece of a frame's size from the system and gives it back at once (as the rig sets
it), so that each costs page faults, whoever asks (NumPy, OpenCV, FFmpeg, x264); counted in frames' worth a frame;
allocations: tracemalloc; of each turn of the loop (from one print to the next, whatever thread works) the most memory
above what there was at its start, in whole frames: an array that is made and dropped within a turn counts too.
About 35 s an engine, or 20 with --quick.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import tracemalloc
from dataclasses import replace
from pathlib import Path

from figures import Figure, main, missing

from drivers.clock import SystemClock
from drivers.sim.scenario import Scenario
from rig.build import build, simulated, tune_process
from rig.config import parse_config
from rig.grade.engines import installed_engines
from rig.service import Stop
from rig.shoot import Page

WIDTH, HEIGHT = 1920, 1080
MOST_MB = {"opencv": 250.0, "numba": 400.0}
MOST_ALLOCATIONS, MOST_FRESH = 0.1, 0.5  # a frame: the recorder's line may grow now and then
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
WARM_UP_S = 4.0
WARM_TURNS = 15  # tracemalloc knows only what came after its start: the pools are new to it
# Every knob is off zero from the first second on, so that nothing of the print is left out.
HANDS = "0.2 dodge +9\n0.6 burn +9\n" + "".join(
    f"{2 + n} {'dodge' if n % 2 else 'burn'} +{1 + n % 2}\n" for n in range(40)
)
LOOKER = "import urllib.request as u\nr = u.urlopen('{}finder.mjpg')\nwhile r.read(65536): pass"


def resident_mb() -> float:
    """Resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES / 1e6


class Watching:
    """Stands between the loop and the page, and looks at the memory."""

    def __init__(self, page: Page, clock: SystemClock, seconds: float) -> None:
        self._page, self._clock = page, clock
        self._faults_from_s, self._trace_from_s = WARM_UP_S + 0.5 * seconds, WARM_UP_S + 0.75 * seconds
        self._start_ns = self._told_ns = 0
        self._faults: int | None = None
        self._base = self._turns = 0
        self.resident: list[float] = []
        self.fresh: list[float] = []
        self.allocated: list[int] = []
        self.frames = 0

    def show(self, frame, *more) -> None:  # type: ignore[no-untyped-def]
        """Pass the print on, and look at the memory."""
        self._page.show(frame, *more)
        now_ns = self._clock.now_ns()
        self._start_ns = self._start_ns or now_ns
        self.frames += 1
        since_s = (now_ns - self._start_ns) / 1e9
        if since_s < WARM_UP_S:
            return
        if since_s < self._faults_from_s:
            if now_ns - self._told_ns >= 1_000_000_000:
                self._told_ns = now_ns
                self.resident.append(resident_mb())
        elif since_s < self._trace_from_s:
            self._count_faults(frame.pixels.nbytes)
        else:
            self._trace(frame.pixels.nbytes)

    def _count_faults(self, frame_bytes: int) -> None:
        faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        if self._faults is not None:
            self.fresh.append((faults - self._faults) * PAGE_BYTES / frame_bytes)
        self._faults = faults

    def _trace(self, frame_bytes: int) -> None:
        if not tracemalloc.is_tracing():
            tracemalloc.start(1)
        self._turns += 1
        held, peak = tracemalloc.get_traced_memory()
        if self._turns > WARM_TURNS:
            self.allocated.append(max(0, peak - self._base) // frame_bytes)
        tracemalloc.reset_peak()
        self._base = held

    def fault(self, where: str, message: str, recovered: bool) -> None:
        """Pass the fault on."""
        print(f"fault: {where}: {message}", file=sys.stderr)
        self._page.fault(where, message, recovered)


def run(engine: str, seconds: float) -> dict[str, float]:
    """One shoot in this process."""
    clock = SystemClock()
    tune_process()
    with tempfile.TemporaryDirectory() as folder:
        words = f"[takes]\nfolder = '{folder}/takes'\n[finder]\nport = 0\n[grade]\nengine = '{engine}'\n"
        config = parse_config(words, "benchmark")
        config = replace(config, camera=replace(config.camera, width=WIDTH, height=HEIGHT))
        with build(simulated(config), clock, Stop(), Scenario(hands=HANDS)) as built:
            shoot = built.shoot
            assert shoot.page is not None
            assert built.finder is not None
            shoot.page = watching = Watching(shoot.page, clock, seconds)
            looker = subprocess.Popen(
                [sys.executable, "-c", LOOKER.format(built.finder.address)], stderr=subprocess.DEVNULL
            )
            try:
                shoot.run(WARM_UP_S + seconds)
            finally:
                tracemalloc.stop()
                looker.terminate()
                looker.wait()
    if not watching.allocated:
        raise SystemExit(f"memory: expected more than {watching.frames} frames in {seconds:g} s: is the machine busy?")
    return {
        "resident_mb": max(watching.resident),
        "fresh": statistics.fmean(watching.fresh[5:]),
        "allocated": statistics.fmean(watching.allocated),
        "frames": watching.frames,
    }


def measure(quick: bool) -> list[Figure]:
    """Each engine in its own process."""
    figures = []
    for engine, bar in MOST_MB.items():
        if engine not in installed_engines():
            why = f"{engine} is not installed: pip install 'darkroom-rig[fast]'"
            figures.append(missing(f"{engine}_resident_1080p", "MB", bar, why))
            figures.append(missing(f"{engine}_allocations_1080p", "a frame", MOST_ALLOCATIONS, why))
            continue
        command = [sys.executable, __file__, "--engine", engine, "12" if quick else "24"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        print(done.stderr, end="", file=sys.stderr)
        if done.returncode:
            raise SystemExit(f"memory: the shoot with the engine {engine} left with {done.returncode}")
        told = json.loads(done.stdout.splitlines()[-1])
        figures += [
            Figure(f"{engine}_resident_1080p", told["resident_mb"], "MB", bar),
            Figure(f"{engine}_allocations_1080p", told["allocated"], "a frame", MOST_ALLOCATIONS),
            Figure(f"{engine}_fresh_pages_1080p", told["fresh"], "frames' worth", MOST_FRESH),
            Figure(f"{engine}_frames_1080p", told["frames"], "frames", None, "higher"),
        ]
    return figures


if __name__ == "__main__":
    if sys.argv[1:2] == ["--engine"]:
        print(json.dumps(run(sys.argv[2], float(sys.argv[3]))))
    else:
        sys.exit(main(__doc__ or "", measure))
