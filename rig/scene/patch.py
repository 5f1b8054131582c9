"""A patch: what a place looked like, so that it is found again to a part of a pixel, without drift.

Aligned by Gauss-Newton with a gain and an offset of light (S. Baker, I. Matthews, Lucas-Kanade 20 years on, 2004). Each
pixel counts as much as it moves along with the place: what passes behind the subject soon counts for nothing. While it
is followed its middle counts most; to find it again all of it does, for there are many things like a small thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

STEPS = 4
NEAR_PIXELS = 0.02  # a step this small ends the alignment
FAR_PIXELS = 3.0  # beyond this from where it began an alignment is none
NOISE_CODES = 3.0
LEAST_CODES = 1.5  # standard deviation; below it there is nothing to hold on to
RIDGE = np.array([0.2, 0.2, 1e-3, 1e-3])  # codes squared: steps along an edge are noise, and stay small
LEAST_SHARE = 0.65  # of what counts; with less of it in the picture it cannot be told where the rest is
LEARN = 0.1  # share of what is seen that goes into what is remembered
LEAST_FIT, CLEARLY = 0.6, 0.08  # of a search at half the size, and how much worse the next best must be
SIGMA = 0.42  # of the patch's radius: the spot in its middle is what was aimed at


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """share: the pixels' weights, their sum is 1. solve: (4, n), a patch to steps right and down (times gain), gain,
    offset. wanted: (n,), its product with a patch over that one's spread is the correlation. codes: the own spread."""

    share: NDArray[np.float32]
    solve: NDArray[np.float32]
    wanted: NDArray[np.float32]
    codes: float


class Patch:
    """Remembers one patch of a small luma, (2 radius + 1) square, and how much each of its pixels is to be believed."""

    def __init__(self, luma: Plane, x: float, y: float, radius: int) -> None:
        """From a picture, float32, about a place in pixels."""
        self.radius = radius
        away = np.arange(-radius, radius + 1, dtype=np.float32)
        self._prior: Plane = np.exp(-(away[:, None] ** 2 + away[None, :] ** 2) / np.float32(2 * (SIGMA * radius) ** 2))
        self._seen = self.at(luma, x, y)
        self._error = np.zeros_like(self._seen)
        self.weights, self._belief = self._prior, np.ones_like(self._prior)
        self._prepare()

    def at(self, luma: Plane, x: float, y: float) -> Plane:
        """The patch of another picture about a place; its edge goes on beyond the picture."""
        size = 2 * self.radius + 1
        return np.asarray(cv2.getRectSubPix(luma, (size, size), (x, y)), np.float32)

    def _prepare(self) -> None:
        seen = self._seen
        right, down = np.empty_like(seen), np.empty_like(seen)
        right[:, 1:-1], down[1:-1] = (seen[:, 2:] - seen[:, :-2]) * 0.5, (seen[2:] - seen[:-2]) * 0.5
        right[:, 0] = right[:, -1] = 0.0
        down[0] = down[-1] = 0.0
        self._parts = np.stack([right.ravel(), down.ravel(), seen.ravel(), np.ones(seen.size, np.float32)])
        self._whole, self._wide = self._fitted(self.weights), self._fitted(self._belief)
        self.codes = self._whole.codes

    def _fitted(self, weights: Plane) -> _Fit:
        share = (weights / weights.sum()).ravel().astype(np.float64)
        parts = self._parts.astype(np.float64)
        weighed = parts * share
        normal = weighed @ parts.T
        mean = normal[2, 3]
        codes = sqrt(max(float(normal[2, 2] - mean * mean), 0.0))
        normal[np.diag_indices(4)] += RIDGE
        solve, wanted = np.linalg.solve(normal, weighed), (parts[2] - mean) * share / max(codes, 1e-6)
        return _Fit(share.astype(np.float32), solve.astype(np.float32), wanted.astype(np.float32), codes)

    def _fit_at(self, luma: Plane, x: float, y: float) -> _Fit | None:
        """What counts there: not what lies beyond the picture's edge; None where too little is left."""
        rows, columns = luma.shape
        r = self.radius
        if r <= x < columns - r - 1 and r <= y < rows - r - 1:
            return self._whole
        away = np.arange(-r, r + 1)
        across, down = (x + away >= 0.0) & (x + away <= columns - 1.0), (y + away >= 0.0) & (y + away <= rows - 1.0)
        weights = self.weights * (down[:, None] & across[None, :])
        return self._fitted(weights) if float(weights.sum()) > LEAST_SHARE * float(self.weights.sum()) else None

    @property
    def is_plain(self) -> bool:
        """Nothing in it to hold on to."""
        return self.codes < LEAST_CODES

    def align(self, luma: Plane, x: float, y: float) -> tuple[float, float, float]:
        """The place near (x, y) where it is seen now, and how well it fits: -1 to 1, the correlation there."""
        fit = self._fit_at(luma, x, y)
        if fit is None:
            return x, y, 0.0
        at_x, at_y = x, y
        for _ in range(STEPS):
            right, down, gain, _ = (fit.solve @ self.at(luma, at_x, at_y).ravel()).tolist()
            if gain < 0.1:
                break
            at_x, at_y = at_x - right / gain, at_y - down / gain
            if max(abs(at_x - x), abs(at_y - y)) > FAR_PIXELS:
                return x, y, self._correlation(fit, luma, x, y)
            if max(abs(right), abs(down)) < NEAR_PIXELS * gain:
                break
        return float(at_x), float(at_y), self._correlation(fit, luma, at_x, at_y)

    def _correlation(self, fit: _Fit, luma: Plane, x: float, y: float) -> float:
        there = self.at(luma, x, y).ravel()
        there = there - there.mean()
        mean = fit.share @ there
        spread = sqrt(max(float(fit.share @ (there * there) - mean * mean), 0.0))
        return float(fit.wanted @ there / spread) if spread > LEAST_CODES * 0.5 else 0.0

    def resembles(self, luma: Plane, x: float, y: float) -> float:
        """How well all of it fits there: -1 to 1."""
        return self._correlation(self._wide, luma, x, y)

    def learn(self, luma: Plane, x: float, y: float) -> None:
        """What is seen about the place now goes a little way into what is remembered; not beyond the picture's edge."""
        if self._fit_at(luma, x, y) is not self._whole:
            return
        there = self.at(luma, x, y)
        _, _, gain, offset = self._whole.solve @ there.ravel()
        missed = there - (self._seen * np.float32(gain) + np.float32(offset))
        self._error += np.float32(2.0 * LEARN) * (missed * missed - self._error)
        self._seen = self._seen + np.float32(LEARN) * (there - self._seen)
        self._belief = 1.0 / (1.0 + self._error / np.float32(NOISE_CODES**2))
        self.weights = self._prior * self._belief
        self._prepare()

    def search(self, luma: Plane) -> Plane:
        """The weighted correlation at each pixel of a picture half as large, -1 to 1."""
        size = (self.radius + 1, self.radius + 1) if self.radius % 2 == 0 else (self.radius, self.radius)
        seen = cv2.resize(self._seen, size, interpolation=cv2.INTER_AREA)
        weights = cv2.resize(self._belief, size, interpolation=cv2.INTER_AREA)
        weights = weights / weights.sum()
        wanted = seen - float((weights * seen).sum())
        wanted = weights * wanted / sqrt(max(float((weights * wanted * wanted).sum()), 1e-6))
        half = cv2.resize(luma, (luma.shape[1] // 2, luma.shape[0] // 2), interpolation=cv2.INTER_AREA)
        mean = cv2.filter2D(half, cv2.CV_32F, weights)
        square = cv2.filter2D(half * half, cv2.CV_32F, weights)
        spread = np.sqrt(np.maximum(square - mean * mean, (LEAST_CODES * 0.5) ** 2))
        return np.asarray(cv2.filter2D(half, cv2.CV_32F, wanted) / spread, np.float32)


def best_match(fits: Plane, about: tuple[float, float], radius: int, reach: float) -> tuple[float, float] | None:
    """Where a search (Patch.search) fits best within ``reach`` and a radius of a place, in pixels of the whole luma;
    None where it fits nowhere, or elsewhere nearly as well. What the picture's edge cuts is like too many things."""
    rows, columns = fits.shape
    down, right = 2.0 * np.arange(rows)[:, None] + 0.5, 2.0 * np.arange(columns)[None, :] + 0.5
    away = np.hypot(right - about[0], down - about[1])
    cut = (np.minimum(right, 2 * columns - 1 - right) < radius) | (np.minimum(down, 2 * rows - 1 - down) < radius)
    there = np.where((away > reach + radius) | cut, np.float32(-1.0), fits)
    best_y, best_x = divmod(int(np.argmax(there)), columns)
    best = float(there[best_y, best_x])
    if best < LEAST_FIT:
        return None
    x, y = 2.0 * best_x + 0.5, 2.0 * best_y + 0.5
    others = there[np.maximum(np.abs(right - x), np.abs(down - y)) > radius]
    return (x, y) if not others.size or float(others.max()) < best - CLEARLY else None
