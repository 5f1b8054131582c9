"""The Pi's camera through picamera2: main and lores streams, each buffer mapped and copied once."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from drivers.camera.arrivals import next_arrival
from drivers.colour import planes
from drivers.errors import DeviceNotFound, LibraryMissing
from drivers.handover import Line
from drivers.interfaces import CameraInfo
from drivers.pool import FramePool
from drivers.readings import Bytes8, Colour, Frame

if TYPE_CHECKING:
    from drivers.names import Bench
    from drivers.settings import CameraSettings

BUFFERS = 6  # of the camera, each 1.5 bytes a pixel of contiguous memory; three of them may wait for the frame loop
WAITING = 3
LORES_PART = 4  # the lores stream has a quarter of the main stream's width and height
_WHERE = "camera pi"
_PICAMERA2_ERRORS = (RuntimeError, OSError, ValueError)  # what it raises where libcamera refuses


def make(settings: CameraSettings, bench: Bench) -> PiCamera:
    """The first camera of the Pi, not yet opened."""
    return PiCamera(settings, bench)


class PiCamera:
    """Frames of a Pi camera, the lores stream as ``Frame.small``.

    Frame time: SensorTimestamp is CLOCK_BOOTTIME at the end of the first row's exposure (picamera2 #821), so
    mid-exposure of the middle row is SensorTimestamp - ExposureTime / 2 + readout / 2. Readout, the time from the
    first row to the last, is taken as the shortest frame the configured sensor mode allows (the minimum of
    FrameDurationLimits): all rows one after the other and the few blank ones a sensor insists on.

    ``index`` is counted in time: two frames that are two frame durations apart leave a gap of one.
    """

    def __init__(self, settings: CameraSettings, bench: Bench) -> None:
        self._settings = settings
        self._clock = bench.clock
        self._line: Line[Any] = Line(most=WAITING)
        self._pool = FramePool()
        self._camera: Any = None
        self._mapped: Any = None
        self._streams: dict[str, tuple[int, int, int]] = {}
        self._colour = Colour()
        self._period_ns = self._readout_ns = 0
        self._last: tuple[int, int] | None = None
        self._metadata: dict[str, Any] = {}
        self._lock_at_first_frame = False
        self._held: dict[str, Any] = {}  # from lock() to unlock(), through every loss and reopening

    def open(self) -> CameraInfo:
        """Configure and start. LibraryMissing: no picamera2; DeviceNotFound: no camera, or another program has it."""
        try:
            from picamera2 import MappedArray, Picamera2
        except (ImportError, ValueError) as error:  # ValueError: built for another NumPy
            raise LibraryMissing(
                f"{_WHERE}: expected the library picamera2, got none that loads ({error}); on a Raspberry Pi: "
                "sudo apt install python3-picamera2, in a venv with --system-site-packages; elsewhere: --camera sim"
            ) from error
        if not Picamera2.global_camera_info():
            raise DeviceNotFound(
                f"{_WHERE}: expected a camera on the ribbon cable, got none; is it firm? (rpicam-hello --list-cameras)"
            )
        try:
            camera = Picamera2(0)
        except (*_PICAMERA2_ERRORS, IndexError) as error:
            raise DeviceNotFound(
                f"{_WHERE}: expected a camera that opens, got {error}; does another program use it? (fuser /dev/media*)"
            ) from error
        self._mapped = MappedArray
        try:
            info = self._start(camera)
        except _PICAMERA2_ERRORS as error:
            with suppress(*_PICAMERA2_ERRORS):  # what did not start may not close either: the first error is the cause
                camera.close()
            asked = f"{self._settings.width}x{self._settings.height} at {self._settings.rate_hz:g} Hz"
            raise DeviceNotFound(
                f"{_WHERE}: expected frames of {asked}, got {' '.join(str(error).split()) or type(error).__name__}; "
                "does another program use it (fuser /dev/media*), or is camera.width or camera.rate_hz too much for it?"
            ) from error
        except BaseException:
            camera.close()
            raise
        self._camera = camera
        return info

    def read(self) -> Frame | None:
        """Wait for the next frame and copy it out of its buffer; None when the camera is not open."""
        request = next_arrival(self._line, self._clock, lambda: self._camera is not None, _WHERE)
        if request is None:
            return None
        try:
            metadata = request.get_metadata()
            pixels = self._copy(request, "main")
            small = self._copy(request, "lores")
        finally:
            request.release()
        self._metadata = metadata
        if self._lock_at_first_frame:
            self.lock()
        exposure_ns = round(metadata["ExposureTime"] * 1000)
        t_ns = int(metadata["SensorTimestamp"]) - exposure_ns // 2 + self._readout_ns // 2
        gain = float(metadata.get("AnalogueGain", 1.0)) * float(metadata.get("DigitalGain", 1.0))
        return Frame(
            t_ns, self._number(int(metadata["SensorTimestamp"])), pixels, self._colour, exposure_ns, gain, small
        )

    def lock(self) -> None:
        """Automatic exposure and white balance off, at the values of the newest frame (or of the first, when it comes).

        What is held stays held until unlock(): a camera that was lost and opened again starts with it, and does not
        measure anew in the middle of a take. A control reaches the picture a few frames later; what each frame really
        had is in the frame.
        """
        if not self._held and self._metadata:
            kept = ("ExposureTime", "AnalogueGain", "ColourGains")
            self._held = {"AeEnable": False, "AwbEnable": False}
            self._held |= {key: self._metadata[key] for key in kept if key in self._metadata}
        self._lock_at_first_frame = not self._held
        if self._held and self._camera is not None:
            self._camera.set_controls(self._held)

    def unlock(self) -> None:
        """Automatic exposure and white balance on."""
        self._lock_at_first_frame = False
        self._held = {}
        if self._camera is not None:
            self._camera.set_controls({"AeEnable": True, "AwbEnable": True})

    def close(self) -> None:
        """Stop the camera and give its buffers back."""
        camera, self._camera = self._camera, None
        self._metadata = {}
        if camera is None:
            return
        camera.stop()
        camera.post_callback = None  # not before: picamera2's thread asks for it and calls it in two steps
        for request in self._line.take():
            request.release()
        camera.close()

    def _start(self, camera: Any) -> CameraInfo:
        width, height = self._settings.width, self._settings.height
        small = (max(width // LORES_PART & ~1, 64), max(height // LORES_PART & ~1, 36))
        duration_us = round(1e6 / self._settings.rate_hz)
        camera.configure(
            camera.create_video_configuration(
                main={"format": "YUV420", "size": (width, height)},
                lores={"format": "YUV420", "size": small},
                raw=None,
                buffer_count=BUFFERS,
                controls={"FrameDurationLimits": (duration_us, duration_us), **self._held},
                display=None,
                encode=None,
                queue=False,
            )
        )
        configured = camera.camera_configuration()
        self._streams = {name: (*configured[name]["size"], configured[name]["stride"]) for name in ("main", "lores")}
        self._colour = _colour(configured["colour_space"])
        self._period_ns = duration_us * 1000
        self._readout_ns = min(round(camera.camera_controls["FrameDurationLimits"][0] * 1000), self._period_ns)
        self._last = None
        self._metadata = {}
        camera.post_callback = self._arrived
        camera.start()
        width, height, _ = self._streams["main"]
        model = str(camera.camera_properties.get("Model", "camera"))
        return CameraInfo(f"pi {model}", width, height, 1e9 / self._period_ns, self._colour)

    def _arrived(self, request: Any) -> None:
        """On picamera2's own thread: keep the buffer for read(), or leave it to the camera when three already wait."""
        request.acquire()
        if not self._line.put(request):
            request.release()

    def _copy(self, request: Any, stream: str) -> Bytes8:
        width, height, stride = self._streams[stream]
        pixels = self._pool.take((height * 3 // 2, width))
        with self._mapped(request, stream, reshape=False, write=False) as mapped:
            unpad(mapped.array, stride, pixels)
        pixels.flags.writeable = False
        return pixels

    def _number(self, sensor_ns: int) -> int:
        if self._last is None:
            self._last = (sensor_ns, 0)
        else:
            before_ns, before = self._last
            passed_ns = sensor_ns - before_ns
            frame_ns = round(self._metadata.get("FrameDuration", 0) * 1000) or self._period_ns
            self._last = (sensor_ns, before + max(round(passed_ns / frame_ns), 1))
        return self._last[1]


def unpad(buffer: Bytes8, stride: int, pixels: Bytes8) -> None:
    """Copy a YUV420 buffer, uint8 (n,), whose rows are ``stride`` bytes (chroma: half), into I420 ``pixels``.

    libcamera lays the planes one behind the other, Y then U then V; the buffer may be longer.
    """
    y, u, v = planes(pixels)
    height, width = y.shape
    luma, chroma = stride * height, stride // 2 * (height // 2)
    y[:] = buffer[:luma].reshape(height, stride)[:, :width]
    for plane, start in ((u, luma), (v, luma + chroma)):
        plane[:] = buffer[start : start + chroma].reshape(height // 2, stride // 2)[:, : width // 2]


def _colour(space: Any) -> Colour:
    """The tags of libcamera's ColorSpace, by the names of its enumerations."""
    return Colour(
        "bt709" if space.ycbcrEncoding.name == "Rec709" else "bt601",
        "full" if space.range.name == "Full" else "limited",
        "srgb" if space.transferFunction.name == "Srgb" else "bt709",
    )
