"""The loops of the Numba engine that make the mask: those of rig/grade/zone_fit.py, which says what they are for."""

from __future__ import annotations

from typing import Any

from rig.grade import numba_layout as layout
from rig.grade import zone_fit as definition
from rig.grade.numba_kernels_basis import f32, i32, jit, kernel, u16

SURE, COUNT, MEAN, CONTRAST, TOTAL, CENTRE = range(6)
HALVED, SQUARES, FIRST, SECOND = layout.FIT_HALVED, layout.FIT_SQUARES, layout.FIT_FIRST, layout.FIT_SECOND


@jit
def _reflected(place: Any, size: Any) -> Any:
    """Beyond an end it goes back, the last one twice."""
    while place < 0 or place >= size:
        if size == 1:
            return 0
        place = -place - 1 if place < 0 else 2 * size - 1 - place
    return place


@jit
def _box(plane: Any, radius: Any, out: Any, row: Any) -> None:
    """The mean of each one's neighbours, radius 1 or 2. row: four longer than one of the plane's."""
    rows, columns = plane.shape
    share = f32(1.0) / f32((2 * radius + 1) * (2 * radius + 1))
    for k in range(rows):
        above, below = plane[_reflected(k - 1, rows)], plane[_reflected(k + 1, rows)]
        here = plane[k]
        for i in range(columns):
            row[i + 2] = (here[i] + above[i]) + below[i]
        if radius == 2:
            above, below = plane[_reflected(k - 2, rows)], plane[_reflected(k + 2, rows)]
            for i in range(columns):
                row[i + 2] += above[i] + below[i]
        for i in range(2):
            row[1 - i] = row[2 + _reflected(-1 - i, columns)]
            row[columns + 2 + i] = row[2 + _reflected(columns + i, columns)]
        to = out[k]
        if radius == 1:
            for i in range(columns):
                to[i] = ((row[i + 1] + row[i + 2]) + row[i + 3]) * share
        else:
            for i in range(columns):
                to[i] = ((row[i] + row[i + 1]) + (row[i + 2] + row[i + 3]) + row[i + 4]) * share


@jit
def _product(a: Any, b: Any, out: Any) -> None:
    for k in range(a.shape[0]):
        first, second, to = a[k], b[k], out[k]
        for i in range(first.size):
            to[i] = first[i] * second[i]


@jit
def _quotient(a: Any, b: Any, out: Any) -> None:
    for k in range(a.shape[0]):
        first, second, to = a[k], b[k], out[k]
        for i in range(first.size):
            to[i] = first[i] / second[i]


@jit
def _halve_row(row: Any, starts: Any, weights: Any, out: Any) -> None:
    """Means of two, or of the shares of up to three where a row has no half. row: two longer than it need be."""
    if row.size - 2 == 2 * out.size:
        for j in range(out.size):
            out[j] = f32(0.5) * (row[2 * j] + row[2 * j + 1])
    else:
        for j in range(out.size):
            at = starts[j]
            out[j] = (weights[j, 0] * row[at] + weights[j, 1] * row[at + 1]) + weights[j, 2] * row[at + 2]


@jit
def _square_of_edge(variance: Any, weight: Any, mean: Any, edge: Any) -> None:
    """From the variance in windows: how much they count, how much of that as an edge, and the mean of the rest."""
    for i in range(variance.size):
        spread = max(variance[i] - mean[i] * mean[i], f32(0.0))
        flat = spread * f32(1.0 / definition.FLAT) + f32(1.0)
        counts = f32(1.0) / (flat * flat * flat)
        square = spread * spread
        edge[i] = counts * square / (square + f32(definition.EDGE * definition.EDGE))
        weight[i] = counts
        mean[i] = (counts - edge[i]) * mean[i]


@kernel
def fit_zones(zones: Any, halving: Any, planes: Any, steps: Any, rows_room: Any) -> None:
    """What ZoneFit knows of zones. halving: of rows and of columns, where each half begins and its three weights."""
    down, down_weights, across, across_weights = halving
    rows, columns = zones.shape
    halved, squares, first, second = planes[HALVED], planes[SQUARES], planes[FIRST], planes[SECOND]
    mean, weight, edge, sure = planes[MEAN], planes[COUNT], planes[CONTRAST], planes[SURE]
    row, more = rows_room[0, : columns + 2], rows_room[1, : columns + 2]
    for k in range(halved.shape[0]):
        for i in range(columns + 2):
            row[i] = more[i] = f32(0.0)
        for part in range(3):
            share, here = down_weights[k, part], zones[min(down[k] + part, rows - 1)]
            for i in range(columns):
                row[i] += share * here[i]
                more[i] += share * (here[i] * here[i])
        _halve_row(row, across, across_weights, halved[k])
        _halve_row(more, across, across_weights, squares[k])
    room = rows_room[0, : halved.shape[1] + 4]
    _box(halved, 2, mean, room)
    _box(squares, 2, first, room)
    for k in range(halved.shape[0]):
        _square_of_edge(first[k], weight[k], mean[k], edge[k])
    slope, offset = planes[TOTAL], planes[CENTRE]
    _box(weight, 2, sure, room)
    _box(edge, 2, first, room)
    _quotient(first, sure, slope)
    _box(mean, 2, first, room)
    _quotient(first, sure, offset)
    lowest, most = f32(definition.MIDDLE - definition.LOWEST), i32(definition.STEPS - 1)
    for k in range(rows):
        here, of_slope, at_offset, to = zones[k], slope[k // 2], offset[k // 2], steps[k]
        for i in range(columns):
            step = i32((of_slope[i // 2] * here[i] + (at_offset[i // 2] + lowest)) * f32(definition.STEPS_A_ZONE))
            to[i] = u16(min(max(step, i32(0)), most))
    for k in range(halved.shape[0]):
        here = sure[k]
        for i in range(here.size):
            here[i] += f32(definition.LEAST_SURE)
    _box(sure, 1, planes[COUNT], room)
    _product(sure, halved, first)
    _box(first, 1, second, room)
    _quotient(second, planes[COUNT], mean)
    _product(sure, squares, first)
    _box(first, 1, second, room)
    for k in range(halved.shape[0]):
        found, count, here, contrast = second[k], planes[COUNT, k], mean[k], planes[CONTRAST, k]
        for i in range(found.size):
            spread = found[i] / count[i] - here[i] * here[i]
            contrast[i] = max(spread, f32(0.0)) + f32(definition.LEAST_CONTRAST)
    _box(planes[CONTRAST], 1, planes[TOTAL], room)
    _product(planes[CONTRAST], mean, first)
    _box(first, 1, second, room)
    _quotient(second, planes[TOTAL], planes[CENTRE])


@kernel
def fit_line(
    zones: Any, halving: Any, planes: Any, steps: Any, shares: Any, slope: Any, level: Any, rows_room: Any
) -> None:
    """What ZoneFit.line gives. shares: of a gain's stops, at each step of the zone map."""
    down, down_weights, across, across_weights = halving
    rows, columns = zones.shape
    sure, count, mean = planes[SURE], planes[COUNT], planes[MEAN]
    first, second = planes[FIRST], planes[SECOND]
    row, more, here = rows_room[0, : columns + 2], rows_room[1, : columns + 2], rows_room[2, :columns]
    for k in range(sure.shape[0]):
        for i in range(columns + 2):
            row[i] = more[i] = f32(0.0)
        for part in range(3):
            weight, at = down_weights[k, part], min(down[k] + part, rows - 1)
            if weight == f32(0.0):
                continue
            step, zone = steps[at], zones[at]
            for i in range(columns):
                here[i] = weight * shares[step[i]]
            for i in range(columns):
                row[i] += here[i]
                more[i] += here[i] * zone[i]
        _halve_row(row, across, across_weights, first[k])
        _halve_row(more, across, across_weights, second[k])
    _product(sure, first, first)
    _product(sure, second, second)
    room = rows_room[0, : sure.shape[1] + 4]
    _box(first, 1, level, room)
    _box(second, 1, slope, room)
    for k in range(sure.shape[0]):
        contrast, counts, means = planes[CONTRAST, k], count[k], mean[k]
        share, together, to, also = level[k], slope[k], first[k], second[k]
        for i in range(contrast.size):
            ours = share[i] / counts[i]
            to[i] = together[i] / counts[i] - ours * means[i]
            also[i] = contrast[i] * ours
    _box(first, 1, slope, room)
    _box(second, 1, level, room)
    _quotient(slope, planes[TOTAL], slope)
    _quotient(level, planes[TOTAL], level)


@jit
def _widened(row: Any, places: Any, parts: Any, out: Any) -> None:
    """Linear between the middles of pairs. row: one more at both ends, as its neighbours are."""
    if out.size == 2 * (row.size - 2):
        for j in range(row.size - 2):
            out[2 * j] = row[j + 1] + f32(0.25) * (row[j] - row[j + 1])
            out[2 * j + 1] = row[j + 1] + f32(0.25) * (row[j + 2] - row[j + 1])
    else:
        for i in range(out.size):
            here = row[places[i] + 1]
            out[i] = here + parts[i] * (row[places[i] + 2] - here)


@kernel
def enlarge_lines(evs: Any, stops: Any, centre: Any, middle: Any, doubling: Any, planes: Any, room: Any) -> None:
    """What ZoneFit.planes gives. evs: slope and level of each sign, changed. doubling: of rows and of columns, after
    which pair each lies, and how far. planes: slope, and EV at zone 0, of each sign."""
    down, down_parts, across, across_parts = doubling
    lowest, (halves, pairs) = f32(definition.LOWEST_SLOPE), centre.shape
    row = room[0, : pairs + 2]
    for k in range(halves):
        for sign in range(stops.size):
            most = f32(definition.STEEPEST) * abs(stops[sign])
            least, slope = max(-most, lowest), evs[sign, 0, k]
            for i in range(pairs):
                slope[i] = min(max(slope[i], least), most)
        if stops.size == 2:
            first, second = evs[0, 0, k], evs[1, 0, k]
            for i in range(pairs):
                a, b = min(first[i], f32(0.0)), min(second[i], f32(0.0))
                share = lowest / min(a + b, lowest)
                first[i], second[i] = max(first[i], a * share), max(second[i], b * share)
        for sign in range(stops.size):
            slope, level, zone = evs[sign, 0, k], evs[sign, 1, k], centre[k]
            for i in range(pairs):
                level[i] -= slope[i] * (zone[i] + middle)
    for sign in range(stops.size):
        for kind in range(2):
            for at in range(planes.shape[2]):
                near, far = evs[sign, kind, down[at]], evs[sign, kind, min(down[at] + 1, halves - 1)]
                part = down_parts[at]
                for i in range(pairs):
                    row[i + 1] = near[i] + part * (far[i] - near[i])
                row[0], row[pairs + 1] = row[1], row[pairs]
                _widened(row, across, across_parts, planes[sign, kind, at])


@jit
def _sum_rows(rgb: Any, first: Any, sums: Any, n: Any) -> None:
    """Eight rows, or as many as there are."""
    if first + layout.CELL <= rgb.shape[0]:
        r0, r1, r2, r3 = rgb[first], rgb[first + 1], rgb[first + 2], rgb[first + 3]
        r4, r5, r6, r7 = rgb[first + 4], rgb[first + 5], rgb[first + 6], rgb[first + 7]
        for i in range(n):
            upper = u16(u16(r0[i]) + u16(r1[i])) + u16(u16(r2[i]) + u16(r3[i]))
            lower = u16(u16(r4[i]) + u16(r5[i])) + u16(u16(r6[i]) + u16(r7[i]))
            sums[i] = u16(u16(upper) + u16(lower))
        return
    for i in range(n):
        sums[i] = u16(0)
    for row in range(first, rgb.shape[0]):
        here = rgb[row]
        for i in range(n):
            sums[i] = u16(sums[i] + u16(here[i]))


@kernel
def small_zones_of_rgb(rgb: Any, weights: Any, of_codes: Any, room: Any, zones: Any) -> None:
    """The zone of the mean of eight by eight pixels, fewer at the ends. rgb: (h, w * 3). weights: of red, green, blue.
    of_codes: the zone of each code. room: two rows of sums, 24 longer than a row."""
    n, side = rgb.shape[1], layout.CELL
    for k in range(zones.shape[0]):
        sums, twos = room[0], room[1]
        _sum_rows(rgb, k * side, sums, n)
        for i in range(n, n + 24):
            sums[i] = u16(0)
        for i in range(n + 18):
            twos[i] = u16(sums[i] + sums[i + 3])
        for i in range(n + 12):
            sums[i] = u16(twos[i] + twos[i + 6])
        for i in range(n):
            twos[i] = u16(sums[i] + sums[i + 12])
        high = min(side, rgb.shape[0] - k * side)
        for i in range(zones.shape[1]):
            count = f32(high * min(side, n // 3 - i * side))
            red, green, blue = f32(twos[24 * i]), f32(twos[24 * i + 1]), f32(twos[24 * i + 2])
            mean = ((red * weights[0] + green * weights[1]) + blue * weights[2]) / count
            zones[k, i] = of_codes[i32(mean + f32(0.5))]
