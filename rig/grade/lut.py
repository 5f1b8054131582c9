"""LUT: a look that somebody else made, as a .cube file, after everything else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta

from rig.grade.cube import read_cube
from rig.grade.cube_table import Cube
from rig.grade.recipe import Recipe
from rig.zones import Floats

VERSION = 1


@dataclass(frozen=True, slots=True)
class Looked:
    """The table, and how much of it."""

    cube: Cube
    strength: float

    def finish(self, rgb: Floats) -> Floats:
        """Encoded red, green, blue (..., 3) to those of another print."""
        return rgb + self.strength * (self.cube.look_up(rgb) - rgb)


@dataclass(frozen=True, slots=True)
class Lut:
    """A 3D or 1D table, linear between its entries; beyond its domain its edge counts."""

    file: Annotated[str, Meta(description="a .cube, found from the look's own folder")] = ""
    strength: Annotated[float, Meta(ge=0, le=1, description="how much of it", extra={"unit": ""})] = 1.0

    def fold(self, recipe: Recipe) -> Recipe:
        """Add a step to the finish; UserError where the file is none."""
        if not self.file or self.strength == 0.0:
            return recipe
        return replace(recipe, finish=(*recipe.finish, Looked(read_cube(self.file), self.strength)))
