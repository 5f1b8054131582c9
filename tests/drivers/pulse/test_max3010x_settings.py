"""What the settings ask of the chip, and the pin that says there is something to read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from gpiozero.pins.mock import MockFactory

from drivers.errors import BadInput, DeviceNotFound, LibraryMissing
from drivers.names import Bench
from drivers.pulse.interrupt import open_interrupt
from drivers.pulse.max3010x_registers import wanted
from drivers.settings import PulseSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.world import World

if TYPE_CHECKING:
    from tests.drivers.pulse.conftest import KnownRig

    Build = Callable[..., KnownRig]


@pytest.mark.parametrize(
    ("settings", "fifo_config", "spo2_config"),
    [
        ({}, 0x10, 0x27),
        ({"rate_hz": 400, "pulse_width_us": 215, "adc_range_na": 16384}, 0x10, 0x6E),
        ({"rate_hz": 100, "averaging": 4}, 0x50, 0x2F),
        ({"rate_hz": 50, "averaging": 2}, 0x30, 0x27),
        ({"rate_hz": 50, "averaging": 32, "pulse_width_us": 69, "adc_range_na": 2048}, 0xB0, 0x18),
    ],
)
def test_the_bytes_are_those_of_the_datasheet(settings: dict[str, int], fifo_config: int, spo2_config: int) -> None:
    asked = wanted(PulseSettings(**settings))  # type: ignore[arg-type]
    assert (asked.fifo_config, asked.spo2_config) == (fifo_config, spo2_config)


def test_what_the_chip_cannot_do_is_told_with_what_it_can(known_rig: Build) -> None:
    rig = known_rig(rate_hz=200, averaging=8)
    with pytest.raises(BadInput) as caught:
        rig.sensor.open()
    assert str(caught.value) == (
        "pulse.averaging: expected 1 or 2 at 200 Hz and 411 us, got 8 (1600 conversions a second): "
        "use another averaging or a shorter pulse"
    )
    with pytest.raises(BadInput, match=r"expected 1, 2, 4 or 8 at 100 Hz and 215 us, got 32 \(3200 conversions"):
        wanted(PulseSettings(averaging=32, pulse_width_us=215))


@pytest.mark.parametrize(("rate_hz", "averaging"), [(50, 2), (50, 8), (100, 4), (200, 2)])
def test_averaged_samples_come_at_the_set_rate_and_know_their_time(
    known_rig: Build, rate_hz: int, averaging: int
) -> None:
    rig = known_rig(clock_error=0.03, rate_hz=rate_hz, averaging=averaging)
    rig.sensor.open()
    rig.run(6.0)
    rig.wait(2.0)
    rig.run(3.0)
    t_ns = np.concatenate([r.t_ns for r in rig.got])
    numbers = np.concatenate([r.first_sample + np.arange(len(r.t_ns)) for r in rig.got])
    assert rig.got[-1].clock_error == pytest.approx(0.03, abs=1e-3)
    assert sum(r.lost_samples for r in rig.got) == rig.chip.lost
    slope, _ = np.polyfit(numbers[50:], t_ns[50:] / 1e9, 1)
    assert slope == pytest.approx(rig.period_s, rel=1e-3)
    true_ns = np.array(rig.chip.sample_t_ns)  # when the last conversion was made: half of the others' time too late
    middle_ns = true_ns - 0.5e9 * rig.period_s * (averaging - 1) / averaging
    last = t_ns[-100:, None]
    assert np.abs(last - middle_ns).min(axis=1).max() < 1.5e6


@pytest.mark.parametrize("pulse_width_us", [69, 118, 215])
def test_shorter_pulses_give_fewer_bits_of_the_same_light(known_rig: Build, pulse_width_us: int) -> None:
    rig = known_rig(pulse_width_us=pulse_width_us)
    rig.sensor.open()
    rig.run(2.0)
    ir = np.concatenate([r.ir_counts for r in rig.got])
    assert not np.any(ir % {69: 8, 118: 4, 215: 2}[pulse_width_us])
    assert ir.mean() == pytest.approx(64 * 2300, rel=0.01)


def test_with_the_interrupt_pin_samples_come_sooner_and_no_transfer_finds_nothing(known_rig: Build) -> None:
    ages, transfers = {}, {}
    for pin in ("none", 4):
        rig = known_rig(interrupt=pin)
        rig.sensor.open()
        rig.run(3.0)
        before = rig.bus.transfers
        ages[pin] = [(rig.clock.now_ns() - r.t_ns[0]) / 1e6 for _ in range(300) for r in rig.run(0.003)]
        transfers[pin] = rig.bus.transfers - before
        assert rig.check(rig.got, after_s=2.0) < 0.001
        assert rig.chip.lost == 0
    assert max(ages[4]) < 4.5 < np.median(ages["none"])
    assert transfers[4] <= 2 * len(ages[4]) + 4  # status and burst for each sample; and the die temperature


def test_a_loose_interrupt_wire_costs_no_sample(known_rig: Build) -> None:
    rig = known_rig(clock_error=0.40, interrupt=4)
    rig.sensor.open()
    rig.world.pins.pin(4).pulled_low = None
    rig.run(5.0)
    assert rig.check(rig.got, after_s=2.0) < 0.005
    assert sum(r.lost_samples for r in rig.got) == rig.chip.lost == 0


def test_a_loose_interrupt_wire_costs_no_time_once_it_is_known(known_rig: Build) -> None:
    rig = known_rig(interrupt=4)
    rig.sensor.open()
    rig.run(3.0)
    rig.world.pins.pin(4).pulled_low = None  # it comes loose
    rig.run(0.5)
    ages = [(rig.clock.now_ns() - r.t_ns[0]) / 1e6 for _ in range(300) for r in rig.run(0.003)]
    assert max(ages) < 30.0
    assert sum(r.lost_samples for r in rig.got) == rig.chip.lost == 0


def test_an_interrupt_pin_that_is_stuck_low_costs_nothing(known_rig: Build) -> None:
    rig = known_rig(interrupt=4)
    rig.sensor.open()
    rig.run(2.0)
    rig.world.pins.pin(4).pulled_low = lambda: True
    rig.run(3.0)
    assert rig.check(rig.got, after_s=2.0) < 0.001
    assert sum(r.lost_samples for r in rig.got) == rig.chip.lost == 0


def test_a_brown_out_is_seen_by_the_pin_too(known_rig: Build) -> None:
    rig = known_rig(interrupt=4)
    rig.sensor.open()
    rig.run(2.0)
    rig.chip.brown_out()
    rig.run(2.0)
    rig.check(rig.got, begun_anew=1)
    assert sum(r.lost_samples for r in rig.got) < 6


def test_where_there_are_no_pins_the_message_says_how_to_do_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gpiozero.pins.lgpio", None)
    clock = SimulatedClock()
    with pytest.raises(LibraryMissing) as caught:
        open_interrupt(PulseSettings(bus=1, interrupt=4), Bench(clock, lambda: World(clock)))
    assert str(caught.value).startswith("pulse.interrupt: expected pin 4 of a Raspberry Pi, got ")
    assert str(caught.value).endswith('with "none" the sensor is polled')


def test_a_pin_that_is_held_by_another_is_told_and_its_factory_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    class HeldPins(MockFactory):  # type: ignore[misc]
        closed = False

        def pin(self, name: int) -> None:
            raise RuntimeError("GPIO busy")

        def close(self) -> None:
            self.closed = True
            super().close()

    pins, clock = HeldPins(), SimulatedClock()
    monkeypatch.setattr("drivers.pi_pins.pi_pins", lambda where: pins)
    with pytest.raises(DeviceNotFound, match="expected pin 4 as an input, got GPIO busy: does another program, or a"):
        open_interrupt(PulseSettings(bus=1, interrupt=4), Bench(clock, lambda: World(clock)))
    assert pins.closed
