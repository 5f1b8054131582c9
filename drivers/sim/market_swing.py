"""The nearest lanterns of the night market: they hang freely and sway."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from drivers.sim import market_props as props
from drivers.sim import market_street as street_of
from drivers.sim.market_canvas import Canvas, Floats, Lighting, View, floats
from drivers.sim.market_sprite import Sprite, cut


@dataclass(frozen=True, slots=True, eq=False)
class Swing:
    """A lantern that sways about the pixel (x, y) it hangs from; reach in radians, rate in radians a second."""

    sprite: Sprite
    x: float
    y: float
    depth_m: float
    reach: float
    rate: float
    start: float

    def angle(self, t_s: float) -> float:
        """How far it has swung, radians; the air moves it now more, now less."""
        air = 0.75 + 0.25 * math.sin(0.31 * t_s + self.start)
        return self.reach * air * math.sin(self.rate * t_s + self.start)


def hang(street: street_of.Street, view: View, factor: int, rng: np.random.Generator) -> list[Swing]:
    """Every swaying lantern, from far to near, painted ``factor`` times as large and made smaller."""
    large = View(view.width * factor, view.height * factor)
    canvas = Canvas(large, Lighting(street.lamps, street_of.AMBIENT), np.zeros((large.height, large.width), np.float32))
    swings = []
    for lantern in sorted((one for one in street.lanterns if street_of.sways(one)), key=lambda one: -one.at[2]):
        x_m, y_m, z_m = lantern.at
        r = lantern.radius
        corners = ((x_m - 1.3 * r, y_m + 1.9 * r, z_m), (x_m + 1.3 * r, y_m - 2.2 * r, z_m))
        x0, y0, wide, tall = street_of.place(large, corners)
        x0, y0, wide, tall = x0 - x0 % factor, y0 - y0 % factor, wide + (-wide) % factor, tall + (-tall) % factor
        box = np.s_[y0 : y0 + tall, x0 : x0 + wide]
        on_black, on_white = (_painted(canvas, lantern, box, ground) for ground in (0.0, 1.0))
        size = (on_black.shape[1] // factor, on_black.shape[0] // factor)
        if min(size) < 2:
            continue
        alpha = np.clip(1 - (on_white - on_black)[..., 1], 0, 1)
        shown = floats(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA))
        light = floats(cv2.resize(street_of.shoulder(on_black), size, interpolation=cv2.INTER_AREA))
        light /= np.maximum(shown, 0.02)[..., None]
        x, y = (at - 0.5 for at in view.pixel((x_m, y_m + 1.5 * r, z_m)))
        sprite = cut(light, shown, shown > 0.5, (x - x0 / factor, y - y0 / factor))
        reach, rate, start = (float(v) for v in rng.uniform((0.05, 1.6, 0.0), (0.10, 2.6, 6.28)))
        swings.append(Swing(sprite, x, y, z_m, reach, rate, start))
    return swings


def _painted(canvas: Canvas, lantern: street_of.Lantern, box: tuple[slice, slice], ground: float) -> Floats:
    canvas.light[box] = ground
    props.lantern(canvas, lantern.at, lantern.radius, lantern.colour, lantern.shine)
    return canvas.light[box].copy()
