"""Reads a Scene from each frame, in half a millisecond, on the small luma that the dodging mask is made from too."""

from __future__ import annotations

import cv2
import numpy as np

from drivers.colour import planes
from drivers.readings import Bytes8, Colour, Frame
from rig.scene.scene import Scene
from rig.scene.white import white_point
from rig.zones import Floats, small_luma, zones_of_codes

SPOT = 0.05  # of the picture's height
# A camera's usual frame interval: mean differences of luma are told for this time, and this many codes are motion 1.
MOTION_STEP_S, MOTION_CODES = 1 / 30, 24.0
LONGEST_GAP_S = 0.5
EVERY = 4  # each fourth pixel of each fourth line tells how much is clipped


class SceneReader:
    """Owns the frame before, for motion, and the table of zones of the camera's colour."""

    def __init__(self) -> None:
        self._before: Bytes8 | None = None
        self._t_ns = 0
        self._colour: Colour | None = None
        self._zones: Floats = np.zeros(256)

    def look(self, frame: Frame, light_ev: float = 0.0, small: Bytes8 | None = None) -> Scene:
        """The scene of this frame; frames in order of time. The same frames give the same scenes.

        light_ev: taken out of the spot's zone. small: rig.zones.small_luma(frame), where it is known already.
        """
        if frame.colour != self._colour:
            self._colour, self._zones = frame.colour, zones_of_codes(frame.colour)
        small = small_luma(frame) if small is None else small
        shares = np.bincount(small.ravel(), minlength=256) / small.size
        zones = np.bincount(np.rint(self._zones).astype(np.int64), weights=shares, minlength=11)
        spot_zone = float(np.median(self._zones[_spot(small)]))
        white = 235 if frame.colour.range == "limited" else 255
        clipped = planes(frame.pixels)[0][::EVERY, ::EVERY] >= white
        mired, tint = white_point(frame) or (None, None)
        scene = Scene(
            key_ev=float(shares @ self._zones) - 5.0,
            zones=tuple(zones.tolist()),
            spot_zone=min(max(spot_zone - light_ev, 0.0), 10.0),
            clipped=float(np.count_nonzero(clipped)) / clipped.size,
            motion=self._motion(small, frame.t_ns),
            white_mired=mired,
            white_tint=tint,
            spot_of_negative=spot_zone,
        )
        self._before, self._t_ns = small, frame.t_ns
        return scene

    def _motion(self, small: Bytes8, t_ns: int) -> float:
        gap_s = (t_ns - self._t_ns) / 1e9
        if self._before is None or self._before.shape != small.shape or not 0.0 < gap_s <= LONGEST_GAP_S:
            return 0.0
        codes = cv2.norm(small, self._before, cv2.NORM_L1) / small.size
        return min(1.0, float(codes) * (MOTION_STEP_S / gap_s) / MOTION_CODES)


def _spot(small: Bytes8) -> Bytes8:
    """The centre of the picture, as a square."""
    height, width = small.shape
    side = max(2, round(height * SPOT))
    top, left = (height - side) // 2, (width - side) // 2
    return small[top : top + side, left : left + side]
