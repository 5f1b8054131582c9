"""The x264 encoder: exact times, a keyframe every second, the tags, sizes that PyAV itself does not take."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest

from drivers.errors import BadInput
from drivers.interfaces import CameraInfo
from drivers.names import make_encoder
from drivers.readings import Colour
from drivers.settings import EncoderSettings
from drivers.video.tags import tags_for, tags_of

SECOND = 1_000_000_000
PLAIN = Colour()


def gradient(width, height, shift=0):
    pixels = np.full((height * 3 // 2, width), 128, np.uint8)
    pixels[:height] = (np.arange(height)[:, None] + np.arange(width) + shift) % 180 + 30
    pixels[height:] = 100 + np.arange(width) % 50
    pixels.setflags(write=False)
    return pixels


def opened(width=64, height=36, colour=PLAIN, crf=18, rate_hz=30.0):
    encoder = make_encoder(EncoderSettings(crf=crf))
    encoder.open(CameraInfo("test", width, height, rate_hz, colour))
    return encoder


def decoded(extradata, packets):
    with av.open(io.BytesIO(extradata + b"".join(packet.data for packet in packets)), format="h264") as container:
        return list(container.decode(video=0)), tags_of(container.streams.video[0].codec_context)


@pytest.mark.parametrize("rate_hz", [120.0, 30.0, 7.0])
def test_every_frame_is_one_packet_with_its_exact_time_and_every_second_has_a_keyframe(rate_hz):
    encoder = opened()
    times = [5 * SECOND + int(number * SECOND / rate_hz) + number * 7 % 1000 for number in range(int(rate_hz * 4))]
    packets = [packet for number, t_ns in enumerate(times) for packet in encoder.encode(gradient(64, 36, number), t_ns)]
    assert not encoder.flush()
    assert [packet.pts_ns for packet in packets] == times
    keys = [packet.pts_ns for packet in packets if packet.is_keyframe]
    assert keys[0] == times[0]
    assert max(np.diff([*keys, times[-1]])) <= SECOND + 1000  # the times jitter by a microsecond
    assert len(keys) <= 6


def test_a_camera_that_slows_down_still_gets_its_keyframes():
    encoder = opened(rate_hz=120.0)
    packets = [encoder.encode(gradient(64, 36, number), SECOND + number * SECOND // 5)[0] for number in range(20)]
    keys = [packet.pts_ns for packet in packets if packet.is_keyframe]
    assert max(np.diff(keys)) <= SECOND


@pytest.mark.parametrize(("width", "height"), [(64, 36), (66, 38), (130, 90), (70, 98)])
def test_planes_arrive_in_place_for_every_even_size(width, height):
    encoder = opened(width, height, crf=0)
    packets = encoder.encode(gradient(width, height), SECOND)
    pictures, _ = decoded(encoder.extradata, packets)
    want = gradient(width, height).reshape(-1)
    start = 0
    for plane in pictures[0].planes:
        lines = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        size = plane.width * plane.height
        assert np.array_equal(lines.reshape(-1), want[start : start + size])
        start += size


@pytest.mark.parametrize("matrix", ["bt601", "bt709"])
@pytest.mark.parametrize("range_", ["limited", "full"])
@pytest.mark.parametrize("transfer", ["srgb", "bt709"])
def test_the_stream_is_tagged(matrix, range_, transfer):
    colour = Colour(matrix, range_, transfer)
    encoder = opened(colour=colour)
    _, tags = decoded(encoder.extradata, encoder.encode(gradient(64, 36), SECOND))
    assert tags == tags_for(colour)
    assert tags == (
        {"bt709": 1, "bt601": 6}[matrix],
        {"limited": 1, "full": 2}[range_],
        {"bt709": 1, "srgb": 13}[transfer],
        1,
    )


def test_headers_outlive_the_encoder():
    encoder = opened()
    headers = encoder.extradata
    assert headers.startswith(b"\x00\x00\x00\x01\x67")  # Annex B, an SPS
    encoder.encode(gradient(64, 36), SECOND)
    encoder.flush()
    assert encoder.extradata == headers
    assert not encoder.flush()


def test_mistakes_are_told():
    encoder = make_encoder(EncoderSettings())
    with pytest.raises(BadInput, match=r"expected open\(\) before the first frame"):
        encoder.encode(gradient(64, 36), SECOND)
    encoder = opened()
    with pytest.raises(BadInput, match=r"expected a frame of 64x36 as 54 rows of I420, got 60 rows of 64"):
        encoder.encode(gradient(64, 40), SECOND)
    encoder.encode(gradient(64, 36), SECOND)
    with pytest.raises(BadInput, match="expected a frame later than"):
        encoder.encode(gradient(64, 36), SECOND + 400)
