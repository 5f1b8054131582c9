"""Print one photograph through a shipped look: python print_a_picture.py PHOTO LOOK OUT (adams, cool, neutral, ...)"""

from __future__ import annotations

import sys

import cv2
import numpy as np

from drivers.colour import from_rgb, to_rgb
from drivers.readings import Colour, Frame
from rig.grade.looks import load_look
from rig.grade.printer import Printer

photo, look, out = sys.argv[1:]
picture = cv2.imread(photo)
assert picture is not None, photo
even = picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2, ::-1]
frame = Frame(0, 0, from_rgb(np.ascontiguousarray(even), Colour(range="full")), Colour(range="full"))
made = Printer("reference").print(frame, load_look(look).look)
cv2.imwrite(out, to_rgb(made.pixels, made.colour)[..., ::-1])
