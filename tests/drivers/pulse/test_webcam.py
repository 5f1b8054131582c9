from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from threading import Event

import av
import numpy as np
import pytest

from drivers.clock import SystemClock
from drivers.errors import BadInput, DeviceLost, DeviceNotFound
from drivers.names import Bench, make_pulse
from drivers.pulse.frames import Mean
from drivers.pulse.webcam import FingerOnLens, samples_from_means
from drivers.readings import PulseSamples
from drivers.settings import PulseSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.world import World
from rig.body.reader import BodyReader


def finger_clip(path: Path, seconds: float = 12.0, bpm: float = 75.0, rate: int = 30) -> Path:
    """A dark red picture that darkens by some percent with each beat."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "bgr0"
        rng = np.random.default_rng(5)
        for i in range(int(seconds * rate)):
            phase = (i / rate * bpm / 60.0) % 1.0
            blood = np.exp(-0.5 * ((phase - 0.2) / 0.09) ** 2) + 0.3 * np.exp(-0.5 * ((phase - 0.55) / 0.12) ** 2)
            noise = rng.normal(0.0, 2.0, (48, 64, 3))
            picture = np.clip(np.array([180.0, 40.0, 12.0]) * (1.0 - 0.03 * blood) + noise, 0, 255)
            frame = av.VideoFrame.from_ndarray(picture.astype(np.uint8), format="rgb24")
            frame.pts, frame.time_base = i, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def run(sensor: FingerOnLens, clock: SimulatedClock, seconds: float) -> list[PulseSamples]:
    got: list[PulseSamples] = []
    end_ns = clock.now_ns() + round(seconds * 1e9)
    while clock.now_ns() < end_ns:
        clock.sleep_until_ns(clock.now_ns() + sensor.period_ns)
        got += sensor.step(clock.now_ns())
    return got


def make(source: str) -> tuple[FingerOnLens, SimulatedClock]:
    clock = SimulatedClock()
    sensor = make_pulse(PulseSettings(name="webcam", source=source), Bench(clock, lambda: World(clock)))
    assert isinstance(sensor, FingerOnLens)
    return sensor, clock


def test_means_become_counts_where_darker_is_more_blood() -> None:
    means = [Mean(10, 0.0, 0.0, 0.0), Mean(20, 204.0, 40.0, 11.0), Mean(30, 255.0, 255.0, 255.0)]
    samples = samples_from_means(means, first_sample=4)
    assert samples.ir_counts.tolist() == [0, 131072, 262143]
    assert samples.red_counts.tolist() == [0, 209714, 262143]
    assert (samples.t_ns.tolist(), samples.first_sample, samples.finger) == ([10, 20, 30], 4, True)
    assert samples_from_means(means[1:2], finger=False, factors=[0.5]).ir_counts.tolist() == [65536]


def test_a_clip_of_a_fingertip_gives_its_heart_rate(tmp_path: Path) -> None:
    sensor, clock = make(str(finger_clip(tmp_path / "finger.mkv")))
    sensor.open()
    start_ns = clock.now_ns()
    body = BodyReader()
    got = run(sensor, clock, 11.0)
    for samples in got:
        body.add(samples, clock.now_ns())
    sensor.close()
    t_ns = np.concatenate([s.t_ns for s in got])
    assert np.allclose(np.diff(t_ns), 1e9 / 30, atol=2e6)
    assert t_ns[0] == start_ns
    rate = body.read(clock.now_ns()).heart_rate_bpm
    assert rate == pytest.approx(75.0, abs=1.0)


def test_a_clip_plays_again_and_time_goes_on(tmp_path: Path) -> None:
    sensor, clock = make(str(finger_clip(tmp_path / "finger.mkv", seconds=1.0)))
    sensor.open()
    got = run(sensor, clock, 3.5)
    t_ns = np.concatenate([s.t_ns for s in got])
    assert len(t_ns) == pytest.approx(105, abs=2)
    assert np.all(np.diff(t_ns) > 0)
    assert got[-1].first_sample + len(got[-1].t_ns) == len(t_ns)


def test_a_missing_clip_and_the_one_that_was_meant(tmp_path: Path) -> None:
    meant = finger_clip(tmp_path / "finger.mkv", seconds=0.2)
    with pytest.raises(BadInput, match="expected a clip of a fingertip, got no such file, did you mean") as caught:
        make(str(tmp_path / "fingr.mkv"))[0].open()
    assert str(meant) in str(caught.value)


def test_a_clip_that_is_text(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_text("not a clip")
    with pytest.raises(BadInput, match="expected a clip of a fingertip, got a file PyAV cannot open"):
        make(str(path))[0].open()


def test_a_webcam_that_is_not_there_says_what_to_do_instead() -> None:
    with pytest.raises(DeviceNotFound, match=r"webcam 63 not found: is it plugged in.*space bar"):
        make("63")[0].open()


def test_frames_that_end_are_a_lost_device() -> None:
    clock = SimulatedClock()

    class Cable:
        period_ns = 10_000_000
        closed = False

        def grab(self, now_ns: int) -> list[object]:
            raise OSError("cable")

        def close(self) -> None:
            self.closed = True

    cable = Cable()
    sensor = FingerOnLens("0", clock, lambda source, clock: cable)  # type: ignore[arg-type,return-value]
    sensor.open()
    with pytest.raises(DeviceLost, match="fingertip on webcam 0: its frames ended"):
        run(sensor, clock, 1.0)
    assert cable.closed


def test_frames_that_stop_coming_are_a_lost_device() -> None:
    clock = SimulatedClock()

    class Still:
        period_ns = 10_000_000

        def grab(self, now_ns: int) -> list[object]:
            return []

        def close(self) -> None:
            pass

    sensor = FingerOnLens("0", clock, lambda source, clock: Still())  # type: ignore[arg-type,return-value]
    sensor.open()
    run(sensor, clock, 7.9)  # a webcam may take its time to start
    with pytest.raises(DeviceLost, match="no frame for 2 s"):
        run(sensor, clock, 0.2)


class Frames:
    """Gives these, each when it is due."""

    period_ns = 10_000_000

    def __init__(self, means: list[Mean]) -> None:
        self._means = means

    def grab(self, now_ns: int) -> list[Mean]:
        return [self._means.pop(0)] if self._means and self._means[0].t_ns <= now_ns else []

    def close(self) -> None:
        self._means.clear()


def test_frames_without_a_time_of_their_own_are_lost_and_the_same_one_again_is_none() -> None:
    clock = SimulatedClock()
    start = clock.now_ns() + 10_000_000
    times = [0, 33, 66, 66, 60, 99, 132]
    means = [Mean(start + t * 1_000_000, 200.0 + i, 20.0, 10.0) for i, t in enumerate(times)]
    means.insert(3, means[2])
    sensor = FingerOnLens("0", clock, lambda source, clock: Frames(means))
    sensor.open()
    got = run(sensor, clock, 1.0)
    sensor.close()
    t_ns = [int(t) for samples in got for t in samples.t_ns]
    assert t_ns == [start + t * 1_000_000 for t in (0, 33, 66, 99, 132)]
    assert [(s.first_sample, s.lost_samples) for s in got if s.lost_samples] == [(5, 2)]
    assert got[-1].first_sample + len(got[-1].t_ns) == len(times)


@pytest.mark.parametrize("factor", [0.9, 1.0, 1.1])
def test_what_the_camera_has_clipped_stays_clipped(factor: float) -> None:
    means = [Mean(10, 254.0, 40.0, 10.0), Mean(20, 255.0, 255.0, 255.0), Mean(30, 240.0, 40.0, 10.0)]
    samples = samples_from_means(means, factors=[factor] * 3)
    assert samples.red_counts.tolist()[:2] == [262143, 262143]
    assert samples.ir_counts[1] == 262143
    assert samples.ir_counts[0] == round(304 / 510 * 262143 * factor)
    assert samples.red_counts[2] == min(262143, round(240 / 255 * 262143 * factor))


class Hanging:
    """A webcam whose read() hangs until the test lets it go, and then gives a frame or fails."""

    period_ns = 1_000_000

    def __init__(self, hangs: bool, fails: bool = False) -> None:
        self.reading, self.go_on, self.closed = Event(), Event(), Event()
        self._fails = fails
        if not hangs:
            self.go_on.set()

    def grab(self, now_ns: int) -> list[Mean]:
        self.reading.set()
        assert self.go_on.wait(20)
        assert not self.closed.is_set()
        if self._fails:
            raise OSError("cable")
        return [Mean(now_ns, 1.0, 2.0, 3.0)]

    def close(self) -> None:
        self.closed.set()


@pytest.mark.parametrize("fails", [False, True])
def test_a_camera_that_hangs_is_released_by_its_own_thread_and_never_reaches_the_next_run(fails: bool) -> None:
    clock = SystemClock()
    old, new = Hanging(hangs=True, fails=fails), Hanging(hangs=True)
    cameras = [old, new]
    sensor = FingerOnLens("0", clock, lambda source, clock: cameras.pop(0))
    sensor.open()
    assert old.reading.wait(10)
    sensor.close()
    assert not old.closed.is_set()  # its thread is still in read()
    sensor.open()
    assert new.reading.wait(10)
    old.go_on.set()
    assert old.closed.wait(10)
    assert sensor.step(clock.now_ns()) == []
    new.go_on.set()
    sensor.close()
    assert new.closed.wait(10)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["02", "03", "04", "05", "06", "08", "09", "10"])
def test_fingers_on_real_phone_cameras(shared: Path, name: str) -> None:
    """The Welltory recordings: each shown rate against the chest strap's, and shown most of the time."""
    with np.load(shared / "data" / "pulse" / f"welltory_{name}.npz") as z:
        t_ns, rgb, ref = 10**9 + np.rint(z["t_frame"] * 1e9).astype(np.int64), z["rgb"].tolist(), z["ref_beats"]
    body, errors, asked = BodyReader(), [], 0
    for i in range(0, len(t_ns), 2):
        means = [Mean(int(t), *colour) for t, colour in zip(t_ns[i : i + 2], rgb[i : i + 2], strict=True)]
        body.add(samples_from_means(means, i), means[-1].t_ns)
        now_s = (means[-1].t_ns - 10**9) / 1e9
        true = ref[(ref >= now_s - 10) & (ref < now_s)]
        if i % 30 == 0 and now_s > 12 and len(true) > 4:
            asked += 1
            rate = body.read(means[-1].t_ns).heart_rate_bpm
            if rate is not None:
                errors.append(abs(rate - 60 * (len(true) - 1) / (true[-1] - true[0])))
    assert len(errors) > 0.8 * asked
    assert np.mean(errors) < 1.5
