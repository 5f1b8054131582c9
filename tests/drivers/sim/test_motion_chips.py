"""The simulated IMUs at register level: the habits of the real ones that hurt drivers."""

from __future__ import annotations

import pytest

from drivers.sim.bus import SimBus
from drivers.sim.clock import SimulatedClock
from drivers.sim.handheld import GRAVITY_M_S2, Handheld
from drivers.sim.lsm6dsox import Lsm6dsox
from drivers.sim.mpu6050 import Mpu6050
from drivers.sim.scenario import Walk
from drivers.sim.world import World

MPU, LSM = 0x68, 0x6A


class Bench:
    def __init__(self) -> None:
        self.clock = SimulatedClock()
        still = Handheld(3)
        self.mpu = Mpu6050(still, self.clock, self.clock.now_ns(), 0.0)
        self.lsm = Lsm6dsox(still, self.clock, self.clock.now_ns(), 0.0)
        self.bus = SimBus({MPU: self.mpu, LSM: self.lsm})

    def wait(self, ms: float) -> None:
        self.clock.sleep_until_ns(self.clock.now_ns() + round(ms * 1e6))

    def write(self, address: int, *values: int) -> None:
        for register, value in zip(values[::2], values[1::2], strict=True):
            self.bus.write_byte_data(address, register, value)

    def count(self) -> int:
        high, low = self.bus.read_i2c_block_data(MPU, 0x72, 2)
        return high << 8 | low

    def words(self) -> int:
        low, high = self.bus.read_i2c_block_data(LSM, 0x3A, 2)
        return (high & 3) << 8 | low

    def wake_mpu(self) -> None:
        self.write(MPU, 0x6B, 0x01, 0x19, 9, 0x1A, 3, 0x1C, 0x08, 0x1B, 0x08, 0x23, 0x78, 0x38, 0x10, 0x6A, 0x40)

    def wake_lsm(self) -> None:
        self.write(LSM, 0x12, 0x44, 0x10, 0x48, 0x11, 0x44, 0x09, 0x44, 0x0A, 0x06)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_an_mpu6050_wakes_up_asleep_and_measures_nothing(bench: Bench) -> None:
    assert bench.bus.read_byte_data(MPU, 0x6B) == 0x40
    bench.write(MPU, 0x23, 0x78, 0x6A, 0x40)
    bench.wait(500)
    assert bench.count() == 0


def test_its_fifo_takes_a_sample_every_10_ms_big_endian_acceleration_first(bench: Bench) -> None:
    bench.wake_mpu()
    bench.wait(105)
    assert bench.count() == 120
    data = bytes(bench.bus.read_i2c_block_data(MPU, 0x74, 12))
    up = int.from_bytes(data[4:6], "big", signed=True) / 8192
    assert up == pytest.approx(1.0, abs=0.05)
    assert bench.count() == 108


def test_its_full_fifo_is_torn_and_only_reset_while_off(bench: Bench) -> None:
    bench.wake_mpu()
    bench.wait(2000)
    assert bench.count() == 1024
    assert 1024 % 12 != 0
    assert bench.bus.read_byte_data(MPU, 0x3A) & 0x10
    assert not bench.bus.read_byte_data(MPU, 0x3A) & 0x10  # reading it clears it
    bench.write(MPU, 0x6A, 0x44)
    assert bench.count() == 1024
    bench.write(MPU, 0x6A, 0x00, 0x6A, 0x04, 0x6A, 0x40)
    assert bench.count() == 0
    assert bench.mpu.lost == 200 - 85


def test_a_6500_has_half_the_fifo_and_is_awake(bench: Bench) -> None:
    bench.bus.devices[MPU] = Mpu6050(Handheld(3), bench.clock, bench.clock.now_ns(), 0.0, who_am_i=0x70)
    assert bench.bus.read_byte_data(MPU, 0x75) == 0x70
    assert bench.bus.read_byte_data(MPU, 0x6B) == 0x01
    bench.write(MPU, 0x19, 9, 0x1A, 3, 0x23, 0x78, 0x6A, 0x40)
    bench.wait(2000)
    assert bench.count() == 512


def test_an_lsm6dsox_batches_two_tagged_words_a_slot(bench: Bench) -> None:
    bench.wake_lsm()
    bench.wait(100)
    assert bench.words() == 20
    data = bytes(bench.bus.read_i2c_block_data(LSM, 0x78, 28))
    tags = [data[i] for i in range(0, 28, 7)]
    assert [tag >> 3 for tag in tags] == [1, 2, 1, 2]
    assert [tag >> 1 & 3 for tag in tags] == [0, 0, 1, 1]
    assert all(tag.bit_count() % 2 == 0 for tag in tags)
    assert int.from_bytes(data[12:14], "little", signed=True) * 0.122e-3 == pytest.approx(1.0, abs=0.05)
    assert bench.words() == 16


def test_its_full_fifo_says_so_and_overwrites_the_oldest(bench: Bench) -> None:
    bench.wake_lsm()
    bench.wait(5000)
    low, high = bench.bus.read_i2c_block_data(LSM, 0x3A, 2)
    assert (high & 0x40, (high & 3) << 8 | low) == (0x40, 512)
    assert bench.lsm.lost == 520 - 256
    bench.bus.read_i2c_block_data(LSM, 0x78, 14)
    assert not bench.bus.read_i2c_block_data(LSM, 0x3A, 2)[1] & 0x40


def test_after_a_brown_out_all_is_at_its_defaults(bench: Bench) -> None:
    bench.wake_lsm()
    bench.wake_mpu()
    bench.wait(100)
    bench.lsm.brown_out()
    bench.mpu.brown_out()
    bench.wait(100)
    assert (bench.count(), bench.words()) == (0, 0)
    assert bench.bus.read_i2c_block_data(LSM, 0x10, 3) == [0, 0, 0x04]
    assert bench.bus.read_byte_data(MPU, 0x6B) == 0x40


def test_a_held_rig_feels_gravity_and_trembles_and_steps_are_felt() -> None:
    still, walking = Handheld(5), Handheld(5, [Walk(10.0, 5.0)])
    up = [still.at(0.013 * i)[0][2] for i in range(2000)]
    assert sum(up) / len(up) == pytest.approx(GRAVITY_M_S2, abs=0.02)
    assert 0.05 < max(up) - GRAVITY_M_S2 < 0.5
    assert still.at(9.9) == walking.at(9.9)
    stepping = [walking.at(11.0 + 0.01 * i)[0][2] for i in range(300)]
    assert max(stepping) - min(stepping) > 4.0
    assert still.at(4.2) == Handheld(5).at(4.2) != Handheld(6).at(4.2)


def test_the_worlds_bus_carries_both() -> None:
    world = World(SimulatedClock())
    assert world.bus.read_byte_data(MPU, 0x75) == 0x68
    assert world.bus.read_byte_data(LSM, 0x0F) == 0x6C
