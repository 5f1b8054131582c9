"""What stands and hangs in the night market: stalls, lanterns, a wall with a dark doorway, a lit sign, people."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from drivers.sim.market_canvas import Canvas, Point, Rgb, times

WOOD: Rgb = (0.20, 0.11, 0.055)
DARK: Rgb = (0.045, 0.035, 0.035)
CREAM: Rgb = (0.72, 0.60, 0.42)
CLOTHS: tuple[Rgb, ...] = (
    (0.62, 0.07, 0.045),
    (0.07, 0.24, 0.30),
    (0.70, 0.38, 0.06),
    (0.10, 0.28, 0.14),
    (0.38, 0.06, 0.16),
)
FRUIT: tuple[Rgb, ...] = (
    (0.95, 0.36, 0.03),
    (0.80, 0.08, 0.04),
    (0.36, 0.58, 0.06),
    (0.95, 0.70, 0.10),
    (0.45, 0.06, 0.20),
    (0.75, 0.55, 0.30),
)


@dataclass(frozen=True, slots=True)
class Stall:
    """A stall along one side (-1 left, +1 right), from near to far along the street; cloth picks its colours."""

    side: int
    near: float
    far: float
    cloth: int
    front: float = 1.75
    back: float = 3.1


def lantern(canvas: Canvas, at: Point, radius_m: float, colour: Rgb, shine: float = 1.0, squash: float = 1.15) -> None:
    """A paper lantern: brightest where the flame is, ribbed, redder to the rim, with dark caps and a tassel."""
    x, y, z = at
    found = canvas.disc(at, radius_m * 1.08, squash)
    if found is None:
        return
    box, u, v = found[0], found[1] * 1.08, found[2] * 1.08
    radius_px = max(radius_m / z * canvas.view.height, 0.6)
    r = np.sqrt(u * u + v * v)
    alpha = np.clip((1 - r) * radius_px + 0.5, 0, 1).astype(np.float32)
    across = np.sqrt(np.clip(1 - v * v, 0.02, 1))
    facing = np.sqrt(np.clip(1 - (u / across) ** 2, 0, 1))
    flame = np.exp(-(u * u * 1.6 + (v - 0.12) ** 2 * 2.2) * 1.5)
    ribs = 1 - 0.13 * (0.5 + 0.5 * np.cos(v * 34)) * min(radius_px / 12, 1)
    level = (0.10 + 0.30 * facing + 0.95 * flame) * ribs * (1 - 0.25 * np.abs(v) ** 3)
    tone = np.asarray(colour, np.float32)
    pale = np.array([1.0, 0.52, 0.13], np.float32)
    inner = (flame**2 * 0.55)[..., None]
    painted = (tone * (1 - inner) + pale * inner) * level[..., None].astype(np.float32)
    canvas.lay(box, alpha, float(z), painted.astype(np.float32), shine)
    cap = radius_m * 0.42
    for top in (1.0, -1.0):
        edge = y + top * radius_m * squash * 0.94
        canvas.polygon(
            [
                (x - cap, edge, z),
                (x + cap, edge, z),
                (x + cap * 0.85, edge + top * cap * 0.4, z),
                (x - cap * 0.85, edge + top * cap * 0.4, z),
            ],
            (0.06, 0.03, 0.02),
            flat=0.15,
        )
    low = y - radius_m * squash * 1.1
    canvas.line([(x, low, z), (x, low - radius_m * 0.75, z)], radius_m * 0.16, times(colour, 0.5), flat=0.5)


def bulb(
    canvas: Canvas, at: Point, radius_m: float = 0.055, colour: Rgb = (1.0, 0.72, 0.38), shine: float = 5.0
) -> None:
    """A bare bulb on its wire."""
    canvas.line([(at[0], at[1] + radius_m * 5, at[2]), at], 0.012, DARK)
    found = canvas.disc(at, radius_m * 1.2)
    if found is not None:
        box, u, v = found
        radius_px = max(radius_m / at[2] * canvas.view.height, 0.6)
        alpha = np.clip((1 - np.sqrt(u * u + v * v) * 1.2) * radius_px + 0.5, 0, 1)
        canvas.lay(box, alpha.astype(np.float32), float(at[2]), colour, shine)


def person(canvas: Canvas, x: float, z: float, tall: float, coat: Rgb, hat: bool = False) -> None:
    """Somebody who stands against the light: a coat that catches it at the shoulders, a head, perhaps a straw hat."""
    s = tall / 1.7

    def at(dx: float, y: float) -> Point:
        return (x + dx * s, y * s, z)

    for side in (-1, 1):
        legs = [(0.015, 0.0), (0.12, 0.0), (0.15, 0.8), (0.01, 0.8)]
        canvas.polygon([at(side * dx, y) for dx, y in legs], (0.022, 0.02, 0.024), gain=0.7)
    half = [(0.0, 0.6), (0.19, 0.6), (0.185, 0.95), (0.215, 1.28), (0.17, 1.40), (0.06, 1.47), (0.0, 1.47)]
    whole = half + [(-dx, y) for dx, y in reversed(half)]
    canvas.polygon([at(*p) for p in whole], coat, gain=0.2)
    rim = [(0.19, 0.62), (0.185, 0.95), (0.215, 1.28), (0.17, 1.40), (0.06, 1.465), (0.055, 1.44), (0.14, 1.37)]
    rim += [(0.18, 1.26), (0.155, 0.95), (0.165, 0.62)]
    for side, gain in ((-1, 0.9), (1, 0.65)):
        canvas.polygon([at(side * dx, y) for dx, y in rim], coat, gain=gain)
    canvas.polygon([at(-0.045, 1.42), at(0.045, 1.42), at(0.045, 1.54), at(-0.045, 1.54)], (0.30, 0.17, 0.10), gain=0.5)
    canvas.ball(at(0, 1.585), 0.098 * s, (0.42, 0.24, 0.15), squash=1.2, gain=0.75, spark=0.05)
    if hat:
        brim = [(-0.30, 1.60), (0.30, 1.60), (0.05, 1.83), (-0.05, 1.83)]
        canvas.polygon([at(*p) for p in brim], (0.62, 0.42, 0.19), gain=0.8)
        canvas.polygon([at(0.02, 1.6), at(0.30, 1.6), at(0.05, 1.83), at(0.0, 1.83)], (0.40, 0.26, 0.11), gain=0.6)
    else:
        canvas.ball(at(0, 1.63), 0.104 * s, (0.02, 0.015, 0.014), squash=0.98, gain=0.6, spark=0.03)


def stall(canvas: Canvas, what: Stall, rng: np.random.Generator) -> None:
    """One stall: a back wall, shelves, a keeper, a counter heaped with goods, posts, a striped awning, its bulbs."""
    fine = not (canvas.view.mirror and what.near > 5)  # the reflection of a far stall is too soft for small things
    _back(canvas, what, fine, rng)
    depth = what.far - what.near
    keeper = what.near + depth * float(rng.uniform(0.35, 0.7))
    coat = CLOTHS[(what.cloth + 1) % len(CLOTHS)]
    person(canvas, what.side * (what.front + 0.82), keeper, 1.64, coat, hat=what.cloth % 2 == 0)
    _counter(canvas, what, fine, rng)
    _awning(canvas, what)
    for z in bulbs_of(what):
        bulb(canvas, (what.side * (what.front - 0.1), 2.12, z))


def _along(x: float, y0: float, y1: float, z0: float, z1: float) -> list[Point]:
    """An upright rectangle that runs along the street."""
    return [(x, y0, z0), (x, y0, z1), (x, y1, z1), (x, y1, z0)]


def _across(x0: float, x1: float, y0: float, y1: float, z: float) -> list[Point]:
    """An upright rectangle that faces the photographer."""
    return [(x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)]


def _back(canvas: Canvas, what: Stall, fine: bool, rng: np.random.Generator) -> None:
    s, near, far = what.side, what.near, what.far
    front, back = s * what.front, s * what.back
    canvas.polygon(
        [(front, 0, far), (back, 0, far), (back, 2.7, far), (front, 2.4, far)], (0.16, 0.10, 0.07), gain=0.75
    )
    cloth = CLOTHS[what.cloth % len(CLOTHS)]
    wall = (0.55 * cloth[0] + 0.10, 0.55 * cloth[1] + 0.10, 0.55 * cloth[2] + 0.10)
    folds = 1 if canvas.view.mirror else max(int((far - near) / 0.11), 4)
    for i in range(folds):
        a, b = near + (far - near) * i / folds, near + (far - near) * (i + 1) / folds
        gain = 0.42 + 0.14 * math.sin(i * 2.2) + 0.06 * math.sin(i * 0.9)
        canvas.polygon(_along(back, 0, 2.8, a, b + 0.01), wall, gain=gain)
    if near < 5 and not canvas.view.mirror:
        _hanging_goods(canvas, back - s * 0.12, near, far, rng)
    for level, shelf in enumerate((1.15, 1.5, 1.85, 2.15)):
        canvas.polygon(_across(front + s * 0.12, back, shelf, shelf + 0.035, far - 0.02), WOOD)
        x = front + s * 0.19
        while fine and abs(x) < what.back - 0.05:
            size = float(rng.uniform(0.045, 0.08))
            tint = FRUIT[int(rng.integers(len(FRUIT)))]
            tall = size * float(rng.uniform(2.2, 3.4))
            if (level + int(x * 7)) % 3 == 0:
                canvas.ball((x, shelf + 0.04 + size, far - 0.05), size, tint)
            else:
                low = shelf + 0.035
                canvas.polygon(_across(x - size * 0.7, x + size * 0.7, low, shelf + tall, far - 0.05), tint, gain=0.8)
            x += s * size * float(rng.uniform(2.2, 3.0))


def _counter(canvas: Canvas, what: Stall, fine: bool, rng: np.random.Generator) -> None:
    s, near, far, top = what.side, what.near, what.far, 0.86
    front, inner = s * what.front, s * (what.front + 0.7)
    cloth = CLOTHS[what.cloth % len(CLOTHS)]
    board = [(front, top, near), (inner, top, near), (inner, top, far), (front, top, far)]
    canvas.polygon(board, (0.34, 0.20, 0.11))
    if fine:
        _goods(canvas, what, top, rng)
    canvas.polygon(_along(front, 0.04, top, near, far), cloth)
    slats = max(int((far - near) / 0.32), 3) if fine else 0
    for i in range(slats):
        z0 = near + (far - near) * (i + 0.12) / slats
        canvas.polygon(_along(front, 0.08, top - 0.12, z0, z0 + (far - near) * 0.1 / slats), times(cloth, 0.55))
    canvas.polygon(_along(front, top - 0.06, top + 0.015, near, far), (0.40, 0.26, 0.14))
    canvas.polygon(_across(front, inner, 0.04, top, near), times(cloth, 0.6))
    canvas.polygon(_across(front, inner, top - 0.06, top + 0.015, near), (0.36, 0.23, 0.12))


def _awning(canvas: Canvas, what: Stall) -> None:
    s, near, far = what.side, what.near, what.far
    front, back, eave = s * what.front, s * what.back, s * (what.front - 0.55)
    ridge, drop = 2.75, 2.28
    cloth = CLOTHS[what.cloth % len(CLOTHS)]
    bands = max(int((far - near) / 0.26), 6)
    edges = np.linspace(far, near, bands + 1).tolist()
    for i, (z0, z1) in enumerate(pairwise(edges)):
        roof = [(back, ridge, z0), (eave, drop, z0), (eave, drop, z1), (back, ridge, z1)]
        canvas.polygon(roof, cloth if i % 2 else CREAM, gain=0.8)
    for z in (far - 0.05, near + 0.03):
        canvas.line([(front, 0, z), (front, 2.42, z)], 0.07, (0.30, 0.20, 0.13))
        canvas.line([(front, 2.42, z), (eave, drop, z)], 0.05, (0.25, 0.17, 0.11))
    for i, (z0, z1) in enumerate(pairwise(edges)):
        middle = (z0 + z1) / 2
        scallop = [(eave, drop, z0), (eave, drop - 0.13, z0), (eave, drop - 0.2, (z0 + middle) / 2)]
        scallop += [(eave, drop - 0.225, middle), (eave, drop - 0.2, (z1 + middle) / 2), (eave, drop - 0.13, z1)]
        canvas.polygon([*scallop, (eave, drop, z1)], cloth if i % 2 else CREAM, gain=0.95, flat=0.02)


def _hanging_goods(canvas: Canvas, x: float, near: float, far: float, rng: np.random.Generator) -> None:
    """Strings of chillies and garlic, and baskets, before the back wall."""
    for i, z in enumerate(np.linspace(far - 0.25, near + 0.05, 6)):
        low = 1.45 + 0.12 * (i % 3)
        canvas.line([(x, 2.55, float(z)), (x, low, float(z))], 0.014, (0.30, 0.22, 0.12))
        if i % 3 == 2:
            for k in range(3):
                canvas.ball((x, low - 0.02 + 0.24 * k, float(z)), 0.13, (0.50, 0.32, 0.13), squash=0.62, spark=0.05)
            continue
        tint: Rgb = (0.62, 0.045, 0.02) if i % 3 == 0 else (0.80, 0.72, 0.58)
        for k in range(12):
            at = (x + float(rng.normal(0, 0.035)), low + 0.065 * k, float(z) + float(rng.normal(0, 0.03)))
            canvas.ball(at, 0.048, tint, squash=1.3 if i % 3 == 0 else 0.9, spark=0.15)


def bulbs_of(what: Stall) -> tuple[float, ...]:
    """How far away the bulbs of a stall hang."""
    depth = what.far - what.near
    return (what.near + depth * 0.8, what.near + depth * 0.28)


def _goods(canvas: Canvas, what: Stall, counter: float, rng: np.random.Generator) -> None:
    heap = 0.42
    heaps = max(int((what.far - what.near) / heap), 2)
    for i in range(heaps):
        z = what.far - (what.far - what.near) * (i + 0.55) / heaps
        tint = FRUIT[int(rng.integers(len(FRUIT)))]
        size = 0.05 if what.near < 7 else 0.07
        middle = what.side * (what.front + 0.3)
        canvas.polygon(
            [
                (middle - 0.27, counter, z),
                (middle + 0.27, counter, z),
                (middle + 0.31, counter + 0.11, z),
                (middle - 0.31, counter + 0.11, z),
            ],
            (0.24, 0.14, 0.07),
        )
        for row in range(4 if what.near < 7 else 3):
            across = 5 - row
            for k in range(across):
                x = middle + (k - (across - 1) / 2) * size * 1.95 + float(rng.normal(0, 0.006))
                shade = 1 + float(rng.normal(0, 0.13))
                colour: Rgb = tuple(min(c * shade, 1.0) for c in tint)  # type: ignore[assignment]
                canvas.ball((x, counter + 0.12 + row * size * 1.5, z - 0.02 * row), size, colour)
        if i % 2 == 0 and what.near < 9:
            tag = (middle + 0.2, counter + 0.2, z - 0.16)
            canvas.polygon(
                [
                    (tag[0] - 0.07, tag[1] - 0.045, tag[2]),
                    (tag[0] + 0.07, tag[1] - 0.045, tag[2]),
                    (tag[0] + 0.07, tag[1] + 0.05, tag[2]),
                    (tag[0] - 0.07, tag[1] + 0.05, tag[2]),
                ],
                (0.85, 0.78, 0.6),
                gain=0.8,
            )


def gate(canvas: Canvas, z: float) -> None:
    """The gate at the end of the street: red pillars, a swept roof, a board of gold."""
    red: Rgb = (0.55, 0.06, 0.04)
    for x in (-2.6, -1.5, 1.5, 2.6):
        canvas.line([(x, 0, z), (x, 4.0, z)], 0.28, red, flat=0.12)
    canvas.polygon([(-2.9, 3.4, z), (2.9, 3.4, z), (2.9, 4.0, z), (-2.9, 4.0, z)], red, flat=0.18)
    canvas.polygon([(-0.9, 3.3, z), (0.9, 3.3, z), (0.9, 4.15, z), (-0.9, 4.15, z)], (0.9, 0.55, 0.16), shine=0.75)
    for low, wide, tall in ((4.0, 3.6, 0.7), (4.75, 2.4, 0.75)):
        roof = [
            (-wide - 0.4, low + 0.3, z),
            (-wide, low, z),
            (wide, low, z),
            (wide + 0.4, low + 0.3, z),
            (wide * 0.55, low + tall, z),
            (-wide * 0.55, low + tall, z),
        ]
        canvas.polygon(roof, (0.10, 0.16, 0.15), flat=0.25)
