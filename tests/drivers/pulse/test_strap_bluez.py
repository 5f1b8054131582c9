"""The real bleak over a real D-Bus: BlueZ is the only thing that is played, by the object paths it would have."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("bleak", reason="needs bleak (pip install 'darkroom-rig[ble]')")
message_bus = pytest.importorskip("dbus_fast.aio", reason="needs dbus-fast, which bleak brings on Linux")

from dbus_fast import BusType, Message, MessageType, Variant  # noqa: E402

from drivers.clock import SystemClock  # noqa: E402
from drivers.errors import DeviceLost, DeviceNotFound, DevicePermission, DriverError  # noqa: E402
from drivers.names import Bench, make_pulse  # noqa: E402
from drivers.pulse.heart_rate_service import MEASUREMENT, SERVICE  # noqa: E402
from drivers.pulse.strap import ChestStrap  # noqa: E402
from drivers.readings import ReportedBeat  # noqa: E402
from drivers.settings import PulseSettings  # noqa: E402
from drivers.sim.world import World  # noqa: E402
from rig.watch import Watch  # noqa: E402

ADAPTER, DEVICE = "/org/bluez/hci0", "/org/bluez/hci0/dev_C0_00_00_00_18_0D"
GATT, CHARACTERISTIC = f"{DEVICE}/service0010", f"{DEVICE}/service0010/char0011"
Properties = dict[str, dict[str, Variant]]
CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>
"""


class Bluez:
    """org.bluez on a bus: an adapter, and a strap that is there while somebody scans. In a thread of its own."""

    def __init__(
        self,
        address: str,
        powered: bool = True,
        adapter: bool = True,
        name: str = "HRM-Real",
        refuses: dict[str, tuple[str, str]] | None = None,
    ) -> None:
        """refuses: calls that are answered with an error: its name on D-Bus, and its words."""
        self._address, self._name, self._refuses = address, name, refuses or {}
        self.calls: list[str] = []
        self.objects: dict[str, Properties] = {}
        if adapter:
            self.objects[ADAPTER] = {
                "org.bluez.Adapter1": {
                    "Address": Variant("s", "00:00:00:00:00:01"),
                    "Name": Variant("s", "rig"),
                    "Powered": Variant("b", powered),
                    "Discovering": Variant("b", False),
                    "Roles": Variant("as", ["central"]),
                }
            }
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def _run(self) -> None:
        self._loop.run_until_complete(self._live())
        self._loop.close()

    async def _live(self) -> None:
        self._ended = asyncio.Event()
        self._bus = await message_bus.MessageBus(bus_address=self._address, bus_type=BusType.SYSTEM).connect()
        self._bus.add_message_handler(self._answer)
        await self._bus.request_name("org.bluez")
        self._ready.set()
        await self._ended.wait()
        self._bus.disconnect()
        await self._bus.wait_for_disconnect()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    def later(self, call: Callable[[], None]) -> None:
        """Do it on BlueZ's own thread."""
        self._loop.call_soon_threadsafe(call)

    def _answer(self, message: Message) -> Message | None:
        if message.message_type != MessageType.METHOD_CALL or message.path.startswith("/org/freedesktop"):
            return None
        self.calls.append(message.member)
        if message.member in self._refuses:
            return Message.new_error(message, *self._refuses[message.member])
        if message.member == "GetManagedObjects":
            return Message.new_method_return(message, "a{oa{sa{sv}}}", [self.objects])
        if message.member == "StartDiscovery":
            self._loop.call_later(0.05, self._appear)
        if message.member == "Connect":
            self._change(DEVICE, "org.bluez.Device1", "Connected", Variant("b", True))
            self._loop.call_later(0.05, self._resolved)
        if message.member == "Disconnect":
            self._change(DEVICE, "org.bluez.Device1", "Connected", Variant("b", False))
        if message.member == "StartNotify":
            self._change(CHARACTERISTIC, "org.bluez.GattCharacteristic1", "Notifying", Variant("b", True))
        return Message.new_method_return(message)

    def _appear(self) -> None:
        self._add(
            DEVICE,
            "org.bluez.Device1",
            {
                "Address": Variant("s", "C0:00:00:00:18:0D"),
                "AddressType": Variant("s", "random"),
                "Name": Variant("s", self._name),
                "Alias": Variant("s", self._name),
                "Adapter": Variant("o", ADAPTER),
                "UUIDs": Variant("as", [SERVICE]),
                "RSSI": Variant("n", -60),
                "Paired": Variant("b", False),
                "Trusted": Variant("b", False),
                "Blocked": Variant("b", False),
                "LegacyPairing": Variant("b", False),
                "Connected": Variant("b", False),
                "ServicesResolved": Variant("b", False),
            },
        )

    def _resolved(self) -> None:
        service = {"UUID": Variant("s", SERVICE), "Primary": Variant("b", True), "Device": Variant("o", DEVICE)}
        self._add(GATT, "org.bluez.GattService1", service | {"Includes": Variant("ao", [])})
        measured = {"UUID": Variant("s", MEASUREMENT), "Service": Variant("o", GATT), "Value": Variant("ay", b"")}
        flags = {"Flags": Variant("as", ["notify"]), "Notifying": Variant("b", False), "MTU": Variant("q", 23)}
        self._add(CHARACTERISTIC, "org.bluez.GattCharacteristic1", measured | flags)
        self._change(DEVICE, "org.bluez.Device1", "ServicesResolved", Variant("b", True))

    def tell(self, data: bytes) -> None:
        """One notification."""
        self.later(lambda: self._change(CHARACTERISTIC, "org.bluez.GattCharacteristic1", "Value", Variant("ay", data)))

    def leave(self) -> None:
        """The strap goes out of reach."""
        self.later(lambda: self._change(DEVICE, "org.bluez.Device1", "Connected", Variant("b", False)))

    def _add(self, path: str, interface: str, properties: dict[str, Variant]) -> None:
        self.objects[path] = {interface: properties}
        self._signal(
            "/", "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", "oa{sa{sv}}", [path, self.objects[path]]
        )

    def _change(self, path: str, interface: str, name: str, value: Variant) -> None:
        self.objects[path][interface][name] = value
        body: list[Any] = [interface, {name: value}, []]
        self._signal(path, "org.freedesktop.DBus.Properties", "PropertiesChanged", "sa{sv}as", body)

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        self._bus.send(Message.new_signal(path, interface, member, signature, body))


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A D-Bus of our own, as the system's."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("needs Debian's dbus-daemon (apt-get install dbus-daemon)")
    config = tmp_path / "bus.conf"
    config.write_text(CONFIG.format(path=tmp_path / "bus"))
    command = [daemon, "--nofork", "--print-address", f"--config-file={config}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        yield address
        process.terminate()


class Listener:
    """The driver on the system's clock."""

    def __init__(self, source: str = "") -> None:
        self.clock = SystemClock()
        sensor = make_pulse(PulseSettings(name="strap", source=source), Bench(self.clock, lambda: World(self.clock)))
        assert isinstance(sensor, ChestStrap)
        self.sensor = sensor
        self.beats: list[ReportedBeat] = []

    def until(self, done: Callable[[], bool], seconds: float = 10.0) -> bool:
        end_ns = self.clock.now_ns() + round(seconds * 1e9)
        while not done():
            if self.clock.now_ns() > end_ns:
                return False
            self.clock.sleep_until_ns(self.clock.now_ns() + self.sensor.period_ns)
            self.beats += self.sensor.step(self.clock.now_ns())
        return True


def test_a_strap_is_found_connected_heard_lost_and_found_again(bus: str) -> None:
    bluez, listener = Bluez(bus), Listener("hrm-real")
    try:
        for _ in range(2):
            listener.beats.clear()
            listener.sensor.open()
            assert listener.until(lambda: "StartNotify" in bluez.calls)
            bluez.tell(b"\x16\x48\x40\x03\x40\x03")
            assert listener.until(lambda: not listener.sensor.searching)
            bluez.tell(b"\x16\x48\x40\x03")
            assert listener.until(lambda: bool(listener.beats))
            assert {beat.ibi_ms for beat in listener.beats} == {812.5}
            assert listener.sensor.contact is True
            bluez.leave()
            with pytest.raises(DeviceLost, match="chest strap HRM-Real: out of reach, or taken off"):
                listener.until(lambda: False)
            bluez.calls.clear()
    finally:
        listener.sensor.close()
        bluez.close()


def test_closing_stops_the_scan_and_lets_the_strap_go(bus: str) -> None:
    bluez, listener = Bluez(bus), Listener()
    try:
        listener.sensor.open()
        assert listener.until(lambda: "StartNotify" in bluez.calls)
        assert bluez.calls.index("StopDiscovery") < bluez.calls.index("StartNotify")
        listener.sensor.close()
        assert "Disconnect" in bluez.calls
        other = Listener("somebody else's")
        other.sensor.open()
        assert other.until(lambda: bluez.calls.count("StartDiscovery") == 2)
        other.sensor.close()
        assert bluez.calls.count("StopDiscovery") == 2
    finally:
        listener.sensor.close()
        bluez.close()


def test_closing_while_the_scan_is_starting_stops_it_too(bus: str) -> None:
    bluez, sensor, clock = Bluez(bus), Listener().sensor, SystemClock()
    try:
        sensor.open()
        while not wait_for(lambda: "StartDiscovery" in bluez.calls, 0.04):
            sensor.step(clock.now_ns())
        sensor.close()  # its answer has not been read
        assert "StopDiscovery" in bluez.calls
    finally:
        sensor.close()
        bluez.close()


def test_opened_on_one_thread_and_stepped_on_another(bus: str) -> None:
    bluez, listener, told = Bluez(bus), Listener(), list[str]()
    heard = threading.Event()
    watch = Watch(
        listener.sensor, lambda beat: heard.set(), lambda t_ns, where, message, recovered: told.append(message)
    )
    try:
        watch.open()
        step, period_ns = watch.step, listener.sensor.period_ns
        service = listener.clock.serve("strap", step, period_ns, lambda name, error: told.append(repr(error)))
        assert wait_for(lambda: "StartNotify" in bluez.calls)
        assert wait_for(lambda: bluez.tell(b"\x16\x48\x40\x03") or heard.is_set())
        assert service.stop()
        assert told == []
    finally:
        watch.close()
        bluez.close()
    assert "Disconnect" in bluez.calls


def wait_for(done: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Looked at every 20 ms."""
    pause = threading.Event()
    return any(done() or pause.wait(0.02) for _ in range(int(seconds / 0.02)))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"adapter": False}, "no Bluetooth adapter: is it plugged in"),
        ({"powered": False}, "Bluetooth is off: bluetoothctl power on"),
        (None, "Bluetooth's service does not run: sudo systemctl start bluetooth"),
    ],
)
def test_what_is_wrong_with_bluetooth_is_said(bus: str, state: dict[str, bool] | None, words: str) -> None:
    bluez, listener = (None if state is None else Bluez(bus, **state)), Listener()

    def listen() -> None:
        listener.sensor.open()
        listener.until(lambda: False)

    try:
        with pytest.raises(DeviceNotFound, match=words):
            listen()
    finally:
        listener.sensor.close()
        if bluez is not None:
            bluez.close()


@pytest.mark.parametrize(
    ("call", "name", "said", "kind", "words"),
    [
        ("StartDiscovery", "org.bluez.Error.NotReady", "Resource Not Ready", DeviceNotFound, "Bluetooth is off"),
        ("StartDiscovery", "org.bluez.Error.InProgress", "Operation already in progress", DeviceLost, "is busy"),
        ("StartDiscovery", "org.freedesktop.DBus.Error.AccessDenied", "Rejected", DevicePermission, "usermod -aG"),
        (
            "Connect",
            "org.bluez.Error.Failed",
            "Software caused connection abort",
            DeviceLost,
            "chest strap HRM-Real: the connection failed .*Software caused connection abort",
        ),
        ("Connect", "org.bluez.Error.InProgress", "In Progress", DeviceLost, "chest strap HRM-Real: Bluetooth is busy"),
        ("StartNotify", "org.bluez.Error.NotPermitted", "Notify not permitted", DevicePermission, "to be paired first"),
        (
            "StartNotify",
            "org.bluez.Error.NotAuthorized",
            "Not authorized",
            DevicePermission,
            "wants to be paired first",
        ),
    ],
)
def test_what_bluez_refuses_is_said(
    bus: str, call: str, name: str, said: str, kind: type[DriverError], words: str
) -> None:
    bluez, listener = Bluez(bus, refuses={call: (name, said)}), Listener()

    def listen() -> None:
        listener.sensor.open()
        listener.until(lambda: False)

    try:
        with pytest.raises(kind, match=words) as caught:
            listen()
        assert "\n" not in str(caught.value)
    finally:
        listener.sensor.close()
        bluez.close()
