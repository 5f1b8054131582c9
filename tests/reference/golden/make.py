"""Makes the golden prints again: ``python tests/reference/golden/make.py``. Look at every one before you commit it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from skimage import data

from drivers.colour import from_rgb, to_rgb
from drivers.readings import Bytes8, Colour, Frame
from rig.grade.cube import write_cube
from rig.grade.looks import load_look
from rig.grade.mask import Mask
from rig.grade.reference import ReferenceEngine
from rig.zones import small_zones

HERE = Path(__file__).resolve().parent
PICTURES = ("astronaut", "coffee", "chelsea")
WIDTH = 128
T_NS = 1_839_000_000_000  # which grain


def write(name: str, rgb: Bytes8) -> None:
    """A PNG beside this file."""
    cv2.imwrite(str(HERE / f"{name}.png"), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 9])


def main() -> None:
    """The negatives, the film's table, and each negative through each look by the reference engine, without dither."""
    (HERE / "film.cube").write_text(write_cube(lambda rgb: 0.03 + 0.94 * rgb ** [0.9, 1.0, 1.15], 5, "film"))
    for name in PICTURES:
        whole = getattr(data, name)()
        height = round(whole.shape[0] * WIDTH / whole.shape[1] / 2) * 2
        negative = np.asarray(cv2.resize(whole, (WIDTH, height), interpolation=cv2.INTER_AREA))
        write(name, negative)
        frame = Frame(T_NS, 0, from_rgb(negative, Colour()))
        for path in sorted(HERE.glob("*.toml")):
            recipe = load_look(path).look.fold()
            lines = Mask().update(small_zones(frame), frame.t_ns, recipe.zones) if recipe.zones else ()
            printed = ReferenceEngine(dithers=False).print(frame, recipe, lines)
            write(f"{name}-{path.stem}", to_rgb(printed, frame.colour))


if __name__ == "__main__":
    main()
