"""The live pulse on the real driver, over a simulated chip and clock."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from drivers.errors import DeviceNotFound
from drivers.names import Bench, make_pulse
from drivers.pulse.taps import Taps
from drivers.readings import PulseSamples, Reading, ReportedBeat
from drivers.settings import PulseSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.feed import recorded_feed
from drivers.sim.scenario import Scenario
from drivers.sim.world import World
from rig.body.baseline import QuietMinutes
from rig.body.reader import BodyReader
from rig.live_pulse import LivePulse
from rig.pulse_file import PulseFile
from rig.pulse_screen import PulseState
from rig.service import Stop


class Seen:
    """A Show that remembers."""

    period_ns = 1_000_000_000

    def __init__(self) -> None:
        self.states: list[PulseState] = []
        self.said: list[tuple[str, bool]] = []
        self.closed = 0

    def show(self, state: PulseState) -> None:
        self.states.append(state)

    def say(self, line: str, bad: bool = False) -> None:
        self.said.append((line, bad))

    def close(self) -> None:
        self.closed += 1


class Rig:
    """A chip, its driver and a look at it."""

    def __init__(self, scenario: Scenario | None = None) -> None:
        self.clock = SimulatedClock()
        self.seen, self.stop = Seen(), Stop()
        self.world = cache(lambda: World(self.clock, scenario))
        self.sensor = make_pulse(PulseSettings(bus="sim"), Bench(self.clock, self.world))

    def look(
        self, seconds: float | None = None, file: PulseFile | None = None, quiet: QuietMinutes | None = None
    ) -> Seen:
        reader = BodyReader()
        LivePulse(self.clock, [self.sensor], reader, self.seen, self.stop, "rolling", file, quiet).run(seconds)
        return self.seen

    def at(self, seconds: float, do: Callable[[], object]) -> None:
        due_ns, done = self.clock.now_ns() + round(seconds * 1e9), []

        def step(now_ns: int) -> None:
            if now_ns >= due_ns and not done:
                done.append(do())

        self.clock.serve("later", step, 10_000_000, lambda name, error: None)


def test_it_shows_a_heart_every_second_and_ends_in_time() -> None:
    seen = Rig().look(30.0)
    assert len(seen.states) == 30
    assert [round(state.elapsed_s) for state in seen.states] == list(range(1, 31))
    last = seen.states[-1]
    assert last.body.heart_rate_bpm == pytest.approx(68.0, abs=3.0)
    assert last.body.arousal == pytest.approx(0.0, abs=0.1)
    assert (last.finger, last.lost_samples, last.fault, last.about) == (True, 0, "", "rolling")
    assert last.clock_error == pytest.approx(0.004, abs=0.001)
    assert last.temperature_c is not None
    assert last.beats == pytest.approx(32, abs=3)
    assert len([age for age in last.beat_ages_s if age < 5.0]) in (5, 6)
    assert seen.said == []
    assert seen.closed == 1


def test_asked_to_stop_it_stops_at_once() -> None:
    rig = Rig()
    rig.at(5.0, rig.stop.ask)
    began_ns = rig.clock.now_ns()
    rig.look()
    assert (rig.clock.now_ns() - began_ns) / 1e9 == pytest.approx(5.0, abs=0.05)


def test_a_sensor_that_is_unplugged_is_told_once_and_so_is_its_return(tmp_path: Path) -> None:
    """And what is recorded goes on: the loss is a gap in its times."""
    rig = Rig()
    chip = rig.world().bus.devices[0x57]
    rig.at(10.0, lambda: rig.world().bus.devices.pop(0x57))
    rig.at(14.0, lambda: rig.world().bus.devices.update({0x57: chip}))
    file = PulseFile(tmp_path / "a.npz")
    seen = rig.look(40.0, file)
    (gone, bad), (back, good) = seen.said
    assert gone.startswith("0:1")
    assert gone.count("pulse sensor") == 1
    assert "0x57" in gone
    assert len(gone.splitlines()) == 1
    assert (bad, good) == (True, False)
    assert back.endswith("is back")
    during = [state for state in seen.states if 11.5 < state.elapsed_s < 14.0]
    assert all(state.fault and gone.endswith(state.fault) for state in during)
    assert during[-1].body.heart_rate_bpm is None
    assert (during[-1].silent, during[-1].finger, during[-1].led_ma) == (True, None, None)
    assert seen.states[-1].fault == ""
    assert seen.states[-1].body.heart_rate_bpm == pytest.approx(68.0, abs=3.0)
    assert file.keep()
    assert recorded_feed(tmp_path / "a.npz").duration_s == pytest.approx(40.0, abs=1.5)


def test_a_sensor_that_is_not_there_is_told_at_the_start() -> None:
    rig = Rig()
    rig.world().bus.devices.clear()
    with pytest.raises(DeviceNotFound):
        rig.look(10.0)
    assert rig.seen.states == []
    assert rig.seen.closed == 1


def test_what_is_recorded_plays_again_with_the_same_beats(tmp_path: Path) -> None:
    rig = Rig()
    file = PulseFile(tmp_path / "a.csv")
    first = rig.look(30.0, file).states[-1]
    assert file.keep()
    again = Rig(Scenario(pulse=str(tmp_path / "a.csv"))).look(29.0).states[-1]
    assert again.body.heart_rate_bpm == pytest.approx(first.body.heart_rate_bpm or 0.0, abs=1.0)
    assert again.beats == pytest.approx(first.beats, abs=2)


def test_a_quiet_that_never_comes_is_given_up() -> None:
    class Silent(Taps):
        period_ns = 1_000_000_000

    rig, quiet = Rig(), QuietMinutes()
    rig.sensor = Silent()
    seen = rig.look(None, None, quiet)
    assert not quiet.done
    assert seen.states[-1].elapsed_s == pytest.approx(360.0, abs=1.0)


def test_tapped_beats_are_shown_without_a_waveform() -> None:
    rig, taps = Rig(), Taps()
    rig.sensor = taps
    for i in range(30):
        rig.at(1.0 + 0.8 * i, lambda: taps.tap(rig.clock.now_ns()))
    seen = rig.look(24.0)
    last = seen.states[-1]
    assert last.body.heart_rate_bpm == pytest.approx(75.0, abs=1.0)
    assert (last.finger, last.led_ma, last.wave) == (None, None, ())


def test_a_bug_in_a_driver_ends_the_look_and_leaves_the_terminal_well() -> None:
    class Broken(Taps):
        def step(self, now_ns: int) -> list[object]:  # type: ignore[override]
            raise ZeroDivisionError("its own")

    rig = Rig()
    rig.sensor = Broken()
    with pytest.raises(ZeroDivisionError, match="its own"):
        rig.look(10.0)
    assert rig.seen.closed == 1


class Told:
    """A sensor that reports what it is given, one list a step."""

    name, period_ns = "told", 100_000_000

    def __init__(self, tell: Callable[[int], list[Reading]]) -> None:
        self.tell = tell

    def open(self) -> None: ...

    def step(self, now_ns: int) -> list[Reading]:
        return self.tell(now_ns)

    def close(self) -> None: ...


def look_at(tell: Callable[[int], list[Reading]], seconds: float, file: PulseFile | None = None) -> Seen:
    rig = Rig()
    LivePulse(rig.clock, [Told(tell)], BodyReader(), rig.seen, rig.stop, "", file).run(seconds)
    return rig.seen


def samples_to(now_ns: int, n: int = 10, lost: int = 0) -> PulseSamples:
    t_ns = now_ns - 10_000_000 * np.arange(n, dtype=np.int64)[::-1]
    return PulseSamples(t_ns, np.full(n, 100_000, np.int32), np.full(n, 90_000, np.int32), lost_samples=lost)


def test_samples_without_a_sample_count_what_was_lost() -> None:
    steps: list[int] = []

    def tell(now_ns: int) -> list[Reading]:
        steps.append(now_ns)
        return [samples_to(now_ns, 0 if len(steps) == 20 else 10, 7 if len(steps) == 20 else 0)]

    assert look_at(tell, 4.0).states[-1].lost_samples == 7


def test_beats_that_are_told_late_are_no_silence() -> None:
    steps: list[int] = []

    def tell(now_ns: int) -> list[Reading]:
        steps.append(now_ns)
        return [ReportedBeat(now_ns - 2_500_000_000, 1000.0)] if len(steps) % 10 == 0 else []

    states = look_at(tell, 12.0).states
    assert not any(state.silent for state in states)
    assert states[-1].beats >= 9


def test_a_told_heart_that_is_slow_is_not_silent_and_one_that_stops_is() -> None:
    steps: list[int] = []

    def tell(now_ns: int) -> list[Reading]:
        steps.append(now_ns)
        return [ReportedBeat(now_ns)] if len(steps) % 30 == 0 and len(steps) < 100 else []

    states = look_at(tell, 16.0).states
    assert not any(state.silent for state in states if state.elapsed_s < 12.0)
    assert states[-1].silent


def test_beats_from_before_a_gap_do_not_stand_in_the_wrong_place() -> None:
    """The waveform has no points for the time of the gap: they would stand too far left."""
    rig = Rig()
    chip = rig.world().bus.devices[0x57]
    rig.at(8.0, lambda: rig.world().bus.devices.pop(0x57))
    rig.at(8.4, lambda: rig.world().bus.devices.update({0x57: chip}))
    states = rig.look(11.0).states
    assert len(states[6].beat_ages_s) >= 5
    last = states[-1]
    assert last.wave
    assert not last.beat_ages_s or max(last.beat_ages_s) < 3.0


def test_samples_that_are_not_newer_are_counted(tmp_path: Path) -> None:
    steps: list[int] = []

    def tell(now_ns: int) -> list[Reading]:
        steps.append(now_ns)
        return [samples_to(now_ns - (100_000_000 if len(steps) == 5 else 0))]

    file = PulseFile(tmp_path / "a.csv")
    look_at(tell, 2.0, file)
    assert file.left_out == 10
    assert file.keep()


def test_what_is_recorded_is_there_while_it_is_recorded(tmp_path: Path) -> None:
    rig = Rig()
    file = PulseFile(tmp_path / "a.npz")
    rows: list[int] = []
    rig.at(5.0, lambda: rows.append(len(file.part.read_text().splitlines())))
    rig.look(6.0, file)
    file.close()
    assert rows[0] > 450


def test_a_service_that_does_not_end_well_leaves_the_terminal_well() -> None:
    rig = Rig()
    serve, closed = rig.clock.serve, []

    class Stuck:
        alive = True

        def wake(self) -> None: ...

        def stop(self, timeout_s: float = 5.0) -> bool:
            raise RuntimeError("stuck")

    class Sensor(Told):
        def close(self) -> None:
            closed.append(True)

    rig.clock.serve = lambda *args: (serve(*args), Stuck())[1]  # type: ignore[method-assign]
    live = LivePulse(rig.clock, [Sensor(lambda now_ns: [])], BodyReader(), rig.seen, rig.stop)
    with pytest.raises(RuntimeError, match="stuck"):
        live.run(1.0)
    assert rig.seen.closed == 1
    assert closed == [True]
