"""Watches the pulse without a camera: the real drivers, the body that they show, and whoever looks on."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack

from drivers.clock import Clock
from drivers.handover import Line
from drivers.interfaces import Sensor
from drivers.readings import Motion, PulseSamples, Reading, ReportedBeat, Skin
from rig.body.baseline import QUIET_S, QuietMinutes
from rig.body.reader import BodyReader
from rig.pulse_file import PulseFile
from rig.pulse_screen import PulseState, clock_words
from rig.pulse_show import Show
from rig.service import Stop
from rig.watch import Watch

STEP_NS = 20_000_000  # how often readings are taken: no later than the chip's driver gives them
SILENT_NS = 2_000_000_000  # without a sample
SILENT_TOLD_NS = 3_500_000_000  # without a told beat: 30 beats a minute, of a strap that speaks once a second
GAP_NS = 200_000_000  # in the samples' times: the waveform has no points for it
GIVE_UP_S = 360.0  # three times the quiet two minutes: then the pulse is not clean enough


class LivePulse:
    """One look at the pulse. ``run`` goes on until it is asked to stop, the seconds are over or the quiet was seen."""

    def __init__(
        self,
        clock: Clock,
        sensors: Sequence[Sensor[Reading]],
        reader: BodyReader,
        show: Show,
        stop: Stop,
        about: str = "",
        file: PulseFile | None = None,
        quiet: QuietMinutes | None = None,
    ) -> None:
        """sensors: the first is the pulse's. about: what the screen says of the baseline. file: keep the samples.
        quiet: measure a baseline, and end when it is done."""
        self._clock, self._sensors, self._reader, self._show = clock, sensors, reader, show
        self._stop, self._about, self._file, self._quiet = stop, about, file, quiet
        self._readings: Line[Reading] = Line()
        self._faults: Line[tuple[str, str, bool]] = Line()
        self._failing: dict[str, str] = {}
        self._death: Exception | None = None
        self._newest: PulseSamples | None = None
        self._temperature_c: float | None = None
        self._felt = self._skin = False
        self._newest_ns: int | None = None
        self._came_ns: int | None = None
        self._silent_ns = SILENT_NS
        self._beats_ns: deque[int] = deque(maxlen=40)
        self._beats = self._lost = self._began_ns = 0
        self._file_failed = False

    def run(self, seconds: float | None = None) -> None:
        """Open the sensors (a DriverError is let out), watch, close them. A sensor that is lost is tried again."""
        watches = [Watch(sensor, self._readings.put, self._on_fault) for sensor in self._sensors]
        with ExitStack() as at_the_end:  # last in, first out, and each whatever the others do
            at_the_end.callback(self._show.close)
            for watch in watches:
                at_the_end.callback(watch.close)
            for watch in watches:
                watch.open()
            for w in watches:
                service = self._clock.serve(w.sensor.name, w.step, w.sensor.period_ns, self._on_death)
                at_the_end.callback(service.stop)
            self._loop(seconds)

    def _loop(self, seconds: float | None) -> None:
        self._began_ns = shown_ns = self._clock.now_ns()
        while not self._stop.asked:
            self._clock.sleep_until_ns(self._clock.now_ns() + STEP_NS)
            now_ns = self._clock.now_ns()
            self._take(now_ns)
            self._keep(now_ns)
            elapsed_s = (now_ns - self._began_ns) / 1e9
            over = self._over(now_ns, elapsed_s, seconds)
            if now_ns - shown_ns >= self._show.period_ns or over:
                shown_ns = max(shown_ns + self._show.period_ns, now_ns - self._show.period_ns)
                self._show.show(self._state(now_ns, elapsed_s))
            if over:
                return

    def _over(self, now_ns: int, elapsed_s: float, seconds: float | None) -> bool:
        if self._quiet is not None:
            self._quiet.add(elapsed_s, self._reader.read(now_ns))
            return self._quiet.done or elapsed_s >= GIVE_UP_S
        return seconds is not None and elapsed_s >= seconds

    def _take(self, now_ns: int) -> None:
        if self._death is not None:
            raise self._death
        for where, message, recovered in self._faults.take():
            self._failing.pop(where, None)
            if not recovered:
                self._failing[where] = message
            named = f"{where} {message}" if recovered else f"{where}: {message}"
            told = message if message.startswith(where.split()[0]) else named
            self._say(now_ns, told, bad=not recovered)
        for reading in self._readings.take():
            if isinstance(reading, PulseSamples):
                self._samples(reading, now_ns)
            elif isinstance(reading, ReportedBeat):
                self._newest_ns = max(reading.t_ns, self._newest_ns or reading.t_ns)
                self._came_ns, self._silent_ns = now_ns, SILENT_TOLD_NS  # told late or not: it comes
            elif isinstance(reading, Motion):
                self._felt = True
            elif isinstance(reading, Skin):
                self._skin = True
            else:
                continue
            for beat in self._reader.add(reading, now_ns):
                self._beats += 1
                self._beats_ns.append(beat.t_ns)

    def _samples(self, samples: PulseSamples, now_ns: int) -> None:
        self._lost += samples.lost_samples
        if samples.temperature_c is not None:
            self._temperature_c = samples.temperature_c
        if not len(samples.t_ns):  # only a count of lost ones
            return
        gap = self._newest_ns is not None and int(samples.t_ns[0]) - self._newest_ns > GAP_NS
        if gap or (not samples.finger and self._newest is not None and self._newest.finger):
            # The waveform goes on where it stood, without the time between: the beats before would stand elsewhere.
            self._beats_ns.clear()
        self._newest, self._newest_ns = samples, int(samples.t_ns[-1])
        self._came_ns, self._silent_ns = now_ns, SILENT_NS
        if self._file is not None:
            self._file.add(samples)

    def _keep(self, now_ns: int) -> None:
        if self._file is None:
            return
        self._file.sync(now_ns)
        if self._file.fault and not self._file_failed:
            self._file_failed = True
            self._say(now_ns, self._file.fault, bad=True)

    def _say(self, now_ns: int, words: str, bad: bool) -> None:
        self._show.say(f"{clock_words((now_ns - self._began_ns) / 1e9)}  {words}", bad=bad)

    def _state(self, now_ns: int, elapsed_s: float) -> PulseState:
        newest, newest_ns = self._newest, self._newest_ns or now_ns
        silent = self._came_ns is not None and now_ns - self._came_ns > self._silent_ns
        about = self._about
        if self._quiet is not None:
            about = f"baseline: {self._quiet.clean_s:.0f} of {QUIET_S:.0f} quiet seconds seen"
        led_ma = None
        if newest is not None and newest.ir_ma is not None and not silent:
            led_ma = newest.ir_ma, newest.red_ma if newest.red_ma is not None else newest.ir_ma
        return PulseState(
            name=self._sensors[0].name,
            elapsed_s=elapsed_s,
            body=self._reader.read(now_ns),
            wave=self._reader.wave(),
            beat_ages_s=tuple((newest_ns - t_ns) / 1e9 for t_ns in self._beats_ns),
            beats=self._beats,
            silent=silent,
            felt=self._felt,
            skin=self._skin,
            finger=None if newest is None or silent else newest.finger,
            advice=newest.advice if newest is not None else "",
            led_ma=led_ma,
            swapped=newest is not None and newest.swapped,
            temperature_c=self._temperature_c,
            clock_error=None if newest is None else newest.clock_error,
            lost_samples=None if newest is None else self._lost,
            fault="; ".join(self._failing.values()),
            about=about,
        )

    def _on_fault(self, t_ns: int, where: str, message: str, recovered: bool) -> None:
        """Called by the sensors' threads."""
        del t_ns
        self._faults.put((where, message, recovered))

    def _on_death(self, name: str, error: Exception) -> None:
        del name
        self._death = error
