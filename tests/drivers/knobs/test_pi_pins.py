"""The Pi's own pins: gpiozero's real lgpio factory over a small double of the lgpio module."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import gpiozero.pins.local
import pytest

from drivers.errors import DeviceNotFound, DevicePermission
from drivers.knobs.gpio import make
from drivers.names import Bench
from drivers.readings import Press, Turn
from drivers.settings import KnobsSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.world import World

SETTINGS = KnobsSettings()


class _Callback:
    def __init__(self, chip: FakeLgpio, gpio: int) -> None:
        self._chip, self._gpio = chip, gpio

    def cancel(self) -> None:
        self._chip.watchers.pop(self._gpio, None)


class FakeLgpio(ModuleType):
    """The calls of lgpio that gpiozero makes, on levels that a test sets."""

    BOTH_EDGES, RISING_EDGE, FALLING_EDGE = 3, 1, 2
    SET_PULL_NONE, SET_PULL_UP, SET_PULL_DOWN = 128, 32, 64

    class error(Exception):  # noqa: N801 - lgpio's own name
        pass

    def __init__(self) -> None:
        super().__init__("lgpio")
        self.open_error: Exception | None = None
        self.busy = 0
        self.levels: dict[int, int] = {}
        self.modes: dict[int, int] = {}
        self.watchers: dict[int, Callable[..., None]] = {}
        self.open_chips = 0

    def gpiochip_open(self, chip: int) -> int:
        if self.open_error is not None:
            raise self.open_error
        self.open_chips += 1
        return 1

    def gpiochip_close(self, handle: int) -> None:
        self.open_chips -= 1

    def gpio_claim_input(self, handle: int, gpio: int, flags: int = 0) -> None:
        if self.busy:
            self.busy -= 1
            raise self.error("'GPIO busy'")
        self.modes[gpio] = flags

    def gpio_claim_output(self, handle: int, gpio: int, level: int = 0) -> None:
        raise AssertionError("the knobs drive no pin")

    def gpio_claim_alert(self, handle: int, gpio: int, edges: int, flags: int = 0) -> None:
        self.modes[gpio] = flags

    def gpio_free(self, handle: int, gpio: int) -> None:
        self.modes.pop(gpio, None)

    def gpio_get_mode(self, handle: int, gpio: int) -> int:
        return self.modes.get(gpio, 0)

    def gpio_read(self, handle: int, gpio: int) -> int:
        return self.levels.get(gpio, 1)

    def gpio_set_debounce_micros(self, handle: int, gpio: int, micros: int) -> None:
        assert micros == 0

    def callback(self, handle: int, gpio: int, edges: int, func: Callable[..., None]) -> _Callback:
        self.watchers[gpio] = func
        return _Callback(self, gpio)

    def move(self, gpio: int, level: int, tick_ns: int) -> None:
        self.levels[gpio] = level
        self.watchers[gpio](0, gpio, level, tick_ns)


@pytest.fixture
def chip(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeLgpio]:
    fake = FakeLgpio()
    monkeypatch.setitem(sys.modules, "lgpio", fake)
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
    monkeypatch.setattr(gpiozero.pins.local, "get_pi_revision", lambda: 0xC03111)
    yield fake
    sys.modules.pop("gpiozero.pins.lgpio", None)


def knobs_and_clock() -> tuple[Any, SimulatedClock]:
    clock = SimulatedClock()
    return make(SETTINGS, Bench(clock, lambda: World(clock))), clock


def test_edges_have_the_kernels_own_time(chip: FakeLgpio) -> None:
    knobs, clock = knobs_and_clock()
    knobs.open()
    knobs.step(clock.now_ns())
    tick_ns = time.monotonic_ns() - 400_000_000  # four edges, the last one 0.1 s ago
    for number, (gpio, level) in enumerate([(17, 0), (18, 0), (17, 1), (18, 1)]):
        chip.move(gpio, level, tick_ns + number * 100_000_000)
    (turn,) = knobs.step(clock.now_ns())
    assert isinstance(turn, Turn)
    assert (turn.knob, turn.detents, len(turn.edges_ns)) == ("dodge", 1, 4)
    assert clock.now_ns() - turn.t_ns == pytest.approx(100_000_000, abs=20_000_000)
    assert turn.edges_ns[3] - turn.edges_ns[0] == pytest.approx(300_000_000, abs=20_000_000)
    knobs.close()
    assert (chip.open_chips, chip.watchers) == (0, {})


def test_a_tick_of_another_clock_is_not_believed(chip: FakeLgpio) -> None:
    knobs, clock = knobs_and_clock()
    knobs.open()
    knobs.step(clock.now_ns())
    chip.move(25, 0, time.time_ns())  # wall time, as kernels before 5.7 gave it
    chip.move(25, 2, 0)  # a watchdog's time-out is no edge
    assert knobs.step(clock.now_ns()) == [Press(clock.now_ns(), "record", True)]
    knobs.close()


def test_gpio_busy_is_tried_again(chip: FakeLgpio) -> None:
    chip.busy = 2
    knobs, clock = knobs_and_clock()
    before_ns = clock.now_ns()
    knobs.open()
    assert clock.now_ns() - before_ns == 100_000_000
    knobs.close()


def test_a_pin_that_stays_busy(chip: FakeLgpio) -> None:
    knobs, _ = knobs_and_clock()
    chip.busy = 1000
    with pytest.raises(DeviceNotFound, match=r"^knobs on GPIO: expected pin 17 as an input, got 'GPIO busy': does an"):
        knobs.open()
    chip.busy = 0
    knobs.close()
    assert chip.open_chips == 0


def test_no_right_to_the_chip(chip: FakeLgpio) -> None:
    chip.open_error = PermissionError("permission denied")
    knobs, _ = knobs_and_clock()
    with pytest.raises(DevicePermission, match=r"sudo usermod -aG gpio \$USER, then log in again$"):
        knobs.open()


def test_a_desktop_with_lgpio(chip: FakeLgpio) -> None:
    chip.open_error = FakeLgpio.error("can not open gpiochip")
    knobs, _ = knobs_and_clock()
    with pytest.raises(DeviceNotFound, match="got can not open gpiochip: is this a Pi"):
        knobs.open()


LIKE_LGPIO = """
import os, sys
folder = os.environ.get("LG_WD") or os.getcwd()
os.chdir(folder)
try:
    os.mkfifo(os.path.join(folder, ".lgd-nfy0"))
except OSError:
    pass
os.close(os.open(".lgd-nfy0", os.O_RDWR))
sys.modules["lgpio"] = sys.modules["lgpio_double"]
"""


@pytest.fixture
def folder(tmp_path: Path, chip: FakeLgpio, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a temporary folder of its own; lgpio is a file that does at its import what it does."""
    for name in ("here", "temporary", "library"):
        (tmp_path / name).mkdir()
    (tmp_path / "library/lgpio.py").write_text(LIKE_LGPIO)
    monkeypatch.syspath_prepend(tmp_path / "library")
    monkeypatch.setitem(sys.modules, "lgpio_double", chip)
    monkeypatch.delitem(sys.modules, "lgpio")
    monkeypatch.delenv("LG_WD", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


@pytest.mark.parametrize("given", [True, False])
def test_lgpio_leaves_no_pipe_behind_and_the_current_folder_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch, given: bool
) -> None:
    if given:
        (folder / "given").mkdir()
        monkeypatch.setenv("LG_WD", str(folder / "given"))
        monkeypatch.setattr(tempfile, "tempdir", str(folder / "gone"))
    knobs, _ = knobs_and_clock()
    knobs.open()
    knobs.close()
    assert Path.cwd() == folder / "here"
    assert [path for name in ("here", "temporary") for path in (folder / name).iterdir()] == []
    assert os.environ.get("LG_WD") == (str(folder / "given") if given else None)


def test_a_current_folder_that_is_gone_is_not_in_the_way(folder: Path) -> None:
    (folder / "here").rmdir()
    knobs, _ = knobs_and_clock()
    knobs.open()
    knobs.close()


def test_no_folder_for_lgpios_pipe_is_one_line_with_the_remedy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "gone"))
    knobs, _ = knobs_and_clock()
    with pytest.raises(DeviceNotFound) as caught:
        knobs.open()
    said = str(caught.value)
    assert said.startswith("knobs on GPIO: expected a folder in which lgpio may make its pipe, got ")
    assert said.endswith(": set TMPDIR (or LG_WD) to one that this user may write")
    assert "\n" not in said
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "temporary"))
    knobs.open()
    knobs.close()
