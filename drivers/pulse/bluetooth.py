"""Bluetooth low energy for a chest strap: who is near, listening to one. bleak's calls, and its errors in words.

Radio and Link are what the driver uses; drivers/sim/strap.py has them too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Protocol

from drivers.errors import DeviceLost, DeviceNotFound, DevicePermission, DriverError, LibraryMissing


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

        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._bleak.BleakScanner(hear))
            return await found

    def link(self, heard: Heard, gone: Callable[[], None]) -> Link:
        """See Radio."""
        link: Link = self._bleak.BleakClient(heard.device, disconnected_callback=lambda _client: gone())
        return link


_NO_ADAPTER = "no Bluetooth adapter: is it plugged in, and not switched off in the firmware? (bluetoothctl list)"
_OFF = "Bluetooth is off: bluetoothctl power on (where that fails: rfkill unblock bluetooth)"
_NO_SERVICE = "Bluetooth's service does not run: sudo systemctl start bluetooth (sudo apt install bluez)"
_DENIED = "this user may not use Bluetooth: sudo usermod -aG bluetooth $USER, then log in again"


def in_words(where: str, error: Exception) -> DriverError:
    """What went wrong on the way to a device, with the remedy. Told by bleak's reasons, D-Bus's names, and errno."""
    if isinstance(error, DriverError):
        return error
    reason = str(getattr(getattr(error, "reason", None), "name", ""))
    name = str(getattr(error, "dbus_error", ""))
    says = " ".join(str(error).split())
    lower = says.lower()
    if reason.startswith("DENIED") or name.endswith("AccessDenied") or isinstance(error, PermissionError):
        return DevicePermission(f"{where}: {_DENIED}")
    if reason == "POWERED_OFF" or name.endswith("NotReady") or "no powered" in lower:
        return DeviceNotFound(f"{where}: {_OFF}")
    if reason in ("NO_BLUETOOTH", "NO_BLE_CENTRAL_ROLE") or "no bluetooth" in lower:
        return DeviceNotFound(f"{where}: {_NO_ADAPTER}")
    # no system bus at all, or nobody on it who answers to org.bluez
    if isinstance(error, (FileNotFoundError, ConnectionRefusedError)) or name.endswith(
        ("ServiceUnknown", "NameHasNoOwner")
    ):
        return DeviceNotFound(f"{where}: {_NO_SERVICE}")
    return DeviceLost(f"{where}: the connection failed ({says or type(error).__name__}): is the strap worn, and near?")
