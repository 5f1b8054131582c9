"""A clip as a camera: its times, its colours, its loop, and what it says of files that are no clips."""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from drivers.camera.file import FileCamera, make
from drivers.colour import planes
from drivers.errors import BadInput, DeviceNotFound
from drivers.names import Bench
from drivers.readings import Colour, Frame
from drivers.settings import CameraSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.world import World

Draw = Callable[..., Path]
MS = 1_000_000


def camera(path: Path | str, clock: SimulatedClock | None = None, loop: bool = True) -> FileCamera:
    clock = clock or SimulatedClock()
    return make(CameraSettings(name="file", source=str(path), loop=loop), Bench(clock, lambda: World(clock)))


def read_all(source: FileCamera) -> list[Frame]:
    frames = []
    while (frame := source.read()) is not None:
        frames.append(frame)
    return frames


def means(frame: Frame) -> list[float]:
    return [float(plane.mean()) for plane in planes(frame.pixels)]


def test_frames_come_at_the_clips_own_times(draw: Draw) -> None:
    clock = SimulatedClock()
    playing = camera(draw(pts_ms=(0, 40, 100, 120, 160)), clock, loop=False)
    playing.open()
    opened_ns = clock.now_ns()
    frames = read_all(playing)
    assert [frame.t_ns - opened_ns for frame in frames] == [0, 40 * MS, 100 * MS, 120 * MS, 160 * MS]
    assert clock.now_ns() == frames[-1].t_ns


def test_times_go_on_smoothly_across_a_loop(draw: Draw) -> None:
    playing = camera(draw(values=[(30 + 20 * n, 128, 128) for n in range(5)]))
    playing.open()
    frames = [playing.read() for _ in range(12)]
    assert all(frame is not None for frame in frames)
    whole = [frame for frame in frames if frame is not None]
    assert np.diff([frame.t_ns for frame in whole]).tolist() == [40 * MS] * 11
    assert [frame.index for frame in whole] == list(range(12))
    assert [means(frame)[0] for frame in whole] == [30 + 20 * (n % 5) for n in range(12)]


def test_a_late_reader_loses_no_frame_and_the_clip_waits_when_it_is_too_late(draw: Draw) -> None:
    clock = SimulatedClock()
    playing = camera(draw(values=((90, 128, 128),) * 12), clock, loop=False)
    playing.open()
    first = playing.read()
    assert first is not None
    clock.sleep_until_ns(first.t_ns + 150 * MS)
    late = [playing.read() for _ in range(3)]
    assert [frame.t_ns - first.t_ns for frame in late if frame] == [40 * MS, 80 * MS, 120 * MS]
    assert clock.now_ns() == first.t_ns + 150 * MS  # what was missed came at once
    clock.sleep_until_ns(first.t_ns + 1000 * MS)
    rest = read_all(playing)
    assert [frame.index for frame in rest] == list(range(4, 12))
    assert [frame.t_ns - first.t_ns for frame in rest] == [(1000 + 40 * n) * MS for n in range(8)]


def test_a_long_pause_in_a_clip_is_played_as_a_second(draw: Draw) -> None:
    playing = camera(draw(pts_ms=(0, 40, 9000, 9040, 9080)), loop=False)
    playing.open()
    times = [frame.t_ns for frame in read_all(playing)]
    assert np.diff(times).tolist() == [40 * MS, 1000 * MS, 40 * MS, 40 * MS]


@pytest.mark.parametrize(
    ("size", "tags", "expected"),
    [
        ((64, 48), (2, 0, 2), Colour("bt601", "limited", "bt709")),
        ((1280, 720), (2, 0, 2), Colour("bt709", "limited", "bt709")),
        ((64, 48), (1, 1, 13), Colour("bt709", "limited", "srgb")),
        ((64, 48), (6, 2, 1), Colour("bt601", "full", "bt709")),
        ((64, 48), (5, 1, 6), Colour("bt601", "limited", "bt709")),
    ],
)
def test_the_clips_own_colour_tags_are_carried_and_its_values_kept(
    draw: Draw, size: tuple[int, int], tags: tuple[int, int, int], expected: Colour
) -> None:
    playing = camera(draw(values=((201, 90, 170),), size=size, tags=tags))
    assert playing.open().colour == expected
    frame = playing.read()
    assert frame is not None
    assert frame.colour == expected
    assert means(frame) == [201, 90, 170]


@pytest.mark.parametrize("span", [1, 2])
def test_ten_bits_become_eight_with_the_same_range(draw: Draw, span: int) -> None:
    playing = camera(draw(values=((800, 360, 680),), pixels="yuv420p10le", tags=(1, span, 1)))
    assert playing.open().colour.range == ("limited" if span == 1 else "full")
    frame = playing.read()
    assert frame is not None
    assert means(frame) == pytest.approx([200, 90, 170], abs=1.0)


@pytest.mark.parametrize("pixels", ["yuv444p", "yuv422p"])
@pytest.mark.parametrize("span", [1, 2])
def test_other_chroma_formats_keep_matrix_and_range(draw: Draw, pixels: str, span: int) -> None:
    playing = camera(draw(values=((235, 90, 170),), pixels=pixels, tags=(6, span, 1)))
    assert playing.open().colour == Colour("bt601", "limited" if span == 1 else "full", "bt709")
    frame = playing.read()
    assert frame is not None
    assert means(frame) == pytest.approx([235, 90, 170], abs=1.0)


@pytest.mark.parametrize("pixels", ["yuvj420p", "yuvj422p", "yuvj444p"])
def test_old_full_range_formats_stay_full(draw: Draw, pixels: str) -> None:
    playing = camera(draw("old.mov", values=((250, 90, 170),), pixels=pixels, codec="mjpeg", tags=(5, 2, 1)))
    assert playing.open().colour == Colour("bt601", "full", "bt709")
    frame = playing.read()
    assert frame is not None
    assert means(frame) == pytest.approx([250, 90, 170], abs=2.0)  # JPEG rounds


def test_rgb_becomes_bt709_limited(tmp_path: Path) -> None:
    path = tmp_path / "rgb.mov"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("qtrle", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "rgb24"
        picture = np.full((48, 64, 3), (200, 40, 40), np.uint8)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode(None))
    playing = camera(path)
    assert playing.open().colour == Colour("bt709", "limited", "srgb")
    frame = playing.read()
    assert frame is not None
    y = 16 + 219 / 255 * (0.2126 * 200 + 0.7874 * 40)
    v = 128 + 224 / 255 * (200 - (0.2126 * 200 + 0.7874 * 40)) / (2 * (1 - 0.2126))
    assert means(frame)[0] == pytest.approx(y, abs=0.6)
    assert means(frame)[2] == pytest.approx(v, abs=0.6)


def test_odd_sizes_are_cropped_to_even(draw: Draw) -> None:
    playing = camera(draw(size=(67, 51)))
    info = playing.open()
    frame = playing.read()
    assert (info.width, info.height) == (66, 50)
    assert frame is not None
    assert frame.pixels.shape == (75, 66)


@pytest.mark.parametrize(
    ("matrix", "corner"), [((0, 1, -1, 0), "right"), ((-1, 0, 0, -1), "turned"), ((0, -1, 1, 0), "left")]
)
def test_a_rotated_clip_stands_upright(tmp_path: Path, matrix: tuple[int, int, int, int], corner: str) -> None:
    path = tmp_path / "turned.mp4"
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:24, :32] = 255  # the upper left quarter is white
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode(None))
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40  # version 0: the matrix follows 40 bytes of the box (ISO 14496-12, 8.3.2)
    a, b, c, d = (value << 16 for value in matrix)
    struct.pack_into(">iiiiii", data, at, a, b, 0, c, d, 0)
    path.write_bytes(data)
    playing = camera(path)
    info = playing.open()
    frame = playing.read()
    assert frame is not None
    y = planes(frame.pixels)[0]
    assert (info.width, info.height) == ((64, 48) if corner == "turned" else (48, 64))
    half_h, half_w = y.shape[0] // 2, y.shape[1] // 2
    quarters = {
        "right": y[:half_h, half_w:],  # turned clockwise, the upper left comes to the upper right
        "turned": y[half_h:, half_w:],
        "left": y[half_h:, :half_w],
    }
    assert float(quarters[corner].mean()) > 220
    assert float(y.mean()) < 90


def test_a_missing_clip_names_its_neighbour(draw: Draw) -> None:
    path = draw("market.mkv")
    with pytest.raises(DeviceNotFound, match=r"got .*markt\.mkv, which is not there, did you mean .*market\.mkv\?"):
        camera(path.with_name("markt.mkv")).open()


def _sound_only(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))


@pytest.mark.parametrize(
    ("name", "write", "words"),
    [
        ("notes.mp4", lambda path: path.write_text("this is no clip\n" * 40), "can open"),
        ("notes.txt", lambda path: path.write_text("this is no clip\n" * 4000), "can open"),
        ("empty.mp4", lambda path: path.write_bytes(b""), "can open"),
        ("sound.wav", _sound_only, "without a video track"),
        ("folder.mp4", lambda path: path.mkdir(), "is no file"),
    ],
)
def test_what_is_no_clip_is_one_clear_line(
    tmp_path: Path, name: str, write: Callable[[Path], object], words: str
) -> None:
    write(tmp_path / name)
    with pytest.raises(BadInput, match=words) as caught:
        camera(tmp_path / name).open()
    assert "\n" not in str(caught.value)
    assert "expected" in str(caught.value)
    assert name in str(caught.value)


def test_no_path_at_all_is_said() -> None:
    with pytest.raises(BadInput, match=r"camera\.source"):
        camera("").open()


def _truncated(draw: Draw, keep: float) -> Path:
    rng = np.random.default_rng(1)
    values = [(int(v), 128, 128) for v in rng.integers(20, 230, 40)]
    path = draw("cut.mkv", values=values, size=(320, 240), codec="libx264")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    return path


def test_a_truncated_clip_plays_what_there_is_and_ends(draw: Draw) -> None:
    playing = camera(_truncated(draw, 0.6), loop=False)
    playing.open()
    count = len(read_all(playing))
    assert 5 <= count < 40


def test_a_truncated_clip_goes_round(draw: Draw) -> None:
    playing = camera(_truncated(draw, 0.6))
    playing.open()
    frames = [playing.read() for _ in range(100)]
    times = [frame.t_ns for frame in frames if frame is not None]
    assert len(times) == 100
    assert min(np.diff(times)) > 0


def test_a_clip_that_vanishes_ends_with_one_line(draw: Draw) -> None:
    path = draw()
    playing = camera(path)
    playing.open()
    path.unlink()
    for _ in range(5):
        playing.read()
    with pytest.raises(BadInput, match="can open"):
        playing.read()


def test_header_without_pictures_is_no_clip(draw: Draw) -> None:
    path = draw("short.mkv", codec="libx264", size=(320, 240))
    path.write_bytes(path.read_bytes()[:700])
    with pytest.raises(BadInput, match=r"expected"):
        camera(path).open()


def test_ffmpegs_own_log_does_not_reach_the_user(draw: Draw) -> None:
    path = _truncated(draw, 0.6)
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 2, len(data) - 40, 97):
        data[at : at + 9] = b"\xff" * 9
    path.write_bytes(data)
    code = (
        "import sys; from drivers.camera.file import make; from drivers.names import Bench;"
        "from drivers.settings import CameraSettings; from drivers.sim.clock import SimulatedClock;"
        "c = SimulatedClock(); p = make(CameraSettings(name='file', source=sys.argv[1], loop=False), Bench(c, None));"
        "p.open();\nwhile p.read() is not None: pass"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.shared
def test_a_real_clip_loops_without_a_gap(shared: Path) -> None:
    playing = camera(shared / "data/clips/bigbuckbunny.mp4")
    info = playing.open()
    assert (info.width, info.height, info.rate_hz) == (1280, 720, 25.0)
    frames = [playing.read() for _ in range(150)]  # 132 make a round
    times = [frame.t_ns for frame in frames if frame is not None]
    assert set(np.diff(times).tolist()) == {40 * MS}
