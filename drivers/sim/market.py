"""The night market that the simulated camera looks at: painted once, then only what moves is laid over it."""

from __future__ import annotations

import math
import zlib

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.colour import to_rgb
from drivers.readings import Bytes8
from drivers.sim import market_street as street_of
from drivers.sim.market_canvas import Floats, View, floats
from drivers.sim.market_figure import WALK_Z
from drivers.sim.market_sprite import COLOUR, NOISE_FLOOR, to_frame
from drivers.sim.market_swing import hang
from drivers.sim.market_walker import Walker

SMALLEST = 360  # rows: smaller pictures are painted at a multiple of their size
BRIGHTER = 0.35  # the painting of a group of lamps at full flame: so much more of their light
_BAND = 128  # rows
_TILE = 128  # how far the noise can be shifted, pixels
_LUMA_NOISE, _CHROMA_NOISE = 1.2, 0.7  # code values, standard deviation

Rect = tuple[int, int, int, int]


class NightMarket:
    """A wet street between stalls at night, the same for the same seed; size in pixels, both even, from 64x36 on.

    Pictures narrower than 4:3 or wider than 16:9 show the same street stretched.
    """

    def __init__(self, seed: int, width: int, height: int) -> None:
        self.width, self.height = width, height
        factor = -(-SMALLEST // height) if height < SMALLEST else 1
        view = View(width, height)
        street = street_of.build(seed)
        painting = street_of.paint(street, seed, View(width * factor, height * factor))
        light, near = _smaller(painting.light, view), _smaller(painting.near, view)
        depth = floats(cv2.resize(painting.depth, (width, height), interpolation=cv2.INTER_NEAREST))
        # Of 60 m to 3 cm, nearer things finer; packed, for few ever ask (at 1080p it would be 8 MB).
        self._depth = zlib.compress(depth.astype(np.float16).tobytes(), 1)
        rng = np.random.default_rng([seed, 5])
        dither = rng.uniform(-0.5, 0.5, (height, width)).astype(np.float32)
        self._still = to_frame(light, dither)
        self._flames: list[Bytes8] = []
        for share in painting.shares:
            more = light * (1 + BRIGHTER * _smaller(share, view))[..., None]
            self._flames.append(to_frame(np.minimum(more, np.maximum(light, 0.985)), dither))
        self._near: Bytes8 = np.rint(cv2.GaussianBlur(near, (3, 3), 0) * 255).astype(np.uint8)
        self._walker = Walker(view)
        self._swings = hang(street, view, factor, rng)
        size = (height + _TILE, width + _TILE)
        self._noise_y = _noise(rng, size, _LUMA_NOISE)
        self._noise_c = _noise(rng, size, _CHROMA_NOISE)[: height // 2 + _TILE].copy()
        self._seed = seed
        self._band: Bytes8 = np.empty((_BAND, width), np.uint8)
        self.doorway = _door(view)
        self.sign = _sign(view)

    def paint(self, t_s: float, index: int, out: Bytes8 | None = None) -> Bytes8:
        """The frame at a time of the world, with the noise of that index: I420, (h * 3 // 2, w), BT.709 limited.

        out: where it is painted, if it is given. Of one thread.
        """
        frame = self._bare(t_s, out)
        h, w = self.height, self.width
        hashed = (index * 2654435761 + self._seed * 40503) & 0xFFFFFFFF
        a, b, c, d = hashed >> 25, (hashed >> 18) & 127, (hashed >> 11) & 127, (hashed >> 4) & 127
        cv2.add(frame[:h], self._noise_y[a : a + h, b : b + w], frame[:h])
        rest = h // 2
        cv2.add(frame[h:], self._noise_c[c : c + rest, d : d + w], frame[h:])
        return frame

    def depth(self, t_s: float) -> Floats:
        """How far away what is seen lies, (h, w), metres; the sky is 60."""
        packed = np.frombuffer(zlib.decompress(self._depth), np.float16)
        depth = packed.reshape(self.height, self.width).astype(np.float32)
        for swing in self._swings:
            there = swing.sprite.stamp(self.height, self.width, swing.x, swing.y, swing.angle(t_s))
            depth[there] = swing.depth_m
        depth[self.subject(t_s)] = WALK_Z
        return depth

    def subject(self, t_s: float) -> NDArray[np.bool_]:
        """Where the walker is seen, (h, w)."""
        sprite, x, y = self._walker.pose(t_s)
        return sprite.stamp(self.height, self.width, x, y) & (self._near < 128)

    def light(self, t_s: float) -> Floats:
        """Luminance of the scene as the camera exposes it, before noise: (h, w), linear, 0.18 is zone V, white is 1."""
        rgb = floats(to_rgb(self._bare(t_s) + np.uint8(NOISE_FLOOR), COLOUR)) / np.float32(255)
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]), np.float32)

    def _bare(self, t_s: float, out: Bytes8 | None = None) -> Bytes8:
        """Without noise, and NOISE_FLOOR too dark."""
        pixels = np.empty_like(self._still) if out is None else out
        w0, w1, w2 = (_flame(t_s, group) for group in range(3))
        for top in range(0, len(pixels), _BAND):  # a band stays in the cache
            still, *flames, band = (each[top : top + _BAND] for each in (self._still, *self._flames, pixels))
            other = self._band[: len(band)]
            cv2.addWeighted(still, 1 - w0 - w1 - w2, flames[0], w0, 0, dst=band)
            cv2.addWeighted(flames[1], w1, flames[2], w2, 0, dst=other)
            cv2.add(band, other, dst=band)
        sprite, x, y = self._walker.pose(t_s)
        sprite.lay(pixels, x, y, hidden=self._near)
        for swing in self._swings:
            swing.sprite.lay(pixels, swing.x, swing.y, swing.angle(t_s))
        return pixels


def _flame(t_s: float, group: int) -> float:
    """How high a group of lamps burns now, 0 to 1/3: a slow breath and, now and then, a flutter."""
    slow = math.sin(t_s * (0.9 + 0.23 * group) + 2.1 * group)
    flutter = math.sin(t_s * (11.3 + 1.7 * group)) * max(math.sin(t_s * (0.41 + 0.07 * group) + group), 0.0) ** 6
    return 0.165 + 0.07 * slow + 0.085 * flutter


def _smaller(image: Floats, view: View) -> Floats:
    size = (view.width, view.height)
    if image.shape[1::-1] == size:
        return image
    return floats(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def _noise(rng: np.random.Generator, size: tuple[int, int], sigma: float) -> Bytes8:
    drawn = rng.standard_normal(size, np.float32) * np.float32(sigma) + np.float32(NOISE_FLOOR)
    return np.asarray(np.clip(np.rint(drawn), 0, 2 * NOISE_FLOOR), np.uint8)


def _door(view: View) -> Rect:
    """The largest upright rectangle inside the opening: the wall recedes, so its far edge is the shorter one."""
    near, far, top = street_of.DOOR
    x, inside = street_of.WALL_X, 0.06 * (far - near)
    corners = ((x, top - 0.1, far - inside), (x, 0.1, far - inside), (x, 1.0, near + inside))
    return street_of.place(view, corners)


def _sign(view: View) -> Rect:
    """The lit paper of the sign."""
    x0, x1, y0, y1 = street_of.SIGN
    return street_of.place(view, ((x0, y0, street_of.SIGN_Z), (x1, y1, street_of.SIGN_Z)))
