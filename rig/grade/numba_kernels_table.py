"""The loops of the Numba engine run once a frame or a recipe: the mask's lines in integers, the table."""

from __future__ import annotations

from typing import Any

import numpy as np

from rig.grade import numba_layout as layout
from rig.grade.numba_kernels_basis import f32, kernel, rounded, u32

KNOTS, LUMA_BITS = layout.KNOTS, layout.LUMA_BITS


@kernel
def fill_line(a: Any, b: Any, zone: Any, slope_units: Any, units: Any, of_a: Any, of_b: Any) -> None:
    """A line of the mask in integers, with one more row and column around: EV at ``zone``, and the slope."""
    rows, columns = a.shape
    for row in range(of_a.shape[0]):
        slopes, offsets = a[min(max(row - 1, 0), rows - 1)], b[min(max(row - 1, 0), rows - 1)]
        to_a, to_b = of_a[row], of_b[row]
        for i in range(columns):
            slope = slopes[i]
            to_a[i + 1] = rounded(min(max(slope * slope_units, f32(-7100.0)), f32(25500.0)))
            to_b[i + 1] = rounded(min(max((offsets[i] + zone * slope) * units, f32(-16380.0)), f32(16380.0)))
        to_a[0], to_b[0] = to_a[1], to_b[1]
        for i in range(columns + 1, to_a.size):
            to_a[i], to_b[i] = to_a[columns], to_b[columns]


@kernel
def tones(lumas: Any, gains: Any, transfer: Any, values: Any, slopes: Any, lumas_out: Any, gains_out: Any) -> Any:
    """Printed luma in codes and chroma's gain by luma code and knot (see rig/grade/tone.py), and the most of rises
    from knot to knot and of gains.

    lumas: of each code. gains: of each knot's EV, on encoded values. transfer: offset, exponent, slope and end of the
    toe, knee, span and zero of luma. values, slopes: the luma curve.
    """
    offset, exponent, toe_slope, toe, knee, span, black = transfer
    room, steps = 1.0 - knee, values.size - 1
    most_rise, most_gain = 0.0, 0.0
    for code in range(lumas.size):
        luma = min(max(lumas[code], 0.0), 1.0)
        beyond = lumas[code] - luma
        power = luma + offset if luma >= toe else (1.0 + offset) * (luma / toe_slope) ** (1.0 / exponent)
        before = 255.0
        for knot in range(gains.size):
            gain = gains[knot]
            x = power * gain - offset
            if x < toe:
                x = toe_slope * ((x + offset) / (1.0 + offset)) ** exponent
            over, white_over = x - knee, (1.0 + offset) * gain - offset - knee
            if over > 0.0 and white_over > room:
                roll = 1.0 / (1.0 + over * (1.0 / room - 1.0 / white_over))
                x = knee + over * roll
                gain *= roll * roll
            place = x * steps
            at = min(max(int(place), 0), steps - 1)
            part = place - at
            printed = (values[at] + part * (values[at + 1] - values[at]) + beyond) * span + black
            printed = min(max(printed, 0.0), 255.0)
            gain *= slopes[at] + part * (slopes[at + 1] - slopes[at])
            most_rise, most_gain = max(most_rise, printed - before), max(most_gain, gain)
            lumas_out[code, knot], gains_out[code, knot] = printed, gain
            before = printed
    return most_rise, most_gain


@kernel
def pack(lumas: Any, gains: Any, knots: Any, rise_unit: Any, unity: Any, table: Any) -> None:
    """The table. Bits 19..31: luma; 8..18: chroma's gain; 0..6: luma's rise from knot to knot, about this one."""
    for code in range(lumas.shape[0]):
        for knot in range(knots):
            low, up = max(knot - 1, 0), min(knot + 1, knots - 1)
            rise = (lumas[code, up] - lumas[code, low]) / max(up - low, 1)
            luma = u32(np.rint(lumas[code, knot] * f32(1 << LUMA_BITS)))
            gain = u32(min(np.rint(gains[code, knot] * unity), f32(layout.GAIN_MOST)))
            part = u32(min(np.rint(max(rise, 0.0) * rise_unit), 255.0))
            table[knot * 256 + code] = (luma << u32(19)) | (gain << u32(8)) | part
