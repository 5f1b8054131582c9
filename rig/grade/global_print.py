"""The global part of a look: what it does to a colour wherever in the picture it is, which is all a LUT can hold."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from rig.grade.look import Look
from rig.grade.picture import Picture
from rig.grade.recipe import NEUTRAL, Recipe
from rig.grade.reference import print_picture
from rig.zones import Floats


@dataclass(frozen=True, slots=True)
class GlobalPrint:
    """recipe: without zones, edges, halves and grain. left_out: the operations of the look that made those."""

    recipe: Recipe
    left_out: tuple[str, ...]

    @classmethod
    def of(cls, look: Look) -> GlobalPrint:
        """The global part of a look."""
        names = [each.name for each in fields(look)]
        left_out = tuple(name for name in names if _is_local(getattr(look, name).fold(NEUTRAL)))
        return cls(replace(look.fold(), half=None, zones=(), edges=(), grain=None), left_out)

    def print(self, rgb: Floats) -> Floats:
        """Encoded red, green, blue (n, 3) to those of the print, by the definition (rig/grade/reference.py)."""
        return np.asarray(print_picture(Picture(rgb[None]), self.recipe, ())[0])


def _is_local(recipe: Recipe) -> bool:
    return recipe.half is not None or bool(recipe.zones) or bool(recipe.edges) or recipe.grain is not None
