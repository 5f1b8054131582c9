"""The skin sensors on simulated chips: right values at right times, and faults that end in words."""

from __future__ import annotations

import errno
import math
from dataclasses import replace

import numpy as np
import pytest

from drivers.clock import Clock
from drivers.errors import DeviceLost, DeviceNotFound, DevicePermission, WrongDevice
from drivers.interfaces import SkinSensor
from drivers.names import Bench, make_skin
from drivers.readings import Skin
from drivers.settings import SkinSettings
from drivers.sim.ads1115 import Ads1115
from drivers.sim.bus import SimBus
from drivers.sim.clock import SimulatedClock
from drivers.sim.max30102 import Max30102
from drivers.sim.skin_board import grove_board, tinygsr_board
from drivers.sim.tla2022 import tla2022
from drivers.sim.world import World

BOARDS = ("grove", "tinygsr")
ADDRESSES = {"grove": 0x48, "tinygsr": 0x49}


class Rig:
    """A sensor on its simulated chip, and what it gave."""

    def __init__(self, name: str = "grove") -> None:
        self.clock = SimulatedClock()
        self.world = World(self.clock)
        self.address = ADDRESSES[name]
        self.settings = SkinSettings(name=name, bus="sim")  # type: ignore[arg-type]
        self.sensor: SkinSensor = make_skin(self.settings, Bench(self.clock, lambda: self.world))
        self.got: list[Skin] = []

    @property
    def bus(self) -> SimBus:
        return self.world.bus

    @property
    def chip(self) -> Ads1115:
        chip = self.bus.devices[self.address]
        assert isinstance(chip, Ads1115)
        return chip

    def run(self, seconds: float) -> list[Skin]:
        before, end_ns = len(self.got), self.clock.now_ns() + round(seconds * 1e9)
        while self.clock.now_ns() < end_ns:
            self.clock.sleep_until_ns(self.clock.now_ns() + self.sensor.period_ns)
            self.got += self.sensor.step(self.clock.now_ns())
        return self.got[before:]


def times(readings: list[Skin]) -> np.ndarray:
    return np.concatenate([reading.t_ns for reading in readings])


def values(readings: list[Skin]) -> np.ndarray:
    return np.concatenate([reading.conductance_us for reading in readings])


def true_values(rig: Rig, readings: list[Skin]) -> np.ndarray:
    return np.array([rig.world.skin.conductance_us(rig.world.seconds(t)) for t in times(readings).tolist()])


@pytest.mark.parametrize("name", BOARDS)
def test_it_tells_the_skin_22_times_a_second(name: str) -> None:
    rig = Rig(name)
    rig.sensor.open()
    readings = rig.run(60.0)
    assert len(readings) == pytest.approx(1333, abs=3)
    np.testing.assert_allclose(values(readings), true_values(rig, readings), rtol=0.03)  # the real divider is no ideal
    assert (readings[0].t_ns.dtype, readings[0].conductance_us.dtype) == (np.int64, np.float32)
    assert not readings[0].conductance_us.flags.writeable
    assert np.all(np.diff(times(readings)) > 0)


@pytest.mark.parametrize("name", BOARDS)
def test_a_sample_has_the_time_of_the_middle_of_its_conversion(name: str) -> None:
    rig = Rig(name)
    rig.sensor.open()
    readings = rig.run(5.0)
    began = np.array(rig.chip.started_ns)
    after = np.searchsorted(began, times(readings)) - 1
    into_ms = (times(readings) - began[after]) / 1e6
    assert len(set(after.tolist())) == len(readings)  # none is read twice
    whole_ms = 31.25 if name == "grove" else 7.81
    np.testing.assert_allclose(into_ms, 0.5 * whole_ms, atol=0.05 * whole_ms)


@pytest.mark.parametrize("name", BOARDS)
def test_electrodes_that_touch_nothing_give_no_number(name: str) -> None:
    rig = Rig(name)
    rig.world.skin.off.append((3.0, 6.0))
    rig.sensor.open()
    readings = rig.run(10.0)
    seconds = (times(readings) - rig.world.start_ns) / 1e9
    off = (seconds > 3.1) & (seconds < 5.9)
    assert np.isnan(values(readings)[off]).all()
    assert not np.isnan(values(readings)[(seconds < 2.9) | (seconds > 6.1)]).any()


@pytest.mark.parametrize("siemens_us", [0.0, 0.1, 60.0, 1e6])
def test_what_the_circuit_cannot_tell_is_no_number(siemens_us: float) -> None:
    rig = Rig()
    board = grove_board(lambda t_s: siemens_us, rig.world.start_ns)
    rig.bus.devices[0x48] = Ads1115({4: board.volts}, rig.clock)
    rig.sensor.open()
    assert np.isnan(values(rig.run(1.0))).all()


@pytest.mark.parametrize("conductance_us", [2.0, 6.0, 14.0, 25.0, 38.0])
def test_twelve_bits_are_told_a_finer_range_where_a_step_would_mean_more(conductance_us: float) -> None:
    """Over its whole range one step of the TLA2022 is 0.08 uS at 20 uS, and 0.27 at 38."""
    rig = Rig("tinygsr")
    board = tinygsr_board(lambda t_s: conductance_us + 0.001 * t_s, rig.world.start_ns)
    rig.bus.devices[0x49] = chip = tla2022(board.volts, rig.clock)
    chip.noise_v = 0.0
    rig.sensor.open()
    steps = np.diff(values(rig.run(60.0)))
    assert 0.0 < np.abs(steps).max() < 0.04


def test_a_step_out_of_the_finer_range_costs_two_samples_and_gives_no_wrong_one() -> None:
    rig = Rig("tinygsr")
    conductance_us = [25.0, 3.0, 40.0, 3.0, 0.0, 25.0]
    board = tinygsr_board(lambda t_s: conductance_us[int(t_s / 2.0)], rig.world.start_ns)
    rig.bus.devices[0x49] = tla2022(board.volts, rig.clock)
    rig.sensor.open()
    rig.run(11.9)
    seconds = (times(rig.got) - rig.world.start_ns) / 1e9
    for k, true_us in enumerate(conductance_us):
        here = (seconds > 2.0 * k + 0.01) & (seconds < 2.0 * k + 1.99)
        assert np.count_nonzero(here) >= 41
        expected = np.full(np.count_nonzero(here), true_us or np.nan)
        np.testing.assert_allclose(values(rig.got)[here], expected, rtol=0.1)  # the divider is no ideal


@pytest.mark.parametrize("name", BOARDS)
@pytest.mark.parametrize("hum_hz", [49.97, 50.05, 59.96, 60.03])
def test_the_hum_of_the_mains_does_not_come_out_as_a_slow_wave(name: str, hum_hz: float) -> None:
    """10 mV of it; the converter's mean over a conversion lets this much of it through."""
    rig = Rig(name)
    board = (grove_board if name == "grove" else tinygsr_board)(lambda t_s: 6.0, rig.world.start_ns)
    turns = math.pi * hum_hz * (0.03125 if name == "grove" else 0.0078125)
    hum_v = 0.010 * math.sin(turns) / turns

    def volts(t_ns: int) -> float:
        return board.volts(t_ns) + hum_v * math.sin(2.0 * math.pi * hum_hz * (t_ns - rig.world.start_ns) / 1e9)

    chip = Ads1115({4: volts}, rig.clock) if name == "grove" else tla2022(volts, rig.clock)
    rig.bus.devices[rig.address] = chip
    rig.sensor.open()
    readings = rig.run(60.0)
    seconds = np.arange(2.0, 58.0)
    near = np.searchsorted(times(readings), rig.world.start_ns + seconds * 1e9)
    means = np.array([values(readings)[k - 11 : k + 11].mean() for k in near.tolist()])
    assert np.ptp(means) < 0.02


def test_the_grove_board_gives_what_its_makers_formula_gives() -> None:
    """Resistance = (1024 + 2 x) * 10000 / (512 - x), x of 1024 is the supply (Seeed's wiki)."""
    rig = Rig()
    rig.bus.devices[0x48] = chip = Ads1115({4: lambda t_ns: 300 / 1024 * 3.3}, rig.clock)
    chip.noise_v = 0.0
    rig.sensor.open()
    resistance = (1024 + 2 * 300) * 10_000 / (512 - 300)
    assert values(rig.run(0.5))[-1] == pytest.approx(1e6 / resistance, rel=1e-3)


def test_another_resistor_and_another_trimmer_are_settings() -> None:
    rig = Rig()
    rig.bus.devices[0x48] = chip = Ads1115({4: lambda t_ns: 0.3 * 5.0}, rig.clock)
    chip.noise_v = 0.0
    settings = replace(rig.settings, open_share=0.7, reference_kohm=100.0, supply_v=5.0)
    rig.sensor = make_skin(settings, Bench(rig.clock, lambda: rig.world))
    rig.sensor.open()
    assert values(rig.run(0.5))[-1] == pytest.approx(0.4 / 0.6 * 10.0, rel=1e-3)


@pytest.mark.parametrize("name", BOARDS)
@pytest.mark.parametrize("clock_error", [-0.1, 0.1])
def test_a_chip_whose_clock_is_off_by_ten_percent_is_read_all_the_same(name: str, clock_error: float) -> None:
    rig = Rig(name)
    rig.chip._clock_error = clock_error
    rig.sensor.open()
    assert len(rig.run(10.0)) == pytest.approx(222, abs=3)


@pytest.mark.parametrize("name", BOARDS)
def test_a_bad_contact_costs_samples_and_makes_none_up(name: str) -> None:
    rig = Rig(name)
    rig.sensor.open()
    rig.bus.fail_share(errno.EREMOTEIO, 0.05, seed=3)
    readings = rig.run(60.0)
    assert len(readings) > 1000
    np.testing.assert_allclose(values(readings), true_values(rig, readings), rtol=0.03)
    assert np.all(np.diff(times(readings)) > 36_000_000)


@pytest.mark.parametrize("name", BOARDS)
def test_a_brown_out_costs_a_sample_and_no_wrong_one(name: str) -> None:
    rig = Rig(name)
    rig.sensor.open()
    for _ in range(10):
        rig.run(1.02)
        rig.chip.brown_out()
    readings = rig.run(1.0)
    assert len(readings) >= 18
    np.testing.assert_allclose(values(rig.got), true_values(rig, rig.got), rtol=0.03)


def test_a_sensor_that_is_gone_is_said_once_and_opens_again() -> None:
    rig = Rig()
    rig.sensor.open()
    rig.run(1.0)
    chip = rig.bus.devices.pop(0x48)
    with pytest.raises(
        DeviceLost, match=r"^skin sensor grove at 0x48 on the simulated bus no longer answers \(nothing "
    ):
        rig.run(3.0)
    assert rig.sensor.step(rig.clock.now_ns()) == []
    with pytest.raises(DeviceNotFound, match=r"^skin sensor grove not found at 0x48 on the simulated bus: is it wired"):
        rig.sensor.open()
    rig.bus.devices[0x48] = chip
    rig.sensor.open()
    assert len(rig.run(1.0)) >= 18


def test_a_chip_that_converts_no_more_is_lost() -> None:
    rig = Rig()
    rig.sensor.open()
    rig.run(1.0)
    rig.chip.dead = True
    with pytest.raises(DeviceLost, match="expected a sample within 2 s, got none"):
        rig.run(3.0)


@pytest.mark.parametrize(
    ("code", "error", "says"),
    [
        (errno.EREMOTEIO, DeviceNotFound, "not found at 0x49 on the simulated bus: is it wired, and is I2C on"),
        (errno.EACCES, DevicePermission, "may not be used by this user"),
        (errno.ETIMEDOUT, DeviceNotFound, "the bus is stuck"),
    ],
)
def test_what_goes_wrong_when_it_is_opened_is_said(code: int, error: type[Exception], says: str) -> None:
    rig = Rig("tinygsr")
    rig.bus.fail(code, times=20)
    with pytest.raises(error, match=says) as raised:
        rig.sensor.open()
    assert "\n" not in str(raised.value)


def test_another_device_at_its_address_is_told() -> None:
    rig = Rig()
    rig.bus.devices[0x48] = Max30102(rig.world.pulse, rig.clock, rig.world.start_ns)
    with pytest.raises(WrongDevice, match="is another device at this address"):
        rig.sensor.open()


def test_a_few_spoilt_transfers_do_not_keep_it_from_opening() -> None:
    rig = Rig()
    rig.bus.fail(errno.EREMOTEIO, 3)
    rig.sensor.open()
    assert rig.run(1.0)


def test_another_address_is_a_setting() -> None:
    rig = Rig()
    rig.bus.devices[0x4A] = rig.bus.devices.pop(0x48)
    rig.sensor = make_skin(replace(rig.settings, address=0x4A), Bench(rig.clock, lambda: rig.world))
    rig.sensor.open()
    assert rig.sensor.name == "skin sensor grove at 0x4a on the simulated bus"
    assert rig.run(1.0)


def test_closed_it_says_nothing_and_may_be_closed_again() -> None:
    rig = Rig()
    rig.sensor.close()
    rig.sensor.open()
    rig.sensor.close()
    rig.sensor.close()
    assert rig.sensor.step(rig.clock.now_ns()) == []


def test_a_step_in_a_hurry_waits_for_the_conversion() -> None:
    """Woken early, it gives nothing twice and nothing unfinished."""
    rig = Rig()
    rig.sensor.open()
    clock: Clock = rig.clock
    readings: list[Skin] = []
    for _ in range(400):
        clock.sleep_until_ns(clock.now_ns() + 5_000_000)
        readings += rig.sensor.step(clock.now_ns())
    assert 40 <= len(readings) <= 60
    assert np.diff(times(readings)).min() > 31_250_000
    assert not any(math.isnan(value) for value in values(readings))
