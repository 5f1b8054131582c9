"""The Pi's camera on a small stand-in for picamera2: strides, frame time, lock, late readers, stalls, remedies."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from drivers.camera.pi import PiCamera, make
from drivers.colour import planes
from drivers.errors import DeviceLost, DeviceNotFound, LibraryMissing
from drivers.names import Bench
from drivers.readings import Colour
from drivers.settings import CameraSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.world import World

PERIOD_NS = 33_333_000
EXPOSURE_US, READOUT_US = 12_000, 20_000
STRIDES = {"main": 1344, "lores": 384}  # padded beyond 1300 and 324


class Request:
    """A completed request: padded buffers that are wiped when the last hold on them is let go."""

    def __init__(self, camera: PiStandIn, sensor_ns: int) -> None:
        self.camera, self.sensor_ns, self.held = camera, sensor_ns, 1
        rng = np.random.default_rng(sensor_ns % 1000)
        self.buffers = {}
        for name in ("main", "lores"):
            (_, height), stride = camera.config[name]["size"], STRIDES[name]
            self.buffers[name] = rng.integers(0, 256, stride * height * 3 // 2 + 4096, dtype=np.uint8)
        self.truth = {name: buffer.copy() for name, buffer in self.buffers.items()}
        camera.requests.append(self)

    def acquire(self) -> None:
        self.held += 1

    def release(self) -> None:
        self.held -= 1
        assert self.held >= 0
        if not self.held:
            for buffer in self.buffers.values():
                buffer[:] = 0

    def get_metadata(self) -> dict[str, Any]:
        return {
            "SensorTimestamp": self.sensor_ns,
            "ExposureTime": EXPOSURE_US,
            "AnalogueGain": 2.0,
            "DigitalGain": 1.5,
            "ColourGains": (1.9, 1.6),
            "FrameDuration": PERIOD_NS // 1000,
            **self.camera.measured,
        }


class Mapped:
    """picamera2.MappedArray."""

    def __init__(self, request: Request, stream: str, reshape: bool = True, write: bool = True) -> None:
        assert not reshape  # a buffer that is longer than its planes cannot be reshaped
        assert not write  # after writing, the caches of the whole buffer would be flushed
        self.array = request.buffers[stream]

    def __enter__(self) -> Mapped:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class PiStandIn:
    """picamera2.Picamera2, as far as the driver uses it; its frames come on the test's clock."""

    clock: ClassVar[SimulatedClock]
    cameras: ClassVar[list[dict[str, Any]]] = [{"Model": "imx708"}]
    made: ClassVar[list[PiStandIn]] = []

    @staticmethod
    def global_camera_info() -> list[dict[str, Any]]:
        return PiStandIn.cameras

    def __init__(self, number: int) -> None:
        self.config: dict[str, Any] = {}
        self.controls: list[dict[str, Any]] = []
        self.requests: list[Request] = []
        self.measured: dict[str, Any] = {}
        self.post_callback: Callable[[Request], None] | None = None
        self.camera_controls = {"FrameDurationLimits": (READOUT_US, 10**6, 33333)}
        self.camera_properties = {"Model": "imx708"}
        self.running = self.closed = self.hung = False
        PiStandIn.made.append(self)

    def create_video_configuration(self, **asked: Any) -> dict[str, Any]:
        assert asked["raw"] is None
        return asked

    def configure(self, config: dict[str, Any]) -> None:
        self.config = config
        for name, stride in STRIDES.items():
            self.config[name] = config[name] | {"stride": stride}
        named = {"ycbcrEncoding": "Rec709", "range": "Limited", "transferFunction": "Rec709"}
        self.config["colour_space"] = SimpleNamespace(**{key: SimpleNamespace(name=v) for key, v in named.items()})

    def camera_configuration(self) -> dict[str, Any]:
        return self.config

    def start(self) -> None:
        self.running = True
        self.service = self.clock.serve("sensor", self.expose, PERIOD_NS, lambda _, error: pytest.fail(str(error)))

    def expose(self, now_ns: int) -> None:
        if self.hung:
            return
        request = Request(self, now_ns)
        if self.post_callback:
            self.post_callback(request)
        request.release()

    def set_controls(self, controls: dict[str, Any]) -> None:
        self.controls.append(controls)

    def stop(self) -> None:
        self.running = False
        self.service.stop()

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimulatedClock:
    made = SimulatedClock()
    module = ModuleType("picamera2")
    module.Picamera2, module.MappedArray = PiStandIn, Mapped  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "picamera2", module)
    monkeypatch.setattr(PiStandIn, "clock", made, raising=False)
    monkeypatch.setattr(PiStandIn, "made", [])
    return made


@pytest.fixture
def camera(clock: SimulatedClock) -> PiCamera:
    settings = CameraSettings(name="pi", width=1300, height=720)
    return make(settings, Bench(clock, lambda: World(clock)))


def unpadded(buffer: np.ndarray, width: int, height: int, stride: int) -> list[np.ndarray]:
    y = buffer[: stride * height].reshape(height, stride)[:, :width]
    rest = buffer[stride * height : stride * height * 3 // 2].reshape(2, height // 2, stride // 2)
    return [y, rest[0, :, : width // 2], rest[1, :, : width // 2]]


def test_padded_buffers_become_i420_in_one_copy_that_outlives_them(camera: PiCamera) -> None:
    info = camera.open()
    assert (info.width, info.height, info.colour) == (1300, 720, Colour("bt709", "limited", "bt709"))
    frame = camera.read()
    assert frame is not None
    request = PiStandIn.made[0].requests[0]
    assert request.held == 0
    for pixels, name in ((frame.pixels, "main"), (frame.small, "lores")):
        assert pixels is not None
        width, height = PiStandIn.made[0].config[name]["size"]
        assert not pixels.flags.writeable
        expected = unpadded(request.truth[name], width, height, STRIDES[name])
        assert all(np.array_equal(a, b) for a, b in zip(planes(pixels), expected, strict=True))


def test_frame_time_is_mid_exposure_of_the_middle_row(camera: PiCamera) -> None:
    camera.open()
    frame = camera.read()
    assert frame is not None
    sensor_ns = PiStandIn.made[0].requests[0].sensor_ns
    assert frame.t_ns == sensor_ns - EXPOSURE_US * 500 + READOUT_US * 500
    assert (frame.exposure_ns, frame.gain) == (EXPOSURE_US * 1000, 3.0)


def test_lock_holds_the_present_values_and_unlock_gives_them_back(camera: PiCamera) -> None:
    camera.lock()  # before there is a frame: at the first one
    camera.open()
    pi = PiStandIn.made[0]
    assert pi.controls == []
    camera.read()
    held = {"AeEnable": False, "AwbEnable": False, "ExposureTime": EXPOSURE_US, "AnalogueGain": 2.0}
    assert pi.controls == [held | {"ColourGains": (1.9, 1.6)}]
    camera.read()
    assert len(pi.controls) == 1
    camera.unlock()
    assert pi.controls[-1] == {"AeEnable": True, "AwbEnable": True}


DARK = {"ExposureTime": 33_000, "AnalogueGain": 8.0, "ColourGains": (1.0, 1.0)}
HELD = {
    "AeEnable": False,
    "AwbEnable": False,
    "ExposureTime": EXPOSURE_US,
    "AnalogueGain": 2.0,
    "ColourGains": (1.9, 1.6),
}


def test_a_camera_lost_in_a_take_comes_back_with_the_values_that_were_held(
    camera: PiCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera.open()
    camera.read()
    camera.lock()
    assert PiStandIn.made[0].controls == [HELD]
    PiStandIn.made[0].hung = True
    with pytest.raises(DeviceLost):
        camera.read()
    camera.lock()  # told to a camera that hangs: what was held is not forgotten
    camera.close()
    camera.open()
    pi = PiStandIn.made[1]
    pi.measured = DARK  # what its own exposure starts with
    limits = (PERIOD_NS // 1000, PERIOD_NS // 1000)
    assert pi.config["controls"] == {"FrameDurationLimits": limits, **HELD}  # from its first frame on
    camera.lock()
    camera.read()
    camera.lock()
    assert pi.controls == [HELD, HELD]
    camera.unlock()
    camera.read()
    camera.lock()
    assert pi.controls[-1] == {"AeEnable": False, "AwbEnable": False, **DARK}
    camera.unlock()
    camera.close()
    camera.open()
    assert set(PiStandIn.made[2].config["controls"]) == {"FrameDurationLimits"}


def test_a_lock_before_the_first_frame_outlives_a_loss_before_it(camera: PiCamera) -> None:
    camera.open()
    camera.lock()
    camera.close()
    camera.open()
    camera.read()
    assert PiStandIn.made[1].controls == [HELD]


@pytest.mark.parametrize("step", ["configure", "start"])
@pytest.mark.parametrize(
    "error", [RuntimeError("Failed to start\ncamera: -16"), OSError(12, "Cannot allocate memory"), ValueError()]
)
@pytest.mark.parametrize("closes", [True, False])
def test_what_picamera2_raises_is_one_line_and_the_camera_is_closed(
    camera: PiCamera, monkeypatch: pytest.MonkeyPatch, step: str, error: Exception, closes: bool
) -> None:
    closed = []

    def refuse(self: PiStandIn, *_: object) -> None:
        raise error

    def close(self: PiStandIn) -> None:
        closed.append(self)
        if not closes:
            raise RuntimeError("not started")

    with monkeypatch.context() as broken:
        broken.setattr(PiStandIn, step, refuse)
        broken.setattr(PiStandIn, "close", close)
        with pytest.raises(DeviceNotFound) as caught:
            camera.open()
    said = str(caught.value)
    assert said.startswith("camera pi: expected frames of 1300x720 at 30 Hz, got ")
    assert said.endswith("or is camera.width or camera.rate_hz too much for it?")
    assert "\n" not in said
    assert closed == PiStandIn.made
    assert camera.read() is None
    camera.open()  # and it may be tried again
    assert camera.read() is not None


def test_a_late_reader_finds_three_frames_and_then_a_gap(camera: PiCamera, clock: SimulatedClock) -> None:
    camera.open()
    assert camera.read() is not None
    clock.sleep_until_ns(clock.now_ns() + 9 * PERIOD_NS + 1_000_000)
    frames = [frame for frame in (camera.read() for _ in range(4)) if frame]
    assert [frame.index for frame in frames] == [1, 2, 3, 10]
    assert all(request.held == 0 for request in PiStandIn.made[0].requests)


def test_a_camera_that_hangs_is_lost_after_two_seconds(camera: PiCamera, clock: SimulatedClock) -> None:
    camera.open()
    camera.read()
    PiStandIn.made[0].hung = True
    since_ns = clock.now_ns()
    with pytest.raises(DeviceLost, match="within 2 s"):
        camera.read()
    assert clock.now_ns() - since_ns == pytest.approx(2e9, rel=0.01)


def test_closing_gives_every_buffer_back_and_may_happen_twice(camera: PiCamera, clock: SimulatedClock) -> None:
    camera.open()
    clock.sleep_until_ns(clock.now_ns() + 5 * PERIOD_NS)
    camera.close()
    camera.close()
    pi = PiStandIn.made[0]
    assert (pi.running, pi.closed) == (False, True)
    assert all(request.held == 0 for request in pi.requests)
    assert camera.read() is None


def test_no_camera_on_the_cable(camera: PiCamera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PiStandIn, "cameras", [])
    with pytest.raises(DeviceNotFound, match="expected a camera on the ribbon cable, got none"):
        camera.open()


def test_a_camera_that_another_program_has(camera: PiCamera, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(self: PiStandIn, number: int) -> None:
        raise RuntimeError("Camera __init__ sequence did not complete.")

    monkeypatch.setattr(PiStandIn, "__init__", busy)
    with pytest.raises(DeviceNotFound, match="does another program use it"):
        camera.open()


def test_without_picamera2_the_remedy_is_one_line(camera: PiCamera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(LibraryMissing, match=r"sudo apt install python3-picamera2.*--camera sim") as caught:
        camera.open()
    assert "\n" not in str(caught.value)
