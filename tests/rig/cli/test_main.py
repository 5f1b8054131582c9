"""The command line as a person meets it: quick help, one line a mistake, honest exit statuses."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rig.cli.main import COMMANDS, help_text, main

MAIN = [sys.executable, "-m", "rig.cli.main"]


def rig(*words: str, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **environ}
    return subprocess.run([*MAIN, *words], capture_output=True, text=True, cwd=cwd, env=env, timeout=60, check=False)


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    code = "import sys; from rig.cli.main import main; main(['--help']); print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *help_lines, loaded = answer.stdout.splitlines()
    assert "\n".join(help_lines) + "\n" == help_text()
    assert all(f"\n  {name:<10} " in help_text() for name in COMMANDS)
    assert not {"cv2", "numpy", "msgspec", "argparse", "logging", "importlib.metadata"} & set(loaded.split())


def test_help_takes_at_most_four_times_as_long_as_python_itself() -> None:
    """The least of several runs of each, because another process may hold the machine up but never speeds it up."""

    def least_s(command: list[str]) -> float:
        took = []
        for _ in range(7):
            start = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            took.append(time.perf_counter() - start)
        return min(took)

    assert least_s([*MAIN, "--help"]) <= 4 * least_s([sys.executable, "-c", "pass"])


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"]])
def test_help_is_asked_for_in_any_way(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    assert capsys.readouterr().out == help_text()


def test_help_of_one_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", "config"]) == 0
    assert capsys.readouterr().out.startswith("usage: rig config ")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("darkroom-rig 0.")


def test_no_command_shows_the_help_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert capsys.readouterr() == ("", help_text())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["shot"], "rig: expected a command, got shot, did you mean shoot? (rig --help lists them)"),
        (["xyzzy"], "rig: expected a command, got xyzzy (rig --help lists them)"),
        (
            ["config", "--chekc"],
            "rig config: expected an option of this command, got --chekc, did you mean --check? "
            "(rig config --help shows how)",
        ),
        (["config", "x"], "rig config: expected no further word, got x (rig config --help shows how)"),
        (["doctor", "--config"], "rig doctor: argument --config: expected one argument (rig doctor --help shows how)"),
        (["config", "--config", "gone.toml"], "rig: gone.toml: expected a file, got nothing there"),
    ],
)
def test_a_mistake_is_one_line_and_exit_status_two(
    words: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert capsys.readouterr() == ("", says + "\n")


def test_config_check_says_all_mistakes_and_leaves_with_two(tmp_path: Path) -> None:
    (tmp_path / "rig.toml").write_text('[camera]\nrate_hz = 500\n[finder]\nport = "8765"\n')
    answer = rig("config", "--check", cwd=tmp_path)
    assert answer.returncode == 2
    assert answer.stderr.splitlines() == [
        "rig: rig.toml:2: camera.rate_hz: expected 1 to 120 Hz, got 500",
        'rig: rig.toml:4: finder.port: expected a whole number 0 to 65535, got "8765"',
    ]
    (tmp_path / "fine.toml").write_text("[camera]\nrate_hz = 50\n")
    answer = rig("config", "--check", "fine.toml", cwd=tmp_path)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "fine.toml: fine\n", "")


def test_config_shows_what_holds_and_it_can_be_used_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[camera]\nrate_hz = 50\n")
    shown = rig("config", "--config", "mine.toml", cwd=tmp_path)
    assert "rate_hz = 50.0                # 1 to 120 Hz; default 30.0" in shown.stdout
    (tmp_path / "whole.toml").write_text(shown.stdout)
    assert rig("config", "--check", "whole.toml", cwd=tmp_path).returncode == 0


def test_ctrl_c_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(args: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("rig.cli.config.run", interrupted)
    assert main(["config"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_bug_of_ours_is_one_line_that_says_where_its_traceback_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(args: object) -> int:
        raise ZeroDivisionError("a zone\nwith no width")

    monkeypatch.setattr("rig.cli.config.run", broken)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    assert main(["config", "--defaults"]) == 70
    out, said = capsys.readouterr()
    log = tmp_path / "darkroom-rig/rig.log"
    assert out == ""
    assert said == (
        "rig: this is a bug of ours, not of yours (ZeroDivisionError: a zone); "
        f"its traceback is in {log}; `rig report` packs it for us\n"
    )
    text = log.read_text()
    assert "rig config --defaults" in text
    assert "Traceback" in text
    assert "in broken" in text


def test_a_reader_that_leaves_early_is_no_error() -> None:
    """As in `rig config | head -1`: quiet, and no traceback at exit either."""
    read, write = os.pipe()
    os.close(read)
    with open(write, "w") as pipe:
        answer = subprocess.run([*MAIN, "config"], stdout=pipe, stderr=subprocess.PIPE, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (141, "")
