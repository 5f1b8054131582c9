"""Patches of known colour are the same on the page, in the negative and in the print, whatever the clip's tags say."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from urllib.request import urlopen

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from running import address, rig_shoot

from drivers.colour import from_rgb, planes, yuv_to_rgb_matrix
from drivers.readings import Colour
from drivers.video.tags import put_tags, tags_for, tags_of
from rig.cli.main import main

PATCHES = np.array([[200, 60, 40], [40, 180, 90], [60, 80, 200], [118, 118, 118]], np.uint8)
COLOURS = [Colour(matrix, range_) for matrix in ("bt601", "bt709") for range_ in ("limited", "full")]
SIZE = (320, 240)


def write_clip(path: Path, colour: Colour) -> None:
    """Two seconds of the four patches, encoded without loss and tagged."""
    rgb = np.repeat(np.repeat(PATCHES.reshape(2, 2, 3), SIZE[1] // 2, 0), SIZE[0] // 2, 1)
    pixels = from_rgb(np.ascontiguousarray(rgb), colour)
    with av.open(str(path), "w") as clip:
        stream = clip.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.options = {"qp": "0", "preset": "ultrafast"}
        stream.codec_context.time_base = Fraction(1, 30)
        put_tags(stream.codec_context, colour)
        for number in range(60):
            frame = av.VideoFrame.from_ndarray(pixels, "yuv420p")
            frame.pts = number
            clip.mux(stream.encode(frame))
        clip.mux(stream.encode(None))


def patches_of_film(path: Path, colour: Colour) -> NDArray[np.int64]:
    """The four colours in the middle of a film's 20th frame, read by the tags it carries."""
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        frame = next(f for n, f in enumerate(film.decode(stream)) if n == 20)
        assert tags_of(stream.codec_context) == tags_for(colour)
        y, u, v = planes(frame.to_ndarray())
    matrix = yuv_to_rgb_matrix(colour)
    spots = [(60, 80), (60, 240), (180, 80), (180, 240)]
    codes = np.array([[y[r, c], u[r // 2, c // 2], v[r // 2, c // 2], 1] for r, c in spots])
    return np.rint(codes @ matrix.T).astype(np.int64)


def patches_of_page(finder: str) -> NDArray[np.int64]:
    """The same spots of the first whole JPEG that the page's stream gives."""
    with urlopen(finder + "finder.mjpg", timeout=20) as stream:
        data = b""
        while (end := data.find(b"\xff\xd9")) < 0:
            data += stream.read(4096)
    picture = cv2.imdecode(np.frombuffer(data[data.index(b"\xff\xd8") : end + 2], np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    height, width = picture.shape[:2]
    spots = [(height // 4, width // 4), (height // 4, width * 3 // 4), (height * 3 // 4, width // 4)]
    return np.array([picture[r, c, ::-1] for r, c in [*spots, (height * 3 // 4, width * 3 // 4)]], np.int64)


@pytest.mark.parametrize("colour", COLOURS, ids=lambda c: f"{c.matrix}-{c.range}")
def test_one_colour_on_the_page_in_the_negative_and_in_the_print(tmp_path: Path, colour: Colour) -> None:
    write_clip(tmp_path / "patches.mp4", colour)
    words = ["--camera", "patches.mp4", "--pulse", "none", "--knobs", "none", "--port", "0", "--seconds", "2"]
    with rig_shoot(tmp_path, *words, "--takes", "kept") as (process, output):
        seen = patches_of_page(address(output))
        said = output.read()
        assert process.wait(30) == 0, said
    printed = tmp_path / "print.mp4"
    for engine in ("reference", "opencv"):
        assert (
            main(["print", "last", "--takes", str(tmp_path / "kept"), "--out", str(printed), "--engine", engine]) == 0
        )
        assert np.abs(patches_of_film(printed, colour) - PATCHES).max() <= 2
    (negative,) = (tmp_path / "kept").glob("*/*/negative-000.mp4")
    assert np.abs(patches_of_film(negative, colour) - PATCHES).max() <= 2
    assert np.abs(seen - PATCHES).max() <= 2
