"""Bluetooth low energy for a chest strap: who is near, listening to one. bleak's calls, and its errors in words.

Radio and Link are what the driver uses; drivers/sim/strap.py has them too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from drivers.errors import (
    DeviceLost,
    DeviceNotFound,
    DevicePermission,
    DriverError,
    LibraryMissing,
    WrongDevice,
)


@dataclass(frozen=True, slots=True)
class Heard:
    """A device that advertises itself. services: UUIDs in lower case. device: whatever the radio knows it by."""

    address: str
    name: str
    services: tuple[str, ...]
    device: Any = None


class Link(Protocol):
    """A connection to one device."""

    async def connect(self) -> object:
        """Connect, or raise."""

    async def start_notify(self, characteristic: str, told: Callable[[Any, bytearray], None]) -> object:
        """Call told(which, bytes) whenever the device has something to say."""

    async def disconnect(self) -> object:
        """Let go; harmless when it is not connected."""


class Radio(Protocol):
    """The Bluetooth adapter."""

    async def find(self, wanted: Callable[[Heard], bool]) -> Heard:
        """Listen until somebody who is wanted is heard; every device is shown to ``wanted``, some again and again."""

    def link(self, heard: Heard, gone: Callable[[], None]) -> Link:
        """A connection to it, not yet made; ``gone`` is called when it ends."""


class BleakRadio:
    """The machine's own adapter, through bleak."""

    def __init__(self) -> None:
        try:
            import bleak
        except ImportError as error:
            raise LibraryMissing(
                f"chest strap: expected the library bleak, got {error}: pip install 'darkroom-rig[ble]'"
            ) from error
        self._bleak: Any = bleak

    async def find(self, wanted: Callable[[Heard], bool]) -> Heard:
        """See Radio."""
        found: asyncio.Future[Heard] = asyncio.get_running_loop().create_future()

        def hear(device: Any, says: Any) -> None:
            services = tuple(uuid.lower() for uuid in says.service_uuids)
            heard = Heard(str(device.address), says.local_name or device.name or "", services, device)
            if wanted(heard) and not found.done():
                found.set_result(heard)

        scanner = self._bleak.BleakScanner(hear)
        starting = asyncio.ensure_future(scanner.start())
        try:
            await asyncio.shield(starting)
            return await found
        finally:  # bleak, cancelled while it starts a scan, would never end it
            await asyncio.wait({starting})
            if not starting.cancelled() and starting.exception() is None:
                await scanner.stop()

    def link(self, heard: Heard, gone: Callable[[], None]) -> Link:
        """See Radio."""
        link: Link = self._bleak.BleakClient(heard.device, disconnected_callback=lambda _client: gone())
        return link


_NO_ADAPTER = "no Bluetooth adapter: is it plugged in, and not switched off in the firmware? (bluetoothctl list)"
_NO_LOW_ENERGY = "this Bluetooth adapter has no low energy: plug in one of Bluetooth 4.0 or later"
_OFF = "Bluetooth is off: bluetoothctl power on (where that fails: rfkill unblock bluetooth)"
_NO_SERVICE = "Bluetooth's service does not run: sudo systemctl start bluetooth (sudo apt install bluez)"
_OLD = "Bluetooth's service is too old: sudo apt install bluez"
_DENIED = "this user may not use Bluetooth: sudo usermod -aG bluetooth $USER, then log in again"
_REFUSED = "this program may not use Bluetooth: allow it in the system's settings, under privacy, Bluetooth"
_BUSY = "Bluetooth is busy: another program scans or connects; or sudo systemctl restart bluetooth"
_HELD = "heard, but it takes no connection: does a watch or a phone hold it?"
_UNPAIRED = "the strap wants to be paired first: bluetoothctl pair and its address"
_NO_MEASUREMENT = "expected a strap that tells the heart rate (0x2A37), got a device that does not: is it another one?"


def in_words(where: str, error: Exception) -> DriverError:
    """What went wrong on the way to a device, with the remedy. Told by bleak's reasons (2 and later), its words (0.22),
    D-Bus's names, and errno."""
    if isinstance(error, DriverError):
        return error
    reason = str(getattr(getattr(error, "reason", None), "name", ""))
    name = str(getattr(error, "dbus_error", ""))
    says = " ".join(str(error).split())
    for kind, words, is_it in (
        (DevicePermission, _REFUSED, reason == "DENIED_BY_USER"),
        (DevicePermission, _DENIED, _is_denied(error, reason, name)),
        (DeviceNotFound, _OFF, reason == "POWERED_OFF" or name.endswith("NotReady") or "no powered" in says.lower()),
        (DeviceNotFound, _NO_LOW_ENERGY, reason == "NO_BLE_CENTRAL_ROLE"),
        (DeviceNotFound, _NO_ADAPTER, reason == "NO_BLUETOOTH" or _is_without_adapter(says.lower())),
        (DeviceNotFound, _NO_SERVICE, _is_without_service(error, name, says)),
        (DeviceNotFound, _OLD, "requires BlueZ >=" in says),
        (DeviceLost, _BUSY, name.endswith("InProgress")),
        (
            DevicePermission,
            _UNPAIRED,
            name.endswith(("NotPermitted", "NotAuthorized")) or "INSUFFICIENT" in says.upper(),
        ),
        (WrongDevice, _NO_MEASUREMENT, hasattr(error, "char_specifier")),
        (DeviceLost, _HELD, isinstance(error, TimeoutError)),
    ):
        if is_it:
            return kind(f"{where}: {words}")
    return DeviceLost(f"{where}: the connection failed ({says or type(error).__name__}): is the strap worn, and near?")


def _is_denied(error: Exception, reason: str, name: str) -> bool:
    # bleak 0.22 lets dbus-fast's AuthError through
    return (
        reason.startswith("DENIED")
        or name.endswith("AccessDenied")
        or isinstance(error, PermissionError)
        or type(error).__name__ == "AuthError"
    )


def _is_without_adapter(says: str) -> bool:
    return "no bluetooth" in says or (says.startswith("adapter ") and says.endswith("not found"))


def _is_without_service(error: Exception, name: str, says: str) -> bool:
    """No system bus at all, a bus that ended, or nobody on it who answers to org.bluez."""
    gone = ("ServiceUnknown", "NameHasNoOwner", "NoReply", "Disconnected")
    return (
        isinstance(error, (FileNotFoundError, ConnectionRefusedError, EOFError))
        or name.endswith(gone)
        or ".Spawn." in name
        or "Failed to activate service" in says
    )
