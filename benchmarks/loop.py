#!/usr/bin/env python3
"""The whole loop: 1280x720 at 30 frames/s with the simulated rig, recording, and its page open in a browser.

Zero dropped frames; interval between prints p99 at most 40 ms; CPU of the frame loop, the encoder, the JPEGs and the
other Python apart (the last under 20 % of a core); memory flat. 180 s, or 40 with --quick.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from figures import Figure, main

from drivers.clock import SystemClock
from drivers.sim.scenario import Scenario
from rig.build import build, simulated, tune_process
from rig.config import parse_config
from rig.service import Stop
from rig.session.entries import DropEntry
from rig.session.layout import list_takes
from rig.session.reader import open_take
from rig.session.summary import summarise
from rig.shoot import Page, Shoot

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
GROUPS = {"MainThread": "frame loop", "encoder": "encoder", "jpeg": "jpeg"}
HANDS = "".join(f"{2 + 3 * n} dodge {'+' if n % 2 == 0 else '-'}6\n{3 + 3 * n} burn +{1 + n % 3}\n" for n in range(58))


def thread_seconds() -> dict[str, float]:
    """CPU seconds so far of each group of threads (those no longer there are not counted)."""
    names = {thread.native_id: thread.name for thread in threading.enumerate()}
    seconds: dict[str, float] = {}
    for task in Path("/proc/self/task").iterdir():
        try:
            words = (task / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        name = names.get(int(task.name))
        group = "native helpers" if name is None else GROUPS.get(name, "other Python")
        seconds[group] = seconds.get(group, 0.0) + (int(words[11]) + int(words[12])) * TICK_S
    return seconds


def resident_mb() -> float:
    """Resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES / 1e6


class Timing:
    """Stands between the loop and the page: notes when each print was shown, and the memory once a second."""

    def __init__(self, page: Page, clock: SystemClock) -> None:
        self._page, self._clock = page, clock
        self.times_ns: list[int] = []
        self.frame_ms: list[float] = []
        self.memory: list[tuple[int, float]] = []
        self.start: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    def show(self, frame, made, moment, keeper, frame_ms) -> None:  # type: ignore[no-untyped-def]
        """Pass the print on."""
        self._page.show(frame, made, moment, keeper, frame_ms)
        now = self._clock.now_ns()
        if not self.times_ns:
            self.start = thread_seconds()
        self.times_ns.append(now)
        self.frame_ms.append(frame_ms)
        if not self.memory or now - self.memory[-1][0] >= 1_000_000_000:
            self.memory.append((now, resident_mb()))
            self.cpu.update(thread_seconds())  # a take's encoder and writer are gone when the shoot is over

    def fault(self, where: str, message: str, recovered: bool) -> None:
        """Pass the fault on."""
        print(f"fault: {where}: {message}", file=sys.stderr)
        self._page.fault(where, message, recovered)


def viewer(address: str, profile: str) -> subprocess.Popen[bytes]:
    """A browser that looks at the page; a plain reader of the frames where there is no Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        read = f"import urllib.request as u\nr = u.urlopen('{address}finder.mjpg')\nwhile r.read(65536): pass"
        return subprocess.Popen([sys.executable, "-c", read], stderr=subprocess.DEVNULL)
    flags = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    more = f"--disable-component-update --disable-sync --disable-dev-shm-usage --user-data-dir={profile}"
    port = "--remote-debugging-port=0"  # headless Chromium stays open only while somebody could drive it
    return subprocess.Popen([chromium, *flags.split(), *more.split(), port, address], stderr=subprocess.DEVNULL)


def growth_mb_a_minute(memory: list[tuple[int, float]], skip_s: float) -> float:
    """Slope of resident memory by least squares, after the first skip_s seconds."""
    kept = [(t / 60e9, mb) for t, mb in memory if t - memory[0][0] >= skip_s * 1e9]
    return statistics.linear_regression(*zip(*kept, strict=True)).slope


def measure(quick: bool) -> list[Figure]:
    """One shoot."""
    seconds = 40 if quick else 180
    clock = SystemClock()
    tune_process()
    with tempfile.TemporaryDirectory() as folder:
        config = parse_config(f"[takes]\nfolder = '{folder}/takes'\n[finder]\nport = 0\n", "benchmark")
        with build(simulated(config), clock, Stop(), Scenario(hands=HANDS)) as built:
            shoot: Shoot = built.shoot
            assert shoot.page is not None
            assert built.finder is not None
            timing = Timing(shoot.page, clock)
            shoot.page = timing
            looker = viewer(built.finder.address, folder + "/profile")
            try:
                shoot.run(seconds)
            finally:
                looker.terminate()
                looker.wait()
        take = open_take(list_takes(Path(folder, "takes"))[0].path)
        summary, drops = summarise(take), list(take.entries(DropEntry))
    intervals = [(b - a) / 1e6 for a, b in zip(timing.times_ns, timing.times_ns[1:], strict=False)]
    wall_s = (timing.memory[-1][0] - timing.times_ns[0]) / 1e9
    end = timing.cpu
    cpu = {name: 100 * (end[name] - timing.start.get(name, 0.0)) / wall_s for name in sorted(end)}
    for entry in drops:
        at_s = (entry.t_ns - take.start.t_ns) / 1e9
        print(f"dropped {entry.count} by the {entry.cause} at {at_s:.1f} s", file=sys.stderr)
    percentile = statistics.quantiles(intervals, n=100)
    figures = [
        Figure("dropped_frames", sum(summary.dropped.values()), "frames", 0),
        Figure("frames", summary.frames, "frames", None, "higher"),
        Figure("frame_interval_p50", statistics.median(intervals), "ms", None),
        Figure("frame_interval_p99", percentile[98], "ms", 40),
        Figure("frame_interval_max", max(intervals), "ms", None),
        Figure("frame_work_p50", statistics.median(timing.frame_ms), "ms", None),
        Figure("memory_growth", growth_mb_a_minute(timing.memory, 15 if quick else 60), "MB/min", 2),
        Figure("memory", timing.memory[-1][1], "MB", None),
    ]
    for name, percent in cpu.items():
        figures.append(
            Figure(
                f"cpu_{name.replace(' ', '_').lower()}", percent, "% of a core", 20 if name == "other Python" else None
            )
        )
    return figures


if __name__ == "__main__":
    sys.exit(main(__doc__ or "", measure))
