"""The commands of docs/how-to/the-pulse.md do what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from drivers.sim.feed import recorded_feed

ROOT = Path(__file__).resolve().parents[2]


def test_the_how_to_on_the_pulse(tmp_path: Path) -> None:
    text = (ROOT / "docs/how-to/the-pulse.md").read_text()
    lines = "".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)).splitlines()
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    env = {**os.environ, "PATH": path, "XDG_STATE_HOME": str(tmp_path / "state")}
    assert len(lines) == 3
    for line in lines:
        words = ["bash", "-c", line]
        done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        assert "finger on" in done.stdout
        assert done.stderr == ""
    assert recorded_feed(tmp_path / "finger.npz").duration_s > 0.9
