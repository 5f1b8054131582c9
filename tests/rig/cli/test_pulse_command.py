"""`rig pulse` from the command line: on a terminal, in a pipe, with Ctrl-C, and with what people get wrong."""

from __future__ import annotations

import argparse
import os
import pty
import resource
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from drivers.sim.clock import SimulatedClock
from drivers.sim.feed import recorded_feed
from rig.baseline_file import NAME, keep_baseline
from rig.body.baseline import QuietBaseline
from rig.cli import pulse
from rig.cli.main import main
from rig.pulse_show import Lines
from rig.service import Stop

MAIN = [sys.executable, "-m", "rig.cli.main", "pulse"]
DAY_NS = 1_767_225_600_000_000_000


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody's own baseline is read or deleted; no rig.toml of the folder is taken."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "home" / "darkroom-rig"


def look(words: list[str], folder: Path, stop: Stop | None = None) -> int:
    """The command on simulated time, to standard output."""
    parser = argparse.ArgumentParser()
    pulse.arguments(parser)
    args = parser.parse_args(words)
    pulse.check(args)
    config, scenario = pulse.chosen(args)
    clock = SimulatedClock(wall_ns=DAY_NS)
    return pulse.look(args, config, scenario, clock, Lines(sys.stdout), stop or Stop(), folder)


def test_a_minute_of_the_simulated_heart(capsys: pytest.CaptureFixture[str], own_state: Path) -> None:
    assert look(["--pulse", "sim", "--seconds", "60"], own_state) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 60
    assert "heart rate unknown" in lines[0]
    assert lines[-1].startswith("1:00  ")
    assert " beats/min  quality " in lines[-1]
    assert "  finger on  " in lines[-1]
    assert lines[-1].endswith("  baseline: rolling")


def test_a_world_alone_is_its_own_heart(capsys: pytest.CaptureFixture[str], own_state: Path) -> None:
    Path("world.toml").write_text("heart = [{at_s = 0, bpm = 110}]\n")
    assert look(["--world", "world.toml", "--seconds", "20"], own_state) == 0
    rate = int(capsys.readouterr().out.splitlines()[-1].split()[1])
    assert rate == pytest.approx(110, abs=4)


def test_the_hand_and_the_skin_are_told_where_they_are_felt(
    capsys: pytest.CaptureFixture[str], own_state: Path
) -> None:
    Path("rig.toml").write_text('[motion]\nname = "mpu6050"\nbus = "sim"\n[skin]\nname = "grove"\nbus = "sim"\n')
    assert look(["--pulse", "sim", "--seconds", "12"], own_state) == 0
    line = capsys.readouterr().out.splitlines()[-1]
    assert "  moving 0." in line
    assert "  skin SCL " in line


def config_of(words: list[str]) -> tuple[str, str]:
    """The motion and the skin sensor, each with its bus, that the options choose."""
    parser = argparse.ArgumentParser()
    pulse.arguments(parser)
    config, _ = pulse.chosen(parser.parse_args(words))
    return f"{config.motion.name} {config.motion.bus}", f"{config.skin.name} {config.skin.bus}"


def test_a_simulated_heart_has_no_real_hand_and_no_real_skin() -> None:
    Path("rig.toml").write_text('[motion]\nname = "lsm6dsox"\n[skin]\nname = "grove"\n')
    np.savez("a.npz", ppg=np.sin(np.arange(300) / 10), fs=100.0)
    assert config_of([]) == ("lsm6dsox 1", "grove 1")
    assert config_of(["--pulse", "webcam"]) == ("lsm6dsox 1", "grove 1")
    assert config_of(["--pulse", "sim"]) == ("lsm6dsox sim", "grove sim")
    assert config_of(["--pulse", "a.npz"]) == ("none 1", "none 1")
    assert config_of(["--pulse", "a.npz", "--motion", "mpu6050"]) == ("mpu6050 1", "none 1")
    assert config_of(["--pulse", "sim", "--motion", "none", "--skin", "tinygsr"]) == ("none 1", "tinygsr 1")
    Path("sim.toml").write_text('[pulse]\nbus = "sim"\n[motion]\nname = "lsm6dsox"\n[skin]\nname = "grove"\n')
    Path("w.toml").write_text('pulse = "a.npz"\n')
    real = ("lsm6dsox 1", "grove 1")
    assert config_of(["--config", "sim.toml", "--world", "w.toml", "--pulse", "webcam"]) == real
    assert config_of(["--config", "sim.toml", "--pulse", "strap"]) == ("lsm6dsox sim", "grove sim")


def test_the_hand_and_the_skin_can_be_asked_for(capsys: pytest.CaptureFixture[str], own_state: Path) -> None:
    assert look(["--pulse", "sim", "--motion", "sim", "--skin", "sim", "--seconds", "12"], own_state) == 0
    line = capsys.readouterr().out.splitlines()[-1]
    assert "  moving 0." in line
    assert "  skin SCL " in line


@pytest.mark.skipif(Path("/dev/i2c-1").exists() or Path("/proc/device-tree/model").exists(), reason="needs no I2C bus")
def test_a_simulated_pulse_does_not_advise_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pulse", "--pulse", "sim", "--motion", "mpu6050", "--seconds", "2"]) == 2
    err = capsys.readouterr().err
    assert "--pulse sim" not in err
    assert err.endswith("; without it: rig pulse --motion none\n")


def test_a_recording_is_kept_and_played(capsys: pytest.CaptureFixture[str], own_state: Path) -> None:
    assert look(["--pulse", "sim", "--seconds", "20", "--record", "a.npz"], own_state) == 0
    assert "Kept: a.npz, " in capsys.readouterr().out
    assert recorded_feed("a.npz").duration_s == pytest.approx(20.0, abs=0.5)
    assert look(["--pulse", "a.npz", "--seconds", "15"], own_state) == 0
    assert " beats/min  " in capsys.readouterr().out.splitlines()[-1]


def test_the_baseline_is_kept_shown_used_and_forgotten(capsys: pytest.CaptureFixture[str], own_state: Path) -> None:
    assert look(["--pulse", "sim", "--baseline"], own_state) == 0
    out = capsys.readouterr().out
    assert "do nothing for two minutes" in out
    assert "kept for you alone in " in out
    assert "baseline: 60 of 120 quiet seconds seen" in out
    assert 120 < len(out.splitlines()) < 140  # it ends by itself
    assert (own_state / NAME).stat().st_mode & 0o777 == 0o600
    Path("world.toml").write_text("heart = [{at_s = 0, bpm = 82}]\n")
    assert look(["--world", "world.toml", "--seconds", "12"], own_state) == 0
    line = capsys.readouterr().out.splitlines()[-1]
    assert "baseline of 2026-01-01: 68 beats/min, RMSSD" in line
    assert float(line.split("arousal ")[1].split()[0]) > 0.5  # who comes in hurried is told so at once
    assert main(["pulse", "--forget-baseline"]) == 0
    assert capsys.readouterr().out == f"Forgotten: {own_state / NAME} is deleted.\n"
    assert main(["pulse", "--forget-baseline"]) == 0
    assert capsys.readouterr().out == "There was no baseline.\n"


def test_a_baseline_that_is_broken_off_keeps_nothing(capsys: pytest.CaptureFixture[str], own_state: Path) -> None:
    stop = Stop()
    stop.ask()
    assert look(["--pulse", "sim", "--baseline"], own_state, stop) == 1
    assert "Baseline: 0 of 120 s of a clean pulse were seen: nothing was kept." in capsys.readouterr().out
    assert not (own_state / NAME).exists()


def test_a_recording_is_not_held_against_the_simulated_heart(
    capsys: pytest.CaptureFixture[str], own_state: Path
) -> None:
    keep_baseline(own_state, "max3010x on bus sim", QuietBaseline(50.0, 80.0), DAY_NS)
    np.savez("a.npz", ppg=np.sin(np.arange(3000) * 2 * np.pi * 1.37 / 100), fs=100.0)
    assert look(["--pulse", "a.npz", "--seconds", "2"], own_state) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("baseline: rolling")


def test_a_broken_baseline_file_is_told_and_stops_nothing(capsys: pytest.CaptureFixture[str], own_state: Path) -> None:
    own_state.mkdir(parents=True)
    (own_state / NAME).write_text("heart = 99")
    assert look(["--pulse", "sim", "--seconds", "2"], own_state) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "rig pulse --forget-baseline" in lines[0]
    assert lines[-1].endswith("baseline: rolling")


def test_another_sensors_baseline_is_not_used(capsys: pytest.CaptureFixture[str], own_state: Path) -> None:
    keep_baseline(own_state, "webcam", QuietBaseline(50.0, 80.0), DAY_NS)
    assert look(["--pulse", "sim", "--seconds", "2"], own_state) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("baseline: rolling")


CUT_OFF = "t_s,red,ir,red_ma,ir_ma\n" + "".join(f"{k / 100:.9f},{k},{k},7,7\n" for k in range(200))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--pulse", "none"], "rig: --pulse: expected a pulse to watch, got none; without a sensor: rig pulse"),
        (
            ["--pulse", "simm"],
            "rig: --pulse: expected sim, webcam, strap, taps, none or a recording (.npz, .csv), got simm, did you mean "
            "sim?",
        ),
        (["--pulse", ""], "rig: --pulse: expected sim, webcam, strap, taps, none or a recording (.npz, .csv), got not"),
        (["--pulse", "gone.npz"], "rig: gone.npz: expected a pulse recording, got no such file"),
        (["--pulse", "sim", "--seconds", "0"], "rig: --seconds: expected more than 0, at most 86400 s, got 0"),
        (["--pulse", "sim", "--baseline", "--seconds", "9"], "rig: --baseline and --seconds: expected one of them"),
        (["--forget-baseline", "--baseline"], "rig: --forget-baseline: expected no other option beside it"),
        (["--pulse", "sim", "--record", "a.txt"], "rig: --record a.txt: expected a name that ends in .npz or .csv"),
        (["--pulse", "sim", "--record", "is.csv"], "rig: --record is.csv: expected a new file, got one that is there"),
        (["--pulse", "taps", "--record", "a.csv"], "rig: --record: expected a sensor with a waveform, got one that"),
        (["--motion", "mpu"], "rig: --motion: expected sim, mpu6050, lsm6dsox or none, got mpu, did you mean"),
        (["--skin", "x"], "rig: --skin: expected sim, grove, tinygsr or none, got x"),
        (["--pulse", "cut.csv.part", "--record", "cut.csv"], "rig: --record: expected another name than that of the r"),
        (["--pulse", "taps"], "rig: --pulse taps: expected a terminal to tap the space bar on"),
    ],
)
def test_one_clear_line(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("is.csv").write_text("t_s,red,ir\n")
    Path("cut.csv.part").write_text(CUT_OFF)
    assert main(["pulse", *words]) == 2
    told = capsys.readouterr()
    assert told.err.startswith(says)
    assert len(told.err.splitlines()) == 1
    assert told.out == ""
    assert sorted(path.name for path in Path().iterdir()) == ["cut.csv.part", "is.csv"]
    assert Path("is.csv").read_text() == "t_s,red,ir\n"
    assert Path("cut.csv.part").read_text() == CUT_OFF


@pytest.mark.skipif(Path("/dev/i2c-1").exists() or Path("/proc/device-tree/model").exists(), reason="needs no I2C bus")
def test_without_a_bus_the_remedy_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pulse", "--seconds", "2", "--record", "a.npz"]) == 2
    err = capsys.readouterr().err
    assert "/dev/i2c-1" in err
    assert err.endswith("; on a machine without the sensor: rig pulse --pulse sim\n")
    assert list(Path().iterdir()) == []


def run_on_a_terminal(words: list[str], until: bytes, keys: bytes, cwd: Path) -> tuple[int, str]:
    """The command on a pseudo-terminal; ``keys`` are pressed once it has shown ``until``."""
    terminal, its_side = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "24", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    run = subprocess.Popen(
        [*MAIN, *words], stdin=its_side, stdout=its_side, stderr=its_side, cwd=cwd, env=env, start_new_session=True
    )
    os.close(its_side)
    seen, pressed, end = b"", False, time.monotonic() + 60.0
    try:
        while time.monotonic() < end:
            if select.select([terminal], [], [], 0.1)[0]:
                try:
                    came = os.read(terminal, 65536)
                except OSError:  # EIO: the other side was closed
                    break
                if not came:
                    break
                seen += came
            if not pressed and until in seen:
                pressed = True
                if keys == b"\x03":  # no controlling terminal here: what its driver would do
                    run.send_signal(signal.SIGINT)
                else:
                    os.write(terminal, keys)
        return run.wait(timeout=20.0), seen.decode()
    finally:
        run.kill()
        os.close(terminal)


def test_on_a_terminal_ctrl_c_ends_it_cleanly_and_the_recording_is_whole(tmp_path: Path) -> None:
    status, seen = run_on_a_terminal(["--pulse", "sim", "--record", "a.npz"], b"finger on", b"\x03", tmp_path)
    assert status == 0
    assert "\x1b[?25h\x1b[?7h" in seen
    assert "Kept: a.npz, " in seen.split("\x1b[?25h")[-1]
    assert "Traceback" not in seen
    assert recorded_feed(tmp_path / "a.npz").duration_s > 0.2
    assert not (tmp_path / "a.npz.part").exists()


def test_a_recording_that_is_killed_plays_and_the_next_one_saves_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], own_state: Path
) -> None:
    words = [*MAIN, "--pulse", "sim", "--record", "a.npz"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=Path.cwd()) as run:
        assert run.stdout is not None
        run.stdout.readline()
        run.kill()
    assert not Path("a.npz").exists()
    assert look(["--pulse", "a.npz.part", "--seconds", "2"], own_state) == 0
    assert look(["--pulse", "sim", "--seconds", "3", "--record", "a.npz"], own_state) == 0
    out = capsys.readouterr().out
    assert "Saved: a-cut-off.npz, " in out
    assert "Kept: a.npz, " in out
    assert recorded_feed("a-cut-off.npz").duration_s > 0.5
    assert not Path("a.npz.part").exists()


def test_a_full_disk_is_told_in_one_line_and_what_came_is_kept(
    capsys: pytest.CaptureFixture[str], own_state: Path
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        assert look(["--pulse", "sim", "--seconds", "6", "--record", "a.csv"], own_state) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    out = capsys.readouterr().out
    assert out.count("--record a.csv: expected room for the pulse") == 1
    assert out.splitlines()[-2].startswith("0:06  ")  # the look goes on
    assert out.splitlines()[-1].startswith("Kept: a.csv, ")
    assert recorded_feed("a.csv").duration_s > 2.0


def test_a_reader_that_goes_away_is_no_bug(tmp_path: Path) -> None:
    words = " ".join([*MAIN, "--pulse", "sim", "--seconds", "20"])
    told = subprocess.run(
        ["bash", "-c", f"{words} | head -n 1; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
    )
    assert told.returncode == 141
    assert told.stderr == ""


def test_the_log_holds_no_value_of_the_body(own_state: Path) -> None:
    np.savez("a.npz", ppg=np.sin(np.arange(3000) * 2 * np.pi * 1.37 / 100), fs=100.0)
    assert main(["pulse", "--pulse", "a.npz", "--seconds", "1.5"]) == 0
    logs = "".join(path.read_text() for path in own_state.glob("rig.log*"))
    for word in ("beats/min", "arousal", "RMSSD", "82"):
        assert word not in logs
