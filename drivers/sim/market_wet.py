"""The wet street of the night market: stone slabs under a film of rain that mirrors everything above."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.sim.market_canvas import EYE_M, Canvas, Floats, Lighting, View, floats, upsized


def ground_depth(view: View) -> Floats:
    """How far away the street is at each pixel, (h, w), metres; above the horizon farther than anything."""
    _, up = view.rays()
    z = np.where(up < -1e-4, EYE_M / np.maximum(-up, 1e-4), 1e4)
    return np.broadcast_to(z, (view.height, view.width)).astype(np.float32)


def wet_ground(canvas: Canvas, mirror: Canvas, z: Floats, where: NDArray[np.bool_], rng: np.random.Generator) -> None:
    """Stone slabs under a film of rain: dark where they are dry, a mirror where water stands."""
    view = canvas.view
    rows = np.flatnonzero(where.any(1))
    if not rows.size:
        return
    top = int(rows[0])
    cut = np.s_[top:, :]
    zs = np.minimum(z[cut], 45.0)
    x, _ = view.rays()
    xs = (x * zs).astype(np.float32)
    # slabs of 0.9 by 0.6 m in rows that are shifted against each other
    row = np.floor(zs / 0.62)
    shifted = xs / 0.95 + 0.5 * (row % 2) + 0.13 * np.sin(row * 2.4)
    column = np.floor(shifted)
    hashed = np.sin(row * 127.1 + column * 311.7) * 43758.5453
    tint = (hashed - np.floor(hashed)).astype(np.float32)
    fine = np.clip(8.0 / zs, 0, 1)
    pixel_z = zs * zs / (EYE_M * view.scale[1])  # metres a pixel row covers
    joint_z = np.clip(1 - np.abs(zs / 0.62 - row - 0.5) * 2, 0, 1) * 0.31
    joint_x = np.clip(1 - np.abs(shifted - column - 0.5) * 2, 0, 1) * 0.475
    seam = (
        np.maximum(
            np.exp(-((joint_z / (0.016 + pixel_z * 0.6)) ** 2)), np.exp(-((joint_x / (0.016 + zs / view.height)) ** 2))
        )
        * fine
    )
    cloudy = clouds(rng, 256, 256)
    puddle = floats(cv2.remap(cloudy, xs * 26 % 255, zs * 15 % 255, cv2.INTER_LINEAR))
    puddle = np.clip(puddle * 0.9 + 0.42 - 0.35 * (tint - 0.5), 0, 1)
    puddle = (puddle * puddle * (3 - 2 * puddle)).astype(np.float32)
    rough = floats(cv2.remap(cloudy, xs * 160 % 255, zs * 120 % 255, cv2.INTER_LINEAR)) * fine
    falls = _fall(canvas.lighting, view)[cut]
    albedo = (0.050 + 0.040 * tint + 0.02 * rough) * (1 - 0.6 * seam) * (1 - 0.45 * puddle)
    stone = falls * (albedo[..., None] * np.array([1.0, 0.93, 0.92], np.float32))
    seen = _mirrored(mirror, view, xs, zs, floats(rough), floats(puddle), top)
    grazing = np.clip(1.2 * (1 - np.exp(-zs / 9.0)), 0, 1)
    strength = (0.10 + 0.34 * puddle + 0.26 * grazing) * (1 - 0.55 * seam)
    wet = stone + seen * strength[..., None]
    mask = where[cut]
    canvas.light[cut][mask] = wet[mask]
    canvas.glow[cut][mask] = (seen * strength[..., None] * 0.18)[mask]


def _fall(lighting: Lighting, view: View) -> Floats:
    """Light on the street, (h, w, 3)."""
    x, up = view.rays(16)
    z = np.minimum(EYE_M / np.maximum(-up, 1e-3), 45.0).astype(np.float32)
    points = np.stack([x * z, np.zeros_like(x * z), np.broadcast_to(z, (z.shape[0], x.shape[1]))], -1)
    falls = lighting.at(points.reshape(-1, 3).astype(np.float32), np.array([0, 1, 0], np.float32))
    return upsized(falls.reshape(*points.shape), view)


def _mirrored(mirror: Canvas, view: View, xs: Floats, zs: Floats, rough: Floats, puddle: Floats, top: int) -> Floats:
    """The reflected street: drawn out downwards where stone is rough, almost clear where water stands."""
    shape = (view.width, view.height)
    sharp = floats(cv2.resize(mirror.light, shape, interpolation=cv2.INTER_LINEAR))
    tall = view.height / 720
    soft = floats(cv2.GaussianBlur(mirror.light, (0, 0), max(1.2 * tall, 0.3), sigmaY=max(15 * tall, 0.5)))
    soft = floats(cv2.resize(soft, shape, interpolation=cv2.INTER_LINEAR))
    rows, columns = np.mgrid[top : view.height, 0 : view.width].astype(np.float32)
    ripple = (np.sin(zs * 21 + 2.5 * np.sin(xs * 5.1)) + 0.6 * np.sin(zs * 47 - xs * 9)) * np.clip(5 / zs, 0, 1.4)
    dx = (ripple * 0.9 + rough * 3.0) * tall
    dy = (ripple * 2.4 + rough * 6.0) * tall
    clear = floats(cv2.remap(sharp, columns + dx, rows + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
    drawn = floats(cv2.remap(soft, columns + dx * 2, rows + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
    share = (0.18 + 0.62 * puddle)[..., None]
    return (drawn * (1 - share) + clear * share).astype(np.float32)


def clouds(rng: np.random.Generator, height: int, width: int) -> Floats:
    """Soft noise of four octaves, mean 0, standard deviation about 0.35."""
    out = np.zeros((height, width), np.float32)
    for octave, weight in enumerate((0.5, 0.35, 0.22, 0.14)):
        cells = 6 * 3**octave
        coarse = rng.normal(0, 1, (max(cells, 2), max(cells * width // height, 2))).astype(np.float32)
        out += floats(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)) * np.float32(weight)
    return out * np.float32(0.6)
