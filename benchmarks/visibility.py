"""How visible each parameter of a look is: mean CIEDE2000 of photographs for one unit of it, at a step one can see.

The table of rig/modulation/visibility.py is made from this: `python benchmarks/visibility.py --table`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import data
from skimage.color import deltaE_ciede2000, rgb2lab

from rig.grade.bearings import AS_AIMED
from rig.grade.look import Look, get, target, targets, with_value
from rig.grade.mask import Mask
from rig.grade.picture import STILL, Picture
from rig.grade.reference import print_picture

PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket")
WIDTH = 256
# What does nothing by itself is looked at with its operation at work.
AT_WORK = {
    "dodge": {"dodge.stops": 1.0},
    "burn": {"burn.stops": 1.0},
    "split_filter": {"split_filter.stops": 0.5, "split_filter.other_stops": -0.5},
    "bw_filter": {"bw_filter.strength": 1.0},
    "vignette": {"vignette.stops": 1.0},
    "grain": {"grain.stops": 0.15},
    "contrast": {"contrast.contrast": 0.3},
    "split_tone": {"split_tone.shadow_strength": 0.5, "split_tone.highlight_strength": 0.5},
    "place": {},
}
STEP = 1.3  # CIEDE2000: as visible as 10 mired


def photographs() -> list[NDArray[np.float64]]:
    """Encoded RGB, 0..1, small."""
    pictures = []
    for name in PHOTOGRAPHS:
        whole = getattr(data, name)()[..., :3]
        size = (WIDTH, round(WIDTH * whole.shape[0] / whole.shape[1]) // 2 * 2)
        pictures.append(cv2.resize(whole, size, interpolation=cv2.INTER_AREA) / 255.0)
    return pictures


def lab_of(picture: NDArray[np.float64], look: Look) -> NDArray[np.float64]:
    """The print in CIELAB, undithered."""
    negative, recipe = Picture(picture, STILL), look.fold()
    zones = recipe.zones
    lines = Mask().update(negative.small_zones(), 0, zones, AS_AIMED) if zones else ()
    return np.asarray(rgb2lab(np.clip(print_picture(negative, recipe, lines), 0.0, 1.0)))


def visibility(name: str, pictures: list[NDArray[np.float64]]) -> float:
    """Mean CIEDE2000 a unit of one parameter, at the step that is about as visible as 10 mired."""
    parameter, look = target(name), Look()
    for other, value in AT_WORK.get(name.partition(".")[0], {}).items():
        if other != name:
            look = with_value(look, other, value)
    before = [lab_of(picture, look) for picture in pictures]
    span = parameter.high - parameter.low
    start = get(look, name)
    step = span / 20.0 if start + span / 20.0 <= parameter.high else -span / 20.0

    def seen(step: float) -> float:
        moved = with_value(look, name, start + step)
        after = [lab_of(picture, moved) for picture in pictures]
        return float(np.mean([np.mean(deltaE_ciede2000(a, b)) for a, b in zip(before, after, strict=True)]))

    return _at_step(seen, step)


def _at_step(seen: Callable[[float], float], step: float) -> float:
    """dE a unit: once at a twentieth of the range, then at the step where that would be STEP."""
    first = seen(step)
    if first < 1e-6:
        return 0.0
    better = step * min(1.0, STEP / first)
    return seen(better) / abs(better)


def main() -> int:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", action="store_true", help="as Python")
    args = parser.parse_args()
    pictures = photographs()
    for name in targets():
        if name.startswith(("auto.", "place.")):
            continue
        each = visibility(name, pictures)
        if args.table:
            print(f'    "{name}": {each:.3g},')
        else:
            unit = target(name).unit or "1"
            print(
                f"{name:32} {each:8.3g} a {unit}; as visible as 10 mired: {STEP / each if each else float('inf'):.3g}"
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
