"""The old house of the night market: a wall with a dark doorway, a lit sign, a bowl of neon."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from drivers.sim.market_canvas import Canvas, Point, Rgb, floats, times
from drivers.sim.market_props import FRUIT

# Strokes in a unit square, y down, of the two characters for "night market".
_NIGHT = (
    ((0.5, 0.0), (0.52, 0.12)),
    ((0.04, 0.17), (0.96, 0.17)),
    ((0.34, 0.2), (0.22, 0.42), (0.04, 0.62)),
    ((0.2, 0.44), (0.2, 1.0)),
    ((0.6, 0.2), (0.5, 0.42), (0.36, 0.6)),
    ((0.55, 0.36), (0.88, 0.36), (0.74, 0.68), (0.4, 1.0)),
    ((0.57, 0.5), (0.69, 0.62)),
    ((0.48, 0.6), (0.7, 0.82), (0.98, 1.0)),
)
_MARKET = (
    ((0.48, 0.0), (0.54, 0.13)),
    ((0.03, 0.2), (0.97, 0.2)),
    ((0.17, 0.84), (0.17, 0.42), (0.83, 0.42), (0.83, 0.82), (0.72, 0.78)),
    ((0.5, 0.2), (0.5, 1.02)),
)


def wall_with_doorway(
    canvas: Canvas, x: float, near: float, far: float, door: tuple[float, float, float], rng: np.random.Generator
) -> None:
    """The old house on the right; in its doorway (near, far, height) lies what only dodging shows."""
    z0, z1, top = door

    def quad(a: float, b: float, y0: float, y1: float, colour: Rgb, gain: float = 1.0, flat: float = 0.0) -> None:
        canvas.polygon([(x, y0, a), (x, y0, b), (x, y1, b), (x, y1, a)], colour, gain=gain, flat=flat)

    plaster: Rgb = (0.20, 0.15, 0.125)
    canvas.polygon([(x, 0, far), (x + 3, 0, far), (x + 3, 5.2, far), (x, 5.2, far)], (0.10, 0.08, 0.08))
    steps = 14
    for i in range(steps):
        b = near * (far / near) ** ((i + 1) / steps)
        a = near * (far / near) ** (i / steps)
        quad(a, b + 0.01, 0, 5.4, plaster)
    if not canvas.view.mirror:
        for _ in range(90):
            z, y = float(rng.uniform(near, far)), 0.6 + 0.085 * int(rng.integers(0, 46))
            tone = float(rng.uniform(0.72, 1.14))
            quad(z, min(z + 0.2, far), y, y + 0.072, times(plaster, tone))
        for z, y, tall, paper in ((2.62, 1.25, 0.62, (0.62, 0.50, 0.33)), (2.98, 1.38, 0.42, (0.50, 0.09, 0.06))):
            wide = tall * 0.62
            quad(z, z + wide, y, y + tall, paper)
            quad(z + wide * 0.12, z + wide * 0.88, y + tall * 0.42, y + tall * 0.9, times(paper, 0.45))
            for k in range(3):
                low = y + tall * (0.08 + 0.1 * k)
                quad(z + wide * 0.14, z + wide * (0.86 - 0.2 * (k == 0)), low, low + tall * 0.045, (0.10, 0.07, 0.06))
    canvas.line([(x - 0.03, 0, 4.55), (x - 0.03, 5.2, 4.55)], 0.055, (0.10, 0.08, 0.075))
    quad(near, far, 0, 0.55, (0.075, 0.062, 0.07))
    quad(near, far, 0.53, 0.575, (0.15, 0.10, 0.08))
    quad(z0 - 0.12, z1 + 0.12, 0, top + 0.14, (0.13, 0.065, 0.04))
    quad(z0 - 0.08, z1 + 0.08, 0, top + 0.10, (0.19, 0.095, 0.05))
    _inside(canvas, x, door, rng)


def _inside(canvas: Canvas, x: float, door: tuple[float, float, float], rng: np.random.Generator) -> None:
    """Behind the door: a room in linear light of 0.008 to 0.05, zones I to III, that the lamps do not reach."""
    z0, z1, top = door

    def shown(points: Sequence[Point], level: float, tint: Rgb = (1.0, 0.86, 0.74)) -> None:
        canvas.polygon(points, times(tint, level), gain=0.0, flat=1.0, rough=0.2)

    def onto(u: float, y: float) -> Point:
        """A point of the opening: u from 0 (near) to 1 (far)."""
        return (x, y, z0 + (z1 - z0) * u)

    shown([onto(0, 0), onto(1, 0), onto(1, top), onto(0, top)], 0.0085, (1.0, 0.92, 1.0))
    shown([onto(0, 0), onto(1, 0), onto(1, 0.24), onto(0, 0.34)], 0.016, (1.0, 0.85, 0.7))
    for i in range(3):
        y = 0.06 + 0.07 * i
        shown([onto(0.05, y), onto(0.95, y - 0.02), onto(0.95, y), onto(0.05, y + 0.022)], 0.03)
    shown([onto(0.10, 0.42), onto(0.27, 0.40), onto(0.27, 1.62), onto(0.10, 1.66)], 0.013, (1.1, 0.75, 0.5))
    shown([onto(0.25, 0.40), onto(0.275, 0.40), onto(0.275, 1.62), onto(0.25, 1.62)], 0.05, (1.2, 0.8, 0.45))
    for level, y in enumerate((0.72, 1.05, 1.38, 1.7)):
        shown([onto(0.36, y), onto(0.97, y), onto(0.97, y + 0.03), onto(0.36, y + 0.03)], 0.034)
        u = 0.40
        while u < 0.93:
            wide = float(rng.uniform(0.035, 0.075))
            tall = float(rng.uniform(0.10, 0.24))
            bright = float(rng.uniform(0.014, 0.05))
            tint = FRUIT[int(rng.integers(len(FRUIT)))]
            mixed: Rgb = tuple(0.45 + 0.75 * c for c in tint)  # type: ignore[assignment]
            shown(
                [
                    onto(u, y + 0.03),
                    onto(u + wide, y + 0.03),
                    onto(u + wide * 0.9, y + tall),
                    onto(u + wide * 0.1, y + tall),
                ],
                bright,
                mixed,
            )
            if level % 2 == 0:
                shown(
                    [
                        onto(u + wide * 0.25, y + tall),
                        onto(u + wide * 0.75, y + tall),
                        onto(u + wide * 0.75, y + tall + 0.04),
                        onto(u + wide * 0.25, y + tall + 0.04),
                    ],
                    bright * 1.3,
                    mixed,
                )
            u += wide + float(rng.uniform(0.015, 0.04))
    # a curtain of four strips, half drawn, with a ring of cloth dye, and a cat that sits on the step
    for i in range(4):
        a, b = 0.02 + 0.245 * i, 0.235 + 0.245 * i
        low = top - 0.62 - 0.03 * (i % 2)
        shown(
            [onto(a, low), onto(b, low - 0.02), onto(b, top - 0.03), onto(a, top - 0.03)],
            0.026 + 0.006 * i,
            (0.55, 0.75, 1.25),
        )
        ring = [
            onto((a + b) / 2 + 0.055 * np.cos(t), top - 0.34 + 0.1 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 14)
        ]
        shown(ring, 0.05, (0.9, 0.95, 1.1))
    cat = [
        (0.10, 0.28),
        (0.42, 0.25),
        (0.44, 0.33),
        (0.40, 0.46),
        (0.33, 0.56),
        (0.335, 0.66),
        (0.345, 0.74),
        (0.30, 0.70),
    ]
    cat += [(0.25, 0.705), (0.20, 0.755), (0.195, 0.66), (0.205, 0.57), (0.14, 0.46), (0.09, 0.36)]
    shown([onto(u, y) for u, y in cat], 0.030, (1.15, 0.85, 0.6))
    shown(
        [onto(u, y) for u, y in ((0.40, 0.27), (0.62, 0.255), (0.66, 0.33), (0.63, 0.34), (0.58, 0.30), (0.41, 0.33))],
        0.030,
        (1.15, 0.85, 0.6),
    )
    for u in (0.235, 0.295):
        shown([onto(u, 0.64), onto(u + 0.03, 0.64), onto(u + 0.03, 0.662), onto(u, 0.662)], 0.075, (0.9, 1.2, 0.5))


def sign(canvas: Canvas, box: tuple[float, float, float, float], z: float, rng: np.random.Generator) -> None:
    """A light box of ribbed paper with the characters for "night market": whites just below white, so burning finds
    its fibres, its ribs and its warm edge."""
    x0, x1, y0, y1 = box
    frame = 0.035

    def rect(a: float, b: float, c: float, d: float, colour: Rgb, shine: float = 0.0) -> None:
        canvas.polygon([(a, c, z), (b, c, z), (b, d, z), (a, d, z)], colour, shine=shine, rough=0.0, flat=0.05)

    canvas.line([(x1, y1 - 0.1, z), (x1 + 0.4, y1 - 0.1, z)], 0.04, (0.10, 0.07, 0.06))
    canvas.line([(x1, y0 + 0.1, z), (x1 + 0.4, y0 + 0.1, z)], 0.04, (0.10, 0.07, 0.06))
    rect(x0 - frame, x1 + frame, y0 - frame, y1 + frame, (0.16, 0.05, 0.03))
    left, low = canvas.view.pixel((x0, y0, z))
    right, high = canvas.view.pixel((x1, y1, z))
    top, bottom = min(low, high), max(low, high)
    found = (
        max(int(left), 0),
        max(int(top), 0),
        min(int(np.ceil(right)), canvas.view.width),
        min(int(np.ceil(bottom)), canvas.view.height),
    )
    if found[2] > found[0] and found[3] > found[1]:
        u = ((np.arange(found[0], found[2]) + 0.5 - left) / (right - left) * 2 - 1)[None, :]
        v = ((np.arange(found[1], found[3]) + 0.5 - top) / (bottom - top) * 2 - 1)[:, None]
        if canvas.view.mirror:
            v = -v
        tall = found[3] - found[1]
        fibres = rng.normal(0, 1, (tall, found[2] - found[0])).astype(np.float32)
        fibres = floats(cv2.GaussianBlur(fibres, (0, 0), max(tall / 60, 0.5), sigmaY=max(tall / 300, 0.4)))
        fibres /= max(float(fibres.std()), 1e-6)
        ribs = np.cos(v * 46)
        level = 0.93 - 0.16 * np.maximum(np.abs(u), np.abs(v) * 0.9) ** 3 + 0.035 * ribs + 0.035 * fibres
        warm = np.stack([level, level * (0.90 - 0.07 * np.abs(u)), level * (0.70 - 0.16 * np.abs(u) - 0.06 * v**2)], -1)
        inside = np.clip((1 - np.abs(u)) * (right - left) / 2 + 0.5, 0, 1) * np.clip(
            (1 - np.abs(v)) * (bottom - top) / 2 + 0.5, 0, 1
        )
        canvas.lay(found, inside.astype(np.float32), float(z), warm.astype(np.float32), 1.0)
    wide = (x1 - x0) * 0.66
    for strokes, middle in ((_NIGHT, y0 + (y1 - y0) * 0.73), (_MARKET, y0 + (y1 - y0) * 0.27)):
        for stroke in strokes:
            points = [((x0 + x1) / 2 + (px - 0.5) * wide, middle - (py - 0.5) * wide, z) for px, py in stroke]
            canvas.line(points, wide * 0.1, (0.50, 0.022, 0.008), shine=1.0)


def neon_bowl(canvas: Canvas, at: Point, size: float) -> None:
    """A bowl of noodles in neon tubes, cold against all the warm light."""
    x, y, z = at
    cyan: Rgb = (0.10, 0.85, 1.0)
    pink: Rgb = (1.0, 0.22, 0.55)
    arc = np.linspace(np.pi, 2 * np.pi, 15)
    canvas.line([(x + size * np.cos(t), y + size * 0.8 * np.sin(t), z) for t in arc], 0.035, cyan, shine=1.5)
    canvas.line([(x - size * 1.12, y, z), (x + size * 1.12, y, z)], 0.035, cyan, shine=1.5)
    canvas.line([(x - size * 0.35, y - size * 0.86, z), (x + size * 0.35, y - size * 0.86, z)], 0.035, cyan, shine=1.5)
    for k in (-0.45, 0.0, 0.45):
        steam = [(x + size * (k + 0.1 * np.sin(t * 6.3)), y + size * (0.2 + 0.75 * t), z) for t in np.linspace(0, 1, 9)]
        canvas.line(steam, 0.028, pink, shine=1.4)
