"""`rig shoot` as a process of its own, as a person starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def rig_shoot(folder: Path, *words: str, **environ: str) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """The process and its output; killed at the end where it still runs."""
    state = {"HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")}
    command = [sys.executable, "-m", "rig.cli.main", "shoot", *words]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **state, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def address(output: IO[str]) -> str:
    """Where the finder is, as the program says it."""
    said = ""
    for line in output:
        said += line
        if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
            return found[0]
    raise AssertionError(f"no address in: {said}")


def leave(process: subprocess.Popen[str], output: IO[str]) -> str:
    """Ctrl-C; what it says on the way out."""
    process.send_signal(signal.SIGINT)
    said = output.read()
    assert process.wait(30) == 0, said
    return said
