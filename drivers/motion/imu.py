"""An inertial sensor over I2C: drains its FIFO, counts what it loses, sets it up again when its supply has dipped."""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import suppress
from math import inf

from drivers.clock_fit import HELD_UP_S
from drivers.errors import DeviceLost, DriverError, WrongDevice
from drivers.i2c import Bus, Device, bus_name, open_bus
from drivers.motion.chip import ImuChip, Read
from drivers.motion.samples import MotionSamples
from drivers.names import Bench
from drivers.readings import Motion
from drivers.settings import MotionSettings

OPEN_TRIES = 8  # a contact that fails one transfer in a hundred spoils every fourth opening
# Waits after failing steps, doubling; the sixth failure is a lost sensor, and no bad contact.
RETRY_NS = (0, 16_000_000, 16_000_000, 32_000_000, 64_000_000)
SILENT_NS = 2_000_000_000  # without a sample: broken, whatever it says
EMPTY_NS = 60_000_000  # without a sample: six have not come, and it is asked whether it has forgotten its settings
AWAKE_NS = 100_000_000  # longer between two looks is the host's own sleep
TEMPERATURE_EVERY_NS = 10_000_000_000


class Imu:
    """A MotionSensor around a chip of one family, which ``chip_at`` makes of a device and a rate in Hz."""

    def __init__(
        self, settings: MotionSettings, bench: Bench, address: int, other: int, chip_at: Callable[[Device], ImuChip]
    ) -> None:
        self._settings, self._bench, self._chip_at = settings, bench, chip_at
        self._address, self._other = settings.address or address, other
        self._where = bus_name(settings.bus)
        self._bus: Bus | None = None
        self._chip: ImuChip | None = None
        self._device: Device | None = None
        self._samples: MotionSamples | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"motion sensor {self._settings.name} at 0x{self._address:02x} on {self._where}"

    @property
    def period_ns(self) -> int:
        """16.18 ms, 9.045 ms at 200 samples/s: no multiple of the sample period, so that looks learn its clock."""
        return 16_180_000 if self._settings.rate_hz <= 100 else 9_045_000

    def open(self) -> None:
        """Find the chip, reset and configure it."""
        self.close()
        bus = self._bus = self._bench.world().bus if self._settings.bus == "sim" else open_bus(self._settings.bus)
        device = self._device = Device(bus, self._address, "motion sensor", self._where)
        chip = self._chip_at(device)
        try:
            self._prepare(device, chip)
        except DriverError:
            self.close()
            raise
        samples = self._samples
        if samples is None or samples.rate_hz != chip.rate_hz:
            samples = MotionSamples(chip.rate_hz, chip.m_s2_a_code, chip.rad_s_a_code, chip.delay_s)
        now_ns = self._bench.clock.now_ns()
        samples.begin(now_ns)
        self._samples, self._chip = samples, chip
        self._looked_ns = now_ns
        self._silent_ns = self._empty_ns = 0  # how long it was asked, and had nothing; since it was last asked why
        self._failures, self._retry_ns = 0, now_ns
        self._configuration_owed, self._may_empty = False, True
        self._temperature_due_ns = now_ns + 1_000_000_000

    def _prepare(self, device: Device, chip: ImuChip) -> None:
        for left in reversed(range(OPEN_TRIES)):
            try:
                chip.find()
                chip.configure()
                if chip.is_configured():
                    return
            except OSError as error:
                if not left or error.errno == errno.ETIMEDOUT:  # a stuck bus takes a second to say so
                    raise self._not_found(device, error) from error
        raise WrongDevice(f"{self.name}: expected to read back the settings it was told, got others: cut its power")

    def _not_found(self, device: Device, error: OSError) -> DriverError:
        found = device.not_found(error)
        if error.errno not in (errno.EREMOTEIO, errno.ENXIO, errno.EIO) or self._settings.address:
            return found
        return type(found)(f"{found} (a board whose address pin is high: motion.address = 0x{self._other:02x})")

    def step(self, now_ns: int) -> list[Motion]:
        """Read what the FIFO holds, at most one burst.

        DeviceLost when the bus fails six times in a row, or when the chip answers and has had no sample for 2 s.
        """
        chip, samples, device = self._chip, self._samples, self._device
        if chip is None or samples is None or device is None or now_ns < self._retry_ns:
            return []
        try:
            if now_ns >= self._temperature_due_ns:
                samples.temperature_c = chip.temperature_c()
                self._temperature_due_ns = now_ns + TEMPERATURE_EVERY_NS
            got = self._drain(chip, samples)
        except OSError as error:
            if self._failures < len(RETRY_NS):
                self._retry_ns = now_ns + RETRY_NS[self._failures]
                self._failures += 1
                return []
            self.close()
            raise device.lost(error) from error
        self._failures = 0
        if self._silent_ns > SILENT_NS:
            self.close()
            raise DeviceLost(f"{self.name}: expected a sample within 2 s, got none; is its supply firm? (3V3, GND)")
        return got

    def _drain(self, chip: ImuChip, samples: MotionSamples) -> list[Motion]:
        if self._configuration_owed:
            self._configure_again(chip, samples)
        clock, asked_ns = self._bench.clock, self._looked_ns
        before_ns = clock.now_ns()
        look = chip.look()
        now_ns = self._looked_ns = clock.now_ns()
        waited_ns = min(now_ns - asked_ns, AWAKE_NS)
        if look.in_doubt:
            samples.doubt()
        # of a look that was held up nobody knows when it was: no line of times begins with it
        if not look.ready or (samples.wants_line and now_ns - before_ns > 1e9 * HELD_UP_S):
            self._nothing(chip, samples, waited_ns)
            return []
        if self._may_empty and samples.is_stale(look.ready):
            self._may_empty = False  # once: a host that always comes so late has to take what there is
            samples.doubt()
            chip.empty()
            return []
        samples.look(look.ready, before_ns, now_ns)
        taken = min(look.ready, chip.burst)
        try:
            read = chip.read(taken)
            ran_over = self._may_have_run_over(chip, samples, look.ready, before_ns)
            # it forgot its samples between the two reads, or in one
            has_forgotten = bool(read.rows) and _is_suspicious(read) and not chip.is_configured()
        except OSError:
            # what was popped is gone
            samples.doubt(inf if self._may_have_run_over(chip, samples, look.ready, before_ns) else taken + 1)
            raise
        if ran_over:  # since the look: nobody knows which samples these are, and the first may be half of two
            samples.doubt()
        if not read.rows:  # words that make no sample: halves of two, or what is no word at all
            self._nothing(chip, samples, waited_ns)
            return []
        self._silent_ns = self._empty_ns = 0
        if has_forgotten:
            self._configure_again(chip, samples)
            return []
        return [] if ran_over else samples.deliver(read, now_ns)

    def _may_have_run_over(self, chip: ImuChip, samples: MotionSamples, ready: int, since_ns: int) -> bool:
        """The FIFO, by a chip that is half as fast again as it is thought to be."""
        came_s = (self._bench.clock.now_ns() - since_ns) / 1e9
        return ready + int(1.5 * came_s / samples.fit.period_s) + 1 > chip.holds

    def _nothing(self, chip: ImuChip, samples: MotionSamples, waited_ns: int) -> None:
        """It was asked, and had no sample: after a while it is asked whether it has forgotten its settings."""
        self._silent_ns += waited_ns
        self._empty_ns += waited_ns
        if self._empty_ns >= EMPTY_NS:
            self._empty_ns = 0
            if not chip.is_configured():
                self._configure_again(chip, samples)

    def _configure_again(self, chip: ImuChip, samples: MotionSamples) -> None:
        self._configuration_owed = True
        samples.begun_anew()
        chip.configure()
        self._configuration_owed = not chip.is_configured()

    def close(self) -> None:
        """Put the chip to sleep, if it still answers, and release the bus."""
        chip, self._chip = self._chip, None
        bus, self._bus = self._bus, None
        if chip is not None:
            with suppress(OSError):  # a sensor that is gone need not be put to sleep
                chip.sleep()
        if bus is not None:
            bus.close()


def _is_suspicious(read: Read) -> bool:
    """Nothing but zeros or ones, which gravity alone forbids; or the end of it may be such."""
    return read.is_dubious or any(set(row) in ({0}, {-1}) for row in read.rows)
