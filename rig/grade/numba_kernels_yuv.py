"""The loops of the Numba engine that print YUV420: luma at full size, chroma at half, two rows of luma at a time."""

from __future__ import annotations

from typing import Any

from rig.grade import numba_kernels as k
from rig.grade import numba_layout as layout
from rig.grade.numba_kernels_basis import f32, high, i16, jit, kernel, multiply, plus, rounded, seldom, u16, u32
from rig.grade.numba_kernels_finish import finish_yuv

PIECE, HALF, LUMA_BITS, OUT_BITS = layout.PIECE, layout.PIECE // 2, layout.LUMA_BITS, layout.OUT_BITS
LINES, SHARES, UNITY, WHITE, GREYS = layout.LINES, layout.SHARES, layout.UNITY, layout.WHITE, layout.GREYS
RISE, TONING, CDL, CUBE, TURNS = layout.RISE, layout.TONING, layout.CDL, layout.CUBE, layout.TURNS
EV, SEEN, PRINTED, GAINS = layout.EV, layout.SEEN, layout.PRINTED, layout.GAINS
ROOM, SECOND, SHARED, SHARE = layout.ROOM, layout.SECOND, layout.SHARED, layout.SHARE


@seldom
def _beside(u: Any, v: Any, of_u: Any, of_v: Any, out: Any) -> None:
    """What chroma adds to the luma that is seen, in 64ths of a code, at half size; one more pixel at both ends."""
    n = u.size
    for i in range(n):
        added = (f32(u[i]) - f32(128.0)) * of_u + (f32(v[i]) - f32(128.0)) * of_v
        out[i + 1] = rounded(min(max(added * f32(64.0), f32(-16380.0)), f32(16380.0)))
    out[0], out[n + 1] = out[1], out[n]


@jit
def _upright(near: Any, far: Any, out: Any, n: Any) -> None:
    for i in range(n):
        out[i] = i16(near[i] + i16(i16(far[i] - near[i]) >> i16(2)))


@jit
def _across(half: Any, twos: Any, out: Any, n: Any) -> None:
    """At full width, on top of the codes of Y (two of them in one number)."""
    for i in range(n):
        here = half[i + 1]
        left = i16(here + i16(i16(half[i] - here) >> i16(2)))
        right = i16(here + i16(i16(half[i + 2] - here) >> i16(2)))
        out[2 * i] = i16(left + i16(i16(twos[i] & u16(255)) << i16(6)))
        out[2 * i + 1] = i16(right + i16(i16(twos[i] >> u16(8)) << i16(6)))


@jit
def _mix(out: Any, second: Any, share: Any, n: Any) -> None:
    """out += share * (second - out)"""
    for i in range(n):
        out[i] = i16(out[i] + i16(high(i16(second[i] - out[i]), share[i]) << 1))


@seldom
def _add_greys(y: Any, greys: Any, out: Any, n: Any) -> None:
    for i in range(n):
        out[i] = i16(out[i] + greys[y[i]])


@jit
def _seen(
    y: Any, twos: Any, row: Any, piece: Any, n: Any, numbers: Any, beside: Any, greys: Any, grids: Any, work: Any
) -> None:
    """The luma that the film sees after white balance, in 64ths of a code."""
    pair, start, halves = row // 2, piece * HALF, n // 2
    near, far = pair % 3, (pair - 1 + 2 * (row % 2)) % 3
    room = work[ROOM * PIECE : (ROOM + 1) * PIECE]
    for side in range(2 if numbers[SHARES] else 1):
        out = work[(SEEN if side == 0 else SECOND) * PIECE :]
        first, last = start, start + halves + 2
        _upright(beside[side, near, first:last], beside[side, far, first:last], room, halves + 2)
        _across(room, twos, out, halves)
        if numbers[GREYS]:
            _add_greys(y, greys[side], out, n)
    if numbers[SHARES]:
        share = work[SHARED * PIECE : (SHARED + 1) * PIECE]
        k.smooth_row(grids, piece, SHARE, numbers[SHARES], row, share, n, i16(0))
        _mix(work[SEEN * PIECE : (SEEN + 1) * PIECE], work[SECOND * PIECE : (SECOND + 1) * PIECE], share, n)


@jit
def _chroma(u: Any, v: Any, out: Any, n: Any, bits: Any) -> None:
    """U and V about 0, with so many bits behind the point."""
    for i in range(n):
        out[i] = i16(i16(i16(u[i]) - i16(128)) << bits)
        out[HALF + i] = i16(i16(i16(v[i]) - i16(128)) << bits)


@jit
def _lifted(twos: Any, below: Any, luma: Any, out: Any, n: Any) -> None:
    """Luma plus the encoding's lift in 64ths of a code, the mean of four pixels. luma: four times the zero, what light
    adds to the lift near black in 2048ths, and four times the whole lift."""
    zero, slope, whole = luma[0], luma[1], luma[2]
    for i in range(n):
        first, second = twos[i], below[i]
        four = i16(
            i16(i16(first & u16(255)) + i16(first >> u16(8))) + i16(i16(second & u16(255)) + i16(second >> u16(8)))
        )
        light = i16(four - zero)
        light = i16(0) if light < i16(0) else light
        lift = high(i16(light << i16(5)), slope)
        lift = whole if lift > whole else lift
        out[i] = i16(i16(light + lift) << i16(4))


@jit
def _balanced(chroma: Any, light: Any, turn: Any, out: Any, n: Any) -> None:
    """White balance and saturation of chroma with 8 bits behind the point. turn: what U and V give to U, beside itself,
    and to V, in 16384ths; what light gives, in 65536ths."""
    uu, uv, vu, vv, cast_u, cast_v = turn[0], turn[1], turn[2], turn[3], turn[4], turn[5]
    for i in range(n):
        of_u, of_v = chroma[i], chroma[HALF + i]
        to_u = plus(plus(high(of_u, uu), high(of_v, uv)), high(light[i], cast_u))
        out[i] = plus(i16(of_u >> i16(2)), to_u)
        to_v = plus(plus(high(of_u, vu), high(of_v, vv)), high(light[i], cast_v))
        out[HALF + i] = plus(i16(of_v >> i16(2)), to_v)


@jit
def _gained(first: Any, second: Any, out: Any, n: Any, up: Any, most: Any) -> None:
    """Chroma times the mean gain of four pixels. first, second: gains of both rows, two in one number."""
    for i in range(n):
        twos = u32(first[i] + second[i])
        four = u32((twos & u32(65535)) + (twos >> u32(16)))
        gain = i16(u32(four >> u32(2)))
        out[i] = multiply(out[i], gain, up, most)
        out[HALF + i] = multiply(out[HALF + i], gain, up, most)


@seldom
def _toned(work: Any, tints: Any, looking: Any, out: Any, n: Any) -> None:
    """The mean of the tint curve's colours at the printed luma of four pixels."""
    pairs, pair_twos, tone_halves, tone_twos = looking
    zero, most = i16(2 * layout.TINT_ZERO), i16(tints.size - 1)
    for row in range(2):
        for i in range(2 * n):
            at = i16(i16(work[(PRINTED + row) * PIECE + i] + i16(4)) >> i16(LUMA_BITS - 2))
            at = i16(0) if at < i16(0) else at
            pairs[i] = u16(most if at > most else at)
        k.look_up(tints, pair_twos, tone_twos, 2 * n)
        for i in range(n):
            of_u = i16(i16(i16(tone_halves[4 * i]) + i16(tone_halves[4 * i + 2])) - zero)
            of_v = i16(i16(i16(tone_halves[4 * i + 1]) + i16(tone_halves[4 * i + 3])) - zero)
            out[i] = i16(out[i] + i16(of_u >> i16(2)))
            out[HALF + i] = i16(out[HALF + i] + i16(of_v >> i16(2)))


@kernel
def print_yuv(
    planes: Any,
    twos: Any,
    printed: Any,
    pairs_of_rows: Any,
    lines: Any,
    smooth: Any,
    grain: Any,
    by_luma: Any,
    table: Any,
    colours: Any,
    finish: Any,
    dithers: Any,
    numbers: Any,
    limits: Any,
    scratch: Any,
) -> None:
    """Prints pairs of rows, from the first to before the last. The arguments: see numba_engine.py."""
    y, u, v = planes
    out_y, out_u, out_v = printed
    first, last = pairs_of_rows
    zones, greys = by_luma
    on_luma, on_chroma, luma, tints = colours
    luma_dither, chroma_dither, nearest = dithers
    grids, work, work_twos, looking, colour, beside, floats = scratch
    pairs, pair_twos, tone_halves, tone_twos = looking
    pairs_in_all = u.shape[0]
    seen, halves = numbers[WHITE], numbers[SHARES]
    sides = 2 if halves else 1
    rise, gain_scale = i16(numbers[RISE]), i16(1 << (11 - numbers[UNITY]))
    turns, second_colour = numbers[TURNS], colour[PIECE:]
    up, most = i16(1 << numbers[layout.MISSING_BITS]), i16(16383 >> numbers[layout.MISSING_BITS])
    light, chroma_here = work[EV * PIECE :], work[SEEN * PIECE :]
    first_gains, second_gains = work_twos[GAINS * HALF :], work_twos[(GAINS + 1) * HALF :]
    for pair in range(first, last):
        k.rows_of_places(lines, smooth, pair, pair == first, numbers, grids, work)
        if seen:
            for half in range(pair - 1 if pair == first else pair + 1, pair + 2):
                of = min(max(half, 0), pairs_in_all - 1)
                for side in range(sides):
                    _beside(u[of], v[of], on_luma[side, 0], on_luma[side, 1], beside[side, half % 3])
        for piece in range(grids.shape[0]):
            start = piece * HALF
            n = min(HALF, u.shape[1] - start)
            for half in range(2):
                row = 2 * pair + half
                codes, two_codes = y[row, 2 * start : 2 * (start + n)], twos[row, start : start + n]
                if numbers[LINES]:
                    k.zones_of(codes, zones, work, 2 * n)
                k.evs(row, piece, 2 * n, numbers, limits, grain, grids, work)
                of_row = work[(PRINTED + half) * PIECE : (PRINTED + half + 1) * PIECE]
                gains = work[(GAINS + half) * PIECE : (GAINS + half + 1) * PIECE]
                if seen:
                    _seen(codes, two_codes, row, piece, 2 * n, numbers, beside, greys, grids, work)
                    k.pair_with_seen(work, pairs, 2 * n, rise, nearest[0])
                    k.look_up(table, pair_twos, tone_twos, 2 * n)
                    k.print_luma_seen(tone_halves, work, of_row, gains, 2 * n, gain_scale)
                else:
                    k.pair_with_codes(codes, work, pairs, 2 * n, rise)
                    k.look_up(table, pair_twos, tone_twos, 2 * n)
                    k.print_luma(tone_halves, work, of_row, gains, 2 * n)
            u_here, v_here = u[pair, start : start + n], v[pair, start : start + n]
            if turns:
                if seen:
                    _lifted(twos[2 * pair, start:], twos[2 * pair + 1, start:], luma, light, n)
                _chroma(u_here, v_here, chroma_here, n, i16(8))
                _balanced(chroma_here, light, on_chroma[0], colour, n)
                if halves:
                    _balanced(chroma_here, light, on_chroma[1], second_colour, n)
                    for i in range(n):
                        light[i] = work[SHARED * PIECE + 2 * i]
                    _mix(colour, second_colour, light, n)
                    _mix(colour[HALF:], second_colour[HALF:], light, n)
            else:
                _chroma(u_here, v_here, colour, n, i16(layout.COLOUR_BITS))
            _gained(first_gains, second_gains, colour, n, up, most)
            if numbers[TONING]:
                _toned(work, tints, looking, colour, n)
            if numbers[CDL] or numbers[CUBE]:
                finish_yuv(work, colour, n, numbers, finish, floats)
            for half in range(2):
                row = 2 * pair + half
                of_row = work[(PRINTED + half) * PIECE : (PRINTED + half + 1) * PIECE]
                dither = luma_dither[row % luma_dither.shape[0]]
                k.to_codes(of_row, dither, out_y[row, 2 * start :], 2 * n, i16(LUMA_BITS))
            row = pair % chroma_dither.shape[1]
            k.to_codes(colour[:HALF], chroma_dither[0, row], out_u[pair, start:], n, i16(OUT_BITS))
            k.to_codes(colour[HALF:], chroma_dither[1, row], out_v[pair, start:], n, i16(OUT_BITS))
