#!/usr/bin/env python3
"""The dodging mask's quality beside its peers': halo, reversals, detail, flicker, pumping (quality_measures.py).

Every figure is the worst of its cases (quality_cases.py), its peers' too; "_simple" is a single plain case. At their
very ends the knobs, dodge 2 and burn 3, ask some steps to vanish or to turn round, which the mask refuses: their halo
is told apart as "_strong"; reversals and pumping count them. Flicker is judged on one still scene; "_worst" is that of
all photographs, a night among them, where the noise of the pixels themselves goes through the lines, as it goes through
any curve; "_mask" is the mask's own share of it: the lines change, the pixels that they are laid on do not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import cv2
import numpy as np
from figures import Figure, main
from peers import operators
from peers.want import Floats, Want
from quality_cases import (
    AIMED,
    PHOTOGRAPHS,
    SIMPLE,
    STRONG,
    TEXTURES,
    Apply,
    bar,
    ours,
    photograph,
    picture,
    texture,
    two_tones,
    with_noise,
    zones_of,
)
from quality_measures import detail_kept, flicker_mev, ghost_stops, halo_percent, pumping_mev, reversals_ppm

from rig.grade.mask import Mask
from rig.grade.recipe import NEUTRAL
from rig.grade.reference import local_ev

Make = Callable[[Want], Apply]
Measured = dict[str, float]

FAR = 320
STEPS = (
    (SIMPLE, 3.0, 5.0),  # one tone in the zone, one outside: the simple case is the first
    (SIMPLE, 2.0, 5.0),  # one in the feather
    (SIMPLE, 4.0, 6.0),
    (SIMPLE, 5.0, 7.0),
    (SIMPLE, 3.0, 7.4),  # one dodged, one burnt
    (AIMED, 2.0, 5.0),
    (AIMED, 3.0, 6.0),
)
STRONG_STEPS = ((STRONG, 3.0, 5.0), (STRONG, 2.0, 5.0), (STRONG, 3.0, 7.4))
GHOSTS = (
    (SIMPLE, 1.0, 5.0),
    (SIMPLE, 1.0, 6.4),
    (AIMED, 3.5, 6.6),
)  # neither tone in the zone, the step goes through it
EDGES = ("straight", "within", "slant")
DETAIL = ((SIMPLE, 3.0), (SIMPLE, 2.0), (SIMPLE, 4.0), (SIMPLE, 6.8), (AIMED, 2.0), (AIMED, 5.0))
NEAR, AWAY = (slice(80, 180), slice(100, 200)), 120
PRE_ROLL, FRAMES = 24, 12
BARS = {
    "halo_percent": 3.0,
    "reversals_ppm": 0.0,
    "detail_error_percent": 2.0,
    "flicker_p99_mev": 2.5,
    "pumping_mev": 2.0,
}


def measured(make: Make, quick: bool, steady: bool) -> Measured:
    """All measures of one operator. steady: it has a memory, which a second of frames fills."""
    photographs = PHOTOGRAPHS[:2] if quick else PHOTOGRAPHS
    edges = ("slant",) if quick else EDGES
    values = {
        "halo_percent_simple": halo(make, STEPS[0], "straight"),
        "halo_percent": max(halo(make, step, edge) for step in STEPS for edge in edges),
        "halo_percent_strong": max(halo(make, step, edge) for step in STRONG_STEPS for edge in edges),
        "ghost_mev": max(ghost(make, case, edge) for case in GHOSTS for edge in edges),
        "narrow_bar_kept_percent": kept_in_a_bar(make),
    }
    turned = {(name, want): reversed_in(make, name, want) for name in photographs for want in (SIMPLE, AIMED, STRONG)}
    values["reversals_ppm_simple"] = turned["camera", SIMPLE]
    values["reversals_ppm"] = max(turned.values())
    errors = {(name, want, zone): detail_error(make, name, want, zone) for name in TEXTURES for want, zone in DETAIL}
    values["detail_error_percent_simple"] = max(errors[name, SIMPLE, 3.0] for name in TEXTURES)
    values["detail_error_percent"] = max(errors.values())
    values["flicker_p99_mev"] = flicker(make, "camera", SIMPLE, steady)
    if not quick:
        every = [flicker(make, name, want, steady) for name in photographs for want in (SIMPLE, AIMED)]
        values["flicker_p99_mev_worst"] = max(every)
    pumps = {(name, want): pumping(make, name, want) for name in photographs for want in (SIMPLE, AIMED, STRONG)}
    values["pumping_mev_simple"] = pumps["camera", SIMPLE]
    values["pumping_mev"] = max(pumps.values())
    return values


def halo(make: Make, step: tuple[Want, float, float], edge: str) -> float:
    want, left, right = step
    codes = two_tones(left, right, edge)
    return halo_percent(codes, make(want)(codes), FAR)


def ghost(make: Make, step: tuple[Want, float, float], edge: str) -> float:
    want, left, right = step
    codes = two_tones(left, right, edge)
    return 1000.0 * ghost_stops(codes, make(want)(codes), FAR)


def kept_in_a_bar(make: Make) -> float:
    """How much of its stop a bar of zone III gets, 32 pixels wide, on zone V."""
    codes = bar((5.0, 3.0, 5.0), 32)
    return 100.0 * float(make(SIMPLE)(codes)[codes == codes[0, 616]].mean())


def reversed_in(make: Make, name: str, want: Want) -> float:
    codes = with_noise(photograph(name), 1.5, np.random.default_rng(1))
    return reversals_ppm(codes, make(want)(codes))


def detail_error(make: Make, name: str, want: Want, zone: float) -> float:
    codes = texture(name, zone)
    return 100.0 * abs(detail_kept(zones_of(codes), make(want)(codes), 32) - 1.0)


def flicker(make: Make, name: str, want: Want, steady: bool) -> float:
    scene, rng, ev = photograph(name), np.random.default_rng(2), make(want)
    first = PRE_ROLL if steady else 0
    evs = [ev(with_noise(scene, 2.0, rng)) for _ in range(first + FRAMES)][first:]
    return float(np.percentile(flicker_mev(evs), 99))


def flicker_of_the_mask(name: str, want: Want) -> float:
    scene, rng, mask, still = photograph(name), np.random.default_rng(2), Mask(), picture(photograph(name), 0)
    evs = []
    for index in range(PRE_ROLL + FRAMES):
        noisy = picture(with_noise(scene, 2.0, rng), index)
        lines = mask.update(noisy.small_zones(), noisy.t_ns, want.gains)
        if index >= PRE_ROLL:
            evs.append(local_ev(still, NEUTRAL, lines))
    return float(np.percentile(flicker_mev(evs), 99))


def pumping(make: Make, name: str, want: Want) -> float:
    scene = with_noise(0.7 * photograph(name) + 10.0, 2.0, np.random.default_rng(3))
    entered = scene.copy()
    entered[NEAR] = 250
    return pumping_mev(make(want)(scene), make(want)(entered), NEAR, AWAY)


def peer(operator: Callable[[Floats, Want], Floats]) -> Make:
    """A peer, as something that is given codes."""
    return lambda want: lambda codes: operator(zones_of(codes), want)


def measure(quick: bool) -> list[Figure]:
    """Ours and all peers, on the same cases."""
    cv2.setNumThreads(1)
    own = measured(ours, quick, steady=True)
    own["flicker_p99_mev_mask"] = max(flicker_of_the_mask(name, SIMPLE) for name in PHOTOGRAPHS[: 1 if quick else None])
    others = {name: measured(peer(operator), quick, steady=False) for name, operator in operators().items()}
    return [
        Figure(
            name,
            value,
            next(unit for unit in ("percent", "ppm", "mev") if f"_{unit}" in name),
            BARS.get(name.removesuffix("_simple")),
            "higher" if "kept" in name else "lower",
            {other: values[name] for other, values in others.items() if name in values},
        )
        for name, value in own.items()
    ]


if __name__ == "__main__":
    sys.exit(main(__doc__ or "", measure))
