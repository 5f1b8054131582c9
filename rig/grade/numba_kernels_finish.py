"""The loops of the Numba engine for the finish: a CDL through three fine tables, then a cube."""

from __future__ import annotations

from typing import Any

import numpy as np

from rig.grade import numba_layout as layout
from rig.grade.numba_kernels_basis import f32, rounded, seldom

PIECE, HALF, PRINTED, CDL, CUBE = layout.PIECE, layout.PIECE // 2, layout.PRINTED, layout.CDL, layout.CUBE
LOWEST, HIGHEST, LUMA_BITS, OUT_BITS = layout.LOWEST, layout.HIGHEST, layout.LUMA_BITS, layout.OUT_BITS


@seldom
def _curve(values: Any, table: Any, n: Any) -> None:
    """Through a table, linear between its entries."""
    last = table.size - 1
    scale, most = f32(last / (HIGHEST - LOWEST)), f32(last) - f32(0.01)
    for i in range(n):
        place = min(max((values[i] - f32(LOWEST)) * scale, f32(0.0)), most)
        at = np.int32(place)
        here = table[at]
        values[i] = here + (place - f32(at)) * (table[at + 1] - here)


@seldom
def _saturate(rows: Any, weights: Any, saturation: Any, n: Any) -> None:
    of_red, of_green, of_blue = weights[0], weights[1], weights[2]
    for i in range(n):
        red, green, blue = rows[i], rows[PIECE + i], rows[2 * PIECE + i]
        luma = red * of_red + green * of_green + blue * of_blue
        rows[i] = min(max(luma + saturation * (red - luma), f32(0.0)), f32(1.0))
        rows[PIECE + i] = min(max(luma + saturation * (green - luma), f32(0.0)), f32(1.0))
        rows[2 * PIECE + i] = min(max(luma + saturation * (blue - luma), f32(0.0)), f32(1.0))


@seldom
def _look_up(rows: Any, cube: Any, low: Any, scale: Any, strength: Any, n: Any) -> None:
    """Through a cube (its sides flattened), linear between the eight entries around a place."""
    side = np.int64(np.rint(cube.shape[0] ** (1.0 / 3.0)))
    last = side - 1
    low_r, low_g, low_b, scale_r, scale_g, scale_b = low[0], low[1], low[2], scale[0], scale[1], scale[2]
    for i in range(n):
        x = min(max((rows[i] - low_r) * scale_r, f32(0.0)), f32(last))
        y = min(max((rows[PIECE + i] - low_g) * scale_g, f32(0.0)), f32(last))
        z = min(max((rows[2 * PIECE + i] - low_b) * scale_b, f32(0.0)), f32(last))
        column, row, sheet = min(int(x), last - 1), min(int(y), last - 1), min(int(z), last - 1)
        x, y, z = x - f32(column), y - f32(row), z - f32(sheet)
        first = (sheet * side + row) * side + column
        for channel in range(3):
            value = f32(0.0)
            for corner in range(4):
                at = first + (corner & 1) * side + (corner >> 1) * side * side
                share = (y if corner & 1 else f32(1.0) - y) * (z if corner >> 1 else f32(1.0) - z)
                here = cube[at, channel]
                value += share * (here + x * (cube[at + 1, channel] - here))
            rows[channel * PIECE + i] += strength * (value - rows[channel * PIECE + i])


@seldom
def _finish(rows: Any, n: Any, numbers: Any, finish: Any) -> None:
    """Three rows in floats, of which 1 is white. finish: see numba_finish.py."""
    curves, weights, saturation, cube, low, scale, strength = finish
    if numbers[CDL]:
        for channel in range(3):
            _curve(rows[channel * PIECE : (channel + 1) * PIECE], curves[channel], n)
        if saturation[0] != f32(1.0):
            _saturate(rows, weights, saturation[0], n)
    if numbers[CUBE]:
        _look_up(rows, cube, low, scale, strength[0], n)


@seldom
def finish_rgb(colour: Any, n: Any, numbers: Any, finish: Any, rows: Any) -> None:
    """Of three rows of a piece."""
    to_one, of_one = f32(1.0 / (255 << OUT_BITS)), f32(255 << OUT_BITS)
    for i in range(3 * PIECE):
        rows[i] = f32(colour[i]) * to_one
    _finish(rows, n, numbers, finish)
    for i in range(3 * PIECE):
        colour[i] = rounded(min(max(rows[i], f32(-1.0)), f32(2.0)) * of_one)


@seldom
def finish_yuv(work: Any, chroma: Any, n: Any, numbers: Any, finish: Any, rows: Any) -> None:
    """Of both rows of printed luma, and of chroma about 0, which four pixels share."""
    steps, to_rgb, to_yuv = finish
    luma_unit, chroma_unit = f32(1.0 / (1 << LUMA_BITS)), f32(1.0 / (1 << OUT_BITS))
    sums = rows[3 * PIECE :]
    for i in range(PIECE):
        sums[i] = f32(0.0)
    for row in range(2):
        printed = work[(PRINTED + row) * PIECE : (PRINTED + row + 1) * PIECE]
        for channel in range(3):
            matrix, out = to_rgb[channel], rows[channel * PIECE : (channel + 1) * PIECE]
            for i in range(n):
                alone = matrix[1] * f32(chroma[i]) + matrix[2] * f32(chroma[HALF + i])
                alone = alone * chroma_unit + matrix[3]
                out[2 * i] = matrix[0] * f32(printed[2 * i]) * luma_unit + alone
                out[2 * i + 1] = matrix[0] * f32(printed[2 * i + 1]) * luma_unit + alone
        _finish(rows, 2 * n, numbers, steps)
        for i in range(2 * n):
            luma = to_yuv[0, 0] * rows[i] + to_yuv[0, 1] * rows[PIECE + i] + to_yuv[0, 2] * rows[2 * PIECE + i]
            printed[i] = rounded(min(max(luma + to_yuv[0, 3], f32(0.0)), f32(255.0)) * f32(1 << LUMA_BITS))
        for channel in range(1, 3):
            matrix, out = to_yuv[channel], sums[(channel - 1) * HALF : channel * HALF]
            for i in range(n):
                red = rows[2 * i] + rows[2 * i + 1]
                green = rows[PIECE + 2 * i] + rows[PIECE + 2 * i + 1]
                blue = rows[2 * PIECE + 2 * i] + rows[2 * PIECE + 2 * i + 1]
                out[i] += matrix[0] * red + matrix[1] * green + matrix[2] * blue
    quarter = f32(0.25 * (1 << OUT_BITS))
    for i in range(PIECE):
        chroma[i] = rounded(min(max(sums[i] * quarter, f32(-16000.0)), f32(16000.0)))
