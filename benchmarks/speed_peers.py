"""What our print is timed beside: memcpy, cv2.LUT, ffmpeg's lut3d, OpenColorIO and a print in plain NumPy.

Each is given rings of pictures and of outputs and becomes a work: call it with a number, and it does the picture at
that place of the ring. Everything that can be made before is made before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.readings import Bytes8, Colour
from rig.grade.luma_curve import curve_table
from rig.grade.mask import Line
from rig.grade.recipe import Recipe
from rig.grade.tone import KNEE, luma_weights, white
from rig.zones import GREY, SMALL

Work = Callable[[int], object]
Ring = Sequence[Bytes8]
CUBE_SIZE = 33


def memcpy(pictures: Ring, outs: Ring) -> Work:
    """The bytes of a picture copied, and nothing else."""
    return lambda place: np.copyto(outs[place], pictures[place])


def cv_lut(pictures: Ring, outs: Ring, tables: int) -> Work:
    """One cv2.LUT of an RGB picture, with a table for each channel (tables=3) or one for all (1)."""
    falling = np.arange(256, dtype=np.uint8)[::-1].copy()
    table = falling if tables == 1 else np.ascontiguousarray(np.stack([falling] * 3, axis=-1)[None])
    return lambda place: cv2.LUT(pictures[place], table, dst=outs[place])


def write_cube(path: Path) -> None:
    """A 33^3 cube that bends each channel and turns colours a little."""
    steps = np.linspace(0.0, 1.0, CUBE_SIZE)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    rgb = np.stack([red**0.9, green, blue**1.1], axis=-1).reshape(-1, 3)
    np.savetxt(path, 0.9 * rgb + 0.1 * rgb[:, [1, 2, 0]], "%.6f", header=f"LUT_3D_SIZE {CUBE_SIZE}", comments="")


def ffmpeg_lut3d(pictures: Ring, cube: Path, threads: int = 1) -> Work:
    """FFmpeg's lut3d filter (tetrahedral, its default) on rgb24, through PyAV.

    The pictures are FFmpeg's own counted frames, as a decoder gives them, so that the filter's source copies nothing;
    its outputs come from the filter graph's pool.
    """
    import av

    height, width = pictures[0].shape[:2]

    def graph(*middle: tuple[str, str]) -> av.filter.Graph:
        made = av.filter.Graph()
        source = made.add_buffer(width=width, height=height, format="rgb24", time_base=Fraction(1, 25))
        made.link_nodes(source, *(made.add(name, args) for name, args in middle), made.add("buffersink"))
        made.configure()
        return made

    copying = graph(("vflip", ""), ("vflip", ""), ("copy", ""))
    frames = []
    for number, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(picture, "rgb24")
        frame.pts = number
        copying.push(frame)
        frames.append(copying.pull())
    filtering = graph(("lut3d", f"file={cube}:threads={threads}"))

    def work(place: int) -> object:
        frame = frames[place]
        frame.pts = None
        filtering.push(frame)
        return filtering.pull()

    return work


def opencolorio(pictures: Ring, outs: Ring, cube: Path, cdl: bool) -> Work:
    """OpenColorIO's processor for 8 bits in and out: lut3d (tetrahedral, its fastest), after a CDL if asked."""
    import PyOpenColorIO as ocio  # noqa: N813 - as its own documents call it

    group = ocio.GroupTransform()
    if cdl:
        group.appendTransform(
            ocio.CDLTransform(slope=[1.1, 1.0, 0.9], offset=[0.01, 0.0, -0.01], power=[1.1, 1.0, 0.95], sat=0.9)
        )
    group.appendTransform(ocio.FileTransform(src=str(cube), interpolation=ocio.INTERP_TETRAHEDRAL))
    eight = ocio.BIT_DEPTH_UINT8
    processor = ocio.Config.CreateRaw().getProcessor(group)
    processor = processor.getOptimizedCPUProcessor(eight, eight, ocio.OPTIMIZATION_DEFAULT)
    height, width = pictures[0].shape[:2]

    def described(ring: Ring) -> list[object]:
        return [ocio.PackedImageDesc(picture, width, height, 3, eight, 1, 3, 3 * width) for picture in ring]

    sources, targets = described(pictures), described(outs)
    return lambda place: processor.apply(sources[place], targets[place])


def naive(pictures: Ring, outs: Ring, recipe: Recipe, lines: Sequence[Line]) -> Work:
    """The same print of sRGB as anybody would write it down in NumPy: whole pictures in float32, step by step."""
    height, width = pictures[0].shape[:2]
    weights = luma_weights(Colour()).astype(np.float32)
    gains = white(recipe.gains, Colour()).astype(np.float32)
    values, slopes = (table.astype(np.float32) for table in curve_table(recipe.curve, "srgb"))
    places = np.linspace(0.0, 1.0, len(values), dtype=np.float32)
    edge = sum((each.ev(width, height) for each in recipe.edges), np.zeros((height, width))).astype(np.float32)

    def up(plane: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.resize(plane, (plane.shape[1] * SMALL, plane.shape[0] * SMALL)))[:height, :width]

    def work(place: int) -> object:
        rgb = pictures[place].astype(np.float32) / np.float32(255)
        luma = rgb @ weights
        lift = np.float32(0.055) * np.clip(luma / np.float32(0.04045), 0, 1)
        light = np.where(
            luma <= 0.04045, luma / np.float32(12.92), ((luma + np.float32(0.055)) / np.float32(1.055)) ** 2.4
        )
        zones = np.float32(5) + np.log2(np.maximum(light, np.float32(1e-6)) / np.float32(GREY))
        ev = np.float32(recipe.ev) + edge
        for line in lines:
            ev = ev + np.clip(up(line.a) * zones + up(line.b), line.low, line.high)
        rgb = rgb * gains + (gains - np.float32(1)) * lift[..., None]
        luma = rgb @ weights
        gain = np.float32(2) ** (ev / np.float32(2.4))
        exposed = (luma + np.float32(0.055)) * gain - np.float32(0.055)
        over = np.maximum(exposed - np.float32(KNEE), np.float32(1e-6))
        most = np.float32(1.055) * gain - np.float32(0.055 + KNEE)
        rolled = 1 / (1 / over + (4 - 1 / np.maximum(most, np.float32(0.25))))
        bright = (exposed > KNEE) & (most > 0.25)
        exposed = np.where(bright, KNEE + rolled, exposed)
        gain = np.where(bright, gain * (rolled / over) ** 2, gain)
        toned = np.interp(exposed, places, values).astype(np.float32)
        chroma = gain * np.interp(exposed, places, slopes).astype(np.float32) * np.float32(recipe.saturation)
        out = toned[..., None] + chroma[..., None] * (rgb - luma[..., None])
        outs[place][:] = np.rint(np.clip(out, 0, 1) * 255)
        return outs[place]

    return work
