"""Several drivers want conversions of one ADS1115: each gets its own, in turn, whatever fails between."""

from __future__ import annotations

import errno
from contextlib import ExitStack
from random import Random

import pytest

from drivers.ads1115 import AnalogInputs, Converter, OneAtATime, Wanted
from drivers.clock import SystemClock
from drivers.errors import DeviceLost, DeviceNotFound, WrongDevice
from drivers.i2c import Device
from drivers.names import Bench
from drivers.sim.ads1115 import Ads1115
from drivers.sim.bus import SimBus
from drivers.sim.clock import SimulatedClock
from drivers.sim.world import World

VOLTS = (0.4, 1.1, 1.9, 2.8)
CHIP = ("the simulated bus", 0x48)
STEP_NS = 4_000_000


class Run:
    def __init__(self) -> None:
        self.clock = SimulatedClock()
        self.chip = Ads1115({4 + n: (lambda _, v=volts: v) for n, volts in enumerate(VOLTS)}, self.clock)  # type: ignore[misc]
        self.world = World(self.clock)
        self.bus = self.world.__dict__["bus"] = SimBus({0x48: self.chip})
        self.bench = Bench(self.clock, lambda: self.world)

    def inputs(self, *channels: int) -> AnalogInputs:
        return AnalogInputs(f"A{channels[0]}", "sim", 0, channels, self.bench)

    def step(self, inputs: AnalogInputs) -> None:
        for _ in range(1000):
            inputs.step(self.sleep())

    def sleep(self, ns: int = STEP_NS) -> int:
        self.clock.sleep_until_ns(self.clock.now_ns() + ns)
        return self.clock.now_ns()


def wanted(channel: int, rate: int = 6, conversion_ns: int = 2_105_263) -> Wanted:
    return Converter(0x48, 4 + channel, rate, conversion_ns).wanted(1)


@pytest.mark.parametrize("share", [0.0, 0.1])
def test_each_gets_its_own_and_none_starves(share: float) -> None:
    run = Run()
    sensors = [run.inputs(0), run.inputs(1, 2), run.inputs(3)]
    for one in sensors:
        one.open()
    run.bus.fail_share(errno.EREMOTEIO, share, seed=2)
    random = Random(1)
    got: dict[int, list[float]] = {n: [] for n in range(4)}
    newest_ns = 0
    for _ in range(2000):
        one = sensors[random.randrange(3)]
        now_ns = run.sleep(random.randrange(500_000, 3_000_000))
        for channel, t_ns, volts in one.step(now_ns):
            assert now_ns - 200_000_000 < t_ns < now_ns
            newest_ns = max(newest_ns, t_ns)
            got[channel].append(volts)
    for channel, found in got.items():
        assert found == pytest.approx([VOLTS[channel]] * len(found), abs=0.002)
    assert min(len(found) for found in got.values()) > (100 if share == 0.0 else 30)


def test_a_driver_that_is_closed_in_the_middle_of_its_conversion_leaves_it_to_nobody() -> None:
    run = Run()
    turns, device = run.bench.converters, Device(run.bus, 0x48, "it", CHIP[0])
    turns.ask(CHIP, "slow", wanted(0, rate=2, conversion_ns=31_250_000), device, run.clock)
    run.sleep(1_000_000)
    turns.withdraw(CHIP, "slow")
    turns.ask(CHIP, "next", wanted(3), device, run.clock)
    found = None
    while found is None:
        run.sleep(1_000_000)
        found = turns.take(CHIP, "next", device, run.clock)
    assert found[1] / 32768.0 * 4.096 == pytest.approx(VOLTS[3], abs=0.002)
    assert turns.take(CHIP, "slow", device, run.clock) is None


def test_one_that_steps_seldom_holds_up_nobody() -> None:
    run = Run()
    seldom, often = run.inputs(0), run.inputs(1)
    seldom.open()
    often.open()
    seldom.step(run.sleep())
    found = [sample for _ in range(100) for sample in often.step(run.sleep())]
    assert len(found) >= 97
    [(channel, t_ns, _)] = seldom.step(run.sleep())
    assert channel == 0
    assert run.clock.now_ns() - t_ns > 390_000_000  # its own time, not that of its being read


def test_a_chip_is_shared_while_another_one_converts_on_it() -> None:
    run = Run()
    turns, device = OneAtATime(), Device(run.bus, 0x48, "it", CHIP[0])
    turns.ask(CHIP, "one", wanted(0), device, run.clock)
    assert not turns.is_shared(CHIP, "one")
    turns.ask(CHIP, "two", wanted(1), device, run.clock)
    assert turns.is_shared(CHIP, "one")
    turns.withdraw(CHIP, "two")
    assert not turns.is_shared(CHIP, "one")


def test_what_was_forgotten_in_a_brown_out_is_asked_for_once_more() -> None:
    run = Run()
    inputs = run.inputs(2)
    inputs.open()
    for _ in range(50):
        inputs.step(run.sleep())
        run.chip.brown_out()
        found = [sample for _ in range(4) for sample in inputs.step(run.sleep())]
        assert [round(volts, 1) for _, _, volts in found][-1:] == [1.9]


def test_faults_are_told_in_words() -> None:
    run = Run()
    inputs = run.inputs(2)
    inputs.open()
    run.chip.dead = True
    with pytest.raises(DeviceLost, match=r"^A2 at 0x48 on the simulated bus: expected a sample within 2 s, got none"):
        run.step(inputs)
    run.chip.dead = False
    inputs.open()
    del run.bus.devices[0x48]
    with pytest.raises(DeviceLost, match="no longer answers"):
        run.step(inputs)
    with pytest.raises(DeviceNotFound, match="A2 not found at 0x48"):
        inputs.open()


def test_what_keeps_no_configuration_is_no_converter() -> None:
    run = Run()

    class Other:
        def write(self, data: bytes) -> None:
            """Heard, and forgotten."""

        def read(self, length: int) -> bytes:
            return bytes(length)

    run.bus.devices[0x48] = Other()
    with pytest.raises(WrongDevice, match="is another device at this address"):
        run.inputs(0).open()


def test_threads_of_several_drivers_get_their_own() -> None:
    clock = SystemClock()
    chip = Ads1115({4 + n: (lambda _, v=volts: v) for n, volts in enumerate(VOLTS)}, clock)  # type: ignore[misc]
    world = World(clock)
    world.__dict__["bus"] = SimBus({0x48: chip})
    bench = Bench(clock, lambda: world)
    got: dict[int, list[float]] = {n: [] for n in range(4)}
    died: list[Exception] = []
    with ExitStack() as stack:
        for channels in ((0,), (1, 2), (3,)):
            inputs = AnalogInputs("it", "sim", 0, channels, bench)
            inputs.open()
            stack.callback(inputs.close)

            def step(now_ns: int, inputs: AnalogInputs = inputs) -> None:
                for channel, _, volts in inputs.step(now_ns):
                    got[channel].append(volts)

            service = clock.serve("it", step, 2_000_000, lambda _, error: died.append(error))
            stack.callback(service.stop)
        give_up_ns = clock.now_ns() + 10_000_000_000
        while min(len(found) for found in got.values()) < 20 and clock.now_ns() < give_up_ns and not died:
            clock.sleep_until_ns(clock.now_ns() + 20_000_000)
    assert died == []
    assert min(len(found) for found in got.values()) >= 20
    for channel, found in got.items():
        assert found == pytest.approx([VOLTS[channel]] * len(found), abs=0.002)
