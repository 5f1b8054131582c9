"""Fingertips on a lens: what is told apart, what exposure does, and real recordings through the whole path."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.names import Bench, make_pulse
from drivers.pulse.covering import SAYS, Covering, CoveringWatch, look
from drivers.pulse.exposure import ExposureSteps
from drivers.pulse.frames import Mean, WebcamMeans
from drivers.pulse.webcam import FingerOnLens, samples_from_means
from drivers.readings import PulseSamples
from drivers.settings import PulseSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.world import World
from rig.body.reader import BodyReader

SIZE = (64, 48)
Colour = tuple[float, float, float]
Picture = NDArray[np.uint8]
SKIN: Colour = (180.0, 40.0, 12.0)
ROOM: Colour = (120.0, 115.0, 100.0)
_Y, _X = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
_AWAY = ((_X / SIZE[0] - 0.5) ** 2 + (_Y / SIZE[1] - 0.5) ** 2) / 0.5  # 0 in the middle, 1 in the corners
SHADE = ((1.0 - 0.25 * _AWAY) / (1.0 - 0.25 * _AWAY).mean()).astype(np.float32)[..., None]


def picture(colour: Colour | NDArray[np.float64], rng: np.random.Generator, noise: float = 2.0) -> Picture:
    """A fingertip lit through: a little darker towards the corners, with a sensor's noise."""
    light = np.asarray(colour, np.float32) * SHADE
    light += np.float32(noise) * rng.standard_normal(light.shape, np.float32)
    return np.clip(np.rint(light), 0, 255).astype(np.uint8)


def room(rng: np.random.Generator) -> Picture:
    """No finger: blocks of furniture in daylight."""
    blocks = np.asarray(ROOM) * rng.uniform(0.4, 1.6, (6, 8, 1)) + rng.normal(0, 8, (6, 8, 3))
    return np.clip(np.kron(blocks, np.ones((8, 8, 1))), 0, 255).astype(np.uint8)


def half(finger: Picture, behind: Picture) -> Picture:
    """The left half under the finger."""
    out = behind.copy()
    out[:, : SIZE[0] // 2] = finger[:, : SIZE[0] // 2]
    return out


def blood(t_s: NDArray[np.float64], bpm: float = 75.0) -> NDArray[np.float64]:
    """Of a regular pulse: 0 to about 1."""
    phase = (t_s * bpm / 60.0) % 1.0
    reflected = 0.3 * np.exp(-0.5 * ((phase - 0.55) / 0.12) ** 2)
    return np.asarray(np.exp(-0.5 * ((phase - 0.2) / 0.09) ** 2) + reflected, np.float64)


def hunting(t_s: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """An exposure that goes 2 to 6 % off and back every 8 to 15 s, within one to four frames: what it multiplies by."""
    log = np.zeros(len(t_s))
    at_s, level = rng.uniform(8, 15), 0.0
    while at_s < t_s[-1]:
        first, frames = int(np.searchsorted(t_s, at_s)), int(rng.integers(1, 5))
        new = 0.0 if level else rng.choice([-1, 1]) * rng.uniform(0.02, 0.06)
        for frame in range(first, first + frames):
            log[frame:] += (new - level) / frames
        level = new
        at_s += rng.uniform(8, 15)
    return np.asarray(np.exp(log), np.float64)


def jittered(
    seconds: float, rng: np.random.Generator, rate_hz: float = 30.0, by_s: float = 0.006
) -> NDArray[np.float64]:
    """Times of frames that come up to by_s early or late."""
    times = np.arange(int(seconds * rate_hz)) / rate_hz
    return np.asarray(np.concatenate([[0.0], times[1:] + rng.uniform(-by_s, by_s, len(times) - 1)]), np.float64)


def write_clip(path: Path, t_s: Iterable[float], pictures: Iterable[Picture], codec: str = "ffv1") -> Path:
    """Each picture at its own time; "ffv1" keeps every code, "libx264" does as phones do."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "bgr0" if codec == "ffv1" else "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 90_000)
        if codec == "libx264":
            stream.options = {"preset": "ultrafast", "crf": "18"}
        for at_s, each in zip(t_s, pictures, strict=True):
            frame = av.VideoFrame.from_ndarray(each, format="rgb24")
            frame.pts, frame.time_base = round(at_s * 90_000), Fraction(1, 90_000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


# --- what covers the lens


@pytest.mark.parametrize(
    "colour", [SKIN, (140.0, 22.0, 11.0), (227.0, 29.0, 73.0), (255.0, 30.0, 0.0), (60.0, 4.0, 2.0)]
)
def test_a_fingertip_in_any_good_light(colour: Colour, rng: np.random.Generator) -> None:
    assert look(picture(colour, rng)) == "finger"


def test_what_is_no_fingertip_is_told_apart(rng: np.random.Generator) -> None:
    behind = room(rng)
    assert look(behind) == "off"
    assert look(picture((225.0, 160.0, 110.0), rng)) == "off"  # a hand or a face at a distance
    assert look(half(picture(SKIN, rng), behind)) == "half"
    assert look(picture((20.0, 3.0, 2.0), rng)) == "dark"
    assert look(picture((0.0, 0.0, 0.0), rng)) == "dark"
    assert look(np.full((48, 64, 3), 255, np.uint8)) == "bright"
    clipped = picture((400.0, 0.0, 0.0), rng, noise=0.5)  # red without a trace of green: there is nothing to read
    assert look(clipped) == "bright"


def test_a_small_gap_is_forgiven_once_the_finger_lies_there(rng: np.random.Generator) -> None:
    whole, gap = picture(SKIN, rng), picture(SKIN, rng)
    gap[:, :6] = room(rng)[:, :6]  # a tenth
    watch = CoveringWatch()
    assert watch.add(0, gap) == "half"
    seen = [watch.add(i * 33_000_000, whole) for i in range(1, 15)]
    assert seen[0] != "finger"  # it has to stay
    assert seen[-1] == "finger"
    assert watch.add(600_000_000, gap) == "finger"
    assert watch.add(633_000_000, room(rng)) == "off"  # gone at once


def test_every_covering_has_its_words() -> None:
    assert set(SAYS) == {"finger", "off", "half", "dark", "bright"}


# --- steps of the exposure


def corrected(light: NDArray[np.float64], t_s: NDArray[np.float64]) -> NDArray[np.float64]:
    steps = ExposureSteps()
    return np.array([each * steps.factor(float(t), float(each)) for t, each in zip(t_s, light, strict=True)])


def test_a_pulse_is_left_as_it_is() -> None:
    t_s = np.arange(900) / 30
    light = 200 * (1 - 0.03 * blood(t_s))
    assert np.allclose(corrected(light, t_s), light, rtol=1e-9)


@pytest.mark.parametrize("size", [0.95, 1.05])
@pytest.mark.parametrize("frames", [1, 2])
def test_a_step_is_taken_out_and_never_comes_back_fast(size: float, frames: int) -> None:
    t_s = np.arange(900) / 30
    light = 200 * (1 - 0.01 * blood(t_s))
    stepped = light.copy()
    for frame in range(450, 450 + frames):
        stepped[frame:] *= size ** (1 / frames)
    left = np.log(corrected(stepped, t_s) / light)
    assert np.abs(left[:450]).max() < 1e-9
    assert np.abs(left[450:465]).max() < 0.012  # of a step of 0.05
    assert np.abs(np.diff(left[455:])).max() < 1e-4  # and on its way back less than 0.3 % a second


def test_a_moved_finger_is_left_in() -> None:
    t_s = np.arange(300) / 30
    light = 200 * (1 - 0.01 * blood(t_s)) * np.where(t_s > 7, 0.7, 1.0)
    assert np.allclose(corrected(light, t_s), light)


def test_after_a_gap_everything_starts_anew() -> None:
    t_s = np.arange(600) / 30 + np.where(np.arange(600) >= 300, 5.0, 0.0)
    light = 200 * (1 - 0.01 * blood(t_s)) * np.where(np.arange(600) >= 300, 1.05, 1.0)
    assert np.allclose(corrected(light, t_s), light)


# --- the whole path: a clip, the driver, the body


class Player:
    """A clip under the real driver and the real body."""

    def __init__(self, path: Path) -> None:
        self.clock = SimulatedClock()
        self.start_ns = self.clock.now_ns()
        sensor = make_pulse(
            PulseSettings(name="webcam", source=str(path)), Bench(self.clock, lambda: World(self.clock))
        )
        assert isinstance(sensor, FingerOnLens)
        self.sensor, self.body = sensor, BodyReader()
        self.samples: list[PulseSamples] = []
        self.beats_s: list[float] = []
        self.shown: list[tuple[float, str, float | None]] = []  # (s, advice, rate)

    def play(self, seconds: float) -> None:
        self.sensor.open()
        while (now_s := (self.clock.now_ns() - self.start_ns) / 1e9) < seconds:
            self.clock.sleep_until_ns(self.clock.now_ns() + self.sensor.period_ns)
            for samples in self.sensor.step(self.clock.now_ns()):
                self.samples.append(samples)
                for beat in self.body.add(samples, self.clock.now_ns()):
                    self.beats_s.append((beat.t_ns - self.start_ns) / 1e9)
            advice = self.samples[-1].advice if self.samples else ""
            self.shown.append((now_s, advice, self.body.read(self.clock.now_ns()).heart_rate_bpm))
        self.sensor.close()


def test_a_rate_is_shown_only_under_a_finger_in_good_light(tmp_path: Path, rng: np.random.Generator) -> None:
    order: list[Covering] = ["off", "finger", "half", "finger", "dark", "finger", "bright"]
    lasts_s = {"finger": 10.0}
    pictures, expected, t = [], [], 0.0
    for covering in order:
        for _ in range(round(30 * lasts_s.get(covering, 2.5))):
            pulse = 1.0 - 0.03 * float(blood(np.array([t]))[0])
            finger = picture(np.array(SKIN) * pulse, rng)
            pictures.append(
                {
                    "off": room(np.random.default_rng(1)),
                    "finger": finger,
                    "half": half(finger, room(np.random.default_rng(1))),
                    "dark": picture(np.array([20.0, 3.0, 2.0]) * pulse, rng),
                    "bright": np.full((48, 64, 3), 255, np.uint8),
                }[covering]
            )
            expected.append(covering)
            t += 1 / 30
    path = write_clip(tmp_path / "hands.mkv", np.arange(len(pictures)) / 30, pictures)
    player = Player(path)
    player.play(t - 0.1)
    since_s, before = 0.0, ""
    for now_s, advice, rate in player.shown:
        frame = min(len(expected) - 1, int(now_s * 30))
        since_s, before = (since_s, before) if expected[frame] == before else (now_s, expected[frame])
        if now_s - since_s > 0.5:
            assert advice == ("" if before == "finger" else SAYS[before])
        if before != "finger" and now_s - since_s > 0.2:
            assert rate is None
        if before == "finger" and now_s - since_s > 8.0:
            assert rate == pytest.approx(75.0, abs=1.5)
    t_ns = np.concatenate([s.t_ns for s in player.samples])
    assert np.all(np.diff(t_ns) > 0)
    for samples in player.samples:
        frame = min(len(expected) - 1, round((samples.t_ns[0] - player.start_ns) / 1e9 * 30))
        if expected[frame] != "finger":
            assert not samples.finger


def test_a_webcams_own_times_carry_the_pulse(tmp_path: Path, rng: np.random.Generator) -> None:
    """OpenCV reads; its stamps are the frames' own times, and the host looks late and unevenly."""
    t_s = jittered(14.0, rng)
    light = 1.0 - 0.02 * blood(t_s, 66.0)
    path = write_clip(tmp_path / "finger.mkv", t_s, (picture(np.array(SKIN) * each, rng) for each in light))
    clock = SimulatedClock()

    class Late:
        """Each frame is grabbed 1 to 25 ms after it was taken."""

        period_ns = 1_000_000

        def __init__(self) -> None:
            self._webcam = WebcamMeans(0, clock, lambda number: cv2.VideoCapture(str(path)))
            self._due_ns = [clock.now_ns() + round((t + rng.uniform(0.001, 0.025)) * 1e9) for t in t_s]

        def grab(self, now_ns: int) -> list[Mean]:
            if not self._due_ns or now_ns < self._due_ns[0]:
                return []
            self._due_ns.pop(0)
            return self._webcam.grab(now_ns)

        def close(self) -> None:
            self._webcam.close()

    sensor, body, times = FingerOnLens("0", clock, lambda source, clock: Late()), BodyReader(), []
    sensor.open()
    start_ns = clock.now_ns()
    while clock.now_ns() - start_ns < 14_000_000_000:
        clock.sleep_until_ns(clock.now_ns() + sensor.period_ns)
        for samples in sensor.step(clock.now_ns()):
            times += samples.t_ns.tolist()
            body.add(samples, clock.now_ns())
            assert samples.finger or not times[60:]  # half of the first second tells what covers the lens
    sensor.close()
    off_ms = (np.array(times) - start_ns) / 1e6 - 1000 * t_s[len(t_s) - len(times) :]
    assert np.abs(off_ms[60:] - np.median(off_ms[60:])).max() < 5.0
    assert body.read(clock.now_ns()).heart_rate_bpm == pytest.approx(66.0, abs=1.0)


# --- real phones, each against its chest strap

NAMES = ["02", "03", "04", "05", "06", "08", "09", "10"]  # 01 and 07: their reference does not fit their own pulse
LONG_S = 35.0  # of each is made into a clip; its first 5 s are for getting to know the pulse
Counts = tuple[int, int, int]


def matched(found_s: NDArray[np.float64], ref_s: NDArray[np.float64], valid: NDArray[np.float64]) -> Counts:
    """(hit, missed, false) within 150 ms, once the pulse's own delay is taken off."""

    def inside(t: NDArray[np.float64]) -> NDArray[np.float64]:
        return t[np.any([(t >= a) & (t < b) for a, b in valid], axis=0)]

    def hits(found: NDArray[np.float64], ref: NDArray[np.float64]) -> list[float]:
        left, gone = list(found), []
        for r in ref:
            near = [t for t in left if abs(t - r) <= 0.15]
            if near:
                left.remove(best := min(near, key=lambda t: abs(t - r)))
                gone.append(best - r)
        return gone

    ref = inside(ref_s)
    lag = max(np.arange(-0.3, 1.0, 0.04), key=lambda lag: len(hits(found_s - lag, ref)))
    lag += np.median(hits(found_s - lag, ref))
    found = inside(found_s - lag)
    hit = len(hits(found, ref))
    return hit, len(ref) - hit, len(found) - hit


def f1(counts: Iterable[Counts]) -> float:
    hit, missed, false = np.sum(list(counts), axis=0)
    return float(2 * hit / (2 * hit + missed + false))


@pytest.mark.shared
def test_the_beats_of_real_fingers_on_phones(shared: Path) -> None:
    """Their means as they were recorded, through exposure steps, samples and body."""
    counts = []
    for name in NAMES:
        with np.load(shared / "data" / "pulse" / f"welltory_{name}.npz") as z:
            t_s, rgb, ref, valid = z["t_frame"].astype(float), z["rgb"].astype(float), z["ref_beats"], z["valid"]
        body, steps, beats = BodyReader(), ExposureSteps(), []
        for t, (red, green, blue) in zip(t_s, rgb, strict=True):
            mean = Mean(10**9 + round(t * 1e9), float(red), float(green), float(blue))
            samples = samples_from_means([mean], factors=[steps.factor(float(t), float(red + green + blue))])
            beats += [(beat.t_ns - 10**9) / 1e9 for beat in body.add(samples, mean.t_ns)]
        counts.append(matched(np.array(beats), ref, valid))
    assert f1(counts) >= 0.96


@pytest.mark.shared
def test_clips_made_of_them_through_the_whole_path(shared: Path, tmp_path: Path) -> None:
    """A lossy codec, a sensor's noise, frames early and late, and an exposure that hunts."""
    counts = []
    for name in NAMES[::3]:
        rng = np.random.default_rng(int(name))
        with np.load(shared / "data" / "pulse" / f"welltory_{name}.npz") as z:
            t_s, rgb, ref, valid = z["t_frame"].astype(float), z["rgb"].astype(float), z["ref_beats"], z["valid"]
        frames_s = jittered(LONG_S, rng)
        colours = np.stack([np.interp(frames_s, t_s, rgb[:, i]) for i in range(3)], axis=1)
        colours *= hunting(frames_s, rng)[:, None]
        path = tmp_path / f"{name}.mkv"
        player = Player(write_clip(path, frames_s, (picture(c, rng, 1.0) for c in colours), "libx264"))
        player.play(LONG_S - 0.1)
        counts.append(matched(np.array(player.beats_s), ref, np.clip(valid, 5.0, LONG_S - 1.0)))
    assert f1(counts) >= 0.96
