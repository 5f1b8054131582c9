"""The loops of the Numba engine that print encoded red, green, blue, as stills come; any size."""

from __future__ import annotations

from typing import Any

from rig.grade import numba_kernels as k
from rig.grade import numba_layout as layout
from rig.grade.numba_kernels_basis import high, i16, jit, kernel, multiply, plus, seldom, u16, u32
from rig.grade.numba_kernels_finish import finish_rgb

PIECE, LINES, SHARES, WHITE, UNITY = layout.PIECE, layout.LINES, layout.SHARES, layout.WHITE, layout.UNITY
RISE, TONING, CDL, CUBE = layout.RISE, layout.TONING, layout.CDL, layout.CUBE
SEEN_MOST = i16(layout.SEEN_MOST)
SEEN, PRINTED, GAINS, SECOND, SHARED = layout.SEEN, layout.PRINTED, layout.GAINS, layout.SECOND, layout.SHARED
ROOM = layout.ROOM
SHARE, LIFT, TURNED, OUT_BITS = layout.SHARE, layout.LIFT, layout.TURNED, layout.OUT_BITS


@jit
def _apart(rgb: Any, out: Any, n: Any) -> None:
    for i in range(n):
        out[i] = rgb[3 * i]
        out[PIECE + i] = rgb[3 * i + 1]
        out[2 * PIECE + i] = rgb[3 * i + 2]


@jit
def _together(apart: Any, out: Any, n: Any) -> None:
    for i in range(n):
        out[3 * i] = apart[i]
        out[3 * i + 1] = apart[PIECE + i]
        out[3 * i + 2] = apart[2 * PIECE + i]


@jit
def _centred(apart: Any, out: Any, n: Any) -> None:
    """Codes about 128, with 8 bits behind the point: all 16 bits."""
    for i in range(n):
        out[i] = i16(i16(i16(apart[i]) - i16(128)) << i16(8))


@jit
def _lift(luma: Any, toe: Any, out: Any, n: Any) -> None:
    """The encoding's offset, going to 0 at black, with 8 bits behind the point. toe: its end in 64ths of a code, and
    what a code below adds, in 16384ths."""
    end, slope = toe[0], toe[1]
    for i in range(n):
        below = end if luma[i] > end else luma[i]
        out[i] = high(i16(below << i16(4)), slope)


@jit
def _form(colour: Any, form: Any, out: Any, n: Any) -> None:
    """A linear form of red, green, blue."""
    red, green, blue, alone = form[0], form[1], form[2], form[4]
    for i in range(n):
        of_green = plus(high(colour[PIECE + i], green), high(colour[2 * PIECE + i], blue))
        out[i] = plus(plus(high(colour[i], red), of_green), alone)


@jit
def _form_with_lift(colour: Any, form: Any, out: Any, n: Any) -> None:
    red, green, blue, lift, alone = form[0], form[1], form[2], form[3], form[4]
    for i in range(n):
        of_green = plus(high(colour[PIECE + i], green), high(colour[2 * PIECE + i], blue))
        of_lift = plus(high(colour[LIFT * PIECE + i], lift), alone)
        out[i] = plus(plus(high(colour[i], red), of_green), of_lift)


@jit
def _mix(out: Any, second: Any, share: Any, n: Any) -> None:
    """out += share * (second - out)"""
    for i in range(n):
        step = i16(second[i] - out[i])
        out[i] = plus(out[i], i16(high(step, share[i]) << i16(1)))


@jit
def _own(values: Any, lift: Any, common: Any, form: Any, out: Any, n: Any) -> None:
    """A channel's own, and what all channels have in common."""
    own, of_lift, alone = form[0], form[3], form[4]
    for i in range(n):
        out[i] = plus(plus(high(values[i], own), high(lift[i], of_lift)), plus(common[i], alone))


@jit
def _nothing(out: Any, n: Any) -> None:
    for i in range(n):
        out[i] = i16(0)


@jit
def _turned(colour: Any, luma: Any, forms: Any, work: Any, n: Any, lifted: Any, halves: Any) -> None:
    """Luma seen, and of each channel what the gain of chroma multiplies, but for the code of luma."""
    share, second = work[SHARED * PIECE : (SHARED + 1) * PIECE], work[SECOND * PIECE : (SECOND + 1) * PIECE]
    common = work[ROOM * PIECE : (ROOM + 1) * PIECE]
    lift = colour[LIFT * PIECE : (LIFT + 1) * PIECE]
    for side in range(2 if halves else 1):
        if forms[side, 1].any():
            _form_with_lift(colour, forms[side, 1], common, n)
        else:
            _nothing(common, n)
        for channel in range(3):
            out = colour[(TURNED + channel) * PIECE : (TURNED + channel + 1) * PIECE]
            _own(colour[channel * PIECE :], lift, common, forms[side, 2 + channel], second if side else out, n)
            if side:
                _mix(out, second, share, n)
    if lifted:
        _form_with_lift(colour, forms[0, 0], luma, n)
        if halves:
            _form_with_lift(colour, forms[1, 0], second, n)
            _mix(luma, second, share, n)


@jit
def _gained(turned: Any, base: Any, gains: Any, pairs: Any, out: Any, n: Any, code: Any, up: Any, most: Any) -> None:
    for i in range(n):
        beside = i16(turned[i] - i16(i16(pairs[i] & u16(255)) * code))
        out[i] = plus(i16(base[i] >> i16(1)), multiply(beside, gains[i], up, most))


@seldom
def _toned(work: Any, tints: Any, looking: Any, tones: Any, colour: Any, n: Any, gain_scale: Any) -> None:
    """The tint curve's colour at the printed luma."""
    pairs, pair_twos, _, tone_twos = looking
    most = i16(tints.size - 1)
    for i in range(n):
        seen = work[SEEN * PIECE + i]
        seen = i16(-SEEN_MOST) if seen < i16(-SEEN_MOST) else seen
        seen = SEEN_MOST if seen > SEEN_MOST else seen
        beside = high(work[GAINS * PIECE + i], i16(seen * gain_scale))
        at = i16(plus(plus(work[PRINTED * PIECE + i], beside), i16(4)) >> i16(layout.LUMA_BITS - 2))
        at = i16(0) if at < i16(0) else at
        pairs[i] = u16(most if at > most else at)
    if n % 2:  # the one more that is looked up is what is left of another table's places
        pairs[n] = u16(0)
    k.look_up(tints, pair_twos, tone_twos, n)
    for channel in range(3):
        down = u32(layout.TINT_BITS * channel)
        for i in range(n):
            tint = i16(u32(tones[i] >> down) & u32(layout.TINT_MOST))
            here = colour[channel * PIECE + i]
            colour[channel * PIECE + i] = plus(here, i16(i16(tint - i16(layout.TINT_MIDDLE)) << i16(1)))


@kernel
def print_rgb(
    rgb: Any,
    printed: Any,
    pairs_of_rows: Any,
    lines: Any,
    smooth: Any,
    grain: Any,
    zones: Any,
    table: Any,
    colours: Any,
    finish: Any,
    dithers: Any,
    numbers: Any,
    limits: Any,
    scratch: Any,
) -> None:
    """Prints pairs of rows, from the first to before the last. The arguments: see numba_engine.py."""
    first, last = pairs_of_rows
    weights, forms, toe, tints = colours
    grids, work, looking, tones, apart, colour, floats = scratch
    pairs, pair_twos, tone_halves, tone_twos = looking
    colour_dithers, nearest = dithers
    height, width = rgb.shape[0], rgb.shape[1] // 3
    halves, lifted = numbers[SHARES], numbers[WHITE]
    code, up, most = (
        i16(1 << numbers[layout.TURNED_BITS]),
        i16(1 << numbers[layout.MISSING_BITS]),
        i16(16383 >> numbers[layout.MISSING_BITS]),
    )
    rise, gain_scale = i16(numbers[RISE]), i16(1 << (11 - numbers[UNITY]))
    luma, base = work[SEEN * PIECE : (SEEN + 1) * PIECE], work[PRINTED * PIECE : (PRINTED + 1) * PIECE]
    gains = work[GAINS * PIECE : (GAINS + 1) * PIECE]
    for pair in range(first, last):
        k.rows_of_places(lines, smooth, pair, pair == first, numbers, grids, work)
        for row in range(2 * pair, min(2 * pair + 2, height)):
            for piece in range(grids.shape[0]):
                start = piece * PIECE
                n = min(PIECE, width - start)
                _apart(rgb[row, 3 * start : 3 * (start + n)], apart, n)
                for channel in range(3):
                    _centred(apart[channel * PIECE :], colour[channel * PIECE :], n)
                _form(colour, weights, luma, n)
                if numbers[LINES]:
                    k.zones_of(luma, zones, work, n)
                k.evs(row, piece, n, numbers, limits, grain, grids, work)
                if lifted:
                    _lift(luma, toe, colour[LIFT * PIECE :], n)
                    if halves:
                        share = work[SHARED * PIECE : (SHARED + 1) * PIECE]
                        k.smooth_row(grids, piece, SHARE, halves, row, share, n, i16(0))
                _turned(colour, luma, forms, work, n, lifted, halves)
                k.pair_with_seen(work, pairs, n, rise, nearest[row % nearest.shape[0]])
                k.look_up(table, pair_twos, tone_twos, n)
                k.print_luma(tone_halves, work, base, gains, n)
                for channel in range(3):
                    turned = colour[(TURNED + channel) * PIECE : (TURNED + channel + 1) * PIECE]
                    out = colour[channel * PIECE : (channel + 1) * PIECE]
                    _gained(turned, base, gains, pairs, out, n, code, up, most)
                if numbers[TONING]:
                    _toned(work, tints, looking, tones, colour, n, gain_scale)
                if numbers[CDL] or numbers[CUBE]:
                    finish_rgb(colour, n, numbers, finish, floats)
                for channel in range(3):
                    dither = colour_dithers[channel, row % nearest.shape[0]]
                    k.to_codes(colour[channel * PIECE :], dither, apart[channel * PIECE :], n, i16(OUT_BITS))
                _together(apart, printed[row, 3 * start : 3 * (start + n)], n)
