#!/usr/bin/env python3
"""From the knob, the beat and the lens to the print and the page: the simulated rig at 1280x720, 30 frames a second,
recording, its page open in Chromium.

Detents come at random moments, as edges on the simulated pins. A print counts when the frame loop hands it over, a page
when the pixels of its canvas have changed by what the detent does. Quiet blocks alternate with blocks in which another
process reads and hashes takes as fast as it can and two more viewers read the stream; the convoy ratio is between them.
Four minutes, or 50 s with --quick.
"""

from __future__ import annotations

import bisect
import hashlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from figures import Figure, main, missing

from drivers.clock import SystemClock
from drivers.readings import Turn
from drivers.sim.heart import systole_s
from drivers.sim.scenario import HeartChange, Scenario
from rig.build import build, simulated, tune_process
from rig.config import parse_config
from rig.service import Stop
from rig.shoot import Page, Shoot

SETTLE_S = 8.0  # the browser starts, the pulse locks
BLOCK_S = 7.0
SLACK_S = 0.8  # at the beginning of a block: what was under way belongs to neither
APART_S = (0.28, 0.52)  # between two detents: the page has drawn one before the next comes
AHEAD_NS = 40_000_000  # no detent is on the page sooner: the brightness just before it
LATEST_NS = 400_000_000

# Each drawn print's mean brightness, as the canvas has it, with the rig's time: read back small, after the draw.
WATCH = """
const small = new OffscreenCanvas(64, 36), pen = small.getContext("2d", { willReadFrequently: true });
window.seen = [];
const picture = rig.picture, drawn = picture.drawn.bind(picture);
picture.drawn = (head) => {
  drawn(head);
  const now = rig.clock.now();
  if (now === null) return;
  pen.drawImage(picture.canvas, 0, 0, 64, 36);
  const data = pen.getImageData(0, 0, 64, 36).data;
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) sum += data[i] + data[i + 1] + data[i + 2];
  window.seen.push([now, sum / (64 * 36 * 3)]);
};
"""
HASH = """
import hashlib, pathlib, sys
while True:
    for path in pathlib.Path(sys.argv[1]).rglob("*.mp4"):
        with path.open("rb") as file:
            hashlib.file_digest(file, "sha256")
"""
READ = "import urllib.request as u\nr = u.urlopen(__import__('sys').argv[1])\nwhile r.read(65536): pass"


@dataclass
class Watching:
    """Stands between the loop and the page: what each print contains, and when it was handed over."""

    page: Page
    clock: SystemClock
    turns: list[tuple[int, int]] = field(default_factory=list)  # edge, print
    beats: list[tuple[int, int]] = field(default_factory=list)  # as the body dates it, print
    frames: list[tuple[int, int]] = field(default_factory=list)

    def show(self, frame, made, moment, keeper, frame_ms) -> None:  # type: ignore[no-untyped-def]
        """Pass the print on."""
        now_ns = self.clock.now_ns()
        self.page.show(frame, made, moment, keeper, frame_ms)
        self.frames.append((frame.t_ns, now_ns))
        self.turns += [(reading.t_ns, now_ns) for reading in moment.readings if isinstance(reading, Turn)]
        self.beats += [(beat.t_ns, now_ns) for beat in moment.beats]

    def fault(self, where: str, message: str, recovered: bool) -> None:
        """Pass the fault on."""
        print(f"fault: {where}: {message}", file=sys.stderr)
        self.page.fault(where, message, recovered)


def script(seconds: float, seed: int = 11) -> str:
    """The dodge works on the whole picture; then a detent up, a detent down, at random moments."""
    moments, at_s, up = random.Random(seed), SETTLE_S - 3.0, True
    lines = ["0.5 dodge hold 1.2 +8 at 20/s", "2.5 dodge +12"]
    while at_s < seconds:
        lines.append(f"{at_s:.4f} dodge {'+' if up else '-'}1 at 100/s")
        at_s, up = at_s + moments.uniform(*APART_S), not up
    return "\n".join(lines) + "\n"


@contextmanager
def browser(address: str, profile: str) -> Iterator[object]:
    """Chromium, looking at the page."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-sync"):
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={profile}")
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    try:
        driver.get(address)
        yield driver
    finally:
        driver.quit()


def old_take(folder: Path) -> None:
    """Something to read and hash: 200 MB that are no pictures."""
    block = hashlib.sha256(b"take").digest() * 32768
    with (folder / "negative-000.mp4").open("wb") as file:
        for _ in range(200):
            file.write(block)


class Convoy:
    """The other processes, all of them stopped until they are let run."""

    def __init__(self, address: str, folder: Path) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        hashing = [sys.executable, "-c", HASH, str(folder)]
        viewers = [[sys.executable, "-c", READ, f"{address}finder.mjpg"] for _ in range(2)]
        self._hashing = subprocess.Popen(hashing, **quiet)  # type: ignore[call-overload]
        self._viewer_commands, self._quiet = viewers, quiet
        self._viewers: list[subprocess.Popen[bytes]] = []
        self.run(False)

    def run(self, on: bool) -> None:
        """Let them run, or not: the hashing stands still, the viewers leave."""
        self._hashing.send_signal(signal.SIGCONT if on else signal.SIGSTOP)
        if on:
            self._viewers = [subprocess.Popen(words, **self._quiet) for words in self._viewer_commands]  # type: ignore[call-overload]
        else:
            self._leave()

    def close(self) -> None:
        """End them."""
        self._leave()
        self._hashing.kill()
        self._hashing.wait()

    def _leave(self) -> None:
        for viewer in self._viewers:
            viewer.kill()
            viewer.wait()
        self._viewers = []


def measure(quick: bool) -> list[Figure]:
    """One shoot, blocks quiet and crowded in turn."""
    if shutil.which("chromium") is None or shutil.which("chromedriver") is None:
        why = "no chromium and chromedriver: apt install chromium chromium-driver"
        return [missing("knob_to_page_p95_ms", "ms", 110, why)]
    blocks = 4 if quick else 30
    seconds = SETTLE_S + blocks * BLOCK_S
    clock = SystemClock()
    tune_process()
    crowded: list[tuple[int, int]] = []
    still: list[tuple[int, int]] = []
    seen: list[list[float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "old").mkdir()
        old_take(folder / "old")
        config = parse_config(f"[takes]\nfolder = '{folder}/takes'\n[finder]\nport = 0\n", "benchmark")
        scenario = Scenario(heart=[HeartChange(0.0, 72.0)], hands=script(seconds))
        with build(simulated(config), clock, stop := Stop(), scenario) as built:
            shoot: Shoot = built.shoot
            assert shoot.page is not None
            assert built.finder is not None
            watching = Watching(shoot.page, clock)
            shoot.page = watching
            address = built.finder.address

            def conduct() -> None:
                with browser(address, f"{name}/profile") as driver:
                    convoy = Convoy(address, folder / "old")
                    try:
                        while not watching.frames:
                            time.sleep(0.05)
                        time.sleep(SETTLE_S - 2.0)
                        driver.execute_script(WATCH)  # type: ignore[attr-defined]
                        for number in range(blocks):
                            convoy.run(number % 2 == 1)
                            begun = clock.now_ns() + round(SLACK_S * 1e9)
                            time.sleep(BLOCK_S)
                            (crowded if number % 2 else still).append((begun, clock.now_ns()))
                        seen.extend(driver.execute_script("return window.seen"))  # type: ignore[attr-defined]
                    finally:
                        convoy.close()
                        stop.ask()

            conductor = threading.Thread(target=conduct, name="conductor")
            conductor.start()
            shoot.run(seconds + 60.0)
            conductor.join()
        beats_ns = [built.world().start_ns + round((t + systole_s()) * 1e9) for t in beats_of(built, clock)]
    return figures(watching, beats_ns, seen, still, crowded)


def beats_of(built, clock) -> list[float]:  # type: ignore[no-untyped-def]
    """The steepest rises of the simulated heart, s since the world began."""
    world = built.world()
    return [float(t) for t in world.pulse.beats_until((clock.now_ns() - world.start_ns) / 1e9)]


def within(pairs: list[tuple[int, int]], blocks: list[tuple[int, int]]) -> list[float]:
    """The durations, ms, of those that began in one of the blocks."""
    return [(b - a) / 1e6 for a, b in pairs if any(begin <= a <= end for begin, end in blocks)]


def to_page(turns: list[tuple[int, int]], seen: list[list[float]], blocks: list[tuple[int, int]]) -> list[float]:
    """Detent to pixels, ms: until the first drawn print that has gone half of the way in brightness."""
    times = [round(ms * 1e6) for ms, _ in seen]
    steps: list[tuple[int, list[float], list[int]]] = []
    for edge_ns, _ in turns:
        if not any(begin <= edge_ns and edge_ns + LATEST_NS <= end for begin, end in blocks):
            continue
        first = bisect.bisect_right(times, edge_ns)
        last = bisect.bisect_right(times, edge_ns + LATEST_NS)
        next_edge = min((t for t, _ in turns if t > edge_ns), default=edge_ns + LATEST_NS)
        last = min(last, bisect.bisect_right(times, next_edge))
        if first >= 2 and last - first >= 4:
            steps.append((edge_ns, [value for _, value in seen[first - 2 : last]], times[first - 2 : last]))
    took = []
    for edge_ns, values, when in steps:
        before, after = statistics.mean(values[:2]), statistics.median(values[-3:])
        crossed = next(i for i, value in enumerate(values) if abs(value - before) >= abs(after - before) / 2 and i >= 2)
        took.append((when[crossed] - edge_ns) / 1e6)
    return took


def percentile(values: list[float], share: int) -> float:
    """A percentile, by linear interpolation."""
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def figures(
    watching: Watching,
    peaks_ns: list[int],
    seen: list[list[float]],
    still: list[tuple[int, int]],
    crowded: list[tuple[int, int]],
) -> list[Figure]:
    """All of them, from the quiet blocks; the convoy from both."""
    quiet_ms, crowd_ms = within(watching.turns, still), within(watching.turns, crowded)
    beats = []
    for beat_ns, print_ns in watching.beats:
        peak_ns = min(peaks_ns, key=lambda peak_ns: abs(peak_ns - beat_ns))
        beats.append((peak_ns, print_ns))
    beat_ms, frame_ms = within(beats, still), within(watching.frames, still)
    page_ms = to_page(watching.turns, seen, still)
    page_crowd_ms = to_page(watching.turns, seen, crowded)
    print(f"{len(quiet_ms)} detents quiet, {len(crowd_ms)} crowded; {len(beat_ms)} beats; {len(page_ms)} on the page")
    quiet_p95, crowd_p95 = percentile(quiet_ms, 95), percentile(crowd_ms, 95)
    return [
        Figure("knob_to_print_p50_ms", statistics.median(quiet_ms), "ms", 25),
        Figure("knob_to_print_p95_ms", quiet_p95, "ms", 42),
        Figure("beat_to_print_p50_ms", statistics.median(beat_ms), "ms", 160),
        Figure("knob_to_page_p95_ms", percentile(page_ms, 95), "ms", 110),
        Figure("convoy_ratio", crowd_p95 / quiet_p95, "", 1.3),
        Figure("knob_to_print_p95_ms_in_convoy", crowd_p95, "ms", None),
        Figure("beat_to_print_p95_ms", percentile(beat_ms, 95), "ms", None),
        Figure("knob_to_page_p50_ms", statistics.median(page_ms), "ms", None),
        Figure("knob_to_page_p95_ms_in_convoy", percentile(page_crowd_ms, 95), "ms", None),
        Figure("frame_to_print_p50_ms", statistics.median(frame_ms), "ms", None),
        Figure("frame_to_print_p99_ms", percentile(frame_ms, 99), "ms", None),
    ]


if __name__ == "__main__":
    sys.exit(main(__doc__ or "", measure))
