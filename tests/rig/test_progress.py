"""Progress: a line on a terminal, nothing in a pipe."""

from __future__ import annotations

import io

from drivers.sim.clock import SimulatedClock
from rig.progress import Progress, track


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_in_a_pipe() -> None:
    pipe = io.StringIO()
    assert list(track(range(5), "printing", 5, "frames", SimulatedClock(), pipe)) == [0, 1, 2, 3, 4]
    assert pipe.getvalue() == ""


def test_a_terminal_sees_share_rate_and_time_left_and_the_line_is_gone_at_the_end() -> None:
    clock, terminal = SimulatedClock(), Terminal()
    with Progress("printing", 300, "frames", clock, terminal) as progress:
        for _ in range(120):
            clock.sleep_until_ns(clock.now_ns() + 50_000_000)
            progress.step()
        assert progress.line(clock.now_ns()) == "printing 120/300 frames, 40 %, 20.0 frames/s, 9 s left"
    lines = terminal.getvalue().split("\r\x1b[K")
    assert lines[-1] == ""
    assert len(lines) == 62  # ten times a second at most: every second frame, and the clearing
    assert lines[1] == "printing 1/300 frames, 0 %, 20.0 frames/s, 15 s left"


def test_an_unknown_total_and_long_times() -> None:
    clock = SimulatedClock()
    progress = Progress("hashing", None, "MB", clock, io.StringIO())
    clock.sleep_until_ns(clock.now_ns() + 2_000_000_000)
    progress.step(4)
    assert progress.line(clock.now_ns()) == "hashing 4 MB, 2.0 MB/s"
    long = Progress("hashing", 9000, "MB", clock, io.StringIO())
    clock.sleep_until_ns(clock.now_ns() + 1_000_000_000)
    long.step()
    assert long.line(clock.now_ns()).endswith("2 h 29 min left")
    long.step(8900)
    assert long.line(clock.now_ns() + 99_000_000_000).endswith("1 s left")
