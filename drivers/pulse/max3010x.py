"""MAX30102, MAX30101 or MAX30105 over I2C: drains the FIFO and loses nothing it need not lose.

After the MAX30102 datasheet (Maxim 19-7740) and what goes wrong in published drivers: the FIFO is read by its pointers
and OVF_COUNTER with rollover on (else one stall of 1.5 s ends it for good), bursts never split a sample, bits 23..18
are junk, PWR_RDY after the start is a brown-out, and the chip's clock is its own (drivers/pulse/fit.py).
"""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from drivers.errors import DeviceLost, WrongDevice
from drivers.i2c import Bus, Device, Field, bus_name, open_bus
from drivers.names import Bench
from drivers.pulse.fit import ClockFit
from drivers.readings import PulseSamples
from drivers.settings import PulseSettings

ADDRESS = 0x57
PART_ID = 0x15  # the same for MAX30101, 30102 and 30105
DEPTH = 32
SAMPLE_BYTES = 6  # red, then IR, three bytes each
OVERFLOW_MAX = 0x0F  # where OVF_COUNTER stops counting
BURST_SAMPLES = 8  # 48 bytes: 4.4 ms of a 100 kHz bus
RESET_READS = 50
MISSED_STEPS = 5  # failing steps in a row that are still a bad contact, and not a lost sensor
SILENT_NS = 2_000_000_000  # without a sample: asleep, whatever it says
TEMPERATURE_EVERY_NS = 10_000_000_000
CONVERSION_NS = 40_000_000  # 29 ms, and the chip's clock may be slow
MA_A_STEP = 0.2
_RATE_CODES = {50: 0, 100: 1, 200: 2, 400: 3}


class Max3010xRegisters:
    """The registers that are used, by the datasheet's names."""

    fifo_write = Field(0x04, 4, 0)
    overflow = Field(0x05, 4, 0)
    fifo_read = Field(0x06, 4, 0)
    a_full_enable = Field(0x02, 7, 7)
    fifo_config = Field(0x08)  # averaging 7..5, rollover 4, A_FULL 3..0
    mode = Field(0x09, 2, 0)
    reset = Field(0x09, 6, 6)
    shutdown = Field(0x09, 7, 7)
    spo2_config = Field(0x0A)  # ADC range 6..5, rate 4..2, pulse width 1..0
    red_led = Field(0x0C)
    ir_led = Field(0x0D)
    temperature_start = Field(0x21, 0, 0)
    part_id = Field(0xFF)

    FIFO_DATA = 0x07
    STATUS = 0x00  # STATUS1, STATUS2, ENABLE1, ENABLE2, WR_PTR, OVF_COUNTER, RD_PTR: seven in a row
    TEMPERATURE = 0x1F  # whole degrees, signed; then sixteenths

    def __init__(self, device: Device) -> None:
        self.device = device


class Max3010x:
    """A PulseSensor. Lost samples are counted, whether the host was late, the bus failed or the supply dipped."""

    def __init__(self, settings: PulseSettings, bench: Bench) -> None:
        self._settings, self._bench = settings, bench
        self._where = bus_name(settings.bus)
        self._fit = ClockFit(1.0 / settings.rate_hz)
        self._bus: Bus | None = None
        self._registers: Max3010xRegisters | None = None
        self._begin()

    def _begin(self) -> None:
        self._number = 0  # of the next sample that is read
        self._lost = 0  # before it
        self._expected_read: int | None = 0  # where RD_PTR should stand; None after a brown-out
        self._held: list[NDArray[np.int32]] = []  # samples read before the chip's rate is known
        self._held_first = 0
        self._held_lost = 0
        self._newest_ns = 0
        self._failures = 0
        self._configuration_owed = False  # the chip forgot it, and was not yet told all of it again
        self._heard_ns = self._bench.clock.now_ns()  # when there was a sample to read
        self._temperature_due_ns: int | None = None
        self._conversion_ns: int | None = None
        self._temperature_c: float | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"pulse sensor max3010x at 0x{ADDRESS:02x} on {self._where}"

    @property
    def period_ns(self) -> int:
        """16.18 ms, 9.045 ms at 200 samples/s and more: a burst then always holds what came.

        No multiple of the sample period, but golden fractions of it: looks at 20.00 ms would see a chip of 100.4
        samples/s step by exactly two for two seconds, and learn nothing of its clock.
        """
        return 16_180_000 if self._settings.rate_hz <= 100 else 9_045_000

    def open(self) -> None:
        """Find the chip, reset and configure it."""
        self.close()
        bus = self._bench.world().bus if self._settings.bus == "sim" else open_bus(self._settings.bus)
        self._bus = bus
        device = Device(bus, ADDRESS, "pulse sensor", self._where)
        registers = Max3010xRegisters(device)
        try:
            part = registers.part_id
            if part != PART_ID:
                raise WrongDevice(
                    f"pulse sensor at 0x{ADDRESS:02x} on {self._where}: expected part id 0x{PART_ID:02x} (MAX30102, "
                    f"30101 or 30105), got 0x{part:02x}: is another device at this address?"
                )
            registers.reset = 1
            for _ in range(RESET_READS):
                if not registers.reset:
                    break
            else:
                raise WrongDevice(
                    f"{self.name}: expected its reset to end, got none after {RESET_READS} reads: take its power off"
                )
            device.read_block(Max3010xRegisters.STATUS, 2)  # clears PWR_RDY of the power-up itself
            self._configure(registers)
        except OSError as error:
            self.close()
            raise device.not_found(error) from error
        except WrongDevice:
            self.close()
            raise
        self._begin()
        self._fit.restart()
        self._registers = registers

    def _configure(self, registers: Max3010xRegisters) -> None:
        registers.shutdown = 1
        registers.fifo_config = 0x10  # no averaging, rollover on, A_FULL when all 32 are full
        registers.spo2_config = 0b01 << 5 | _RATE_CODES[self._settings.rate_hz] << 2 | 0b11  # 4096 nA, 411 us: 18 bits
        current = min(255, round(self._settings.led_ma / MA_A_STEP))
        registers.red_led = current
        registers.ir_led = current
        registers.a_full_enable = 1
        registers.fifo_write = 0  # changing the mode keeps old samples
        registers.overflow = 0
        registers.fifo_read = 0
        registers.device.write(0x09, 0x03)  # red and IR, out of shutdown

    def step(self, now_ns: int) -> list[PulseSamples]:
        """Read what the FIFO holds, at most eight samples; look after the temperature now and then.

        DeviceLost when the bus fails five steps in a row, or when the chip answers and has had no sample for 2 s.
        """
        registers = self._registers
        if registers is None:
            return []
        try:
            self._look_after_temperature(registers, now_ns)
            samples = self._drain(registers)
        except OSError as error:
            self._failures += 1
            if self._failures < MISSED_STEPS:
                return []
            lost = registers.device.lost(error)
            self.close()
            raise lost from error
        self._failures = 0
        if now_ns - self._heard_ns > SILENT_NS:
            self.close()
            raise DeviceLost(f"{self.name}: expected a sample within 2 s, got none; is its supply firm? (3V3, GND)")
        return samples

    def _drain(self, registers: Max3010xRegisters) -> list[PulseSamples]:
        before_ns = self._bench.clock.now_ns()
        status = registers.device.read_block(Max3010xRegisters.STATUS, 7)
        now_ns = self._bench.clock.now_ns()
        self._configuration_owed |= bool(status[0] & 0x01)  # reading PWR_RDY cleared it: it is not said twice
        if self._configuration_owed:
            self._after_brown_out(registers)
            return []
        write, overflow, read = status[4] & 31, status[5] & 31, status[6] & 31
        ready = (write - read) & 31
        if ready == 0 and (overflow or status[0] & 0x80):
            ready = DEPTH
        self._count_lost(read, overflow, ready, now_ns)
        if ready == 0:
            return []
        self._heard_ns = now_ns
        self._fit.look(self._number + ready, before_ns / 1e9, now_ns / 1e9)
        count = min(ready, BURST_SAMPLES)
        self._expected_read = read  # a burst that fails moves it on: what it popped is then counted as lost
        data = registers.device.read_block(Max3010xRegisters.FIFO_DATA, count * SAMPLE_BYTES)
        self._expected_read = (read + count) & 31
        return self._deliver(data, count, now_ns)

    def _after_brown_out(self, registers: Max3010xRegisters) -> None:
        self._expected_read = None
        self._conversion_ns = None
        self._configure(registers)
        self._configuration_owed = False

    def _count_lost(self, read: int, overflow: int, ready: int, now_ns: int) -> None:
        """Samples that were overwritten, or popped by a burst that failed, or not taken in a brown-out."""
        moved = None if self._expected_read is None else (read - self._expected_read) & 31
        if moved == 0 and not overflow:
            return
        if moved is not None and overflow < OVERFLOW_MAX and (not overflow or moved == overflow):
            lost = moved
        elif self._fit.started:
            lost = max(0, self._fit.number_at(now_ns / 1e9) - ready - self._number)
        elif overflow < OVERFLOW_MAX:
            lost = overflow
        else:  # it counts no further, and nothing was read yet: as many as it should have made since it was opened
            made = round((now_ns - self._heard_ns) / 1e9 * self._settings.rate_hz)
            lost = max(overflow, made - ready - self._number)
        self._number += lost
        self._lost += lost

    def _deliver(self, data: bytes, count: int, now_ns: int) -> list[PulseSamples]:
        bits = np.frombuffer(data, np.uint8).reshape(count, 2, 3).astype(np.int32)
        words = (bits[..., 0] << 16 | bits[..., 1] << 8 | bits[..., 2]) & 0x3FFFF
        if not self._held:
            self._held_first, self._held_lost = self._number, self._lost
        elif self._lost:  # lost between held samples: the older ones are given up, so that numbers stay consecutive
            self._held_lost += sum(len(held) for held in self._held) + self._lost
            self._held, self._held_first = [], self._number
        self._lost = 0
        self._held.append(words)
        self._number += count
        if not self._fit.known:
            return []
        words, self._held = np.concatenate(self._held), []
        numbers = range(self._held_first, self._number)
        t_ns = self._times(numbers, now_ns)
        temperature_c, self._temperature_c = self._temperature_c, None
        red, ir = np.ascontiguousarray(words[:, 0]), np.ascontiguousarray(words[:, 1])
        for array in (t_ns, red, ir):
            array.flags.writeable = False
        return [
            PulseSamples(
                t_ns=t_ns,
                ir_counts=ir,
                red_counts=red,
                first_sample=self._held_first,
                lost_samples=self._held_lost,
                temperature_c=temperature_c,
                clock_error=self._fit.clock_error,
            )
        ]

    def _times(self, numbers: range, now_ns: int) -> NDArray[np.int64]:
        """Host times of the samples: by the fit, rising even while the fit is still being corrected, never ahead."""
        first_s, period_s = self._fit.time_s(numbers[0]), self._fit.period_s
        t_ns: NDArray[np.int64] = np.rint((first_s + period_s * np.arange(len(numbers))) * 1e9).astype(np.int64)
        least_ns = self._newest_ns + int(0.25e9 * period_s)
        if t_ns[0] < least_ns:
            np.maximum(t_ns, least_ns + np.arange(len(t_ns)) * int(0.25e9 * period_s), out=t_ns)
        np.minimum(t_ns, now_ns - np.arange(len(t_ns))[::-1], out=t_ns)
        self._newest_ns = int(t_ns[-1])
        return t_ns

    def _look_after_temperature(self, registers: Max3010xRegisters, now_ns: int) -> None:
        if self._temperature_due_ns is None:
            self._temperature_due_ns = now_ns + 1_000_000_000
        if self._conversion_ns is not None and now_ns >= self._conversion_ns + CONVERSION_NS:
            whole, part = registers.device.read_block(Max3010xRegisters.TEMPERATURE, 2)
            self._temperature_c = (whole - 256 if whole > 127 else whole) + (part & 15) / 16
            self._conversion_ns = None
        elif self._conversion_ns is None and now_ns >= self._temperature_due_ns:
            registers.temperature_start = 1
            self._conversion_ns = now_ns
            self._temperature_due_ns = now_ns + TEMPERATURE_EVERY_NS

    def close(self) -> None:
        """Put the chip to sleep, if it still answers, and release the bus."""
        registers, self._registers = self._registers, None
        bus, self._bus = self._bus, None
        if registers is not None:
            with suppress(OSError):  # a sensor that is gone need not be put to sleep
                registers.device.write(0x09, 0x80)
        if bus is not None:
            bus.close()


def make(settings: PulseSettings, bench: Bench) -> Max3010x:
    """The sensor of these settings, not yet opened; bus "sim" is the world's."""
    return Max3010x(settings, bench)
