"""A whole shoot under a played systemd: READY only after a print, signs of life only from a frame loop that turns."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drivers.sim.clock import SimulatedClock
from rig.build import build, simulated
from rig.config import Config
from rig.service import Notifier, Stop

S = 1_000_000_000


class Manager:
    """Reads what a service sends to NOTIFY_SOCKET."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.setblocking(False)
        self.environ = {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "3000000"}

    def heard(self) -> list[str]:
        messages = []
        while True:
            try:
                messages.append(self.socket.recv(4096).decode().split("\n")[0])
            except BlockingIOError:
                return messages


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(tmp_path / "notify")
    yield made
    made.socket.close()


def shoot(tmp_path: Path, manager: Manager, seconds: float, before_print: Callable[[int, SimulatedClock], None]) -> int:
    """A take on simulated hardware; ``before_print`` is called with the number of each print. Gives how many."""
    config = simulated(Config())
    config = replace(
        config,
        camera=replace(config.camera, width=128, height=72, rate_hz=10.0),
        finder=replace(config.finder, enabled=False),
        takes=replace(config.takes, folder=str(tmp_path / "takes"), min_minutes=0.0),
    )
    clock, printed = SimulatedClock(), 0
    with Notifier(manager.environ) as notifier, build(config, clock, Stop()) as built:
        built.shoot.notifier = notifier
        print_it = built.shoot.printer.print

        def watched(*words: Any, **more: Any) -> Any:
            nonlocal printed
            before_print(printed, clock)
            printed += 1
            return print_it(*words, **more)

        built.shoot.printer.print = watched  # type: ignore[method-assign]
        built.shoot.run(take_seconds=seconds)
    return printed


def test_ready_comes_after_the_first_print_and_then_signs_of_life_and_the_end(tmp_path: Path, manager: Manager) -> None:
    before: list[list[str]] = []
    assert shoot(tmp_path, manager, 4.0, lambda number, clock: before.append(manager.heard())) >= 40
    after = [message for messages in before[1:] for message in messages] + manager.heard()
    assert before[0] == []
    assert after[0] == "READY=1"
    assert after.count("READY=1") == 1
    assert 3 <= after.count("WATCHDOG=1") <= 5  # one a second, of the three that systemd would wait
    assert after[-1] == "STOPPING=1"


def test_a_long_warm_up_is_said_and_systemd_gives_it_time(tmp_path: Path, manager: Manager) -> None:
    config = simulated(Config())
    config = replace(
        config,
        camera=replace(config.camera, width=64, height=36),
        finder=replace(config.finder, enabled=False),
        takes=replace(config.takes, folder=str(tmp_path / "takes"), min_minutes=0.0),
    )
    clock, said = SimulatedClock(), []
    with Notifier(manager.environ) as notifier, build(config, clock, Stop()) as built:
        built.shoot.notifier, built.shoot.say = notifier, said.append
        warm_up = built.shoot.printer.warm_up
        sent: list[str] = []

        def slowly(*words: Any) -> None:
            for _ in range(400):  # as a first compile on a small machine, and longer
                clock.sleep_until_ns(clock.now_ns() + S)
                sent.extend(manager.heard())
            warm_up(*words)

        built.shoot.printer.warm_up = slowly  # type: ignore[method-assign]
        built.shoot.run(take_seconds=0.5)
    assert said == ["Warming up: the first start takes longest."]
    assert sent == ["STATUS=warming up"] * 299  # for five minutes; then it hangs, and systemd may say so
    assert manager.heard()[0] == "READY=1"


def test_no_sign_of_life_while_the_frame_loop_hangs_though_everything_else_runs(
    tmp_path: Path, manager: Manager
) -> None:
    while_hanging: list[str] = []

    def hang(number: int, clock: SimulatedClock) -> None:
        if number == 10:
            manager.heard()
            clock.sleep_until_ns(clock.now_ns() + 30 * S)  # sensors, encoder and writer are stepped on the way
            while_hanging.extend([*manager.heard(), "(hung)"])

    assert shoot(tmp_path, manager, 34.0, hang) > 20
    assert while_hanging == ["(hung)"]
    assert "WATCHDOG=1" in manager.heard()  # it turns again, and says so
