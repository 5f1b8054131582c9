"""MAX30102, MAX30101 or MAX30105 over I2C: drains the FIFO and loses nothing it need not lose.

After the MAX30102 datasheet (Maxim 19-7740) and what goes wrong in published drivers: the FIFO is read by its pointers
and OVF_COUNTER with rollover on (else one stall of 1.5 s ends it for good), bursts never split a sample, bits 23..18
are junk, PWR_RDY after the start is a brown-out, and the chip's clock is its own (drivers/clock_fit.py).
"""

from __future__ import annotations

import errno
from contextlib import suppress

from drivers.errors import DeviceLost, DriverError, WrongDevice
from drivers.i2c import Bus, Device, bus_name, open_bus
from drivers.names import Bench
from drivers.pulse.interrupt import InterruptPin, open_interrupt
from drivers.pulse.max3010x_registers import (
    A_FULL,
    ADDRESS,
    DEPTH,
    FULL_SCALE,
    MAX30100_ID,
    PART_ID,
    PWR_RDY,
    SAMPLE_BYTES,
    Max3010xRegisters,
    wanted,
)
from drivers.pulse.max3010x_samples import FIND_OUT, Max3010xSamples
from drivers.readings import PulseSamples
from drivers.settings import PulseSettings

BURST_SAMPLES = 8  # 48 bytes: 4.4 ms of a 100 kHz bus
RESET_READS = 50
OPEN_TRIES = 8  # a contact that fails one transfer in a hundred spoils every fourth opening
# Waits after failing steps, doubling; the sixth failure is a lost sensor, and no bad contact. 128 ms in all: less than
# half of what the FIFO holds at 100 samples/s.
RETRY_NS = (0, 16_000_000, 16_000_000, 32_000_000, 64_000_000)
SILENT_NS = 2_000_000_000  # without a sample: asleep, whatever it says
DOUBT_SAMPLES = 10  # times a sample's time without one: does it still know what it was told?
AWAKE_NS = 100_000_000  # longer between two looks is the host's own sleep
TEMPERATURE_EVERY_NS = 10_000_000_000
CONVERSION_NS = 40_000_000  # 29 ms, and the chip's clock may be slow
# The pin may be read wrong (a loose wire): after as long as ten samples take, the chip is asked anyway; and once it had
# three by then, of which the pin had told none, as often as without a pin.
ASK_ANYWAY_SAMPLES, UNTOLD_SAMPLES, ASK_SAMPLES = 10.0, 3, 1.6
NEVER_NS = -(10**18)


class Max3010x:
    """A PulseSensor. Lost samples are counted, whether the host was late, the bus failed or the supply dipped."""

    def __init__(self, settings: PulseSettings, bench: Bench) -> None:
        self._settings, self._bench = settings, bench
        self._where = bus_name(settings.bus)
        self._samples = Max3010xSamples(settings, bench.clock.now_ns())
        self._bus: Bus | None = None
        self._pin: InterruptPin | None = None
        self._registers: Max3010xRegisters | None = None
        self._begin()

    def _begin(self) -> None:
        self._samples.begin(self._bench.clock.now_ns())
        self._silent_ns = 0  # how long it was asked, and had nothing
        self._is_drained = False
        self._looked_ns = self._quiet_ns = NEVER_NS  # when the chip was asked, and when its pin was high
        self._asking_ns = NEVER_NS  # when it was last begun to be asked
        self._ask_samples = ASK_ANYWAY_SAMPLES  # so long after the last look, whatever the pin says
        self._is_untold = False  # asked for that, while the pin was high
        self._failures, self._retry_ns = 0, NEVER_NS
        self._in_doubt = False  # a transfer failed: the flags it may have cleared are gone
        self._configuration_owed = False  # the chip forgot it, and was not yet told all of it again
        self._light_owed = False  # it was told of other currents, and maybe did not hear
        self._temperature_due_ns: int | None = None
        self._conversion_ns: int | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"pulse sensor max3010x at 0x{ADDRESS:02x} on {self._where}"

    @property
    def period_ns(self) -> int:
        """16.18 ms, 9.045 ms at 200 samples/s and more: a burst then always holds what came. 3.82 ms with a pin.

        No multiple of the sample period, but golden fractions of it: looks at 20.00 ms would see a chip of 100.4
        samples/s step by exactly two for two seconds, and learn nothing of its clock.
        """
        if self._settings.interrupt != "none":
            return 3_820_000
        return 16_180_000 if self._settings.rate_hz <= 100 else 9_045_000

    def open(self) -> None:
        """Find the chip, reset and configure it."""
        self.close()
        self._wanted = wanted(self._settings)
        bus = self._bus = self._bench.world().bus if self._settings.bus == "sim" else open_bus(self._settings.bus)
        registers = Max3010xRegisters(Device(bus, ADDRESS, "pulse sensor", self._where))
        try:
            self._pin = open_interrupt(self._settings, self._bench)
            self._prepare(registers)
        except DriverError:
            self.close()
            raise
        self._begin()
        self._registers = registers

    def _prepare(self, registers: Max3010xRegisters) -> None:
        for left in reversed(range(OPEN_TRIES)):
            try:
                self._reset(registers)
                self._configure(registers)
            except OSError as error:
                if not left or error.errno == errno.ETIMEDOUT:  # a stuck bus will not come free by asking
                    raise registers.device.not_found(error) from error
            else:
                return

    def _reset(self, registers: Max3010xRegisters) -> None:
        part = registers.part_id
        if part != PART_ID:
            remedy = "is another device at this address (a DS3231 clock board's memory)?"
            if part == MAX30100_ID:
                remedy = "that is a MAX30100, which has other registers: use a MAX30102"
            raise WrongDevice(
                f"pulse sensor at 0x{ADDRESS:02x} on {self._where}: expected part id 0x{PART_ID:02x} (MAX30102, "
                f"30101 or 30105), got 0x{part:02x}: {remedy}"
            )
        registers.reset = 1
        if all(registers.reset for _ in range(RESET_READS)):
            raise WrongDevice(
                f"{self.name}: expected its reset to end, got none after {RESET_READS} reads: take its power off"
            )
        registers.device.read_block(Max3010xRegisters.STATUS, 2)  # clears PWR_RDY of the power-up itself

    def _configure(self, registers: Max3010xRegisters) -> None:
        registers.mode = 0x80  # shutdown
        registers.fifo_config = self._wanted.fifo_config
        registers.spo2_config = self._wanted.spo2_config
        registers.red_led, registers.ir_led = self._samples.light.codes
        registers.enable = self._wanted.enable
        registers.fifo_write = 0  # changing the mode keeps old samples
        registers.overflow = 0
        registers.fifo_read = 0
        registers.mode = self._wanted.mode

    def step(self, now_ns: int) -> list[PulseSamples]:
        """Read what the FIFO holds, at most eight samples; look after currents and temperature now and then.

        DeviceLost when the bus fails six times in a row, or when the chip answers and has had no sample for 2 s.
        """
        registers = self._registers
        if registers is None or now_ns < self._retry_ns or self._is_quiet(now_ns):
            return []
        try:
            self._mend(registers)
            self._look_after_temperature(registers, now_ns)
            samples = self._drain(registers)
        except OSError as error:
            self._in_doubt = True
            self._samples.count.is_vague |= self._came_since_asked() > DEPTH // 2
            if self._failures < len(RETRY_NS):
                self._retry_ns = now_ns + RETRY_NS[self._failures]
                self._failures += 3 if error.errno == errno.ETIMEDOUT else 1  # a stuck bus takes a second to say so
                return []
            self.close()
            raise registers.device.lost(error) from error
        self._failures = 0
        if self._samples.light.wanted is not None:
            self._change_light(registers, self._samples.light.wanted)
        if self._silent_ns > SILENT_NS:
            self.close()
            raise DeviceLost(f"{self.name}: expected a sample within 2 s, got none; is its supply firm? (3V3, GND)")
        return samples

    def _is_quiet(self, now_ns: int) -> bool:
        """The interrupt pin says that there is nothing to read."""
        self._is_untold = False
        if self._pin is None or self._pin.low or not self._is_drained or self._in_doubt or self._configuration_owed:
            return False
        quiet = now_ns - self._looked_ns < self._ask_samples * 1e9 / self._settings.rate_hz
        self._is_untold = not quiet
        self._quiet_ns = now_ns if quiet else NEVER_NS
        return quiet

    def _mend(self, registers: Max3010xRegisters) -> None:
        """What a failed transfer left undone, or unknown."""
        if self._in_doubt:
            self._configuration_owed |= not self._is_configured(registers)
            self._in_doubt = False
        if self._light_owed and not self._configuration_owed:
            registers.red_led, registers.ir_led = self._samples.light.codes
            self._light_owed, self._samples.light_since = False, FIND_OUT

    def _is_configured(self, registers: Max3010xRegisters) -> bool:
        return registers.device.read_block(Max3010xRegisters.CONFIG, 3) == self._wanted.config

    def _drain(self, registers: Max3010xRegisters) -> list[PulseSamples]:
        asked_ns, before_ns = self._looked_ns, self._bench.clock.now_ns()
        self._asking_ns = before_ns
        status = registers.device.read_block(Max3010xRegisters.STATUS, 7)
        now_ns = self._looked_ns = self._bench.clock.now_ns()
        self._silent_ns += min(now_ns - asked_ns, AWAKE_NS)
        if status[0] & PWR_RDY or self._configuration_owed:
            self._after_brown_out(registers)
            return []
        if self._came_since_asked() > DEPTH // 2:  # the host was held up: nobody knows when these pointers stood so
            self._is_drained, self._silent_ns = False, 0
            return []
        count = self._samples.count
        write, overflow, read = status[4] & 31, status[5] & 31, status[6] & 31
        ready = (write - read) & 31
        if ready == 0 and (overflow or status[0] & A_FULL):
            ready = DEPTH
        if ready == 0 and self._silent_ns > DOUBT_SAMPLES * 1e9 * self._samples.fit.period_s:
            self._in_doubt = True  # PWR_RDY is said once, and that may have got lost
        if ready == 0 and count.expected is None:  # configured again, and no sample yet
            return []
        if count.expected not in (None, read) and not overflow and not self._is_configured(registers):
            self._after_brown_out(registers)  # it began at 0 again: nobody popped what lies between
            return []
        if overflow or read != count.expected or count.is_vague:
            self._samples.count_lost(read, overflow, ready, now_ns)
            count.expected = read
        if ready == 0:
            if self._silent_ns < 2e9 * self._samples.fit.period_s:  # else it sleeps, and its clock tells nothing
                self._samples.look(0, before_ns, now_ns, None)
            return []
        self._silent_ns = 0
        if self._is_untold and ready >= UNTOLD_SAMPLES:
            self._ask_samples = ASK_SAMPLES
        self._samples.look(ready, before_ns, now_ns, self._quiet_ns if self._quiet_ns > asked_ns else None)
        taken = min(ready, BURST_SAMPLES)
        # a burst that fails moves RD_PTR on: what it popped is then counted as lost
        data = registers.device.read_block(Max3010xRegisters.FIFO_DATA, taken * SAMPLE_BYTES)
        self._is_drained = taken == ready
        if _is_dubious(data) and not self._is_configured(registers):
            self._after_brown_out(registers)  # it forgot its samples between the two reads, or in the burst
            return []
        if ready + self._came_since_asked() > DEPTH:  # the oldest may have been overwritten before the burst began
            moved = (registers.fifo_read - read) & 31
            if self._came_since_asked() > DEPTH // 2 or moved < taken:
                count.is_vague, self._is_drained = True, False
                return []
            count.skip(moved - taken)
            read += moved - taken
        count.expected = (read + taken) & 31
        return self._samples.deliver(*_words(data), now_ns)

    def _came_since_asked(self) -> int:
        """At most so many samples, of a chip half as fast again as it is thought to be, since the last asking began."""
        return int(1.5e-9 * (self._bench.clock.now_ns() - self._asking_ns) / self._samples.fit.period_s) + 1

    def _after_brown_out(self, registers: Max3010xRegisters) -> None:
        self._configuration_owed = True  # reading PWR_RDY cleared it: it is not said twice
        self._conversion_ns = None
        self._samples.begun_anew()
        self._configure(registers)
        self._configuration_owed = self._light_owed = False

    def _change_light(self, registers: Max3010xRegisters, codes: tuple[int, int]) -> None:
        """Only while the FIFO is empty: then all later samples but the one in the making have the new currents."""
        samples = self._samples
        if not self._is_drained or not samples.fit.known or samples.count.expected is None:
            return
        samples.change_light(codes)
        try:
            registers.red_led, registers.ir_led = codes
            made = (registers.fifo_write - samples.count.expected) & 31
        except OSError:  # what was heard of it is unknown: said again before anything else is read
            self._light_owed = self._in_doubt = True
        else:
            is_held_up = self._came_since_asked() > DEPTH // 2  # then the pointer may have gone round
            samples.light_since = FIND_OUT if is_held_up else samples.count.number + made + 1

    def _look_after_temperature(self, registers: Max3010xRegisters, now_ns: int) -> None:
        if self._temperature_due_ns is None:
            self._temperature_due_ns = now_ns + 1_000_000_000
        if self._conversion_ns is not None and now_ns >= self._conversion_ns + CONVERSION_NS:
            whole, part = registers.device.read_block(Max3010xRegisters.TEMPERATURE, 2)
            self._samples.temperature_c = (whole - 256 if whole > 127 else whole) + (part & 15) / 16
            self._conversion_ns = None
        elif self._conversion_ns is None and now_ns >= self._temperature_due_ns:
            registers.temperature_start = 1
            self._conversion_ns = now_ns
            self._temperature_due_ns = now_ns + TEMPERATURE_EVERY_NS

    def close(self) -> None:
        """Put the chip to sleep, if it still answers, and release bus and pin."""
        registers, self._registers = self._registers, None
        bus, self._bus = self._bus, None
        pin, self._pin = self._pin, None
        if registers is not None:
            with suppress(OSError):  # a sensor that is gone need not be put to sleep
                registers.mode = 0x80
        if pin is not None:
            pin.close()
        if bus is not None:
            bus.close()


def _is_dubious(data: bytes) -> bool:
    """May be of a chip without supply: the wires' ones to the end, zeros, or an empty FIFO's sample again and again."""
    return data[-1] in (0x00, 0xFF) or data[-SAMPLE_BYTES:] == data[-2 * SAMPLE_BYTES : -SAMPLE_BYTES]


def _words(data: bytes) -> tuple[list[int], list[int]]:
    """The samples of both slots, without the junk above their 18 bits."""
    words = [(data[i] << 16 | data[i + 1] << 8 | data[i + 2]) & FULL_SCALE for i in range(0, len(data), 3)]
    return words[::2], words[1::2]


def make(settings: PulseSettings, bench: Bench) -> Max3010x:
    """The sensor of these settings, not yet opened; bus "sim" is the world's."""
    return Max3010x(settings, bench)
