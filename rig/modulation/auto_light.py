"""Automatic light, shadow and colour: what a scene asks of the print, never faster than the eye adapts.

Exposure brings the scene's log-average towards the key (E. Reinhard and others, Photographic tone reproduction for
digital images, 2002), part of the way: night stays night. Shadows are opened and highlights held by zones, where they
are too much of the picture. The white point is taken out as far as the eye would do it. It turns operations that the
hands could turn too (exposure, zones, temperature, tint), on top of where they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp, tanh

from rig.grade.auto import Auto
from rig.grade.look import Look, get, with_value
from rig.scene.scene import Scene

# Exposure: the share of the way to the key for a small distance, and the most for a large one, in stops.
WAY, MOST_EV = 0.6, 1.5
# Lightening gives way where so much of the picture is white or nearly so (share where it begins, where it is done).
WHITE_FROM, WHITE_TO, LEAST = 0.03, 0.35, 0.3
# Darkening gives way where so much is clipped: there is nothing in it to be seen, and white paper would turn grey.
CLIPPED_FROM, CLIPPED_TO, LEAST_OF_CLIPPED = 0.1, 0.5, 0.5
# Shadows count up to here, highlights from here on, in zones of the print (white of 8 bits is at 7.5); the share of the
# picture that is too much, and where it is wholly so; the most stops that it is worth.
SHADOW_ZONE, SHADOW_FROM, SHADOW_TO, MOST_OPEN = 2.5, 0.2, 0.7, 0.7
LIGHT_ZONE, LIGHT_FROM, LIGHT_TO, MOST_HELD = 6.5, 0.1, 0.5, 0.6
# How much of each zone's gain: at most half a stop a zone, so that no gradient flattens.
OPENED = {0: 0.7, 1: 1.0, 2: 0.9, 3: 0.4}
HELD = {6: 0.3, 7: 1.0, 8: 1.0, 9: 1.0, 10: 1.0}
# White: the eye's adaptation to a screen's or a lamp's white is not complete (M. Fairchild, 1992); and its bounds.
ADAPTED, MOST_MIRED, MOST_TINT = 0.6, 50.0, 0.5
# The eye sees worse in a light that went down for far longer than in one that came up (D. Hood and M. Finkelstein,
# Sensitivity to light, 1986): lightening the print takes so many times as long as darkening it. Colour: half of it is
# done after 4 s, nine tenths after 70 (M. Fairchild and L. Reniff, Time course of chromatic adaptation, 1995); one time
# constant of 8 s lies between.
DARK_ADAPTATION = 3.0
# The camera was away, or frames were not kept: it goes on from where it stood, and does not jump.
LONGEST_GAP_S = 0.5


@dataclass(frozen=True, slots=True)
class _Part:
    """One thing that is turned. step: in the unit of it; nobody sees one, and no look is kept for every frame of a slow
    drift. slow_s: its time constant on the way from the first value to the second."""

    step: float
    slow_s: Callable[[Auto, float, float], float]


def _of_light(auto: Auto, level: float, wanted: float) -> float:
    return auto.light_s * (DARK_ADAPTATION if wanted > level else 1.0)


def _of_colour(auto: Auto, level: float, wanted: float) -> float:
    del level, wanted
    return auto.colour_s


PARTS = {
    "auto.ev": _Part(1 / 64, _of_light),
    "auto.open": _Part(1 / 64, _of_light),
    "auto.held": _Part(1 / 64, _of_light),
    "auto.mired": _Part(0.5, _of_colour),
    "auto.tint": _Part(0.01, _of_colour),
}


class AutoLight:
    """Owns how far each part stands. The same times, scenes and start give the same looks, bit for bit."""

    def __init__(self, state: Mapping[str, float] | None = None) -> None:
        """state: of another one, to go on from there; None: it starts settled at the first scene."""
        known = {name: value for name, value in (state or {}).items() if name in PARTS}
        self._levels: dict[str, float] | None = known or None
        self._t_ns: int | None = None
        self._made: tuple[Look, dict[str, int], Look] | None = None

    def state(self) -> dict[str, float]:
        """Where each part stands at full strength: what AutoLight() takes to go on from here. Empty while it is off."""
        return dict(self._levels or {})

    def light(self, base: Look, scene: Scene, t_ns: int) -> Look:
        """The base look with the light of this scene; the very same object where it is off. Frames in order of time."""
        auto = base.auto
        if auto.strength == 0.0:
            self._levels = self._t_ns = self._made = None
            return base
        elapsed_s = 0.0 if self._t_ns is None else min(max(0, t_ns - self._t_ns) / 1e9, LONGEST_GAP_S)
        self._t_ns = t_ns
        before = self._levels or {}
        wanted = wanted_light(auto, scene)
        self._levels = {name: _moved(auto, name, before.get(name), wanted[name], elapsed_s) for name in PARTS}
        turned = {name: round(auto.strength * level / PARTS[name].step) for name, level in self._levels.items()}
        made = self._made
        if made is None or made[0] is not base or made[1] != turned:
            self._made = made = (base, turned, _look(base, {n: turns * PARTS[n].step for n, turns in turned.items()}))
        return made[2]


def wanted_light(auto: Auto, scene: Scene) -> dict[str, float | None]:
    """What a scene that stays asks for in the end, at full strength, by part: stops, mired, tint.

    None where the scene does not say: the eye, too, stays adapted to the white that it saw last.
    """
    away = auto.key - 5.0 - scene.key_ev
    ev = MOST_EV * tanh(WAY * away / MOST_EV)
    white = max(scene.clipped, _share_above(scene.zones, 7.0))
    if ev > 0.0:
        ev *= 1.0 - (1.0 - LEAST) * _rise(white, WHITE_FROM, WHITE_TO)
    else:
        ev *= 1.0 - (1.0 - LEAST_OF_CLIPPED) * _rise(scene.clipped, CLIPPED_FROM, CLIPPED_TO)
    dark = 1.0 - _share_above(scene.zones, SHADOW_ZONE - ev)
    light = _share_above(scene.zones, LIGHT_ZONE - ev) - scene.clipped
    return {
        "auto.ev": ev,
        "auto.open": MOST_OPEN * _rise(dark, SHADOW_FROM, SHADOW_TO),
        "auto.held": -MOST_HELD * _rise(light, LIGHT_FROM, LIGHT_TO),
        "auto.mired": _against(scene.white_mired, MOST_MIRED),
        "auto.tint": _against(scene.white_tint, MOST_TINT),
    }


def _against(cast: float | None, most: float) -> float | None:
    return None if cast is None else min(most, max(-most, -ADAPTED * cast))


def _moved(auto: Auto, name: str, level: float | None, wanted: float | None, elapsed_s: float) -> float:
    """Where a part stands after some time. Within a step of what is wanted it rests: noise moves nothing."""
    if wanted is None:
        return level or 0.0
    if level is None:
        return wanted
    part = PARTS[name]
    if abs(wanted - level) < part.step:
        return level
    return level + (wanted - level) * (1.0 - exp(-elapsed_s / part.slow_s(auto, level, wanted)))


def _look(base: Look, turned: Mapping[str, float]) -> Look:
    stops = {f"z{zone}": turned["auto.open"] * share for zone, share in OPENED.items()}
    stops |= {f"z{zone}": turned["auto.held"] * share for zone, share in HELD.items()}
    added = {
        "exposure.ev": turned["auto.ev"],
        "temperature.mired": turned["auto.mired"],
        "tint.tint": turned["auto.tint"],
        **{f"zones.{name}": value for name, value in stops.items()},
    }
    look = base
    for name, value in added.items():
        if value:
            look = with_value(look, name, get(look, name) + value)
    return look


def _share_above(zones: tuple[float, ...], zone: float) -> float:
    """The share of the picture above a zone; each zone's own share lies evenly from half below it to half above."""
    return sum(share * min(1.0, max(0.0, number + 0.5 - zone)) for number, share in enumerate(zones))


def _rise(value: float, start: float, end: float) -> float:
    t = min(1.0, max(0.0, (value - start) / (end - start)))
    return t * t * (3.0 - 2.0 * t)
