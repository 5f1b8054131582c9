"""Quality: the steps by which a print is made cheaper, each on top of those before, and which of them help a look.

The negative is always whole: only the print steps down.
"""

from __future__ import annotations

from dataclasses import dataclass

from rig.grade.recipe import Recipe

# Below this motion (rig.scene.scene.Scene: 0.03 is 0.7 codes a thirtieth of a second on average) the picture is still,
# and a mask of the frame before is as good: it is smoothed over five frames anyway.
STILL = 0.03


@dataclass(frozen=True, slots=True)
class Quality:
    """One step. number: 0 is full. mask_every: the mask is made of every so many frames, also where the picture moves.
    most_width: the print is made from the frame scaled down to that width."""

    number: int
    words: str
    mask_every: int = 1
    grain: bool = True
    most_width: int | None = None


FULL = Quality(0, "full")
STEPS = (
    FULL,
    Quality(1, "mask every second frame", mask_every=2),
    Quality(2, "grain off", mask_every=2, grain=False),
    Quality(3, "960 wide", mask_every=2, grain=False, most_width=960),
)


def steps_that_help(recipe: Recipe, width: int) -> tuple[int, ...]:
    """The numbers of the steps at which a print so wide differs from that of the step before; 0 is always one."""
    numbers = [0]
    if recipe.zones:
        numbers.append(1)
    if recipe.grain is not None:
        numbers.append(2)
    most = STEPS[3].most_width
    if most is not None and width > most and not recipe.is_neutral:
        numbers.append(3)
    return tuple(numbers)
