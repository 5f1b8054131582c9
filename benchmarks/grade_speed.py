#!/usr/bin/env python3
"""What a full print costs on one core, beside its peers, as medians of the thread's CPU time in one interleaved run.

A full print: exposure, temperature, tint, dodge, burn, contrast, saturation and vignette, the mask made anew for every
frame and counted in. Peers: memcpy of the frame, one cv2.LUT with a table for each of the three channels, ffmpeg's
lut3d and OpenColorIO's lut3d (33^3, tetrahedral, 8 bit), OpenColorIO's CDL + lut3d, and the same print in plain NumPy.

The same for us and for every peer: pictures are read from, and prints are written to, rings of 64 MB, more than the
32 MB of cache of the machine this was written on, for no cache of a Pi holds a frame; all memory is there before. Each
subject gets four frames in a row, of which the first is not counted: it finds the caches full of the others' code.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import speed_peers as peers
from figures import Figure, main, missing

from drivers.camera.decoded import resized
from drivers.colour import to_rgb
from drivers.pool import FramePool
from drivers.readings import Bytes8, Colour, Frame
from drivers.sim.market import NightMarket
from rig.decide import Decider
from rig.grade.engines import installed_engines
from rig.grade.look import Look, look_from_dict, with_value
from rig.grade.mask import Mask
from rig.grade.opencv import OpenCvEngine
from rig.zones import small_zones

Work = Callable[[int], object]
SIZES = {"720p": (1280, 720), "1080p": (1920, 1080)}
RING_BYTES = 64 << 20
PAINTED, RATE_HZ = 6, 30
IN_A_ROW = 4
DODGED = {"dodge": {"stops": 0.5, "zone": 3.0}, "burn": {"stops": 0.5, "zone": 8.0}}
FULL = {
    "exposure": {"ev": 0.5},
    "temperature": {"mired": 10.0},
    "tint": {"tint": 0.1},
    "dodge": {"stops": 1.0},
    "burn": {"stops": 1.0},
    "contrast": {"contrast": 0.2},
    "saturation": {"saturation": 0.9},
    "vignette": {"stops": 0.3},
}
LOOKS: dict[str, dict[str, Any]] = {
    "exposure": {"exposure": {"ev": 0.5}},
    "dodge_burn": DODGED,
    "dodge_burn_temperature": {**DODGED, "temperature": {"mired": -2.0}},
    "full_grain": {**FULL, "grain": {"stops": 0.1}},
    "full_split_tone": {**FULL, "split_tone": {"shadow_strength": 0.3, "highlight_strength": 0.3}},
    "full_cdl": {**FULL, "cdl": {"slope_r": 1.1, "saturation": 0.9}},
}
MOVING = {  # targets that move a little with every frame of the look with dodge, burn and temperature
    "moving_dodge": ("dodge.stops", 0.5, 1.5),
    "moving_temperature": ("temperature.mired", -5.0, 0.0),
    "moving_exposure": ("exposure.ev", -0.5, 0.5),
}
SELDOM = {"naive": 12, "ffmpeg": 4, "ocio_cdl": 2}  # the slow ones: in every so many rounds only
NO_NUMBA = "Numba is not installed: pip install 'darkroom-rig[fast]'"
NO_OCIO = "OpenColorIO is not installed: pip install 'opencolorio' (or darkroom-rig[dev])"


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Rings of one size: frames as I420, the same as RGB, and memory for prints of both."""

    frames: list[Frame]
    rgb: list[Bytes8]
    outs: list[Bytes8]
    rgb_outs: list[Bytes8]


def pictures(width: int, height: int, painted: list[Bytes8]) -> Pictures:
    """The simulated market, each frame at a place of its own in memory."""
    count, colours = -(-RING_BYTES // (width * height * 3 // 2)), -(-RING_BYTES // (width * height * 3))
    drawn = [resized(pixels, height, width, FramePool()) for pixels in painted]
    frames = []
    for index in range(count):
        pixels = drawn[index % len(drawn)].copy()
        pixels.flags.writeable = False
        frames.append(Frame(index * 1_000_000_000 // RATE_HZ, index, pixels))
    rgb = [to_rgb(drawn[index % len(drawn)], Colour()) for index in range(colours)]
    outs = [np.full((height * 3 // 2, width), 1, np.uint8) for _ in range(count)]
    return Pictures(frames, rgb, outs, [np.full((height, width, 3), 1, np.uint8) for _ in range(colours)])


class Clock:
    """A frame's time on an endless clip, so that the mask is smoothed as it is live, whatever place of the ring."""

    def __init__(self) -> None:
        self._frames = itertools.count()

    def ns(self) -> int:
        """A thirtieth of a second later than before."""
        return next(self._frames) * 1_000_000_000 // RATE_HZ


def printing(engine: Any, of: Pictures, look: Look) -> Work:
    """Prints YUV420 through a look, with a mask of its own."""
    recipe, mask, clock = look.fold(), Mask(engine.zone_fit), Clock()

    def work(place: int) -> object:
        frame, lines = of.frames[place], ()
        if recipe.zones:
            lines = mask.update(small_zones(frame), clock.ns(), recipe.zones)
        return engine.print(frame, recipe, lines, of.outs[place])

    return work


def printing_rgb(engine: Any, of: Pictures, look: Look) -> Work:
    """Prints RGB through a look, with a mask of its own."""
    recipe, mask, clock = look.fold(), Mask(engine.zone_fit), Clock()

    def work(place: int) -> object:
        lines = mask.update(engine.small_zones(of.rgb[place]), clock.ns(), recipe.zones)
        return engine.print_rgb(of.rgb[place], recipe, lines, out=of.rgb_outs[place])

    return work


def moving(engine: Any, of: Pictures, look: Look, target: str, low: float, high: float) -> Work:
    """Prints every frame through another look."""
    mask, clock, steps = Mask(engine.zone_fit), Clock(), itertools.count()

    def work(place: int) -> object:
        part = 0.5 + 0.5 * float(np.sin(next(steps) * 0.037))
        recipe = with_value(look, target, low + part * (high - low)).fold()
        frame = of.frames[place]
        lines = mask.update(small_zones(frame), clock.ns(), recipe.zones)
        return engine.print(frame, recipe, lines, of.outs[place])

    return work


def masking(engine: Any, of: Pictures, look: Look) -> Work:
    """The small luma, its zones and the mask as an engine makes it; no print."""
    gains, mask, clock = look.fold().zones, Mask(engine.zone_fit), Clock()
    return lambda place: mask.update(small_zones(of.frames[place]), clock.ns(), gains)


def numba_engine(threads: int = 1) -> Any:
    """The numba engine, all of it compiled."""
    from rig.grade.numba_engine import NumbaEngine

    engine = NumbaEngine(threads=threads)
    engine.warm_up()
    return engine


def has_numba() -> bool:
    """The numba engine can be made here."""
    return "numba" in installed_engines()


def subjects(of: Pictures, cube: Path, small: bool) -> dict[str, tuple[Work, int]]:
    """Everything that is timed at one size, by name, and the length of its ring. small: with what is told of one size
    only."""
    full, yuv, rgb = look_from_dict(FULL), len(of.frames), len(of.rgb)
    still, plain = [frame.pixels for frame in of.frames], of.outs
    lines = Mask().update(small_zones(of.frames[0]), 0, full.fold().zones)
    works: dict[str, tuple[Work, int]] = {
        "memcpy_yuv": (peers.memcpy(still, plain), yuv),
        "memcpy_rgb": (peers.memcpy(of.rgb, of.rgb_outs), rgb),
        "lut": (peers.cv_lut(of.rgb, of.rgb_outs, 3), rgb),
        "lut_one_table": (peers.cv_lut(of.rgb, of.rgb_outs, 1), rgb),
        "ffmpeg": (peers.ffmpeg_lut3d(of.rgb, cube), rgb),
        "naive": (peers.naive(of.rgb, of.rgb_outs, full.fold(), lines), rgb),
        "mask_opencv": (masking(OpenCvEngine(), of, full), yuv),
        "opencv_yuv": (printing(OpenCvEngine(), of, full), yuv),
    }
    if find_spec("PyOpenColorIO"):
        works["ocio"] = (peers.opencolorio(of.rgb, of.rgb_outs, cube, cdl=False), rgb)
        works["ocio_cdl"] = (peers.opencolorio(of.rgb, of.rgb_outs, cube, cdl=True), rgb)
    if has_numba():
        works["mask_numba"] = (masking(numba_engine(), of, full), yuv)
        works["numba_yuv"] = (printing(numba_engine(), of, full), yuv)
        works["numba_rgb"] = (printing_rgb(numba_engine(), of, full), rgb)
    if small:
        makes: dict[str, Callable[[], Any]] = {"opencv": OpenCvEngine}
        if has_numba():
            makes["numba"] = numba_engine
        dodged = look_from_dict(LOOKS["dodge_burn_temperature"])
        for name, make in makes.items():
            for kind, tables in LOOKS.items():
                works[f"{name}_{kind}"] = (printing(make(), of, look_from_dict(tables)), yuv)
            for kind, where in MOVING.items():
                works[f"{name}_{kind}"] = (moving(make(), of, dodged, *where), yuv)
        decider = Decider(Look(), ())
        works["decide"] = (lambda place: decider.decide(decider.see(of.frames[place]), ()), yuv)
    return works


def interleaved(
    works: Mapping[str, tuple[Work, int]], seconds: float, now: Callable[[], int] = time.thread_time_ns
) -> dict[str, float]:
    """Median milliseconds of each; round after round until the time is up, but three rounds at least."""
    spent: dict[str, list[float]] = {name: [] for name in works}
    place, until = 0, time.monotonic() + seconds
    for turn in itertools.count():
        if turn > 3 and time.monotonic() >= until:
            break
        for name, (work, ring) in works.items():
            every = next((n for slow, n in SELDOM.items() if slow in name), 1)
            if turn % every:
                continue
            for step in range(IN_A_ROW):
                place += 1
                start_ns = now()
                work(place % ring)
                took_ns = now() - start_ns
                if step:
                    spent[name].append(took_ns / 1e6)
    return {name: statistics.median(ms) for name, ms in spent.items()}


def two_cores(of: Pictures, cube: Path, seconds: float) -> dict[str, float]:
    """Wall time with two threads, and with one beside it."""
    full, yuv, rgb = look_from_dict(FULL), len(of.frames), len(of.rgb)
    works: dict[str, tuple[Work, int]] = {"ffmpeg": (peers.ffmpeg_lut3d(of.rgb, cube, 2), rgb)}
    for threads in (1, 2):
        works[f"numba_yuv_{threads}"] = (printing(numba_engine(threads), of, full), yuv)
        works[f"numba_rgb_{threads}"] = (printing_rgb(numba_engine(threads), of, full), rgb)
    return interleaved(works, seconds, time.perf_counter_ns)


def measure(quick: bool) -> list[Figure]:
    """One run of both sizes; then the two cores."""
    cv2.setNumThreads(1)
    market = NightMarket(7, *SIZES["720p"])
    painted = [market.paint(number / RATE_HZ, number) for number in range(PAINTED)]
    both = {size: pictures(*pixels, painted) for size, pixels in SIZES.items()}
    with tempfile.TemporaryDirectory() as folder:
        cube = Path(folder, "peer.cube")
        peers.write_cube(cube)
        works = {}
        for size, of in both.items():
            for name, work in subjects(of, cube, small=size == "720p").items():
                works[f"{name}_{size}"] = work
        ms = interleaved(works, 10 if quick else 120)
        twice = two_cores(both["720p"], cube, 2 if quick else 15) if has_numba() else {}
    return [*bars(ms), *_costs(ms), *_two(twice)]


def bars(ms: dict[str, float]) -> list[Figure]:
    """The figures that have a bar."""
    figures = []

    def ratio(name: str, ours: str, peer: str, bar: float) -> None:
        beside = f"{peer}_720p"
        if f"{ours}_720p" not in ms or beside not in ms:
            unit = f"x {peer}"
            figures.append(missing(name, unit, bar, NO_NUMBA if f"{ours}_720p" not in ms else NO_OCIO))
        else:
            figures.append(Figure(name, ms[f"{ours}_720p"] / ms[beside], f"x {peer}", bar))

    ratio("numba_rgb_720p_over_lut", "numba_rgb", "lut", 1.8)
    ratio("numba_yuv_720p_over_lut", "numba_yuv", "lut", 1.4)
    ratio("numba_yuv_720p_over_ffmpeg_lut3d", "numba_yuv", "ffmpeg", 0.1)
    ratio("numba_rgb_720p_over_ocio_lut3d", "numba_rgb", "ocio", 0.5)
    ratio("opencv_yuv_720p_over_memcpy", "opencv_yuv", "memcpy_yuv", 18.0)
    ours = [name for name in ("numba_yuv", "numba_rgb", "opencv_yuv") if f"{name}_720p" in ms]
    grows = {name: ms[f"{name}_1080p"] / ms[f"{name}_720p"] for name in ours}
    if "numba_yuv" in grows:
        figures.append(Figure("scale_1080p_over_720p", max(grows.values()), "x", 2.4))
    else:
        figures.append(missing("scale_1080p_over_720p", "x", 2.4, NO_NUMBA))
    return figures + [Figure(f"{name}_1080p_over_720p", grown, "x", None) for name, grown in grows.items()]


def _costs(ms: dict[str, float]) -> list[Figure]:
    """Milliseconds of everything, ours beside the peers of the same size."""
    figures = []
    ours = ("numba", "opencv", "mask", "decide")
    for size in SIZES:
        beside = {name.removesuffix(f"_{size}"): cost for name, cost in ms.items() if name.endswith(f"_{size}")}
        few = {name: cost for name, cost in beside.items() if name.startswith(("memcpy", "lut", "ffmpeg", "ocio"))}
        for name, cost in beside.items():
            shown = few if name in ("numba_yuv", "numba_rgb", "opencv_yuv") else {}
            kind = name if name.startswith(ours) else f"peer_{name}"
            figures.append(Figure(f"{kind}_{size}_ms", cost, "ms", None, peers=shown))
    return figures


def _two(twice: dict[str, float]) -> list[Figure]:
    """Two cores, in wall time."""
    figures = []
    for kind in ("yuv", "rgb"):
        if f"numba_{kind}_2" in twice:
            peers_ms = {"one core": twice[f"numba_{kind}_1"], "ffmpeg two": twice["ffmpeg"]}
            figures.append(
                Figure(f"numba_{kind}_720p_two_cores_ms", twice[f"numba_{kind}_2"], "ms wall", None, peers=peers_ms)
            )
    return figures


if __name__ == "__main__":
    sys.exit(main(__doc__ or "", measure))
