"""One picture through one look, as codes to be looked at: what the contact sheet and the test strip are made of."""

from __future__ import annotations

from drivers.readings import Bytes8
from rig.grade.bearings import AS_AIMED, Bearings
from rig.grade.look import Look
from rig.grade.mask import Mask
from rig.grade.picture import Picture
from rig.grade.reference import print_picture
from rig.stills import eight_bits


def printed(picture: Picture, look: Look, bearings: Bearings = AS_AIMED) -> Bytes8:
    """RGB uint8 (h, w, 3), by the reference, dithered; the picture's own codes where the look does nothing."""
    recipe = look.fold()
    zones = recipe.zones
    lines = Mask().update(picture.small_zones(), picture.t_ns, zones, bearings) if zones else ()
    return eight_bits(print_picture(picture, recipe, lines))
