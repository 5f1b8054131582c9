"""The loops of the Numba engine that YUV and RGB share: EV by places and zones, looking up, rounding.

A row is printed in pieces that stay in the first cache. A pixel's EV and its luma are looked up together in one table
(numba_tables.py); everything else is arithmetic that the compiler turns into vectors. It does so only for small loops
with few arrays, in 16 bits wherever that is enough: therefore many short functions, each a loop.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rig.grade import numba_layout as layout
from rig.grade.numba_kernels_basis import bits, f32, high, i16, jit, minus, plus, seldom, u8, u16, u32

PIECE, CELL, EV_BITS, LUMA_BITS = layout.PIECE, layout.CELL, layout.EV_BITS, layout.LUMA_BITS
LINES, EDGES, GRAIN, DOWN, RIGHT = layout.LINES, layout.EDGES, layout.GRAIN, layout.DOWN, layout.RIGHT
GRAIN_UNITS, ZERO, EDGE = layout.GRAIN_UNITS, layout.ZERO, layout.EDGE
EV, SEEN, ROOM = layout.EV, layout.SEEN, layout.ROOM
KNOT_OF_PAIR = u16((layout.KNOTS - 1) << 8)
HALF_CODE, BEYOND_SHIFT = i16(1 << (layout.SEEN_BITS - 1)), i16(layout.SEEN_BITS - layout.LUMA_BITS)
EV_PART, EV_HALF = i16(layout.UNITS_A_KNOT - 1), i16(layout.UNITS_A_KNOT // 2)
LOG_D, LOG_ONE = i16(layout.LOG_D), i16(layout.LOG_ONE)
u64 = np.uint64
# Between the middles of two cells: from the left one in the left half, from the right one in the right half.
RIGHT_HALF = np.repeat([0, -1], CELL // 2).astype(np.int16)
ACROSS = np.array([2 * j + 1 - (2 * CELL if 2 * j > CELL - 1 else 0) for j in range(CELL)], np.int16)
ACROSS = (ACROSS * (32768 // CELL)).astype(np.int16)


@jit
def _widen(grid: Any, row: Any, piece: Any, room: Any, out: Any) -> None:
    """One row of a padded grid at the picture's width: linear between the middles of cells."""
    cells = grid[row, piece * (PIECE // CELL) : (piece + 1) * (PIECE // CELL) + 2]
    for k in range(PIECE // CELL + 1):
        left, step = cells[k], i16(cells[k + 1] - cells[k])
        for j in range(CELL):
            room[k * CELL + j] = i16(i16(left + i16(step & RIGHT_HALF[j])) + high(step, ACROSS[j]))
    for i in range(PIECE):
        out[i] = room[CELL // 2 + i]


@seldom
def rows_of_grid(grid: Any, pair: Any, fresh: Any, slot: Any, grids: Any, work: Any) -> None:
    """What a pair of rows of the picture needs of a grid, at the picture's width: the nearest row of it, and the step
    from the row above to the one below."""
    line, part = (2 * pair + CELL // 2) // CELL, (2 * pair + CELL // 2) % CELL
    if not fresh and part and part != CELL // 2:
        return
    room = work[ROOM * PIECE :]
    for piece in range(grids.shape[0]):
        base = grids[piece, slot * PIECE : (slot + 1) * PIECE]
        step = grids[piece, (slot + 1) * PIECE : (slot + 2) * PIECE]
        if fresh or not part:
            for after in range(0 if fresh else 1, 2):
                _widen(grid, line + after, piece, room, step if after else base)
            for i in range(PIECE):
                step[i] = i16(step[i] - base[i])
        if part >= CELL // 2:
            for i in range(PIECE):
                base[i] = i16(base[i] + step[i])


@seldom
def rows_of_plane(plane: Any, pair: Any, slot: Any, grids: Any) -> None:
    """Both rows of a plane of the picture's own size."""
    for piece in range(grids.shape[0]):
        for half in range(2):
            row = plane[min(2 * pair + half, plane.shape[0] - 1)]
            out = grids[piece, (slot + half) * PIECE : (slot + half + 1) * PIECE]
            for i in range(min(PIECE, row.size - piece * PIECE)):
                out[i] = row[piece * PIECE + i]


@seldom
def rows_of_places(lines: Any, smooth: Any, pair: Any, fresh: Any, numbers: Any, grids: Any, work: Any) -> None:
    """All that is known by places, for a pair of rows."""
    for line in range(2 * numbers[LINES]):
        rows_of_grid(lines[line], pair, fresh, 2 * line, grids, work)
    for index in range(2):
        slot, cell = EDGE + 2 * index, numbers[EDGES + index]
        if cell == CELL:
            rows_of_grid(smooth[index], pair, fresh, slot, grids, work)
        elif cell:
            rows_of_plane(smooth[index], pair, slot, grids)


@jit
def between(row: Any, cell: Any) -> Any:
    """Where a row lies between rows of a grid, in 65536ths of the step to the next, from the nearest one on."""
    if cell == 1:
        return i16(0)
    t = 2 * ((row + CELL // 2) % CELL) + 1
    return i16((t - 2 * CELL if t > CELL else t) * (65536 // (2 * CELL)))


@jit
def _add_line(g: Any, work: Any, n: Any, t: Any, low: Any, up: Any) -> None:
    """EV += clip(a * zone + b, low, up)."""
    for i in range(n):
        a = plus(g[i], high(g[PIECE + i], t))
        b = plus(g[2 * PIECE + i], high(g[3 * PIECE + i], t))
        ev = plus(high(a, work[i]), b)
        ev = low if ev < low else ev
        ev = up if ev > up else ev
        work[EV * PIECE + i] = i16(work[EV * PIECE + i] + ev)


@jit
def _set_evs(work: Any, n: Any, zero: Any) -> None:
    for i in range(n):
        work[EV * PIECE + i] = zero


@jit
def smooth_row(grids: Any, piece: Any, slot: Any, cell: Any, row: Any, out: Any, n: Any, zero: Any) -> None:
    """A row of the edges or of the second half's share, plus zero."""
    here = slot + (row & 1 if cell == 1 else 0)
    base = grids[piece, here * PIECE : (here + 1) * PIECE]
    step = grids[piece, (slot + 1) * PIECE : (slot + 2) * PIECE]
    t = between(row, cell)
    for i in range(n):
        out[i] = plus(plus(base[i], high(step[i], t)), zero)


@jit
def _add_grain(grain: Any, work: Any, n: Any, units: Any) -> None:
    for i in range(n):
        work[EV * PIECE + i] = i16(work[EV * PIECE + i] + high(i16(i16(grain[i]) << 8), units))


@jit
def evs(row: Any, piece: Any, n: Any, numbers: Any, limits: Any, grain: Any, grids: Any, work: Any) -> None:
    """Every pixel's EV in units of the table, half a knot more: its upper bits are then the nearest knot."""
    zero = i16(numbers[ZERO] + int(EV_HALF))
    if numbers[EDGES]:
        smooth_row(grids, piece, EDGE, numbers[EDGES], row, work[EV * PIECE : (EV + 1) * PIECE], n, zero)
    else:
        _set_evs(work, n, zero)
    for line in range(numbers[LINES]):
        g = grids[piece, 4 * line * PIECE : 4 * (line + 1) * PIECE]
        _add_line(g, work, n, between(row, CELL), limits[2 * line], limits[2 * line + 1])
    if numbers[GRAIN]:
        rows = grain.shape[0]
        start = (numbers[RIGHT] + piece * PIECE) % rows
        _add_grain(grain[(row + numbers[DOWN]) % rows, start : start + n], work, n, i16(numbers[GRAIN_UNITS]))


@jit
def zones_of(luma: Any, numbers: Any, work: Any, n: Any) -> None:
    """The zones of luma, by arithmetic, which is twice as fast as a table: the binary logarithm of the encoded value
    plus its offset, whose whole part is a float's exponent; below the toe's end the value is bent down to the toe's.
    numbers: see numba_colour.zone_numbers."""
    scale, shift, lowest, end, bend = numbers[0], numbers[1], numbers[2], numbers[5], numbers[6]
    if bend == f32(0.0):
        for i in range(n):
            value = max(f32(luma[i]) * scale + shift, lowest)
            work[i] = plus(i16(bits(value) >> 10), i16(LOG_ONE))
    else:
        for i in range(n):
            value = f32(luma[i]) * scale + shift
            below = max(end - value, f32(0.0))
            work[i] = plus(i16(bits(max(value - bend * below * below, lowest)) >> 10), i16(LOG_ONE))
    _zones_of_logs(work, i16(numbers[3]), i16(numbers[4]), numbers[7:], n)


@jit
def _zones_of_logs(work: Any, middle: Any, exponent: Any, constants: Any, n: Any) -> None:
    """Corrects the straight lines between powers of two. It counts from a half, and is given constants as numbers:
    where the compiler can tell a sign or that nothing overflows, it takes wider products, which are far slower."""
    half, quarter, log_c = i16(constants[0]), i16(constants[1]), i16(constants[2])
    for i in range(n):
        log = work[i]
        part = minus(i16(i16(log & i16(LOG_ONE - 1)) << i16(2)), half)
        square = minus(quarter, high(part, part))
        more = high(square, plus(log_c, high(part, LOG_D)))
        log = minus(plus(log, more), middle)
        work[i] = plus(plus(log, log), high(log, exponent))


@jit
def pair_with_codes(y: Any, work: Any, pairs: Any, n: Any, rise: Any) -> None:
    """Places in the table by EV and code; of EV, what lies beside its knot stays, times rise."""
    for i in range(n):
        ev = work[EV * PIECE + i]
        pairs[i] = u16((u16(u16(ev) << u16(8 - EV_BITS)) & KNOT_OF_PAIR) + u16(y[i]))
        work[EV * PIECE + i] = i16(i16(i16(ev & EV_PART) - EV_HALF) * rise)


@jit
def pair_with_seen(work: Any, pairs: Any, n: Any, rise: Any, nearest: Any) -> None:
    """The same by luma with 6 bits behind the point; of luma, too, what lies beside its code stays. nearest: what is
    added to luma before it is cut off to a code, 32, or more and less by a dither: gains are those of whole codes, and
    a saturated colour would show their steps."""
    for i in range(n):
        ev = work[EV * PIECE + i]
        seen = work[SEEN * PIECE + i]
        code = i16(i16(seen + nearest[i]) >> i16(6))
        code = i16(0) if code < i16(0) else code
        code = i16(255) if code > i16(255) else code
        pairs[i] = u16((u16(u16(ev) << u16(8 - EV_BITS)) & KNOT_OF_PAIR) + u16(code))
        work[EV * PIECE + i] = i16(i16(i16(ev & EV_PART) - EV_HALF) * rise)
        work[SEEN * PIECE + i] = i16(seen - i16(code << i16(6)))


@jit
def look_up(table: Any, pairs: Any, tones: Any, n: Any) -> None:
    """Two pixels at a time: pairs as numbers of 32 bits, tones of 64. Beyond an odd n, one more is read and written."""
    for i in range((n + 1) // 2):
        first, second = table[pairs[i] & u32(65535)], table[pairs[i] >> u32(16)]
        tones[i] = u64(first) | (u64(second) << u64(32))


@jit
def print_luma(tones: Any, work: Any, out: Any, gains: Any, n: Any) -> None:
    """Printed luma, and the gain of chroma. tones: as numbers of 16 bits, the lower first."""
    for i in range(n):
        low, up = tones[2 * i], tones[2 * i + 1]
        rise = high(i16(low << u16(8)), work[EV * PIECE + i])
        out[i] = plus(i16(up >> u16(3)), rise)
        gains[i] = i16(u16(u16(low & u16(0xFF00)) >> u16(4)) | u16(u16(up & u16(7)) << u16(12)))


@jit
def print_luma_seen(tones: Any, work: Any, out: Any, gains: Any, n: Any, gain_scale: Any) -> None:
    """The same where luma lies beside a code: it prints with the gain of chroma, which is the luma's own slope. What is
    more than half a code lies beyond black or white, where luma keeps its distance (rig/grade/tone.py)."""
    for i in range(n):
        seen = work[SEEN * PIECE + i]
        near = i16(-HALF_CODE) if seen < i16(-HALF_CODE) else seen
        near = HALF_CODE if near > HALF_CODE else near
        low, up = tones[2 * i], tones[2 * i + 1]
        rise = high(i16(low << u16(8)), work[EV * PIECE + i])
        gain = i16(u16(u16(low & u16(0xFF00)) >> u16(4)) | u16(u16(up & u16(7)) << u16(12)))
        beside = plus(high(gain, i16(near * gain_scale)), i16(i16(seen - near) >> BEYOND_SHIFT))
        out[i] = plus(plus(i16(up >> u16(3)), rise), beside)
        gains[i] = gain


@jit
def to_codes(values: Any, dither: Any, out: Any, n: Any, bits_behind: Any) -> None:
    """Rounded to 8 bits. values: with so many bits behind the point; dither: in their units, from 0 to below a code."""
    for i in range(n):
        code = i16(plus(values[i], dither[i]) >> bits_behind)
        code = i16(255) if code > i16(255) else code  # in this order it is one instruction
        code = i16(0) if code < i16(0) else code
        out[i] = u8(code)
