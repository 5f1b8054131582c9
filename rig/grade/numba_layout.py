"""The sizes and orders that the Numba engine's loops and those who fill their arrays agree on. Imports nothing."""

from __future__ import annotations

PIECE = 640  # pixels of a row that are printed at a time; chroma: half. A multiple of 128, for the dither's tile
CELL = 8  # pixels of the picture for one of the mask
LUMA_BITS = 5  # of a printed code, behind the point
KNOTS, EV_BITS = 256, 4  # EVs of the table, and bits of an EV between two of them
UNITS_A_KNOT = 1 << EV_BITS

# The table's entry at 256 * knot + code (neighbours in the picture differ in code rather than in EV, and should lie
# beside each other): luma from bit 19 on, the gain of chroma from bit 8, luma's rise from knot to knot.
GAIN_MOST, RISE_MOST = 2047, 127
RISE_SHIFT = 8 + LUMA_BITS - EV_BITS  # the most bits behind the point of a rise
LEAST_UNITY, MOST_UNITY = 5, 10  # bits of a gain of 1
SEEN_BITS = 6  # of the luma that is seen, behind the point
SEEN_MOST = 511  # how far it counts beside its code for the tint curve: eight codes

ZERO_ZONE = 3.9  # zones are counted from it: as far from black as from the whitest code of a limited range
ZONE_UNITS = 8192  # of a zone
SLOPE_SCALE = 8  # of a line's slope in units of EV a zone: 8192 * 8 is 65536
# log2(1 + m) is m + m (1 - m) (c + d (m - 1/2)) within 0.0009 for m in 0..1 (least maximum error;
# c in 32768ths, d in 65536ths).
LOG_C, LOG_D = 13856 - 10435 // 4, -10435
LOG_ONE = 8192  # of a logarithm of 1, as an exponent with 13 bits of mantissa has it

LOWEST, HIGHEST = -0.5, 1.5  # of what a CDL's tables know; 1 is white

# What ``numbers`` holds. First what YUV and RGB have in common.
LINES, EDGES, SHARES, GRAIN, DOWN, RIGHT, GRAIN_UNITS, ZERO, RISE, UNITY, WHITE, TONING, CDL, CUBE = range(14)
GREYS, TURNS, TURNED_BITS, MISSING_BITS = range(14, 18)
NUMBERS = 18

# Rows of a piece, 16 bits each, of what is known by places: the row of the mask that is next to the picture's, and the
# step from it to the one after; of slope and offset of both lines, of the edges, and of the second half's share.
EDGE, SHARE, GRID_ROWS = 8, 10, 12
# Of the piece at work: zone, EV, luma seen, both rows of printed luma and of the gain of chroma, room (two rows), the
# luma that the second half sees, and its share.
ZONE, EV, SEEN, PRINTED, GAINS, ROOM, SECOND, SHARED, WORK_ROWS = 0, 1, 2, 3, 5, 7, 9, 10, 11
# Of the colours at work, 16 bits: RGB has red, green, blue and the lift, then what the gain of chroma multiplies of
# each. YUV has U and V in half a row each, then those of the second half.
LIFT, TURNED, COLOUR_ROWS = 3, 4, 7
FLOAT_ROWS = 4  # of the finish: red, green, blue, and sums of U and V in half a row each
COLOUR_BITS = 6  # of a balanced colour, behind the point
OUT_BITS = 4  # of a printed colour, behind the point
GAIN_SHIFT = 4  # bits of a gain in 16 bits, beyond the table's

TINTS = 1024  # entries of a tint curve, four a code
TINT_ZERO = 8192  # what no tint is in its two numbers for U and V, with OUT_BITS behind the point
TINT_BITS, TINT_MOST, TINT_MIDDLE = 10, 1023, 512  # in its three for red, green, blue, with one bit less

# The mask's fit (rig/grade/zone_fit.py): planes at half the size of the zones, and what its steps are.
FIT_CENTRE, FIT_HALVED, FIT_SQUARES, FIT_FIRST, FIT_SECOND, FIT_PLANES = 5, 6, 7, 8, 9, 10
