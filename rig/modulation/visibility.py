"""How visible a parameter's unit is, and so how far routes may bend it and how fast.

Mean CIEDE2000 over photographs. 5 mired are 0.65, 0.05 EV 0.62, 5 % of saturation 0.51 (over 24 photographs); the
others were measured at a step of about 1.3, over four (benchmarks/visibility.py prints them). Light in one zone or at
one place is as visible there as light everywhere is, whatever its mean over a picture: stops count as EV do.
"""

from __future__ import annotations

from rig.grade.look import target as find_target

# The most that all routes may bend a parameter by, unless one of them raises it on purpose.
CAPS = {"temperature.mired": 10.0, "exposure.ev": 0.1, "saturation.saturation": 0.1}
CAP_DE = 1.3  # where no cap is named: as visible as 10 mired, and never more than a tenth of the range
SLEW_DE = 0.2  # CIEDE2000 a frame, of all routes together
OF_LIGHT = 12.4  # an EV, a stop

VISIBLE = {
    "temperature.mired": 0.13,
    "exposure.ev": OF_LIGHT,
    "saturation.saturation": 10.2,
    "tint.tint": 4.73,
    "split_filter.mired": 0.0549,
    "split_filter.tint": 2.49,
    "split_filter.other_mired": 0.0449,
    "split_filter.other_tint": 1.98,
    "split_filter.angle": 0.068,
    "split_filter.position": 9.47,
    "split_filter.softness": 1.75,
    "bw_filter.strength": 11.4,
    "bw_filter.hue": 0.0207,
    "bw_filter.density": 0.837,
    "dodge.zone": 3.04,
    "dodge.feather": 1.39,
    "vignette.size": 8.05,
    "grain.stops": 8.94,
    "contrast.contrast": 6.77,
    "contrast.pivot": 1.65,
    "split_tone.shadow_hue": 0.113,
    "split_tone.shadow_strength": 6.32,
    "split_tone.highlight_hue": 0.0732,
    "split_tone.highlight_strength": 3.89,
    "split_tone.balance": 5.88,
    "cdl.slope_r": 39.9,
    "cdl.slope_g": 59.2,
    "cdl.slope_b": 31,
    "cdl.offset_r": 89.8,
    "cdl.offset_g": 161,
    "cdl.offset_b": 94.1,
    "cdl.power_r": 23,
    "cdl.power_g": 43.9,
    "cdl.power_b": 26.2,
    "cdl.saturation": 10.9,
}


def visibility_of(target: str) -> float:
    """CIEDE2000 for one unit of a parameter. UserError where there is none of that name."""
    known = VISIBLE.get(target)
    if known is not None:
        return known
    parameter = find_target(target)
    if parameter.unit in ("stops", "EV"):
        return OF_LIGHT
    return CAP_DE / ((parameter.high - parameter.low) / 10.0)


def cap_of(target: str) -> float:
    """How far all routes together may bend this parameter, in its unit. UserError where there is none of that name."""
    if target in CAPS:
        return CAPS[target]
    parameter = find_target(target)
    tenth = (parameter.high - parameter.low) / 10.0
    return tenth if parameter.unit in ("stops", "EV") else min(tenth, _rounded(CAP_DE / visibility_of(target)))


def range_of(target: str) -> float:
    """As far as a route can raise its cap: from one end of the parameter's range to the other."""
    parameter = find_target(target)
    return parameter.high - parameter.low


def _rounded(value: float) -> float:
    """Two digits: a cap is told to people."""
    return float(f"{value:.2g}")
