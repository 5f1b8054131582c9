"""The main job as a person runs it: a real clip, a real pulse through the register-level chip, knobs at edge level."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rig.session.entries import PulseEntry
from rig.session.layout import find_take
from rig.session.reader import open_take

SCRIPT = "0.6 dodge +6\n2.0 burn +4\n3.5 dodge +3\n5.0 dodge -2\n6.5 burn -1\n8.0 dodge tap\n"
SECONDS = 10


def rig(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One command, with its take folder."""
    command = [sys.executable, "-m", "rig.cli.main", *words, "--takes", str(folder / "kept")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


@pytest.mark.shared
@pytest.mark.slow
def test_a_take_from_a_real_clip_a_real_pulse_and_turned_knobs(tmp_path: Path, shared: Path) -> None:
    (tmp_path / "hands.txt").write_text(SCRIPT)
    pulse = shared / "data/pulse/neurokit_rest5.npz"
    sources = ["--camera", str(shared / "data/clips/bigbuckbunny.mp4"), "--pulse", str(pulse), "--knobs", "hands.txt"]
    done = rig(tmp_path, "shoot", *sources, "--seconds", str(SECONDS), "--no-web")
    assert done.returncode == 0, done.stderr
    done = rig(tmp_path, "verify", "last")
    assert done.returncode == 0, done.stdout + done.stderr
    summary: dict[str, Any] = json.loads(rig(tmp_path, "show", "last", "--json").stdout)
    assert summary["dropped"] == {}
    assert summary["missing_frames"] == 0
    assert summary["frames"] == pytest.approx(SECONDS * 25, abs=25)  # on a busy machine the clip waits
    assert summary["faults"] == []
    turns = {knob: (turned["sum_detents"], turned["detents"]) for knob, turned in summary["turns"].items()}
    assert turns == {"dodge": (7, 11), "burn": (3, 5)}
    # The recording runs from when the sensor is opened, and the take begins when the print is warmed up.
    first = next(open_take(find_take(tmp_path / "kept", "last")).entries(PulseEntry))
    recording = np.load(pulse)
    start_s = first.first_sample / float(recording["fs"])
    beats = recording["ref_beats"]
    inside = beats[(beats >= start_s) & (beats <= start_s + SECONDS)]
    reference = 60.0 / float(np.median(np.diff(inside)))
    assert summary["heart_rate_bpm"] == pytest.approx(reference, abs=3.0)
    assert not list((tmp_path / "kept").glob("**/*.part"))
