"""The unit as systemd reads it: clean, hardened, and with what the camera, the bus and the pins need."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNIT = SYSTEMD / "rig.service"
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(UNIT.read_text())
    return parser


@needs_systemd
def test_verify_is_clean() -> None:
    answer = subprocess.run(
        ["systemd-analyze", "verify", UNIT], capture_output=True, text=True, timeout=60, check=False
    )
    ours = [line for line in (answer.stdout + answer.stderr).splitlines() if "rig" in line]
    assert (answer.returncode, ours) == (0, [])


@needs_systemd
def test_exposure_is_at_most_three() -> None:
    answer = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", UNIT],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    level = re.search(r"exposure level for rig.service: ([0-9.]+)", answer.stdout)
    assert level is not None, answer.stderr
    assert float(level[1]) <= 3.0


def test_the_devices_the_rig_needs_stay_open() -> None:
    text = UNIT.read_text()
    allowed = set(re.findall(r"^DeviceAllow=(\S+) rw$", text, re.MULTILINE))
    assert {"char-video4linux", "char-media", "char-dma_heap", "char-i2c", "char-gpiochip"} <= allowed
    service = unit()["Service"]
    assert set(service["SupplementaryGroups"].split()) >= {"video", "i2c", "gpio"}
    for closes_them in ("PrivateDevices", "PrivateUsers", "ProcSubset"):
        assert closes_them not in service
    assert "AF_NETLINK" in service["RestrictAddressFamilies"]  # libcamera's udev monitor


def test_lgpio_may_make_its_pipes_where_the_rig_runs() -> None:
    service = unit()["Service"]
    assert service["WorkingDirectory"] == f"/var/lib/{service['StateDirectory']}"


def test_it_is_ready_when_it_says_so_and_starts_again_but_not_for_ever() -> None:
    service, general = unit()["Service"], unit()["Unit"]
    assert (service["Type"], service["WatchdogSec"], service["Restart"]) == ("notify", "10", "always")
    assert service["ExecStart"].endswith("/rig shoot --keep-going --config /etc/darkroom-rig/rig.toml")
    assert int(general["StartLimitBurst"]) > 0
    assert general["StartLimitIntervalSec"]
