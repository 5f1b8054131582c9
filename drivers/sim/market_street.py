"""The night market as a picture: what stands where, how it is lit, the wet street that mirrors it, haze and glow."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from drivers.sim import market_house as house
from drivers.sim import market_props as props
from drivers.sim.market_canvas import EYE_M, FAR_M, Canvas, Floats, Lamp, Lighting, Point, Rgb, View, floats, upsized
from drivers.sim.market_wet import clouds, ground_depth, wet_ground

AMBIENT: Rgb = (0.022, 0.028, 0.052)
HAZE: Rgb = (0.074, 0.037, 0.030)
HAZE_M = 30.0  # of air that lets 37 % through
WALL_X, WALL_NEAR, WALL_FAR = 1.9, 2.2, 4.7
DOOR = (3.3, 4.35, 2.12)
SIGN = (1.36, 1.84, 2.22, 3.16)
SIGN_Z = 3.95
GROUPS = 3
_PAPER: tuple[Rgb, ...] = (
    (1.0, 0.13, 0.045),
    (1.0, 0.36, 0.07),
    (1.0, 0.50, 0.11),
    (1.0, 0.13, 0.045),
    (1.0, 0.24, 0.20),
    (0.30, 0.85, 0.62),
)


@dataclass(frozen=True, slots=True)
class Lantern:
    """A paper lantern on a string: where it hangs, its radius in metres, its colour, its own brightness."""

    at: Point
    radius: float
    colour: Rgb
    shine: float
    group: int


@dataclass(frozen=True, slots=True)
class Street:
    """What is built where; the same for the same seed."""

    stalls: tuple[props.Stall, ...]
    lanterns: tuple[Lantern, ...]
    strings: tuple[tuple[Point, ...], ...]
    lamps: tuple[Lamp, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Painting:
    """The street without what moves: linear light (h, w, 3), white 1; depth in metres; what stands nearer than the
    walker, 0..1; and for each group of lamps the share of the light that is theirs, (h, w)."""

    light: Floats
    depth: Floats
    near: Floats
    shares: tuple[Floats, ...]


def build(seed: int) -> Street:
    """Put up the stalls and hang the lanterns."""
    rng = np.random.default_rng([seed, 1])
    stalls = [props.Stall(-1, 3.25, 4.75, 0), props.Stall(-1, 6.3, 8.6, 1), props.Stall(-1, 9.2, 11.8, 2)]
    stalls += [props.Stall(-1, 12.6, 15.4, 4), props.Stall(-1, 16.4, 19.4, 3)]
    stalls += [
        props.Stall(1, 6.4, 8.5, 3),
        props.Stall(1, 9.1, 11.6, 4),
        props.Stall(1, 12.2, 15.0, 0),
        props.Stall(1, 16.0, 19.0, 1),
    ]
    lanterns: list[Lantern] = []
    strings: list[tuple[Point, ...]] = []
    spans = [
        (4.2, 5.3, 3.62, 7),
        (6.4, 5.6, 3.7, 9),
        (7.4, 8.8, 3.7, 10),
        (11.0, 9.8, 3.7, 10),
        (12.5, 14.5, 3.8, 10),
        (17.5, 16.0, 3.9, 10),
        (19.5, 21.5, 4.0, 10),
    ]
    for string, (z_left, z_right, tall, count) in enumerate(spans):
        sag = 0.62 + 0.1 * (string % 2)
        along = np.linspace(0, 1, 41)
        rope = [_on_rope(float(t), z_left, z_right, tall, sag) for t in along]
        strings.append(tuple(rope))
        for k in range(count):
            t = (k + 0.5) / count + float(rng.normal(0, 0.012))
            x, y, z = _on_rope(t, z_left, z_right, tall, sag)
            radius = float(rng.uniform(0.105, 0.165))
            if 1.15 < x / z * 3.95 < 2.05 and z < 7 and y > 2.0:
                continue  # the sign stays free
            colour = _PAPER[int(rng.choice(len(_PAPER), p=[0.3, 0.24, 0.2, 0.12, 0.08, 0.06]))]
            shine = float(rng.uniform(0.8, 1.12))
            lanterns.append(Lantern((x, y - radius * 1.5, z), radius, colour, shine, string % GROUPS))
    for x, y, z, radius in (
        (-2.02, 2.02, 3.35, 0.135),
        (-1.98, 1.98, 4.1, 0.12),
        (1.62, 2.62, 3.1, 0.15),
    ):
        lanterns.append(Lantern((x, y, z), radius, _PAPER[0 if x > 0 else 2], 0.95, 2))
    lamps = [Lamp(n.at, n.colour, 0.10 * n.shine * (n.radius / 0.13) ** 2, n.group) for n in lanterns]
    for number, stand in enumerate(stalls):
        for z in props.bulbs_of(stand):
            lamps.append(Lamp((stand.side * (stand.front + 0.15), 2.05, z), (1.0, 0.58, 0.25), 0.47, number % GROUPS))
    lamps.append(Lamp((1.5, 2.7, SIGN_Z - 0.2), (1.0, 0.80, 0.52), 0.30, 0))
    lamps.append(Lamp((-2.3, 3.1, 6.0), (0.25, 0.62, 0.9), 0.30, 1))
    lamps.append(Lamp((0.0, 3.2, 21.0), (1.0, 0.5, 0.2), 2.2, 2))
    return Street(tuple(stalls), tuple(lanterns), tuple(strings), tuple(lamps))


def _on_rope(t: float, z_left: float, z_right: float, tall: float, sag: float) -> Point:
    return (-2.6 + 5.2 * t, tall - sag * 4 * t * (1 - t) + 0.08 * np.sin(9 * t), z_left + (z_right - z_left) * t)


def sways(lantern: Lantern) -> bool:
    """The nearest lanterns hang freely: they are not part of the painting."""
    return lantern.at[2] < 5.7 and abs(lantern.at[0]) < 2.3 and lantern.at[1] > 2.3 and lantern.at[2] > 4.1


def paint(street: Street, seed: int, view: View) -> Painting:
    """Paint everything that stands still."""
    rng = np.random.default_rng([seed, 2])
    grain = clouds(rng, view.height, view.width)
    lighting = Lighting(street.lamps, AMBIENT)
    canvas = Canvas(view, lighting, grain)
    _stand(canvas, street, seed)
    near = (canvas.depth < 4.95).astype(np.float32)
    mirror_view = View(max(view.width // 2, 8), max(view.height // 2, 8), mirror=True)
    small = floats(cv2.resize(grain, (mirror_view.width, mirror_view.height), interpolation=cv2.INTER_AREA))
    mirror = Canvas(mirror_view, lighting, small)
    _stand(mirror, street, seed)
    ground = ground_depth(view)
    is_ground = (ground < canvas.depth) & (canvas.depth >= FAR_M)
    wet_ground(canvas, mirror, ground, is_ground, rng)
    canvas.depth[is_ground] = ground[is_ground]
    _air(canvas, view)
    light = _glow(canvas, _hanging(street, view, lighting), view)
    shares = _shares(street, canvas.depth, view)
    return Painting(shoulder(light), np.minimum(canvas.depth, FAR_M), near, shares)


def _stand(canvas: Canvas, street: Street, seed: int) -> None:
    """Everything that stands or hangs still, from far to near."""
    rng = np.random.default_rng([seed, 3])
    _sky(canvas)
    _houses(canvas, rng)
    things: list[tuple[float, int]] = [(stand.far, i) for i, stand in enumerate(street.stalls)]
    props.gate(canvas, 22.0)
    crowd = [
        (float(rng.uniform(-1.15, 1.15)), float(z), float(rng.uniform(1.5, 1.78))) for z in np.linspace(20.5, 8.6, 11)
    ]
    hung = sorted((n for n in street.lanterns if not sways(n)), key=lambda n: -n.at[2])
    ropes = sorted(street.strings, key=lambda rope: -rope[20][2])

    def hang(beyond: float) -> None:
        while ropes and ropes[0][20][2] > beyond:
            canvas.line(ropes.pop(0), 0.011, (0.02, 0.016, 0.016))
        while hung and hung[0].at[2] > beyond:
            one = hung.pop(0)
            props.lantern(canvas, one.at, one.radius, one.colour, one.shine)

    def walk(beyond: float) -> None:
        while crowd and crowd[0][1] > beyond:
            x, z, tall = crowd.pop(0)
            props.person(canvas, x, z, tall, props.CLOTHS[int(z * 7) % 5])

    for z, number in sorted(things, reverse=True):
        hang(z)
        walk(z)
        if street.stalls[number].far < 5:
            house.neon_bowl(canvas, (-2.6, 3.68, 6.1), 0.34)
        props.stall(canvas, street.stalls[number], np.random.default_rng([seed, 10 + number]))
    hang(WALL_FAR)
    house.wall_with_doorway(canvas, WALL_X, WALL_NEAR, WALL_FAR, DOOR, np.random.default_rng([seed, 40]))
    house.sign(canvas, SIGN, SIGN_Z, np.random.default_rng([seed, 41]))
    hang(0)


def _sky(canvas: Canvas) -> None:
    x, up = canvas.view.rays()
    height = np.clip(up / 0.46, 0, 1)
    top, low = np.array([0.0035, 0.0055, 0.017], np.float32), np.array([0.030, 0.024, 0.040], np.float32)
    canvas.light[:] = low + (top - low) * (height**0.7)[..., None]
    town = np.exp(-(x * x) / 0.09 - up * up / 0.035)
    canvas.light += town[..., None] * np.array([0.16, 0.075, 0.035], np.float32)


def _houses(canvas: Canvas, rng: np.random.Generator) -> None:
    for z, inner, tones in ((34.0, 3.0, 0.030), (20.0, 3.4, 0.045), (9.0, 3.9, 0.06)):
        for side in (-1, 1):
            x = inner
            while x < inner + (9 if z > 12 else 3):
                wide, tall = float(rng.uniform(2.2, 4.2)), float(rng.uniform(4.6, 8.5)) * (1 if z > 12 else 0.82)
                x0, x1 = side * x, side * (x + wide)
                tone = tones * float(rng.uniform(0.7, 1.3))
                canvas.polygon(
                    [(x0, 0, z), (x1, 0, z), (x1, tall, z), (x0, tall, z)], (tone, tone * 0.9, tone * 1.05), flat=0.25
                )
                canvas.polygon(
                    [
                        (x0 - side * 0.15, tall, z),
                        (x1 + side * 0.1, tall, z),
                        (x1, tall + 0.22, z),
                        (x0, tall + 0.22, z),
                    ],
                    (tone * 0.6,) * 3,
                    flat=0.2,
                )
                for floor in np.arange(3.0, tall - 0.8, 1.35):
                    for k in range(int(wide / 0.78)):
                        _window(canvas, side, x + 0.24 + k * 0.78, float(floor), z, rng)
                x += wide + float(rng.uniform(0.0, 0.25))


def _window(canvas: Canvas, side: int, x: float, low: float, z: float, rng: np.random.Generator) -> None:
    chance, level = float(rng.random()), float(rng.uniform(0.07, 0.34))
    a, b, middle, high = side * x, side * (x + 0.42), side * (x + 0.21), low + 0.78
    pane = [(a, low, z), (b, low, z), (b, high, z), (a, high, z)]
    if chance > 0.42:
        canvas.polygon(pane, (0.03, 0.035, 0.05), flat=0.2)
        return
    canvas.polygon(pane, (1.0, 0.52, 0.18) if chance < 0.33 else (0.42, 0.70, 1.0), shine=level)
    if chance < 0.15:  # a curtain
        canvas.polygon(
            [(a, low, z), (middle, low, z), (a + (b - a) * 0.3, high, z), (a, high, z)],
            (0.5, 0.2, 0.08),
            shine=level * 0.6,
        )
    canvas.line([(middle, low, z), (middle, high, z)], 0.035, (0.02, 0.02, 0.025))
    canvas.line([(a, low + 0.5, z), (b, low + 0.5, z)], 0.03, (0.02, 0.02, 0.025))


def _air(canvas: Canvas, view: View) -> None:
    """Damp air between the eye and what is far, lit by the market."""
    through = np.exp(-np.maximum(canvas.depth - 3.5, 0) / HAZE_M)
    x, up = view.rays()
    lit = 0.55 + 1.6 * np.exp(-(x * x) / 0.10 - (up - 0.02) ** 2 / 0.030)
    sky = canvas.depth >= FAR_M
    thick = np.where(sky, np.exp(-np.maximum(up, 0) / 0.22) * 0.5, 1 - through).astype(np.float32)
    canvas.light *= (1 - thick)[..., None]
    canvas.light += (thick * lit)[..., None] * np.asarray(HAZE, np.float32)


def _hanging(street: Street, view: View, lighting: Lighting) -> Floats:
    """What the swaying lanterns shine, a quarter of the size: they are not painted, but their halo is."""
    quarter = View(max(view.width // 4, 4), max(view.height // 4, 4))
    canvas = Canvas(quarter, lighting, np.zeros((quarter.height, quarter.width), np.float32))
    for one in street.lanterns:
        if sways(one):
            props.lantern(canvas, one.at, one.radius, one.colour, one.shine)
    return canvas.glow


def _glow(canvas: Canvas, hanging: Floats, view: View) -> Floats:
    """The halo that damp air and a lens put round whatever shines."""
    light = canvas.light.copy()
    small = cv2.resize(canvas.glow, (hanging.shape[1], hanging.shape[0]), interpolation=cv2.INTER_AREA) + hanging
    tall = view.height / 4
    for sigma, strength in ((0.006, 0.22), (0.022, 0.20), (0.07, 0.16), (0.2, 0.12)):
        halo = cv2.GaussianBlur(small, (0, 0), max(sigma * tall, 0.3), borderType=cv2.BORDER_REPLICATE)
        light += floats(cv2.resize(halo, (view.width, view.height), interpolation=cv2.INTER_LINEAR)) * np.float32(
            strength
        )
    return light


def shoulder(light: Floats) -> Floats:
    """A soft shoulder: what shines keeps its colour and stays just below white."""
    knee, top = 0.45, 0.985
    rolled = np.maximum(light, 0)
    bright = rolled > knee
    rolled[bright] = top - (top - knee) * np.exp((knee - rolled[bright]) / (top - knee))
    return rolled.astype(np.float32)


def _shares(street: Street, depth: Floats, view: View) -> tuple[Floats, ...]:
    """How much of the light at each pixel comes from each group of lamps, coarse, at full size."""
    step = 16
    x, up = view.rays(step)
    small = cv2.resize(depth, (x.shape[1], up.shape[0]), interpolation=cv2.INTER_AREA)
    z = np.clip(np.asarray(small, np.float32), 1, 30)
    points = np.stack([x * z, EYE_M + up * z, z], -1).reshape(-1, 3).astype(np.float32)
    whole = Lighting(street.lamps, AMBIENT).at(points).sum(-1)
    shares = []
    for group in range(GROUPS):
        own = Lighting([lamp for lamp in street.lamps if lamp.group == group], (0, 0, 0)).at(points).sum(-1)
        shares.append(upsized((own / whole).reshape(z.shape), view))
    return tuple(shares)


def place(view: View, points: tuple[Point, ...]) -> tuple[int, int, int, int]:
    """(x, y, width, height) in pixels of the box round points of the world, cut at the picture's edge."""
    pixels = np.array([view.pixel(p) for p in points])
    low = np.clip(np.floor(pixels.min(0)), 0, (view.width - 1, view.height - 1)).astype(int)
    high = np.clip(np.ceil(pixels.max(0)), 1, (view.width, view.height)).astype(int)
    return int(low[0]), int(low[1]), max(int(high[0] - low[0]), 1), max(int(high[1] - low[1]), 1)
