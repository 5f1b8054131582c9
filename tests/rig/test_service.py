"""The rig as systemd sees it: a real datagram socket plays the service manager."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.service import Notifier, Stop

MS = 1_000_000


class Manager:
    """What systemd does with NOTIFY_SOCKET: it reads one datagram a message."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.socket.setblocking(False)

    def heard(self) -> list[str]:
        messages = []
        while True:
            try:
                messages.append(self.socket.recv(4096).decode())
            except BlockingIOError:
                return messages


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(str(tmp_path / "notify"))
    yield made
    made.socket.close()


def environ(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": str(tmp_path / "notify"), **more}


def test_ready_status_and_stopping_arrive_as_systemd_expects_them(tmp_path: Path, manager: Manager) -> None:
    with Notifier(environ(tmp_path)) as notifier:
        notifier.status("opening\nthe camera")
        notifier.ready("first print made")
        notifier.stopping()
    assert manager.heard() == ["STATUS=opening the camera", "READY=1\nSTATUS=first print made", "STOPPING=1"]


def test_a_socket_in_the_abstract_namespace() -> None:
    name = f"darkroom-rig-test-{os.getpid()}"
    manager = Manager("\0" + name)
    with Notifier({"NOTIFY_SOCKET": "@" + name}) as notifier:
        assert notifier.ready()
    assert manager.heard() == ["READY=1"]
    manager.socket.close()


def test_signs_of_life_come_every_third_of_the_watchdogs_time_and_stop_with_the_loop(
    tmp_path: Path, manager: Manager
) -> None:
    with Notifier(environ(tmp_path, WATCHDOG_USEC="300000", WATCHDOG_PID=str(os.getpid()))) as notifier:
        sent = [frame for frame in range(31) if notifier.alive(frame * 10 * MS)]  # 310 ms of frames, 100 a second
        assert sent == [0, 10, 20, 30]
        assert manager.heard() == ["WATCHDOG=1"] * 4
        notifier.status("the loop hangs: other threads still talk")
        assert manager.heard() == ["STATUS=the loop hangs: other threads still talk"]


@pytest.mark.parametrize("more", [{}, {"WATCHDOG_USEC": "300000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "soon"}])
def test_no_watchdog_or_another_ones_is_not_fed(tmp_path: Path, manager: Manager, more: dict[str, str]) -> None:
    with Notifier(environ(tmp_path, **more)) as notifier:
        assert not notifier.alive(0)
    assert manager.heard() == []


def test_away_from_systemd_nothing_happens() -> None:
    with Notifier({}) as notifier:
        assert not notifier.listened_to
        assert not notifier.ready()
        assert not notifier.alive(0)


def test_a_manager_that_is_gone_is_said_once_and_never_stops_the_loop(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Notifier(environ(tmp_path, WATCHDOG_USEC="300000")) as notifier:
        assert not notifier.alive(0)
        assert not notifier.alive(1)
    assert len(caplog.records) == 1
    assert "does not listen" in caplog.text


def test_a_manager_that_does_not_read_never_blocks_the_loop(tmp_path: Path, manager: Manager) -> None:
    with Notifier(environ(tmp_path, WATCHDOG_USEC="3")) as notifier:
        fed = [notifier.alive(turn * MS) for turn in range(20_000)]
    assert fed[0]
    assert not fed[-1]  # the socket's queue is full: the loop went on all the same
    assert manager.heard() == ["WATCHDOG=1"] * sum(fed)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_only_asks(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with Stop() as stop:
        assert (stop.asked, stop.why) == (False, "")
        signal.raise_signal(number)
        assert (stop.asked, stop.why) == (True, number.name)
    assert signal.getsignal(number) is before


def test_under_nohup_a_dropped_line_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Stop() as stop:
            signal.raise_signal(signal.SIGHUP)
            assert not stop.asked
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_second_ctrl_c_does_not_wait() -> None:
    with Stop() as stop:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert stop.asked


def test_asking_from_within() -> None:
    stop = Stop()
    stop.ask()
    assert (stop.asked, stop.why) == (True, "asked")
