from __future__ import annotations

import asyncio
import os
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from drivers.clock import SystemClock
from drivers.errors import (
    DeviceLost,
    DeviceNotFound,
    DevicePermission,
    DriverError,
    LibraryMissing,
    WrongDevice,
)
from drivers.names import Bench, make_pulse
from drivers.pulse.bluetooth import BleakRadio, Heard, in_words
from drivers.pulse.heart_rate_service import SERVICE, Measurement, read_measurement
from drivers.pulse.strap import ChestStrap
from drivers.readings import ReportedBeat
from drivers.settings import PulseSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.strap import SimStrap
from drivers.sim.world import World
from rig.body.reader import BodyReader
from rig.watch import Watch


class Worn:
    """A strap of the simulated world and the driver that listens to it."""

    def __init__(self, source: str = "") -> None:
        self.clock = SimulatedClock()
        self.world = World(self.clock)
        self.strap: SimStrap = self.world.strap
        sensor = make_pulse(
            PulseSettings(name="strap", bus="sim", source=source), Bench(self.clock, lambda: self.world)
        )
        assert isinstance(sensor, ChestStrap)
        self.sensor = sensor

    def run(self, seconds: float) -> list[ReportedBeat]:
        got: list[ReportedBeat] = []
        end_ns = self.clock.now_ns() + round(seconds * 1e9)
        while self.clock.now_ns() < end_ns:
            self.clock.sleep_until_ns(self.clock.now_ns() + self.sensor.period_ns)
            got += self.sensor.step(self.clock.now_ns())
        return got

    def errors_s(self, beats: list[ReportedBeat]) -> np.ndarray:
        """Each beat against the nearest true one."""
        true = np.array(self.strap.beats(self.world.seconds(self.clock.now_ns())))
        return np.array([(t := self.world.seconds(b.t_ns)) - true[np.argmin(np.abs(true - t))] for b in beats])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x00\x48", Measurement(72)),
        (b"\x01\x2c\x01", Measurement(300)),
        (b"\x16\x48\x00\x04\x00\x02", Measurement(72, (1.0, 0.5), True)),
        (b"\x14\x48\x00\x04", Measurement(72, (1.0,), False)),
        (b"\x1f\x48\x00\x34\x12\x40\x03", Measurement(72, (0.8125,), True)),  # everything at once
        (b"\x06\x00", Measurement(0, (), True)),
        (b"\x10\x48", Measurement(72)),
        (b"", None),
        (b"\x00", None),
        (b"\x01\x48", None),
        (b"\x18\x48\x00", None),  # energy cut off
        (b"\x10\x48\x00", None),  # half an interval
    ],
)
def test_the_bytes_of_a_measurement(data: bytes, said: Measurement | None) -> None:
    assert read_measurement(bytearray(data)) == said


def test_beats_are_where_they_were_with_their_intervals() -> None:
    worn = Worn()
    worn.sensor.open()
    assert worn.sensor.searching
    beats = worn.run(120.0)
    assert not worn.sensor.searching
    assert worn.sensor.contact is True
    true = np.array(worn.strap.beats(120.0))
    assert len(beats) >= len(true) - 3
    assert all(a.t_ns < b.t_ns for a, b in pairwise(beats))
    settled = worn.errors_s(beats)[40:]
    # late by the radio's own delay, at most 30 ms, a step, and a fortieth of the second between two messages
    assert settled.min() > -0.005
    assert settled.max() < 0.08
    assert np.std(settled) < 0.015
    for beat in beats:
        ends = int(np.argmin(np.abs(true - worn.world.seconds(beat.t_ns))))
        assert beat.ibi_ms == pytest.approx(1000 * (true[ends] - true[ends - 1]), abs=1.1)
    worn.sensor.close()


def test_the_body_shows_rate_and_rmssd_of_a_strap() -> None:
    worn = Worn()
    worn.sensor.open()
    body = BodyReader()
    for _ in range(60):
        for beat in worn.run(1.0):
            body.add(beat, worn.clock.now_ns())
    now = body.read(worn.clock.now_ns())
    true = np.array(worn.strap.beats(60.0))
    ibis = np.diff(true[true > 1.0])
    assert now.heart_rate_bpm == pytest.approx(60 / np.mean(np.diff(true[true > 50])), abs=1.0)
    assert now.rmssd_ms == pytest.approx(1000 * np.sqrt(np.mean(np.diff(ibis) ** 2)), rel=0.15)
    assert (
        now.sqi > 0.2
    )  # it fades with the age of the newest beat, which may be two seconds: the strap speaks once a second
    worn.strap.contact = False
    for beat in worn.run(5.0):
        body.add(beat, worn.clock.now_ns())
    assert body.read(worn.clock.now_ns()).heart_rate_bpm is None
    worn.sensor.close()


@pytest.mark.parametrize("form", ["wide", "energy", "cannot tell contact"])
def test_every_form_of_message_gives_the_same_beats(form: str) -> None:
    plain, other = Worn(), Worn()
    other.strap.wide, other.strap.energy = form == "wide", form == "energy"
    other.strap.contact = None if form == "cannot tell contact" else True
    for worn in (plain, other):
        worn.sensor.open()
    shift_ns = other.clock.now_ns() - plain.clock.now_ns()
    assert [(b.t_ns + shift_ns, b.ibi_ms) for b in plain.run(10.0)] == [(b.t_ns, b.ibi_ms) for b in other.run(10.0)]
    for worn in (plain, other):
        worn.sensor.close()


def test_without_contact_there_are_no_beats_and_with_it_there_are_again() -> None:
    worn = Worn()
    worn.sensor.open()
    assert worn.run(20.0)
    worn.strap.contact = False
    worn.run(1.1)
    assert worn.run(30.0) == []
    assert worn.sensor.contact is False
    worn.strap.contact = True
    beats = worn.run(30.0)
    assert worn.sensor.contact is True
    assert len(beats) > 20
    assert np.abs(worn.errors_s(beats)[15:]).max() < 0.1
    worn.sensor.close()


@pytest.mark.parametrize("lost", [1, 2])
def test_lost_messages_are_a_hole_and_the_beats_after_it_are_where_they_were(lost: int) -> None:
    worn = Worn()
    worn.sensor.open()
    before = worn.run(40.0)
    worn.strap.lost = lost
    beats = worn.run(40.0)
    assert [i for i, beat in enumerate(beats) if beat.ibi_ms is None] == [0]
    assert beats[0].t_ns - before[-1].t_ns > 1_200_000_000  # beats are missing there
    assert np.abs(worn.errors_s(beats)).max() < 0.12
    worn.sensor.close()


def test_a_strap_out_of_reach_is_lost_and_found_again() -> None:
    worn = Worn()
    worn.sensor.open()
    assert worn.run(10.0)
    worn.strap.near = False
    with pytest.raises(DeviceLost, match="chest strap Simulated strap: out of reach, or taken off"):
        worn.run(3.0)
    worn.sensor.open()
    assert worn.run(4.0) == []
    worn.strap.near = True
    assert worn.run(10.0)
    worn.sensor.close()


def test_a_take_hears_of_one_loss_and_one_return() -> None:
    worn = Worn()
    told: list[tuple[str, bool]] = []
    beats: list[ReportedBeat] = []
    watch = Watch(worn.sensor, beats.append, lambda t_ns, where, message, recovered: told.append((message, recovered)))
    service = worn.clock.serve("strap", watch.step, worn.sensor.period_ns, lambda name, error: pytest.fail(str(error)))

    def go_on(seconds: float) -> None:
        worn.clock.sleep_until_ns(worn.clock.now_ns() + round(seconds * 1e9))

    go_on(20.0)
    assert told == []
    worn.strap.near = False
    go_on(60.0)  # looked for again and again meanwhile
    assert [recovered for _, recovered in told] == [False]
    before = len(beats)
    worn.strap.near = True
    go_on(40.0)
    assert [recovered for _, recovered in told] == [False, True]
    assert told[1][0] == "is back"
    assert len(beats) > before + 15
    service.stop()
    watch.close()


def test_the_first_strap_is_taken_and_nothing_else() -> None:
    worn = Worn()
    worn.strap.neighbours = [Heard("AA:00", "headphones", ("0000110b-0000-1000-8000-00805f9b34fb",))]
    worn.sensor.open()
    assert worn.run(5.0)
    worn.sensor.close()


@pytest.mark.parametrize("source", ["Simulated strap", "simulated", "d0:00:00:00:18:0d", " STRAP "])
def test_a_strap_by_name_part_of_it_or_address(source: str) -> None:
    worn = Worn(source)
    worn.strap.neighbours = [Heard("AA:00", "HRM 1", (SERVICE,))]
    worn.sensor.open()
    assert worn.run(5.0)
    worn.sensor.close()


def test_no_strap_is_said_in_words() -> None:
    worn = Worn()
    worn.strap.near = False
    worn.sensor.open()
    with pytest.raises(DeviceNotFound, match=r"^chest strap not found: is it worn, are its electrodes wet, .*\)$"):
        worn.run(20.0)
    assert not worn.sensor.searching


def test_other_straps_are_named_and_the_one_that_was_meant() -> None:
    worn = Worn("HRM-Pro 12345")
    worn.strap.near = False
    worn.strap.neighbours = [
        Heard("AA:00", "HRM-Pro 12354", (SERVICE,)),
        Heard("AB:00", "", (SERVICE,)),
        Heard("BB:00", "buds", ()),
    ]
    worn.sensor.open()
    wanted = r"expected 'HRM-Pro 12345', got HRM-Pro 12354, AB:00, did you mean 'HRM-Pro 12354'\?"
    with pytest.raises(DeviceNotFound, match=wanted):
        worn.run(20.0)


def test_a_strap_that_takes_no_connection() -> None:
    worn = Worn()
    strap = worn.strap

    async def never() -> None:
        await asyncio.get_running_loop().create_future()

    class Deaf(SimStrap):
        def link(self, heard: Heard, gone: object) -> object:  # type: ignore[override]
            link = super().link(heard, lambda: None)
            link.connect = never  # type: ignore[method-assign]
            return link

    deaf = Deaf(strap.beats, worn.clock, worn.world.start_ns)
    sensor = ChestStrap("", worn.clock, lambda: deaf)
    worn.sensor = sensor
    sensor.open()
    with pytest.raises(DeviceLost, match="heard, but it takes no connection: does a watch or a phone hold it"):
        worn.run(30.0)
    assert not deaf.held


def test_a_strap_that_falls_silent() -> None:
    worn = Worn()
    worn.sensor.open()
    assert worn.run(5.0)
    worn.strap.mute = True
    with pytest.raises(DeviceLost, match="Simulated strap: silent for 5 s"):
        worn.run(8.0)
    assert not worn.strap.held


def test_an_arm_band_that_reports_no_intervals() -> None:
    worn = Worn()
    worn.strap.intervals = False
    worn.sensor.open()
    with pytest.raises(WrongDevice, match="expected intervals between beats, got a heart rate alone"):
        worn.run(30.0)


def test_a_connection_that_fails_ends_in_words() -> None:
    worn = Worn()
    worn.strap.connect_error = OSError("le-connection-abort-by-local")
    with pytest.raises(
        DeviceLost, match=r"Simulated strap: the connection failed \(le-connection-abort-by-local\): is the strap worn"
    ):
        worn.sensor.open()


def test_what_letting_go_meets_hides_nothing() -> None:
    worn = Worn()
    worn.strap.disconnect_error = EOFError()  # bleak's, when BlueZ told the end before it answered
    worn.strap.notify_error = RuntimeError("Notify not permitted")
    with pytest.raises(DeviceLost, match="Notify not permitted"):
        worn.sensor.open()
    worn.strap.notify_error = None
    worn.sensor.open()
    assert worn.run(10.0)
    worn.strap.near = False
    with pytest.raises(DeviceLost, match="out of reach"):
        worn.run(10.0)


def test_closing_lets_the_strap_go() -> None:
    worn = Worn()
    worn.sensor.open()
    worn.run(3.0)
    assert worn.strap.held
    worn.sensor.close()
    assert not worn.strap.held
    assert worn.sensor.step(worn.clock.now_ns()) == []


class AuthError(Exception):
    """dbus-fast's, by name: bleak 0.22 lets it through."""


class _Bleak(Exception):
    """What bleak raises, as far as it is looked at: a reason (bleak 2 and later), or D-Bus's name, or words alone."""

    def __init__(self, words: str = "", reason: str = "", dbus_error: str = "") -> None:
        super().__init__(words)
        if reason:
            self.reason = type("Reason", (), {"name": reason})()
        if dbus_error:
            self.dbus_error = dbus_error


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (_Bleak(reason="NO_BLUETOOTH"), DeviceNotFound, "no Bluetooth adapter: is it plugged in"),
        (_Bleak("No Bluetooth adapters found."), DeviceNotFound, "no Bluetooth adapter: is it plugged in"),
        (_Bleak(reason="POWERED_OFF"), DeviceNotFound, "Bluetooth is off: bluetoothctl power on"),
        (_Bleak("No powered Bluetooth adapters found."), DeviceNotFound, "Bluetooth is off: bluetoothctl power on"),
        (_Bleak(dbus_error="org.bluez.Error.NotReady"), DeviceNotFound, "Bluetooth is off: bluetoothctl power on"),
        (_Bleak("adapter 'hci0' not found"), DeviceNotFound, "no Bluetooth adapter: is it plugged in"),
        (_Bleak(reason="NO_BLE_CENTRAL_ROLE"), DeviceNotFound, "has no low energy: plug in one of Bluetooth 4.0"),
        (_Bleak(reason="DENIED_BY_SYSTEM"), DevicePermission, "usermod -aG bluetooth"),
        (_Bleak(reason="DENIED_BY_USER"), DevicePermission, "allow it in the system's settings"),
        (AuthError("REJECTED"), DevicePermission, "usermod -aG bluetooth"),
        (_Bleak(dbus_error="org.freedesktop.DBus.Error.AccessDenied"), DevicePermission, "usermod -aG bluetooth"),
        (_Bleak(dbus_error="org.freedesktop.DBus.Error.ServiceUnknown"), DeviceNotFound, "systemctl start bluetooth"),
        (FileNotFoundError(2, "No such file"), DeviceNotFound, "systemctl start bluetooth"),
        (_Bleak(dbus_error="org.freedesktop.DBus.Error.NoReply"), DeviceNotFound, "systemctl start bluetooth"),
        (_Bleak("Failed to activate service 'org.bluez': timed out"), DeviceNotFound, "systemctl start bluetooth"),
        (EOFError(), DeviceNotFound, "systemctl start bluetooth"),
        (_Bleak("Bleak requires BlueZ >= 5.55."), DeviceNotFound, "too old: sudo apt install bluez"),
        (_Bleak(dbus_error="org.bluez.Error.InProgress"), DeviceLost, "Bluetooth is busy: another program"),
        (_Bleak(dbus_error="org.bluez.Error.NotPermitted"), DevicePermission, "wants to be paired first"),
        (TimeoutError(), DeviceLost, "heard, but it takes no connection: does a watch or a phone hold it?"),
        (
            _Bleak("[org.bluez.Error.Failed] Software caused connection abort", dbus_error="org.bluez.Error.Failed"),
            DeviceLost,
            "the connection failed ([org.bluez.Error.Failed] Software caused connection abort): is the strap worn",
        ),
    ],
)
def test_what_bluetooth_says_in_words(error: Exception, kind: type[DriverError], words: str) -> None:
    said = in_words("chest strap", error)
    assert type(said) is kind
    assert words in str(said)
    assert str(said).startswith("chest strap: ")
    assert "\n" not in str(said)


def test_a_device_without_the_measurement() -> None:
    exc = pytest.importorskip("bleak.exc", reason="needs bleak (pip install 'darkroom-rig[ble]')")
    said = in_words("chest strap Buds", exc.BleakCharacteristicNotFoundError("2a37"))
    assert type(said) is WrongDevice
    assert str(said).startswith("chest strap Buds: expected a strap that tells the heart rate (0x2A37), got a device")


def test_without_bleak_the_remedy_is_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bleak", None)
    with pytest.raises(LibraryMissing, match=r"expected the library bleak.*pip install 'darkroom-rig\[ble\]'"):
        ChestStrap("", SystemClock(), BleakRadio).open()


@pytest.mark.skipif(sys.platform != "linux", reason="asks for Linux's system bus by a path where there is none")
def test_the_real_bleak_on_a_machine_without_bluetooth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("bleak", reason="needs bleak (pip install 'darkroom-rig[ble]')")
    monkeypatch.setitem(os.environ, "DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'no-bus'}")
    clock = SystemClock()
    sensor = make_pulse(PulseSettings(name="strap"), Bench(clock, lambda: World(clock)))
    for _ in range(2):
        with pytest.raises(DeviceNotFound, match="chest strap: Bluetooth's service does not run: sudo systemctl start"):
            sensor.open()
    sensor.close()
