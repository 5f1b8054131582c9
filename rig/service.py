"""Life under systemd: ready, status, the watchdog that only a living frame loop feeds, and being asked to stop.

Protocol: sd_notify(3), one datagram of KEY=value lines to $NOTIFY_SOCKET. Away from systemd every call does nothing.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Mapping
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

log = logging.getLogger(__name__)


class Notifier:
    """Tells the service manager how it goes; never waits, because the frame loop calls it."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        """environ: as systemd sets it. NOTIFY_SOCKET: a path, or @name in the abstract namespace; WATCHDOG_USEC: how
        long it waits for a sign of life; WATCHDOG_PID: whose (another process's watchdog is not ours to feed)."""
        env = os.environ if environ is None else environ
        limit_us = env.get("WATCHDOG_USEC", "")
        ours = env.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.alive_every_ns = int(limit_us) * 1000 // 3 if limit_us.isdecimal() and ours else 0
        self._fed_ns: int | None = None
        address = env.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket: socket.socket | None = None
        self._complained = False
        if self._address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)

    @property
    def listened_to(self) -> bool:
        """Whether there is a service manager."""
        return self._socket is not None

    def send(self, state: str) -> bool:
        """One datagram; False when nobody listens or it could not be sent (said once in the log)."""
        if self._socket is None:
            return False
        try:
            self._socket.sendto(state.encode(), self._address)
        except OSError as error:
            if not self._complained:
                log.warning("the service manager does not listen at %r: %s", self._address, error.strerror)
                self._complained = True
            return False
        return True

    def ready(self, status: str = "") -> bool:
        """The rig works: for us, the first print was made."""
        return self.send("READY=1" + (f"\nSTATUS={_one_line(status)}" if status else ""))

    def status(self, text: str) -> bool:
        """One line for `systemctl status rig`; never a value of the body."""
        return self.send(f"STATUS={_one_line(text)}")

    def stopping(self, status: str = "") -> bool:
        """The rig is closing the take and will leave."""
        return self.send("STOPPING=1" + (f"\nSTATUS={_one_line(status)}" if status else ""))

    def alive(self, now_ns: int) -> bool:
        """Call on every turn of the frame loop, and nowhere else: a third of the watchdog's time after the last sign
        of life another one goes out (True). A loop that hangs sends none, and systemd starts the rig again."""
        if self.alive_every_ns == 0 or (self._fed_ns is not None and now_ns - self._fed_ns < self.alive_every_ns):
            return False
        if not self.send("WATCHDOG=1"):  # tried again on the next frame
            return False
        self._fed_ns = now_ns
        return True

    def close(self) -> None:
        """Release the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def __enter__(self) -> Notifier:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _one_line(text: str) -> str:
    return " ".join(text.split())


class Stop:
    """A block in which SIGTERM, Ctrl-C and a dropped ssh (SIGHUP) only ask: the loop looks at ``asked``, ends the take
    and leaves.

    A second Ctrl-C is a KeyboardInterrupt at once, for somebody who does not want to wait. Under nohup a SIGHUP stays
    ignored. Main thread only.
    """

    def __init__(self) -> None:
        self._signal = 0
        self._before: dict[int, Callable[[int, FrameType | None], Any] | int | signal.Handlers | None] = {}

    @property
    def asked(self) -> bool:
        """Whether the loop is to end."""
        return self._signal != 0

    @property
    def why(self) -> str:
        """The signal's name ("SIGTERM"), "" when nobody has asked; "asked" after ask()."""
        return "asked" if self._signal < 0 else signal.Signals(self._signal).name if self._signal else ""

    def ask(self) -> None:
        """Ask from within the program."""
        self._signal = self._signal or -1

    def __enter__(self) -> Stop:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del frame
        if number == signal.SIGINT and self._signal == signal.SIGINT:
            raise KeyboardInterrupt
        self._signal = number
