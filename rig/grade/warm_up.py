"""What a printer does once before the first take: every operation at work, so that no frame of a take is the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from rig.grade.auto import Auto
from rig.grade.burn import Burn
from rig.grade.bw_filter import BwFilter
from rig.grade.cdl import Cdl
from rig.grade.contrast import Contrast
from rig.grade.cube import parse_cube
from rig.grade.curve import Curve
from rig.grade.dodge import Dodge
from rig.grade.exposure import Exposure
from rig.grade.grain import Grain
from rig.grade.look import operations
from rig.grade.lut import Looked
from rig.grade.place import Placed
from rig.grade.recipe import NEUTRAL, Recipe
from rig.grade.saturation import Saturation
from rig.grade.split_filter import SplitFilter
from rig.grade.split_grade import SplitGrade
from rig.grade.split_tone import SplitTone
from rig.grade.strokes import Spot, Stroke, Strokes
from rig.grade.temperature import Temperature
from rig.grade.tint import Tint
from rig.grade.vignette import Vignette
from rig.grade.zonal import Zones

_TABLE = "LUT_3D_SIZE 2\n" + "".join(f"{r} {g} {b}\n" for b in (0, 1) for g in (0, 1) for r in (0, 1))


class Operation(Protocol):
    """Anything that folds into a recipe."""

    def fold(self, recipe: Recipe) -> Recipe:
        """The recipe with this in it."""


class _Table:
    """A LUT that needs no file."""

    def fold(self, recipe: Recipe) -> Recipe:
        return replace(recipe, finish=(*recipe.finish, Looked(parse_cube(_TABLE, "warm-up"), 0.5)))


def everything() -> dict[str, Operation]:
    """Every operation of a look, by name, each doing something (but Auto, which turns others and folds to nothing)."""
    return {
        "auto": Auto(strength=0.5),
        "place": Placed(spot=5.0, zone=5.5),
        "exposure": Exposure(ev=0.5),
        "temperature": Temperature(mired=10.0),
        "tint": Tint(tint=0.1),
        "split_filter": SplitFilter(stops=0.5, mired=20.0, other_stops=-0.5, other_mired=-20.0),
        "bw_filter": BwFilter(strength=0.5),
        "zones": Zones(z2=0.5, z8=-0.5),
        "dodge": Dodge(stops=1.0),
        "burn": Burn(stops=1.0),
        "strokes": Strokes((Stroke(0.5, 3.0, place=Spot()), Stroke(-0.5, 7.0, place=Spot(number=1)))),
        "vignette": Vignette(stops=0.3),
        "grain": Grain(stops=0.05),
        "contrast": Contrast(contrast=0.2),
        "split_grade": SplitGrade(soft=0.3, hard=0.3),
        "curve": Curve(((0.25, 0.2), (0.75, 0.8))),
        "saturation": Saturation(saturation=0.9),
        "split_tone": SplitTone(shadow_strength=0.1, highlight_strength=0.1),
        "cdl": Cdl(slope_r=1.05, saturation=0.95),
        "lut": _Table(),
    }


def warm_up_recipes() -> Iterator[Recipe]:
    """One operation more in each, all of them in the last but one; then one of black and white film alone."""
    recipe, does = NEUTRAL, everything()
    for name in operations():
        recipe = does[name].fold(recipe)
        if not recipe.is_neutral:
            yield recipe
    yield BwFilter(strength=1.0).fold(NEUTRAL)
